"""Numbers that belong to something else than the sentence says: to the other model, to the opposite outcome, to
another column, to the rest of the whole.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from grader.evidence.agreeing import all_agreeing
from grader.evidence.boards import boards_of
from grader.evidence.facts import UNIT_FRACTION, Fact, Kind, agreed
from grader.evidence.measured import Measured
from grader.evidence.runs import CASES
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.model import Case
from grader.reading.claimed import claimed
from grader.reading.numbers import Number, find_numbers

_OPPOSITE = {
    "won": ("lost",),
    "lost": ("won", "kept"),
    "kept": ("lost",),
    "fixed": ("broken",),
    "broken": ("fixed",),
}
_PIECE = re.compile(r"[;:,，。；、]|\b(?:and|but|while|und|aber|et|mais|y|pero|e|ma|mas|i|ale|и|но)\b")
_REST = re.compile(
    r"\b(?:rest|remain\w*|other\w*|left|without|outside|large\w*|big\w*|not|only \w+ (?:one|class)|übrig\w*|"
    r"andere\w*|autres?|restant\w*|otr[oa]s?|resto|altr[ie]|outr[oa]s?|pozosta\w+|reszt\w+|остал\w+)\b|n't\b"
)
_TOLD = re.compile(r"[a-z] [a-z].*\d|\d.*[a-z] [a-z]")
LONGEST = 200
"""Characters of a line that says one thing."""
DIGITS = 3
"""Digits of a percentage that is rarely a whole's rest by chance."""


