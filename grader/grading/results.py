"""Results as JSON lines: one submission a line, canonical, and read back into the same values.

`grader/result.schema.json` documents the line; the tests hold every line they write against it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from grader.checks.base import plain
from grader.errors import ResultError
from grader.model import SCHEMA, CellResult, Evidence, Likeness, Outcome, Result, Sketch, Verdict
from grader.output.storage import RESULTS

FILE = RESULTS
# What some readers take for the end of a line, and what a terminal obeys. JSON's escapes take their place.
_OBEYED = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def to_line(result: Result) -> str:
    """One line of JSON without its line end; the same result gives the same text. Numbers that are not finite,
    which JSON has not, become text: "nan", "inf".
    """
    try:
        line = json.dumps(result, default=_fields, sort_keys=True, ensure_ascii=False, allow_nan=False)
    except ValueError:
        whole = json.loads(json.dumps(result, default=_fields), parse_constant=lambda name: str(float(name)))
        line = json.dumps(whole, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def from_line(line: str) -> Result:
    """The result that `to_line` wrote. ResultError where the line was cut, or is of another version."""
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise ResultError(f"A line of {FILE} is not JSON ({error}): it was cut or edited. Grade again.") from error
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        found = raw.get("schema") if isinstance(raw, dict) else type(raw).__name__
        raise ResultError(
            f"A line of {FILE} has schema {found!r}, expected {SCHEMA!r}. Grade again with this version."
        )
    try:
        return _result(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise ResultError(f"A line of {FILE} lacks a field or has a wrong one ({error}). Grade again.") from error


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a file of results; the last one of a run that was killed may be cut, even within a character."""
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        for line in file:
            yield line.removesuffix("\n")


def read_results(path: Path) -> tuple[Result, ...]:
    """Every result of a file, in order; ResultError names the line that cannot be read."""
    results = []
    for number, line in enumerate(lines_of(path), 1):
        try:
            results.append(from_line(line))
        except ResultError as error:
            raise ResultError(f"{path}, line {number}: {error}") from error
    return tuple(results)


def _fields(value: Any) -> Any:  # JSON values have no one type
    """What JSON has no form for: a dataclass as its fields, without the deep copy of `dataclasses.asdict`."""
    if is_dataclass(value):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    return plain(value)


def _result(raw: Mapping[str, Any]) -> Result:
    parsed = dict(raw)
    parsed["remarks"] = tuple(raw["remarks"])
    parsed["needs_person"] = tuple(raw["needs_person"])
    parsed["team"] = tuple(raw.get("team", ()))
    sketch = raw.get("sketch", {"nonces": (), "memos": {}})
    parsed["sketch"] = Sketch(tuple(sketch["nonces"]), dict(sketch["memos"]), dict(sketch.get("marks", {})))
    parsed["alike"] = tuple(Likeness(**item) for item in raw.get("alike", ()))
    parsed["cells"] = tuple(_cell(item) for item in raw["cells"])
    return Result(**parsed)


def _cell(raw: Mapping[str, Any]) -> CellResult:
    verdicts = tuple(_verdict(item) for item in raw["verdicts"])
    return CellResult(**{**raw, "verdicts": verdicts, "says_little": tuple(raw.get("says_little", ()))})


def _verdict(raw: Mapping[str, Any]) -> Verdict:
    evidence = tuple(Evidence(**item) for item in raw["evidence"])
    return Verdict(**{**raw, "outcome": Outcome(raw["outcome"]), "evidence": evidence})
