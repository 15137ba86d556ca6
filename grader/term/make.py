"""Graded folders and tables in, a term's pages and grades out: the composition behind `paribus term`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import TermError
from grader.term.folders import read_folders
from grader.term.output import check_own, grades_csv, write_term
from grader.term.outside import Outside, read_outside
from grader.term.pages import term_pages
from grader.term.people import Person, bring_together
from grader.term.reckon import Line, reckon
from grader.term.timing import times_of
from grader.term.worksheets import files_of
from paribus.course.term import TermPlan


@dataclass(frozen=True)
class Term:
    """What was made: a line a person, and what the instructor should know."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def make_term(folders: Sequence[Path], tables: Mapping[str, Path], plan: TermPlan, out: Path) -> Term:
    """Write the pages and the grades of a term. ``tables`` are the parts' tables from outside.

    TermError says which folder, table or person does not fit, UsageError that ``out`` holds something else; then
    nothing is written.
    """
    check_own(out)
    read = read_folders(folders, plan)
    weeks = [folder.graded for folder in read]
    people = bring_together(weeks, plan.same)
    outside = {part: _table(part, path, plan, people) for part, path in sorted(tables.items())}
    lines = reckon(plan, weeks, people, outside)
    notes = (
        *(folder.note for folder in read if folder.note),
        *dict.fromkeys(note for one in outside.values() for note in one.notes),  # parts may share a table
        *(f"{line.person.called} ({line.person.number}): {line.person.unclear} No grade is given."
          for line in lines if line.person.unclear),
        *(f"{week.assignment}: nobody can tell whose work {name} is, and it is nobody's here."
          for week in weeks for name in week.unclear),
    )  # fmt: skip
    times = [one for folder in read for one in times_of(folder.path, folder.graded)]
    pages = term_pages(plan, weeks, lines, times=times, notes=notes)
    files: dict[str, str | bytes] = {"grades.csv": grades_csv(plan, lines), **pages}
    files |= files_of({folder.graded.assignment: folder.path for folder in read}, lines)
    write_term(out, files, {"course": plan.course, "assignments": [week.assignment for week in weeks]})
    return Term(lines, notes)


def _table(part: str, path: Path, plan: TermPlan, people: Sequence[Person]) -> Outside:
    if part not in plan.columns:
        known = f"it has tables for {', '.join(plan.columns)}" if plan.columns else "it has none"
        raise TermError(
            f"--csv {part}={path}: course.toml does not say which columns count, {known}. Write them with their "
            f'most points under [term.columns.{part}], like "Quiz 1" = 10.'
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TermError(f"--csv {part}={path}: cannot be read ({error.strerror}).") from error
    return read_outside(content, path.name, plan.columns[part], people)
