"""What a source cell says in each variant: the student's stub, the solution, the instructor's full text."""

import re
import textwrap
from collections.abc import Mapping

from generator.platforms.choose import platform_names
from generator.sources.headers import SourceCell
from generator.sources.regions import Region, region_lines, replace_regions
from paribus.course.assignment import Role

ANSWER = "*Write your answer here.*"
_TABLE_ROW = re.compile(r"^\|(?P<first>[^|]*)\|(?P<rest>.*)\|\s*$")


def is_included(cell: SourceCell, platform: str, variant: str) -> bool:
    """Whether a cell is in this notebook; the instructor's variant has all that the solution has."""
    platforms = [name for name in cell.only if name in platform_names()]
    variants = [name for name in cell.only if name not in platform_names()]
    meant = variant in variants or (variant == "instructor" and "solution" in variants)
    return (not platforms or platform in platforms) and (not variants or meant)


def text_for(cell: SourceCell, variant: str) -> str:
    """The cell's text in a variant, expressions still in place.

    student: stubs for solutions, no hidden tests, no rubric. solution: the solutions without their markers, no
    hidden tests, no rubric, so that it can be shown once all have handed in. instructor: everything, as written.
    """
    if variant == "instructor":
        return cell.text
    return replace_regions(
        cell.text, cell.regions, lambda region, inner: _replacement(cell, variant, region, inner)
    )


def _replacement(cell: SourceCell, variant: str, region: Region, inner: list[str]) -> list[str]:
    if region.kind != "SOLUTION":
        return []
    return inner if variant == "solution" else stub_lines(cell, region, inner)


def model_answer(cell: SourceCell) -> str:
    """The cell's solution alone, expressions still in place; "" where no person gives it points."""
    solutions = [region for region in cell.regions if region.kind == "SOLUTION"]
    texts = (textwrap.dedent("\n".join(region_lines(cell.text, [region]))) for region in solutions)
    return "\n\n".join(texts).strip("\n") if cell.manual else ""


def stub_lines(cell: SourceCell, region: Region, inner: list[str]) -> list[str]:
    """What is in a student's notebook where the solution was.

    A memo's solution in a table leaves the rows with their first field, for the student to fill in.
    """
    stub = cell.options.get("stub")
    if cell.role is Role.MEMO:
        rows = [match for line in inner if (match := _TABLE_ROW.match(line))]
        if stub is None and len(rows) == len(inner):
            return [f"|{row['first']}|{' … |' * (row['rest'].count('|') + 1)}" for row in rows]
        return str(stub or ANSWER).split("\n")
    message = f"{_WHAT[cell.role]} {cell.name} is not done yet: {_HOW[cell.role]}"
    lines = ["### YOUR CODE HERE", *str(stub or f'raise NotImplementedError("{message}")').split("\n")]
    return [region.indent + line for line in lines]


_WHAT: Mapping[Role, str] = {Role.TASK: "Task", Role.EXPERIMENT: "Experiment", Role.DIAGNOSIS: "Diagnosis"}
_HOW: Mapping[Role, str] = {
    Role.TASK: "replace this line with your code.",
    Role.EXPERIMENT: "replace this line with the calls that the text above shows.",
    Role.DIAGNOSIS: "replace this line with your diagnosis.",
}