def numbers_of_another_owner(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The candidate flips 0.0 % and 2.6 %”, where these are the champion's and nothing of it was measured."""
    if reading.doubtful or reading.sentence.row:
        return
    families = _families(values.measured)
    owners = {owner for found in families.values() for owner in found}
    named = {owner for owner in owners if re.search(rf"\b{re.escape(owner)}\b", reading.lower)}
    numbers = [item for item in reading.sentence.numbers if not item.spelled and not item.signed]
    if len(named) != 1 or len(numbers) < 2:
        return
    (name,) = named
    for family, found in families.items():
        if len(found) != 1 or name in found:
            continue
        (owner,) = found
        hits = [item for item in numbers if any(agreed(fact, item) for fact in found[owner])]
        quoted = {fact.title for item in hits for fact in found[owner] if agreed(fact, item)}
        about = {word for fact in found[owner] for word in fact.title.split("_")}
        if len(quoted) > 1 and len(hits) == len(numbers) and about & set(re.findall(r"\w+", reading.lower)):
            yield reading.doubt(f"{family} was measured of {owner} alone, and the numbers are its own")
            return


@lru_cache(maxsize=CASES)
def _families(measured: Measured) -> Mapping[str, Mapping[str, list[Fact]]]:
    """Value records of three parts, by the first and by the second: what was measured, and of what."""
    found: dict[str, dict[str, list[Fact]]] = {}
    for name, value, position in measured.named:
        parts = name.split(".")
        if len(parts) == 3:
            fact = Fact(value, Kind.NAMED, "", (), position, parts[2], UNIT_FRACTION)
            found.setdefault(parts[0], {}).setdefault(parts[1].replace("_", " "), []).append(fact)
    return found


def swapped_outcomes(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“It wins 10 and loses 2”, where the output says that it loses 10 and wins 2."""
    if reading.doubtful or reading.sentence.row:
        return
    mine = list(_outcomes(reading.sentence.text))
    if not mine or claimed("outcomes", "denied", reading.lower):
        return
    owners = {owner for found in _families(values.measured).values() for owner in found}
    subject = _subject(reading.lower, owners)
    for line in _lines(values.measured.case):
        printed = list(_outcomes(line))
        if len(printed) < 2 or (subject and subject != _subject(line.lower(), owners)):
            continue
        own = [(name, number) for name, number in mine if any(_equal(number, other) for _, other in printed)]
        wrong = [(name, number) for name, number in own if _is_opposite(name, number, printed)]
        if not own or not wrong or len(own) < 2:
            continue
        _, number = wrong[0]
        yield reading.doubt(f"{number.text}: an output says {' '.join(line.split())[:120]!r}")
        return


def _outcomes(text: str) -> Iterator[tuple[str, Number]]:
    """Each outcome with the number that is in its piece of the sentence."""
    lower = text.lower()
    cuts = [0, *(hit.start() for hit in _PIECE.finditer(lower)), len(lower)]
    numbers = [item for item in find_numbers(text) if item.upper is None]
    for start, end in pairwise(cuts):
        piece = lower[start:end]
        names = [name for name in _OPPOSITE if claimed("outcomes", name, piece) is not None]
        here = [item for item in numbers if start <= item.start < end]
        if len(names) == 1 and len(here) == 1:
            yield names[0], here[0]


def _equal(first: Number, second: Number) -> bool:
    if first.percent != second.percent:
        return False
    unit = max(reading.unit for item in (first, second) for reading in item.readings[:1])
    return abs(first.value - second.value) < 0.51 * unit


def _is_opposite(name: str, number: Number, printed: list[tuple[str, Number]]) -> bool:
    """The output gives the number to the opposite outcome, and another to this one."""
    same = [other for found, other in printed if found == name]
    opposite = [other for found, other in printed if found in _OPPOSITE[name]]
    return any(_equal(number, other) for other in opposite) and not any(_equal(number, other) for other in same)


def _subject(lower: str, owners: set[str]) -> str:
    """The model that a sentence names first."""
    places = {owner: hit.start() for owner in owners if (hit := re.search(rf"\b{re.escape(owner)}\b", lower))}
    return min(places, key=lambda owner: places[owner]) if places else ""


@lru_cache(maxsize=CASES)
def _lines(case: Case) -> tuple[str, ...]:
    """Short lines of outputs in which words and a number are."""
    outputs = (output for cell in case.notebook.cells for output in cell.outputs)
    lines = (line for output in outputs for line in (output.text or "")[:20_000].splitlines())
    told = (line for line in lines if len(line) < LONGEST and _TOLD.search(line))
    return tuple(dict.fromkeys(told))


def rest_for_the_share(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“They hold 26.9 % of the rows”, where they hold 73.1 %."""
    if reading.doubtful or reading.sentence.row or _REST.search(reading.lower):
        return
    for number in reading.sentence.numbers:
        digits = re.sub(r"\D", "", number.text).lstrip("0")
        if not number.percent or number.signed or len(digits) < DIGITS:
            continue
        known = all_agreeing(number, values.measured)
        if any(
            fact.words & reading.sentence.stems or fact.metric in reading.sentence.metric_names for fact in known
        ):
            continue
        rest = _rest_of(number)
        facts = [fact for fact in values.measured.named_facts if fact.kind is Kind.NAMED and agreed(fact, rest)]
        facts = [fact for fact in facts if fact.unit == UNIT_FRACTION and fact.words & reading.sentence.stems]
        if facts and _quotes_beside(reading, number, facts[0], values):
            yield reading.doubt(f"{number.text} is the rest: {facts[0].title} is {facts[0].value:.1%}")
            return


def _rest_of(number: Number) -> Number:
    text = f"{100 - number.value:.{max(0, number.readings[0].decimals)}f} %"
    return find_numbers(text)[0]


def _quotes_beside(reading: Reading, number: Number, fact: Fact, values: Values) -> bool:
    """Another number of the sentence is of the same output."""
    others = [item for item in reading.sentence.numbers if item is not number and not item.spelled]
    near = [
        item for item in values.measured.named_facts if item.kind is Kind.NAMED and item.position == fact.position
    ]
    return any(agreed(item, other) for other in others for item in near)


_SEEDS = re.compile(
    r"\W*(?:with|for|under|on|in|at|bei|mit|avec|pour|con|en|para|com|przy|dla|при|с)?\W*"
    r"(?:the |las? |les |i |os )?"
    r"(?:seeds?|graines?|semillas?|semi|seme|sementes?|ziarn\w*|сид\w*)\s+(?P<list>\d+(?:\s*(?:,|and|und|et|y|e|i|&|и)\s*\d+)*)"
)


def values_of_other_seeds(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“F1 is 1.00 with seed 103 and 0.00 with the two others”, where seed 101 has the 1.00."""
    if reading.doubtful or reading.sentence.row:
        return
    text = reading.sentence.text
    for board in boards_of(values.measured):
        by_seed = {int(hit[1]): column for column in board.columns if (hit := re.search(r"seed (\d+)$", column))}
        rows = {row for _, _, row in board.find_rows(text)}
        if len(by_seed) < 2 or len(rows) != 1:
            continue
        (row,) = rows
        for number in find_numbers(text):
            said = _SEEDS.match(reading.lower, number.end)
            if said is None or number.spelled or number.text.isdecimal():
                continue
            cells = {
                seed: board.cell(row, by_seed[seed])
                for seed in map(int, re.findall(r"\d+", said["list"]))
                if seed in by_seed
            }
            known = {seed: cell for seed, cell in cells.items() if cell is not None}
            wrong = [seed for seed, cell in known.items() if not agreed(cell, number)]
            if wrong and any(
                agreed(cell, number) for column in by_seed.values() if (cell := board.cell(row, column))
            ):
                yield reading.doubt(f"{number.text}: with seed {wrong[0]} {row} has {known[wrong[0]].value:.2f}")
                return


_MEASURED = {
    "MB": (re.compile(r"\s?(?:mb|megabytes?|mégaoctets?|mo|мб)\b"), re.compile(r"\b(?:size|mb)\b")),
    "parameters": (
        re.compile(r"\s(?:\w+ )?(?:param[eè]t\w*|parámetros|parâmetros|параметр\w*)\b"),
        re.compile(r"\b(?:parameters|trains)\b"),
    ),
}
"""Units of what a file measures once and for all, by how they are written behind a number and in headings."""
HEADED = 24
"""Characters before a number in which its heading may be: "size_mb at most 2.29"."""


def values_of_nothing(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Half_length comes to half the size, 1.13 MB”, where no output shows such a size."""
    if reading.unsaid or reading.sentence.row:
        return
    for number in reading.sentence.numbers:
        for unit, (behind, heading) in _MEASURED.items():
            if behind.match(reading.lower, number.end) is None or number.spelled or number.times or number.signed:
                continue
            digits = re.sub(r"\D", "", number.text).lstrip("0")
            known = _measured(values.measured, heading, behind)
            given = [item.value for item in reading.sentence.numbers if item is not number]
            part = re.search(r"\d\s$", reading.lower[: number.start]) is not None  # of "19 968"
            if part or len(digits) < DIGITS or len(known) < 2 or _follows(number, [*known, *given]):
                continue
            why = f"{number.text} {unit}: no output shows it, nor two whose difference it is"
            yield reading.doubt(why)
            return


@lru_cache(maxsize=4 * CASES)
def _measured(measured: Measured, heading: re.Pattern[str], behind: re.Pattern[str]) -> tuple[float, ...]:
    """Every value under such a heading, and every number that the notebook's texts give with the unit."""
    found = [
        cell.value for board in boards_of(measured) for (row, column), cell in board.cells.items()
        if heading.search(column) or heading.search(row)
    ]  # fmt: skip
    prompts = [cell.source for cell in measured.case.assignment.cells if cell.cell_type == "markdown"]
    for text in (*measured.case.printed, *prompts):
        lower = text[:40_000].lower()
        found += [
            item.value for item in find_numbers(lower)
            if behind.match(lower, item.end)
            or heading.search(lower[max(0, item.start - HEADED) : item.start].replace("_", " "))
        ]  # fmt: skip
    return tuple(dict.fromkeys(value for value in found if value > 0))


def _follows(number: Number, known: list[float]) -> bool:
    """It is a rounding of one of them, or of the difference of two."""
    units = [(reading.value, 0.51 * reading.unit) for reading in number.readings]
    ways = {value for a in known for b in known for value in (a, abs(a - b))}
    return any(abs(way - value) <= half for way in ways for value, half in units)


_COUNTS = re.compile(r"(?<![\w.,/-])(?P<count>\d{2,6}) (?P<noun>[^\W\d_]{4,}s)\b")
LEAST_COUNT = 13


def counts_of_another_noun(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Both were trained for 39 epochs”, where the outputs have 39 steps, and never 39 epochs."""
    if reading.unsaid:
        return
    counted = _counted(values.measured)
    for hit in _COUNTS.finditer(reading.lower):
        count, noun = int(hit["count"]), hit["noun"]
        own = {other for other, counts in counted.items() if count in counts}
        if count >= LEAST_COUNT and own and noun in counted and noun not in own:
            told = ", ".join(map(str, sorted(counted[noun])[:4]))
            why = f"{hit[0]!r}: the outputs have {count} {min(own)}, and {noun} {told}"
            yield reading.doubt(why)
            return


@lru_cache(maxsize=CASES)
def _counted(measured: Measured) -> Mapping[str, frozenset[int]]:
    """What the outputs count: nouns with their numbers, in lines and under headings."""
    found: dict[str, set[int]] = {}
    for text in measured.case.printed:
        for hit in _COUNTS.finditer(text[:40_000].lower()):
            found.setdefault(hit["noun"], set()).add(int(hit["count"]))
    for board in boards_of(measured):
        for (_, column), cell in board.cells.items():
            if re.fullmatch(r"[a-z]{3,}s", column) and float(cell.value).is_integer():
                found.setdefault(column, set()).add(int(cell.value))
    return {noun: frozenset(counts) for noun, counts in found.items()}
