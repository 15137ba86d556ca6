"""How many predictions came true, where a notebook holds several."""

import re
from collections.abc import Iterator
from functools import lru_cache

from selectolax.lexbor import LexborNode

from grader.evidence.runs import CASES
from grader.evidence.settings import number_of
from grader.evidence.worded.outcomes import Foretold, foretold
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.model import Case
from grader.recover.excess import parse

_N = r"(?:one|two|three|four|five|six|seven|eight|\d)"
_COUNT = re.compile(
    rf"\b(?:(?P<all>(?:all|every one|each(?= of))(?: of (?:the|my|our|these|those|them))?(?: {_N})?"
    rf"(?: of (?:the|my|our|these|those|them))?)|"
    rf"(?P<none>none|not one)(?: of (?:the|my|our|these|them)(?: {_N})?)?|(?P<some>{_N})(?: out)? of (?:the |my |"
    rf"our |these )?{_N})\b"
)
_HELD = re.compile(
    r"\b(?:(?:held|holds?)(?! (?:constant|fixed|equal|the same|back|against))|"
    r"hold true|c[ao]me true|were (?:right|correct|borne out|confirmed)|was (?:right|correct|"
    r"borne out|confirmed)|"
    r"(?:lies?|lay|fell|falls?|is|are|was|were|stay(?:s|ed)?) (?:\w+ )?(?:in|inside|within) (?:the|my|our|its|"
    r"their) (?:\w+ )?(?:range|bounds?|"
    r"interval|band)s?)\b"
)
_ABOUT = re.compile(
    r"\bpredict\w*|\bforecast\w*|\bhad (?:written|guessed|expected)\b|\bexpect\w*|\bbeforehand\b|"
    r"\brange\b"
)
_CUT = re.compile(r"[;:]|,\s+(?:and|but|while|so|which|with)\b|\bwith\b")
_COLUMN = "as predicted?"
_NOT = re.compile(r"\b(?:not all|n't|would|if|whether|direction|sign|way|ones? of)\b|n't\b|\?\s*$")


def miscounted_predictions(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“All four held”, where the change of one lies outside of its range."""
    text = reading.lower
    if _ABOUT.search(f"{reading.earlier} {text}") is None or _NOT.search(text):
        return
    said, held = _claim(text)
    if said is None or held is None:
        return
    total = _total(said)
    printed = [rows for rows in _printed(values.measured.case) if total in (0, len(rows))]
    if printed and not any(_is_so(said, sum(rows), len(rows)) for rows in printed):
        why = f"{said[0]!r} … {held[0]!r}: a table says yes to {sum(printed[0])} of {len(printed[0])}"
        yield reading.doubt(why)
        return
    judged = [
        (first, _held(outcome))
        for first, second in values.measured.experiments
        if (outcome := foretold(first, second)) is not None
    ]
    if len(judged) < 2 or any(right is None for _, right in judged) or (total and total != len(judged)):
        return
    count = sum(bool(right) for _, right in judged)
    if not _is_so(said, count, len(judged)):
        missed = next((f", not that of {group.title}" for group, right in judged if not right), "")
        why = f"{said[0]!r} … {held[0]!r}: {count} of {len(judged)} changes lie in their range{missed}"
        yield reading.doubt(why)


def _claim(text: str) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """A count and the words that so many held, in one clause."""
    for said in _COUNT.finditer(text):
        held = _HELD.search(text, said.end())
        between = text[said.end() : held.start()] if held is not None else ""
        if held is not None and len(between) <= 70 and not _CUT.search(between):
            return said, held
    return None, None


def _is_so(said: re.Match[str], count: int, of: int) -> bool:
    return count == (of if said["all"] else 0 if said["none"] else number_of(said["some"]))


@lru_cache(maxsize=CASES)
def _printed(case: Case) -> tuple[tuple[bool, ...], ...]:
    """The answers of every table's column "as predicted?", where it has two or more."""
    found = []
    for cell in case.notebook.cells:
        for output in cell.outputs if cell.cell_type == "code" else ():
            if output.html and _COLUMN in output.html and "<table" in output.html:
                body = parse(output.html[:200_000]).body
                found += [_answers(table) for table in body.css("table")] if body is not None else []
    return tuple(rows for rows in found if len(rows) > 1)


def _answers(table: LexborNode) -> tuple[bool, ...]:
    rows = [[(item.text(deep=True) or "").strip() for item in row.css("th, td")] for row in table.css("tr")]
    place = next((row.index(_COLUMN) for row in rows if _COLUMN in row), None)
    answers = [row[place] for row in rows if place is not None and len(row) > place]
    return tuple(answer == "yes" for answer in answers if answer in ("yes", "no"))


def _held(outcome: Foretold) -> bool | None:
    if outcome.right_way is False:
        return False
    return outcome.within


def _total(said: re.Match[str]) -> int:
    """Of how many it speaks; 0 where it does not say."""
    words = re.findall(rf"\b{_N}\b", said[0].replace("every one", ""))
    return int(number_of(words[-1])) if words and not (said["some"] and len(words) < 2) else 0
