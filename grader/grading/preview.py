"""A student's own look before handing in: the public checks on one file, without points or references."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.checks import checks_of
from grader.checks.doubts import DOUBTS, PROVED
from grader.errors import PreviewError
from grader.evidence.records import read_records
from grader.grading.grade import judge_one
from grader.grading.opened import named_assignments
from grader.model import Outcome, Submission, Verdict
from grader.recover import recover
from paribus.course.assignment import Assignment, Role
from paribus.course.public import SUFFIX
from paribus.course.release import Release

WHOLE = "The notebook as a whole"
_LINE = re.compile(r"line \d+: ")


@dataclass(frozen=True)
class Item:
    """One check of one cell. ``where`` is how people call the cell, ``cells`` where the verdict looked, and
    ``found_under`` their headings where the check concerns the notebook as a whole. ``further`` are the other
    findings of the same check, and ``lines`` those of the code that its findings name, as (cell and line, code).
    """

    cell: str
    where: str
    check: str
    title: str
    outcome: Outcome
    because: str
    cells: tuple[str, ...]
    found_under: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Preview:
    """What the public checks say of one file."""

    assignment: str
    title: str
    remarks: tuple[str, ...]
    items: tuple[Item, ...]

    def of(self, *outcomes: Outcome) -> tuple[Item, ...]:
        """The items with these outcomes, in the notebook's order."""
        return tuple(item for item in self.items if item.outcome in outcomes)


def preview(content: bytes, name: str, forms: Sequence[Assignment]) -> Preview:
    """Check one file with the form of its assignment.

    Raises UnreadableError where it is no notebook, PreviewError where it belongs to an assignment without a form.
    """
    form = _choose(content, name, forms)
    submission = Submission("own", "own", "", name, content, hashlib.sha256(content).hexdigest())
    result, _ = judge_one(submission, (Release(form, notebook=""),), sketched=False)
    if not result.cells:
        raise PreviewError(f"{name}: {' '.join(result.remarks)}")
    known = checks_of(form)
    items = tuple(
        _item(form, judged.key, verdict, known[verdict.check].title)
        for judged in result.cells
        for verdict in judged.verdicts
        if verdict.check in known
    )
    return Preview(form.name, form.title, result.remarks, items)


def _item(form: Assignment, key: str, verdict: Verdict, title: str) -> Item:
    """A verdict under its cell's heading; what concerns the notebook as a whole is under no one heading."""
    headings = {cell.key: cell.heading for cell in form.cells}
    whole = any(cell.key == key and cell.role is Role.NOTEBOOK for cell in form.cells)
    cells = tuple(dict.fromkeys(item.cell for item in verdict.evidence))
    found_under = dict.fromkeys(headings[cell] for cell in cells if headings.get(cell)) if whole else {}
    return Item(
        key, WHOLE if whole else headings[key] or key, verdict.check, title, verdict.outcome,
        verdict.because, cells, tuple(found_under), _further(verdict), _lines(verdict),
    )  # fmt: skip


def _further(verdict: Verdict) -> tuple[str, ...]:
    """What a check found besides the reason that it gives: whoever mends that alone would meet the next."""
    every = [*verdict.values.get(PROVED, ()), *verdict.values.get(DOUBTS, ())]
    return tuple(dict.fromkeys(item for item in every if item != verdict.because))


def _lines(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """The lines of code that a verdict rests on: ``one_change, line 7`` and what is there."""
    parts = [(item.cell, *item.text.partition(": ")) for item in verdict.evidence if _LINE.match(item.text)]
    return tuple(dict.fromkeys((f"{cell}, {line}", code) for cell, line, _, code in parts))


def _choose(content: bytes, name: str, forms: Sequence[Assignment]) -> Assignment:
    """The form that the notebook names; the only one where it names none."""
    recovered = recover(content, name)
    named = named_assignments(recovered, read_records(recovered))
    for form in forms:
        if form.name in named:
            return form
    if len(forms) == 1 and not named:
        return forms[0]
    wanted = next(iter(named), "")
    known = ", ".join(form.name for form in forms) or "none"
    what = f"belongs to {wanted}" if wanted else "does not say which assignment it belongs to"
    raise PreviewError(
        f"{name} {what}; there are forms for: {known}. Put {wanted or 'the assignment'}{SUFFIX}, which came with "
        "the notebook, beside your file, or name it with --form."
    )
