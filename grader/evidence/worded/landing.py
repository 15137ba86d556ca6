"""Where wrong answers land: a place is said to get more than by its size, than was expected, or most of all."""

import re
from collections.abc import Iterator

from grader.evidence.worded.fractions import FRACTION, fraction_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary
from grader.reading.nouns import ITEMS
from grader.reading.vocabulary import Mention

PLACES = ("head", "similar_mid", "other_mid", "other_tail")
_OF_TAIL = re.compile(
    rf"\b(?:errors|mistakes|{ITEMS}|answers|predictions)(?: \w+){{0,2}} (?:on|of|for|from) (?:the )?(?:tail|"
    rf"rare)(?: classes| {ITEMS})?|\btail (?:{ITEMS}|errors|mistakes)|"
    rf"\brare {ITEMS}|\btail's (?:errors|mistakes)|\bswallows? (?:the )?(?:rare {ITEMS}|tail|everything)"
)
_MORE = re.compile(
    r"\b(?:(?P<over>more|más|mehr|più|mais|too (?:much|many)|over-?represented|above|exceeds?|larger|higher|"
    r"bigger|over)|"
    r"(?P<under>fewer|menos|weniger|meno|moins|less|too (?:little|few)|under-?represented|below|smaller|lower|"
    r"under))\b"
)
_SIZE = re.compile(
    r"\b(?:by (?:class )?sizes?|(?:its|their|the|class) sizes?(?: alone)?|sizes(?: of the classes)? (?:alone|"
    r"would|suggests?|predicts?|explains?|gives?)|chance(?: level)?|in proportion|proportional|(?:its|"
    r"their) (?:fair )?(?:due|share)|than (?:it|they) should|(?:daría|por) (?:el )?tamaño|größe (?:allein|nach)|"
    r"nach (?:der )?(?:klassen)?größe|(?:donnerait|par) la taille|per (?:la )?dimensione|pelo tamanho)\b"
)
_EXPECTED = re.compile(
    r"\b(?:expected|expectation|my guess|i guessed|guessed|i thought|i said|predicted|estimated)\b"
)
_GUESS = re.compile(
    r"\b(?P<high>overestimat\w+|overrated|(?:guess\w*|expected|was|were) too (?:high|much|many)|expected more|"
    r"thought more)\b|"
    r"\b(?P<low>underestimat\w+|underrated|(?:guess\w*|expected|was|were) too (?:low|little|few)|"
    r"expected (?:less|fewer)|thought (?:less|fewer))\b"
)
_MOST = re.compile(
    r"\b(?:most|the (?:larger|greater|bigger) part|more than half|over half|the majority|the bulk) of (?:the|"
    r"these|those|all|its|their)\b[^.;]{0,45}?\b(?:lands?|ends?|goes|go|falls?|are|lie|landed|ended)\b"
)
_PART = re.compile(
    rf"(?<!\w){FRACTION} (?:of )?(?:the |these |those |all |its |their )*(?:tail's |tail |wrong )?(?:errors|"
    rf"mistakes|wrong answers|predictions|them)\b[^.;]{{0,40}}?\b(?:lands?|ends?|goes|go|falls?|are|lie|landed|"
    rf"ended|went)\b"
)
_LARGEST = re.compile(
    r"\b(?P<first>(?:the )?(?:largest|biggest|most frequent|most common|main|highest)) (?:share|destination|"
    r"place|part|landing place|target|portion)\b"
)


def wrong_shares(reading: Reading, values: Values) -> Iterator[Doubt]:
    """What is said of where errors land, and the table of places says otherwise."""
    if (
        reading.sentence.row
        or not reading.tiers
        or _found(values, "head") is None
        or vocabulary.has("context", "elsewhere", reading.sentence.text)
    ):
        return
    yield from _most(reading, values)
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        places = _places(reading, start, end)
        if not places and _SIZE.search(clause):
            places = _places(reading, 0, start)
        if len({item.name for item in places}) != 1 or re.search(
            r"\bwould\b(?! (?:suggest|explain|predict|give|put|do|have))|\?", clause
        ):
            continue
        place = places[0].name
        guess = _GUESS.search(clause)
        if guess is not None:
            if not reading.is_denied(start, start + guess.end()):
                yield from _guessed(reading, values, place, guess)
            continue
        more = _MORE.search(clause)
        size, expected = _SIZE.search(clause), _EXPECTED.search(clause)
        if (
            more is None
            or (size is None) == (expected is None)
            or re.search(r"\d", clause)
            or reading.is_denied(start, end)
        ):
            continue
        column = "by_size" if size is not None else "expected"
        # "I expected more than I found" is about what was expected.
        up = (more["over"] is not None) != (expected is not None and expected.start() < more.start())
        yield from _judged(reading, values, place, column, more[0], up=up)


