"""What is remarked without a verdict: given cells that were changed, arms that predicted alike, cells not read."""

import ast
import difflib
import re
from collections.abc import Iterator
from functools import lru_cache

from grader.code.released import ran_otherwise
from grader.evidence.runs import experiment_keys, find_arms
from grader.evidence.same_run import same_runs
from grader.evidence.submitted import read_program
from grader.model import Case, Match
from paribus.check.code.cells import parse
from paribus.course.assignment import Cell, Role
from paribus.course.yours import beside, without

TOLD = 3
"""Changed cells of which a line is shown."""
MAX_LINES = 400
_QUOTED = 70
_SHAPES = (Role.SETUP, Role.PARAMETERS)
"""Cells whose constants, or some of them, are another platform's or a student's choice."""
_WORD = re.compile(r"-{0,2}\w+(-\w+)*")
_DIGEST = re.compile(r"""release=["'][0-9a-f]{8,64}["']""")


def code_remarks(case: Case) -> Iterator[str]:
    """Sentences about a notebook's code; none of them costs a point."""
    changed = [match for match in case.matches.values() if _is_given(match)]
    if changed:
        told = "; ".join(_told(match) for match in changed[:TOLD])
        more = f"; and {len(changed) - TOLD} more" if len(changed) > TOLD else ""
        yield f"Given cells that were changed: {told}{more}."
    otherwise = list(ran_otherwise(case))
    if otherwise:
        more = f"; and {len(otherwise) - TOLD} more" if len(otherwise) > TOLD else ""
        yield f"Given code that ran otherwise than it was released: {'; '.join(otherwise[:TOLD])}{more}."
    for key in experiment_keys(case):
        arms = find_arms(case, key)
        alike = [same.baseline.seed for same in same_runs(arms, arms.vary) if same.by == "predictions"]
        if alike:
            seeds = ", ".join(map(str, alike))
            yield (
                f"The two arms of {key} give every item the same class (seed {seeds}), although their losses "
                "differ. A small change on little data may do that."
            )
    unread = read_program(case).unread
    if unread and case.records:
        cells = ", ".join(f"{case.cell_name(item.position)} ({item.why})" for item in unread[:TOLD])
        yield f"Code that was not followed: {cells}."


def _is_given(match: Match) -> bool:
    """A cell of code that is to be run as it is, and is there otherwise."""
    cell = match.recovered
    if match.cell.cell_type != "code" or match.unchanged is not False or cell is None:
        return False
    if cell.hidden or not cell.source.strip():
        return False
    if _of_any_release(match.cell.source) == _of_any_release(cell.source):
        return False
    if match.cell.role in _SHAPES:
        shapes = [_shape(source, match.cell.role) for source in (match.cell.source, cell.source)]
        return "" not in shapes and shapes[0] != shapes[1]
    return match.cell.role in (Role.CODE, Role.NOTEBOOK) and not _theirs_alone(match.cell, cell.source)


def _theirs_alone(cell: Cell, source: str) -> bool:
    """Only what the cell leaves to the student is otherwise: the values of the names in ``yours``, which do nothing
    that the given ones do not do.
    """
    yours = cell.options.get("yours", ())
    names = [yours] if isinstance(yours, str) else list(yours)
    given, handed = (parse(text).tree if names else None for text in (cell.source, source))
    if given is None or handed is None or without(given, names) != without(handed, names):
        return False
    return beside(handed, names) <= beside(given, names)


def _of_any_release(source: str) -> str:
    """A cell without the digest of its release: a file of another release is told apart elsewhere."""
    return _DIGEST.sub('release=""', source).strip()


@lru_cache(maxsize=64)
def _shape(source: str, role: Role) -> str:
    """A cell's syntax, with the constants that no platform and no student changes; "" where it cannot be read."""
    tree = parse(source).tree
    if tree is None:
        return ""
    named = ("id", "attr", "name", "arg", "module", "asname")
    return "\n".join(
        f"{type(node).__name__} {' '.join(str(getattr(node, name, '')) for name in named)}"
        if not isinstance(node, ast.Constant)
        else repr(node.value)
        for node in ast.walk(tree)
        if not isinstance(node, ast.Constant) or (role is Role.SETUP and _is_fixed(node.value))
    )


def _is_fixed(value: object) -> bool:
    """The same on every platform: numbers, and texts of one word. Paths, addresses and sentences differ."""
    return not isinstance(value, str) or bool(_WORD.fullmatch(value))


def _told(match: Match) -> str:
    """``train (line 8: “lr=config.learning_rate” became “lr=2e-3”)``."""
    source = match.recovered.source if match.recovered is not None else ""
    return f"{match.cell.key}{_difference(match.cell.source, source)}"


@lru_cache(maxsize=512)
def _difference(released: str, handed: str) -> str:
    """The first lines that differ, in brackets."""
    before, after = _lines(released), _lines(handed)
    if max(len(before), len(after)) > MAX_LINES:
        return ""
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for what, start, stop, begin, end in blocks:
        if what == "equal":
            continue
        old, new = _quoted(before[start:stop]), _quoted(after[begin:end])
        if old and new:
            return f" (line {begin + 1}: {old} became {new})"
        return f" (line {begin + 1}: {new} was added)" if new else f" (line {begin + 1}: {old} is gone)"
    return ""


def _lines(source: str) -> list[str]:
    return [line.rstrip() for line in source.strip().split("\n")]


def _quoted(lines: list[str]) -> str:
    """The first line that holds something, in quotation marks."""
    text = next((line.strip() for line in lines if line.strip()), "")
    return f"“{text[:_QUOTED]}{' …' if len(text) > _QUOTED else ''}”" if text else ""
