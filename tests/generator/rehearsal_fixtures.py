"""The slice's executed notebooks and what they were made from, as `fixtures/rehearsal/remake.py` keeps them."""

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any

from generator.rehearsal.execute import Material
from paribus.course.assignment import Assignment
from paribus.course.release import Release

FOLDER = Path(__file__).with_name("fixtures") / "rehearsal"


@cache
def text_of(name: str) -> str:
    """A kept file's text."""
    return lzma.decompress((FOLDER / f"{name}.xz").read_bytes()).decode()


@cache
def material() -> Material:
    """What the runs were made from; the slice plants no wrong answer of the assignment."""
    release = Release(Assignment.from_json(text_of("assignment.json")), text_of("release.ipynb"))
    return Material(release, json.loads(text_of("solution.ipynb")), json.loads(text_of("released.ipynb")), {})


def executed() -> dict[str, dict[str, Any]]:
    """The executed notebooks by the name of their execution, read anew each time."""
    names = [path.name.removeprefix("run-").removesuffix(".ipynb.xz") for path in sorted(FOLDER.glob("run-*.xz"))]
    return {name: json.loads(text_of(f"run-{name}.ipynb")) for name in names}