def _places(reading: Reading, start: int, end: int) -> list[Mention]:
    """The places that a clause names as such: not those of "errors on tail items"."""
    source = [hit.span() for hit in _OF_TAIL.finditer(reading.lower)]
    found = []
    for item in reading.tiers:
        if start <= item.start < end and not any(a <= item.start < b for a, b in source):
            name = (
                "other_tail"
                if item.name == "tail" and re.search(r"each other|one another", reading.lower)
                else item.name
            )
            if name in (*PLACES, "mid"):
                found.append(Mention(name, item.start, item.end))
    return found


def _found(values: Values, place: str, column: str = "found") -> float | None:
    if place == "mid":
        parts = [values.landed(name, column) for name in ("similar_mid", "other_mid")]
        return None if None in parts else sum(part for part in parts if part is not None)
    return values.landed(place, column)


def _judged(reading: Reading, values: Values, place: str, column: str, words: str, *, up: bool) -> Iterator[Doubt]:
    found, other = _found(values, place), _found(values, place, column)
    if found is None or other is None:
        return
    close = abs(found - other) < 0.01
    much = re.search(r"\b(?:clearly|far|much|well|considerably)\b", reading.lower) is not None
    if ((found > other) != up and not close) or (close and much):
        name, called = place.replace("_", " "), column.replace("_", " ")
        yield reading.doubt(f"{words!r}: {name} is {found:.3f} found and {other:.3f} {called}")


def _guessed(reading: Reading, values: Values, place: str, guess: re.Match[str]) -> Iterator[Doubt]:
    found, expected = _found(values, place), _found(values, place, "expected")
    if found is None or expected is None or abs(found - expected) < 0.005:
        return
    if (expected > found) != (guess["high"] is not None):
        text = f"{place.replace('_', ' ')} was expected at {expected:.3f} and found at {found:.3f}"
        yield reading.doubt(f"{guess[0]!r}: {text}")


def _most(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A place is said to get most of the errors, or the largest share."""
    if reading.unsaid:
        return
    shares = {place: share for place in PLACES if (share := _found(values, place)) is not None}
    for hit in _MOST.finditer(reading.lower):
        behind = [item for item in _places(reading, hit.end(), hit.end() + 30) if item.name in shares]
        if behind and not reading.is_denied(max(0, hit.start() - 20), hit.end()) and shares[behind[0].name] < 0.5:
            yield _told(reading, hit[0], shares)
    for hit in _PART.finditer(reading.lower):
        behind = [
            item for item in _places(reading, hit.end(), hit.end() + 40) if _found(values, item.name) is not None
        ]
        if (
            not behind
            or reading.is_denied(max(0, hit.start() - 20), hit.end())
            or _SIZE.search(reading.lower)
            or _EXPECTED.search(reading.lower)
        ):
            continue
        share = _found(values, behind[0].name)
        if share is not None and not fraction_of(hit).fits(share):
            yield _told(reading, hit[0].strip(), shares)
    for hit in _LARGEST.finditer(reading.lower):
        start, end = reading.clause_at(hit.start())
        here = {item.name for item in _places(reading, start, end) if item.name in shares}
        if (
            len(here) != 1
            or reading.is_denied(start, hit.end())
            or re.search(r"second|third", reading.lower[start : hit.end()])
        ):
            continue
        if (
            shares[next(iter(here))] < max(shares.values()) - 1e-9
            and not _SIZE.search(reading.lower)
            and not _EXPECTED.search(reading.lower)
        ):
            yield _told(reading, hit[0], shares)


def _told(reading: Reading, words: str, shares: dict[str, float]) -> Doubt:
    told = ", ".join(f"{place.replace('_', ' ')} {share:.3f}" for place, share in shares.items())
    return reading.doubt(f"{words!r}: {told}")
