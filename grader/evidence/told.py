"""What a template says was changed, held against the records."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from grader.evidence.aliases import names_of
from grader.evidence.settings import fits, loose_names, plain_value, value_words
from grader.reading import vocabulary
from grader.reading.notation import plain
from grader.reading.nouns import ITEMS
from grader.reading.numbers import Number, find_numbers
from paribus.experiments.one_change import Comparison, Difference

_CHANGE = re.compile(
    r"\s*[`\"')]*\s*(?:→|->|-->|=>|⟶|to|vs\.?|versus|instead of|in place of|becomes?|then|, then|and then|"
    r"now|, now|down to|"
    r"up to|rather than|against|"
    r"auf|à|a|por|na|statt|au lieu de|en lugar de|zu|от|до|вместо|变为|到|から)"
    r"\s*(?:only|just|a|the)?\s*[`\"'(]*\s*",
    re.IGNORECASE,
)


_OLD_NEW = re.compile(
    r".{0,60}\b(?:old|before|was)\b\D{0,20}[\d.,e\-−]+\D{0,20}\b(?:new|after|now|is)\b\D{0,20}", re.IGNORECASE
)


_FACTORS = (
    (r"doubl\w*|twice|two times|times two|verdoppel\w*|doublé\w*|duplic\w*|raddoppi\w*", 2.0),
    (r"halv\w*|(?<!first )(?<!second )(?<!other )(?<!each )half|halbier\w*|moitié|mitad|dimezz\w*", 0.5),
    (r"tripl\w*|three times|times three|threefold|verdreifach\w*", 3.0),
    (r"quadrupl\w*|four times|times four|fourfold", 4.0),
    (r"a third|one third|divided by three|three times (?:smaller|lower|less)", 1 / 3),
    (r"a quarter|one quarter|divided by four|four times (?:smaller|lower|less)", 0.25),
    (r"a fifth|one fifth|divided by five|five times (?:smaller|lower|less)", 0.2),
    (r"a tenth|one tenth|divided by (?:ten|10)|(?:(?:ten|10) times|10x) (?:smaller|lower|less)|/\s?10\b", 0.1),
    (
        r"a hundredth|one hundredth|divided by (?:a hundred|100)|(?:a hundred|100) times (?:smaller|lower|less)",
        0.01,
    ),
    (r"five times|times five|fivefold", 5.0),
    (r"ten times|times ten|tenfold|10 times|10x|×\s?10\b(?!\s?[\^*⁻])|multiplied by (?:ten|10)", 10.0),
)
_FACTOR = tuple(
    (re.compile(rf"(?<![\w/])(?:{words})(?![\w])", re.IGNORECASE), factor) for words, factor in _FACTORS
)
_NOT_ITS = re.compile(
    r"\b(?:as many|steps?(?! size)|updates?|noise|gradients?|seeds?|runs?|epochs?|not|n't|instead of|"
    r"rather than)\b",
    re.IGNORECASE,
)


_OTHER_RUNS = (
    r"\b(?:tables?|rows?|explor\w+|sweeps?|tried|earlier|tabelle|zeile|tableau|ligne|tabla|fila|tabella|riga)\b"
)
_OF_OTHER_RUNS = re.compile(rf"\([^()]*{_OTHER_RUNS}[^()]*\)|(?<=[.;]\s)[^.;]*{_OTHER_RUNS}[^.;]*", re.IGNORECASE)
"""An aside, or a sentence behind the first, about other runs than those of the two arms."""


_NOT_TAKEN = re.compile(r"\b(?:and|but) not [-+−]?\d[\d.,]*\d\b|,? not [-+−]?\d[\d.,]*\d(?=[.;)]|$)", re.IGNORECASE)
""" "I took one half and not 0.9": a value that no arm had, and that nobody says one had."""


_SCORE = re.compile(r"[-+−]?\d[\d.,]*\s*%?\s*±\s*\d[\d.,]*\s*%?")
"""A mean with its spread: a score that follows the change ("Changed: macro-F1 0.060 ± 0.038"), never a setting."""


def wrongly_changed(text: str, difference: Difference, comparison: Comparison) -> str:
    """Why what a text says was changed is not what the records say; "" where nothing is wrong, or nothing
    was read. What it says of other runs, such as a table's row or what was explored, is left out.
    """
    text = _SCORE.sub(" ", _NOT_TAKEN.sub(" ", _OF_OTHER_RUNS.sub(" ", text)))
    if written := other_change(text, difference) or _stray_value(text, difference, comparison):
        return f"the template writes {written} for {difference.name}, and the records say {difference}"
    return (
        _other_words(text, difference)
        or _reversed(text, difference)
        or _other_factor(text, difference)
        or _other_variable(text, difference, comparison)
    )


def _other_words(text: str, difference: Difference) -> str:
    """A value that is a word, and that neither arm had."""
    values = [str(value or "none") for value in (*difference.baseline, *difference.changed)]
    if difference.name not in vocabulary.vocabulary()["setting_values"]:
        return ""
    known = {plain_value(value) for value in values}
    for start, end in _said_words(text, difference.name):
        rooted = re.search(r"root|sqrt|racine|raíz|radice|wurzel|平方根", text, re.IGNORECASE) is not None
        if rooted and "sqrt inverse" in known and "invers" in text[start:end].lower():
            continue
        if plain_value(text[start:end]) not in known and not re.search(
            r"\b(?:not|instead of)\W+(?:\w+\W+)?$", text[:start], re.IGNORECASE
        ):
            return f"the template names {text[start:end]!r} for {difference.name}, and the records say {difference}"
    return ""


def _said_words(text: str, name: str) -> list[tuple[int, int]]:
    return [(start, end) for start, end, _ in value_words(name).find(text)]


def _reversed(text: str, difference: Difference) -> str:
    """ "From A to B" where the records say from B to A."""  # noqa: D210
    text = plain(text)
    if len(difference.baseline) != 1 or len(difference.changed) != 1:
        return ""
    old, new = difference.baseline[0], difference.changed[0]
    for first, second in _from_to(text, difference.name):
        if _is_value(first, new) and _is_value(second, old) and not _is_value(first, old):
            return f"the template says from {_text(first)} to {_text(second)}, and the records say {difference}"
    return ""


_AT_FIRST = re.compile(
    r"\W*(?:before|at first|originally|previously|vorher|avant|antes|prima|przedtem|раньше)\W*(?:(?:and|then|"
    r"und|et|y|e|i|и)\W*)*",
    re.IGNORECASE,
)
"""Between the two values of "0.01 before, 0.1 after"."""
_INSTEAD = re.compile(
    r"\W*(?:instead of|rather than|in place of|in lieu of|where (?:it|the \w+) (?:had|took|takes|was|is)|"
    r"(?:an)?statt|anstelle von|au lieu de|plutôt que|"
    r"en lugar de|en vez de|invece di|al posto di|em vez de|no lugar de|zamiast|вместо|而不是|代替)"
    r"\W*(?:the |de |di )?",
    re.IGNORECASE,
)


def _from_to(text: str, name: str) -> Iterator[tuple[Number | str, Number | str]]:
    """The two values of "from A to B" and "A → B"."""
    numbers = [item for item in find_numbers(text) if not item.times and not item.percent and not item.spelled]
    words = (
        [(start, end) for start, end in _said_words(text, name)]
        if name in vocabulary.vocabulary()["setting_values"]
        else []
    )
    spots: list[tuple[int, int, Number | str]] = [(item.start, item.end, item) for item in numbers]
    spots += [(start, end, text[start:end]) for start, end in words]
    for (_, end, first), (start, _, second) in pairwise(sorted(spots, key=lambda spot: spot[0])):
        between, before = text[end:start], text[: spots[0][0]]
        if re.fullmatch(r"\W*(?:→|->|-->|=>|⟶)\W*", between) or (
            re.fullmatch(r"\W*(?:to|auf|à|a|na|до)\W*", between, re.IGNORECASE)
            and re.search(
                r"\b(?:from|von|de|da|z|od|с|от)\W*$", text[: end - len(_text(first))] or before, re.IGNORECASE
            )
        ):
            yield first, second
        elif _INSTEAD.fullmatch(between):
            yield second, first
        elif _AT_FIRST.fullmatch(between):
            yield first, second


def _text(value: Number | str) -> str:
    return value if isinstance(value, str) else value.text


def _is_value(said: Number | str, value: Any) -> bool:  # noqa: ANN401 - a setting is any plain value
    if isinstance(said, str):
        return plain_value(said) == plain_value(str(value or "none"))
    return isinstance(value, int | float) and not isinstance(value, bool) and fits(said, float(value))


def _other_factor(text: str, difference: Difference) -> str:
    """ "Halved", where it was divided by ten."""  # noqa: D210
    values = [*difference.baseline, *difference.changed]
    if len(values) != 2 or not all(
        isinstance(item, int | float) and not isinstance(item, bool) and item for item in values
    ):
        return ""
    ratio = values[1] / values[0]
    said = plain(text)
    wrong = ""
    for pattern, factor in _FACTOR:
        for hit in pattern.finditer(said):
            around = said[max(0, hit.start() - 25) : hit.end() + 25]
            if any(abs(factor - value) < 1e-9 for value in values):
                continue  # "a tenth" may be the value
            if _NOT_ITS.search(around) or re.search(
                r"\b(?:from|to|at|is|was|of)\W+$", said[: hit.start()], re.IGNORECASE
            ):
                continue
            smaller = re.match(r"\W*(?:smaller|lower|less|reduced|slower|weaker)", said[hit.end() :], re.IGNORECASE)
            either = smaller or re.search(r"\bfactor\W+(?:of\W+)?$", said[: hit.start()])
            if any(abs(ratio / item - 1) < 0.03 for item in ((factor, 1 / factor) if either else (factor,))):
                return ""
            wrong = wrong or f"the template says {hit[0]!r}, and the records say {difference}"
    return wrong


def _other_variable(text: str, difference: Difference, comparison: Comparison) -> str:
    """Another setting is named as the one that was changed, and the varied one is not named at all."""
    named = [item.name for item in loose_names(plain(text))]
    about = {name.lower() for name in names_of(difference.name)}
    lower = plain(text).lower()
    if (
        not named
        or difference.name in named
        or any(word in lower for word in about)
        or difference.kind != "setting"
        or _gives_both(lower, difference)
    ):
        return ""
    others = [
        name for name in named if name in comparison.settings and name not in ("model", "data", "code", "seed")
    ]
    if not others or re.search(
        r"\b(?:not|nothing|else|only|rest|other|same|unchanged|constant|held|kept|subset)\b", lower
    ):
        return ""
    return f"the template names {others[0].replace('_', ' ')} as what was changed, and the records say {difference}"


def _gives_both(lower: str, difference: Difference) -> bool:
    """Both recorded values, where they are words: what else is named explains them."""
    values = [*difference.baseline, *difference.changed]
    return all(isinstance(value, str) and plain_value(value) in plain_value(lower) for value in values)


def other_change(text: str, difference: Difference) -> str:
    """What a text says that the setting was changed from or to, where no run had it; "" where nothing is wrong.

    Only "A → B", "from A to B", "B instead of A" and the like are read; an order is none of its claims.
    """
    text = plain(text)
    values = [*difference.baseline, *difference.changed]
    numeric = [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numeric) < 2 or len(numeric) != len(values):
        return ""
    for first, second in _written_changes(text, difference.name):
        for number in (first, second):
            if not any(fits(number, value) for value in numeric):
                return number.text
    return ""


_OTHER_UNIT = re.compile(
    rf"\s*(?:{ITEMS}|row|steps?|updates|epochs?|tokens|seeds?|runs?|times|arms?|lines?|"
    r"classes|points?|%|x\b|×|\))",
    re.IGNORECASE,
)


def _stray_value(text: str, difference: Difference, comparison: Comparison) -> str:
    """A number of the setting's kind that is neither arm's value, where the text names the setting and no other
    number can be meant.
    """
    text = plain(text)
    found = (*difference.baseline, *difference.changed)
    values = [float(value) for value in found if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(values) < 2 or len(values) != len(found):
        return ""
    others = [float(value) for value in comparison.settings.values() if isinstance(value, int | float)]
    name = difference.name
    lower = text.lower()
    if not any(word.lower() in lower for word in names_of(name)):
        return ""
    numbers = [
        item for item in find_numbers(text) if not (item.times or item.percent or item.spelled or item.points)
    ]
    whole = all(value.is_integer() for value in values)
    for number in numbers:
        size = abs(number.value) / max(values)
        if number.signed or any(fits(number, value) for value in others):
            continue
        if number.whole != whole or not 0.04 <= size <= 25 or _OTHER_UNIT.match(text[number.end :]):
            continue
        if (whole and number.value < 8) or re.search(
            r"(?:factor of|by|times|seed|epoch|/)\s*$", text[: number.start], re.IGNORECASE
        ):
            continue
        if not any(fits(number, value) for value in values):
            return number.text
    return ""


def _written_changes(text: str, name: str) -> Iterator[tuple[Number, Number]]:
    numbers = [
        number for number in find_numbers(text) if not number.times and not number.percent and not number.spelled
    ]
    if len(numbers) == 2 and (named := _OLD_NEW.match(text)) is not None and named.end() >= numbers[1].start:
        yield numbers[0], numbers[1]
        return
    about = {word.lower() for word in names_of(name)}
    lower = text.lower()
    for first, second in pairwise(numbers):
        between = text[first.end : second.start]
        if _CHANGE.fullmatch(between) and (
            len(numbers) == 2 or any(word in lower[: first.start] for word in about)
        ):
            yield first, second
            return
