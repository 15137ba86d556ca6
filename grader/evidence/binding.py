"""What the words around a number bind it to: metrics, runs, its place in a series or between "from" and "to"."""

import re
from collections.abc import Sequence

from grader.evidence import cues
from grader.evidence.statements import Claim, Sentence
from grader.reading import vocabulary
from grader.reading.numbers import Number


def bind(number: Number, sentence: Sentence) -> Claim:
    """What the sentence binds a number to."""
    metrics, metric_firm = _metrics_of(number, sentence)
    groups, group_firm = _groups_of(number, sentence)
    spans = [(start, end) for start, end, _ in sentence.groups]
    series = not sentence.label and bool(spans) and in_series(number, sentence, spans) is not None
    return Claim(number, sentence, metrics, metric_firm, groups, group_firm, series)


def _metrics_of(number: Number, sentence: Sentence) -> tuple[frozenset[str], bool]:
    mentions = sentence.metrics
    if not mentions:
        return sentence.implied_metrics, False
    names = {mention.name for mention in mentions}
    if len(names) == 1:
        return frozenset(names), not _is_anothers(number, sentence)
    place = in_series(number, sentence, [(mention.start, mention.end) for mention in mentions])
    if place is not None:
        return frozenset({mentions[place].name}), True
    text = sentence.text
    following = next((item for item in mentions if item.start >= number.end), None)
    earlier = [item for item in mentions if item.end <= number.start]
    if following is not None:
        between = text[number.end : following.start]
        close = (
            re.fullmatch(
                r"\s*(?:%\s*)?(?:points?\s*)?(?:classes\s+|of them\s+|of these\s+|that\s+|which\s+)*(?:are\s+|"
                r"were\s+|is\s+|was\s+|stay\s+|got\s+)?(?:of\s+|in\s+|for\s+|on\s+)?(?:the\s+)?",
                between,
                re.IGNORECASE,
            )
            is not None
        )
        taken = bool(earlier) and not re.search(r"[\d,;]", text[earlier[-1].end : number.start])
        if (
            close
            and not (taken and number.start - earlier[-1].end <= 6)
            and not text[following.end : following.end + 5].lstrip(" :=(").startswith(tuple("0123456789."))
        ):
            return frozenset({following.name}), True
    if earlier:
        last = earlier[-1]
        between = text[last.end : number.start]
        firm = not re.search(r"[;.]|\b(?:but|while|whereas)\b", between)
        return frozenset({last.name}), firm and not re.search(r"\band\b.*\band\b", between)
    return frozenset({mentions[0].name}), False


_JOINED = re.compile(
    r"[\s%]*(?:points?\s+)?,?\s*(?:and|und|et|y|e|ed|és|i|oraz|и|och|og|en)\s+"
    r"(?:an?\s|eine[mnr]?\s|une?\s|una?\s|um\s|en\s|"
    r"et\s|egy\s)?",
    re.IGNORECASE,
)
_ITS_OWN = re.compile(r"\W*(?:[^\W\d]{1,4}\s+)?[\d.,]*\d")


def _is_anothers(number: Number, sentence: Sentence) -> bool:
    """The only metric is behind "and", with a number of its own: "reaches 53.8 % and a macro-F1 of 0.246"; or
    behind other numbers, and more follow it: "4.9 % → 5.6 %, so +0.7 points, while accuracy went 26.4 % → 25.0 %".
    """
    first = min(sentence.metrics, key=lambda item: item.start)
    others = [item for item in sentence.numbers if not item.whole]
    if any(number.end <= item.start < first.start for item in others) and any(
        item.start >= first.end for item in others
    ):
        return True
    return (
        first.start >= number.end
        and _JOINED.fullmatch(sentence.text[number.end : first.start]) is not None
        and _ITS_OWN.match(sentence.text[first.end :]) is not None
    )


