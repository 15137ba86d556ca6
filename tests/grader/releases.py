"""Releases of the course's own assignments, from their sources."""

from functools import cache
from pathlib import Path

from course.release import Release
from generator.rehearsal.execute import make_material
from generator.rehearsal.table import load_table
from generator.running.references import load_references


@cache
def released(assignment: str) -> Release:
    """What the grader gets of an assignment."""
    return make_material(load_table(assignment), load_references(Path("solutions"))).release
