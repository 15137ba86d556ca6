"""Real exports of week 1's executed solutions, and small faults put into them as a student would."""

import hashlib
import lzma
from functools import cache
from pathlib import Path

from grader.model import Submission
from paribus.course.assignment import Assignment
from paribus.course.release import Release

FOLDER = Path(__file__).parent / "fixtures" / "graded"
NAMES = ("week1_lab", "week1_homework")
ENDINGS = ("lab.html", "classic.html", "ipynb")


@cache
def release_of(name: str) -> Release:
    """The release that the fixtures were made from."""
    text = (FOLDER / f"{name}.assignment.json").read_text(encoding="utf-8")
    return Release(Assignment.from_json(text), notebook="")


@cache
def text_of(name: str, ending: str = "lab.html") -> str:
    """An export."""
    return lzma.decompress((FOLDER / f"{name}.{ending}.xz").read_bytes()).decode()


def submit(content: str | bytes, name: str = "ann", source: str = "ann.html", **more: str) -> Submission:
    """A submission as the inbox makes it."""
    raw = content.encode() if isinstance(content, str) else content
    return Submission(name, name, "", source, raw, hashlib.sha256(raw).hexdigest(), **more)  # type: ignore[arg-type]
