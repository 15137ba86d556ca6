"""Releases of the course's own assignments, from their sources."""

from functools import cache
from pathlib import Path

from generator.rehearsal.execute import Material
from generator.running.references import load_references
from paribus.course.release import Release
from tests.shipped import load_table, make_material


@cache
def material(assignment: str) -> Material:
    """An assignment, built: the release, the solution, what students get."""
    return make_material(load_table(assignment), load_references(Path("solutions")))


def released(assignment: str) -> Release:
    """What the grader gets of an assignment."""
    return material(assignment).release
