"""What is said of several rows: how many lie beyond a bound, which is first by two measures, and by what factor."""

import re
from collections.abc import Iterator

from grader.evidence.settings import number_of
from grader.evidence.worded.boards import is_cost
from grader.evidence.worded.families import Family, families_of
from grader.evidence.worded.ranks import LEAST, level
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading.claimed import claimed

_SOME_OF = re.compile(
    r"\b(?P<count>\w+) (?:out )?(?:of (?:the |all |these |its |my )?|der |von (?:den )?|des |de (?:los |las )?|"
    r"dei |delle )(?P<of>\w+)\b(?P<between>[^.;]{0,90}?)\b(?P<side>above|over|more than|greater than|higher than|"
    r"at least|below|under|less than|lower than|smaller than|über|unter|au-dessus de|en dessous de|por encima de|"
    r"por debajo de|sopra|sotto) (?P<bound>\d+(?:[.,]\d+)?)(?![\w%])(?! ?%)"
)
_OVER = re.compile(r"above|over|more|greater|higher|at least|über|au-dessus|encima|sopra")


def wrong_counts_beyond(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Four of the six runs have a ratio above 1”, where three have."""
    if reading.unsaid or reading.sentence.row:
        return
    for hit in _SOME_OF.finditer(reading.lower):
        if reading.is_denied(hit.start("between"), hit.end()):
            continue
        count, rows, bound = _number(hit["count"]), _number(hit["of"]), float(hit["bound"].replace(",", "."))
        above = _OVER.search(hit["side"]) is not None
        if count is None or rows is None:
            continue
        judged = []
        for family in families_of(values.measured):
            for name in family.find_others(hit["between"]) if len(family.values) == rows else ():
                cells = [cell for label in family.values if (cell := level(family.values[label], name)) is not None]
                beyond = sum(cell > bound if above else cell < bound for cell in cells)
                judged.append((count == beyond, f"{name} is so in {beyond} of {rows}"))
        if judged and not any(right for right, _ in judged):
            yield reading.doubt(f"{hit[0]!r}: {judged[0][1]}")
            return


def _number(word: str) -> int | None:
    """A count in digits or words; None where it is neither."""
    found = 0.0 if word in ("none", "keine", "aucun", "ninguno", "nessuno") else number_of(word)
    return int(found) if found >= 0 else None


_ALSO = re.compile(
    r"\b(?:also|the same|at once|itself|too|auch|zugleich|aussi|également|también|anche|também|również|też|также)\b"
)


def wrong_meetings(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The month with the largest divergence also has the worst accuracy”, where these are two months."""
    if reading.unsaid or reading.sentence.row or _ALSO.search(reading.lower) is None:
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        also = _ALSO.search(clause)
        if also is None or reading.is_denied(start, end):
            continue
        sides = (clause[: also.start()], clause[also.end() :])
        judged = [
            told for family in families_of(values.measured) if len(family.values) >= LEAST
            for told in _meets(family, sides)
        ]  # fmt: skip
        if judged and not any(right for right, _ in judged):
            yield reading.doubt(f"{also[0]!r}: {judged[0][1]}")
            return


def _meets(family: Family, sides: tuple[str, str]) -> Iterator[tuple[bool, str]]:
    """Whether what is the first by one measure is the first by the other as well."""
    found = []
    for side in sides:
        names = family.find_others(side)
        most, least = claimed("tops", "most", side), claimed("tops", "least", side)
        best, worst = re.search(r"\bbest\b", side), re.search(r"\bworst\b", side)
        if len(names) != 1 or sum(item is not None for item in (most, least, best, worst)) != 1:
            return
        name = min(names)
        up = most is not None or (best is not None and not is_cost(name)) or (worst is not None and is_cost(name))
        cells = {label: cell for label, own in family.values.items() if (cell := level(own, name)) is not None}
        if len(cells) < LEAST:
            return
        end = (max if up else min)(cells.values())
        found.append((name, {label for label, cell in cells.items() if cell == end}))
    (first, mine), (second, others) = found
    if first != second:
        yield bool(mine & others), f"{first} has its end in {', '.join(mine)}, {second} in {', '.join(others)}"


_TIMES = re.compile(
    r"\b(?P<count>\d+(?:\.\d+)?|\w+)(?: ?-?times|-?mal| fois| veces| volte| vezes) (?:so )?(?:(?P<less>smaller|"
    r"lower|less|weaker|lighter|shorter|kleiner|niedriger|plus (?:petit\w*|faible\w*|bas\w*)|más (?:pequeñ\w+|"
    r"baj\w+)|menor\w*|più (?:piccol\w+|bass\w+))|(?P<more>larger|higher|more|greater|bigger|stronger|heavier|"
    r"longer|größer|höher|plus (?:grand\w*|haut\w*|élevé\w*)|más (?:grand\w+|alt\w+)|mayor\w*|più (?:grand\w+|"
    r"alt\w+))) (?:than|als|que|di|del\w*)\b"
)
AROUND = 0.15
"""The share by which a factor in words may miss its quotient."""


def wrong_factors_of_rows(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Elm's updates are about 40 times smaller than Oak's”, where Oak's are 40 times smaller."""
    if reading.unsaid or reading.sentence.row:
        return
    for hit in _TIMES.finditer(reading.lower):
        start, end = reading.clause_at(hit.start())
        factor = float(hit["count"]) if hit["count"][0].isdigit() else number_of(hit["count"])
        if factor < 2 or reading.is_denied(start, hit.start()):
            continue
        ways: list[tuple[bool, str]] = []
        for family in families_of(values.measured):
            own = {label for _, _, label in family.find(reading.sentence.text[start : hit.start()])}
            other = {label for _, _, label in family.find(reading.sentence.text[hit.end() : end])}
            if len(own) != 1 or len(other) != 1 or own == other:
                continue
            (a,), (b,) = own, other
            for name in family.values[a]:
                mine, theirs = level(family.values[a], name), level(family.values[b], name)
                if mine and theirs and mine * theirs > 0:
                    ratio = theirs / mine if hit["less"] else mine / theirs
                    told = f"{name} is {mine:.4g} of {a} and {theirs:.4g} of {b}"
                    ways += [(True, told)] * _near(ratio, factor) + [(False, told)] * _near(1 / ratio, factor)
        if ways and not any(right for right, _ in ways):
            yield reading.doubt(f"{hit[0]!r}: {ways[0][1]}")
            return


def _near(ratio: float, factor: float) -> bool:
    return abs(ratio - factor) <= AROUND * factor
