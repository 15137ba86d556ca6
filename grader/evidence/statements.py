"""A sentence with numbers, parsed: which metrics and runs it names, and what each number is bound to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.evidence import cues
from grader.reading import vocabulary
from grader.reading.asides import asides
from grader.reading.numbers import Number
from grader.reading.stems import stems
from grader.reading.vocabulary import Mention

TIERS = stems("head mid tail similar other never always found expected size sizes chance")
"""Words that tell values of one kind apart."""
Groups = tuple[tuple[int, int, frozenset[str]], ...]


@dataclass(frozen=True)
class Sentence:
    """A sentence or a table's cell. ``stems`` are those of its words, its row and column and its heading.

    ``implied_…`` is taken from the text before it. ``label`` is set where a table's row or column names the group.
    """

    text: str
    position: int
    numbers: tuple[Number, ...]
    metrics: tuple[Mention, ...]
    groups: Groups
    implied_metrics: frozenset[str] = frozenset()
    implied_groups: frozenset[str] = frozenset()
    more_stems: frozenset[str] = frozenset()
    row: bool = False
    label: frozenset[str] = frozenset()

    @cached_property
    def stems(self) -> frozenset[str]:
        """Of everything that names something here."""
        return stems(self.text) | self.more_stems

    @cached_property
    def metric_names(self) -> frozenset[str]:
        """All metrics that are named."""
        return frozenset(mention.name for mention in self.metrics)

    @cached_property
    def group_keys(self) -> frozenset[str]:
        """All groups that are named."""
        return frozenset(key for _, _, keys in self.groups for key in keys) | self.label

    @cached_property
    def seeds(self) -> bool:
        """It speaks of single runs."""
        return cues.SEEDS.search(self.text) is not None or self._is_series

    @cached_property
    def means(self) -> bool:
        """It speaks of means over the runs."""
        return cues.MEAN.search(self.text) is not None

    @cached_property
    def _is_series(self) -> bool:
        """Three numbers or more stand side by side."""
        joined = 0
        for first, second in zip(self.numbers, self.numbers[1:], strict=False):
            joined = joined + 1 if cues.SIDE_BY_SIDE.match(self.text[first.end : second.start]) else 0
            if joined >= 2:
                return True
        return False

    @cached_property
    def epochs(self) -> bool:
        """It speaks of epochs."""
        return (cues.EPOCHS.search(self.text) is not None or "epoch" in self.more_stems) and cues.CHOSEN.search(
            self.text
        ) is None

    @cached_property
    def named_seeds(self) -> frozenset[int]:
        """The seeds that it names."""
        return frozenset(
            int(text) for found in cues.NAMED_SEED.finditer(self.text) for text in re.findall(r"\d+", found[1])
        )

    @cached_property
    def named_epochs(self) -> frozenset[int]:
        """The epochs that it names."""
        return frozenset(
            int(text) for found in cues.NAMED_EPOCH.finditer(self.text) for text in re.findall(r"\d+", found[1])
        )

    @cached_property
    def interval(self) -> bool:
        """It speaks of an interval."""
        return vocabulary.has("context", "interval", self.text) or cues.INTERVAL.search(self.text) is not None

    @cached_property
    def percents(self) -> bool:
        """Some number in it is a percentage."""
        return any(number.percent or number.points for number in self.numbers)

    @cached_property
    def clauses(self) -> tuple[tuple[int, int], ...]:
        """Where its clauses begin and end."""
        ends = [found.start() for found in cues.CLAUSE.finditer(self.text)]
        return tuple(zip([0, *ends], [*ends, len(self.text)], strict=True))

    def clause_of(self, number: Number) -> tuple[int, int]:
        """The clause in which a number stands."""
        return next((span for span in self.clauses if span[0] <= number.start < span[1]), (0, len(self.text)))

    def is_aside(self, number: Number) -> bool:
        """The digits are a date's, a version's, or belong to the name of a metric or of a group."""
        if any(start < number.end and number.start < end for start, end in asides(self.text)):
            return True
        spans = [(mention.start, mention.end) for mention in self.metrics]
        spans += [(start, end) for start, end, _ in self.groups if end > start]
        return any(start < number.end and number.start < end for start, end in spans)

    def is_forecast(self, number: Number) -> bool:
        """The last word before it that says what the number is says that it was predicted."""
        start, end = self.clause_of(number)
        before = self.text[max(0, start - 60) : number.start]
        predicted = [
            found.end()
            for found in cues.PREDICTING.finditer(cues.AS_PREDICTED.sub(lambda hit: " " * len(hit[0]), before))
        ]
        if predicted:
            between = before[predicted[-1] :]
            return (
                cues.OUTCOME.search(between) is None
                or re.search(r"\b(?:is|was|were) (?:that|to|between|by)\b", between) is not None
            )
        behind = self.text[number.end : min(end, number.end + 30)]
        return (
            re.match(
                r"\s*(?:%\s*)?(?:,\s*)?(?:was |were |had been |as |is |I )*(?:predicted|expected)\b",
                behind,
                re.IGNORECASE,
            )
            is not None
        )


@dataclass(frozen=True)
class Claim:
    """One number and what it is bound to. ``…_firm``: the words right around it leave nothing else possible;
    ``series``: it is one of as many numbers as groups were named before it, in the same order.
    """

    number: Number
    sentence: Sentence
    metrics: frozenset[str]
    metric_firm: bool
    groups: frozenset[str]
    group_firm: bool
    series: bool = False

    @cached_property
    def _around(self) -> str:
        start, end = self.sentence.clause_of(self.number)
        return self.sentence.text[max(start, self.number.start - 60) : min(end, self.number.end + 40)]

    @cached_property
    def label_stems(self) -> frozenset[str]:
        """Of the label right beside it: behind it ("0.58 in the head"), else before it ("head: 0.58")."""
        text, number = self.sentence.text, self.number
        after = cues.LABEL_AFTER.match(text[number.end : number.end + 40])
        if after is not None and (found := stems(after["label"]) & TIERS):
            return found
        before = cues.LABEL_BEFORE.search(text[max(0, number.start - 45) : number.start])
        return stems(before["label"]) & TIERS if before is not None else frozenset()

    @cached_property
    def of_difference(self) -> bool:
        """A spread that its words call that of the differences."""
        before = self.sentence.text[max(0, self.number.start - 110) : self.number.start]
        return (
            re.search(
                r"\b(?:differences?|paired|seed by seed|changes?|Δ|differenz\w*|écarts)\b[^.;]{0,80}$",
                before,
                re.IGNORECASE,
            )
            is not None
        )

    @cached_property
    def is_spread(self) -> bool:
        """Its words call it a standard deviation."""
        if self.number.text.startswith("±"):
            return True
        before = self.sentence.text[max(0, self.number.start - 90) : self.number.start]
        hits = list(cues.SPREAD.finditer(before))
        after = self.sentence.text[self.number.end : self.number.end + 30]
        return bool(hits) or cues.SPREAD.search(after) is not None

    @cached_property
    def is_difference(self) -> bool:
        """Its sign, its unit or the words around it make it a change."""
        number = self.number
        return number.points or number.signed or cues.DIFFERENCE.search(self._around) is not None

    @cached_property
    def says_difference(self) -> bool:
        """Its sign or the word right before or after it can only mean a change."""
        number, text = self.number, self.sentence.text
        before, after = text[max(0, number.start - 28) : number.start], text[number.end : number.end + 24]
        return (
            number.points
            or number.text[:1] == "+"
            or (number.signed and number.value < 0)
            or bool(
                re.search(
                    r"(?:\bby|\bdifferences?(?: of| is| was|:)?|\bgap of|\bΔ\s*=?|\bchange of)\s*(?:only|"
                    r"about|just)?\s*$",
                    before,
                    re.IGNORECASE,
                )
            )
            or bool(re.match(r"\s*(?:higher|lower|more|less|better|worse|apart)\b", after, re.IGNORECASE))
        )

    @cached_property
    def is_ratio(self) -> bool:
        """It is a factor, or a change relative to where it started."""
        return self.number.times or cues.RATIO.search(self._around) is not None


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
        return frozenset(names), True
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


def _groups_of(number: Number, sentence: Sentence) -> tuple[frozenset[str], bool]:  # noqa: PLR0911 - a ladder
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

    Only where numbers stand side by side, and exactly as many mentions stand before them, none after.
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