def _groups_of(number: Number, sentence: Sentence) -> tuple[frozenset[str], bool]:
    if sentence.label:
        return sentence.label, True
    groups = sentence.groups
    if not groups:
        return sentence.implied_groups, False
    if (place := in_series(number, sentence, [(start, end) for start, end, _ in groups])) is not None:
        return groups[place][2], False
    text = sentence.text
    later = next((item for item in groups if item[0] >= number.end), None)
    earlier = [item for item in groups if item[1] <= number.start]
    linked = bool(earlier) and _is_linked(text[earlier[-1][1] : number.start])
    if later is not None:
        between, beyond = text[number.end : later[0]], text[later[1] :].lstrip()
        joined = not between.strip(" %") and cues.PREPOSITION.match(text[later[0] :]) is not None
        if cues.BRACKET.match(between) and beyond[:1] in (")", "]", ","):
            return later[2], True
        if (joined or cues.AFTER.match(between)) and not (linked and text[number.end :].lstrip()[:1] in (",", ";")):
            return later[2], True
    if cues.UNKNOWN_LABEL.match(text[number.end :]):
        return sentence.group_keys, False
    if earlier and _is_taken(earlier[-1], number, sentence):
        return sentence.group_keys, False
    if earlier:
        contrasted = cues.CONTRAST.search(text[: earlier[-1][0]]) is not None
        if contrasted and len(earlier) > 1:
            return earlier[-2][2], False
        return (frozenset(), False) if contrasted else (earlier[-1][2], linked)
    return (later[2] if later is not None else frozenset()), False


def _is_taken(group: tuple[int, int, frozenset[str]], number: Number, sentence: Sentence) -> bool:
    """The group was named behind an earlier number ("0.07 with batches of 32"), so it is that one's."""
    previous = [item for item in sentence.numbers if item.end <= group[0]]
    if not previous or any(group[1] <= item.start < number.start for item in sentence.numbers):
        return False
    between = sentence.text[previous[-1].end : group[0]]
    joined = not between.strip(" %") and cues.PREPOSITION.match(sentence.text[group[0] :]) is not None
    return joined or cues.AFTER.match(between) is not None or cues.BRACKET.match(between) is not None


def _is_linked(between: str) -> bool:
    """A few words that lead from a group to its number ("'s macro-F1 is"), none of which turns elsewhere."""
    found = [word for word, _, _ in vocabulary.tokens(between[:70])]
    return (
        len(between) <= 50
        and len(found) <= 7
        and not cues.TURNING & set(found)
        and re.fullmatch(r"[\w\s'’\-:=(|,\[≈~*<>]*", between) is not None
        and not re.search(r"\d", between.replace("F1", "").replace("f1", "").replace("= 0", ""))
    )


def in_series(number: Number, sentence: Sentence, mentions: Sequence[tuple[int, int]]) -> int | None:
    """In "A and B reach 0.5 and 0.2" and "A beats B (0.5 vs. 0.2)": which of the mentions a number belongs to.

    Only where numbers are side by side, and exactly as many mentions are before them, none after.
    """
    numbers = sentence.numbers
    index = _place(number, sentence)
    if index is None:
        return None
    first = last = index
    while first > 0 and cues.SIDE_BY_SIDE.match(sentence.text[numbers[first - 1].end : numbers[first].start]):
        first -= 1
    while last + 1 < len(numbers) and cues.SIDE_BY_SIDE.match(
        sentence.text[numbers[last].end : numbers[last + 1].start]
    ):
        last += 1
    run = last - first + 1
    before = [place for place, (_, end) in enumerate(mentions) if end <= numbers[first].start]
    apart = (
        any(mentions[0][0] <= item.start < mentions[-1][1] for item in numbers if not item.spelled)
        if mentions
        else False
    )
    if run >= 2 and len(before) == len(mentions) == run and not apart:
        return before[index - first]
    return None


def from_to(number: Number, sentence: Sentence) -> int | None:
    """In "from a to b": 0 for the first, 1 for the second, None elsewhere."""
    numbers = sentence.numbers
    index = _place(number, sentence)
    if index is None:
        return None
    if index + 1 < len(numbers) and cues.FROM_TO.match(sentence.text[number.end : numbers[index + 1].start]):
        return 0
    if index > 0 and cues.FROM_TO.match(sentence.text[numbers[index - 1].end : number.start]):
        return 1
    return None


def partner_of(number: Number, sentence: Sentence) -> Number | None:
    """The other number of "from a to b"."""
    index, place = _place(number, sentence), from_to(number, sentence)
    return None if index is None or place is None else sentence.numbers[index + (1 if place == 0 else -1)]


def _place(number: Number, sentence: Sentence) -> int | None:
    """Which of the sentence's numbers it is; None for the end of a range, which is none of its own."""
    return next((index for index, item in enumerate(sentence.numbers) if item.start == number.start), None)
