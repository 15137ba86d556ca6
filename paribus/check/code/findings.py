"""What reading the code found, as values: proved or suspected, with the lines that it rests on."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from paribus.check.code.program import Step

LONGEST_QUOTE = 140


class Standing(StrEnum):
    """How sure a finding is. What could not be followed is neither: `Program.unread` names such cells."""

    PROVED = "proved"
    SUSPECTED = "suspected"


class Kind(StrEnum):
    """What a finding is about; the check that owns it reads it by this."""

    CHANGE = "a second change"
    SAME = "the change does not reach the training"
    CONFIG = "another configuration was trained"
    SEED = "the seed does not reach the training"
    LEAK = "validation or test rows in training"
    PREDICTIONS = "labels in the predictions"
    VALUE = "a recorded value"
    TEST_SPLIT = "the test split"
    PEEK = "a look before the prediction"
    SELFCHECK = "the self-checks"
    ANSWER = "a task's answer"
    WRITER = "what writes the records"
    OTHER_CODE = "the page is not the code that ran"


@dataclass(frozen=True)
class Place:
    """A line of a cell."""

    position: int
    line: int
    text: str


@dataclass(frozen=True)
class CodeFinding:
    """One finding. ``because`` is a sentence to the student, ``places`` the lines it rests on, ``about`` the name
    it is about (a task, a run, a path). ``sure`` says that a person would hardly ever see it otherwise.
    """

    kind: Kind
    standing: Standing
    because: str
    places: tuple[Place, ...] = ()
    about: str = ""
    sure: bool = False

    def saying(self, because: str) -> "CodeFinding":
        """The finding with its sentence."""
        return replace(self, because=because)


def suspected(kind: Kind, about: str, *places: Place, sure: bool = False) -> CodeFinding:
    """A finding that a person looks at, still without its sentence."""
    return CodeFinding(kind, Standing.SUSPECTED, "", places, about, sure)


class Page(Protocol):
    """A notebook's code as its readers see it: what was handed in, or what a session has run so far."""

    def source_of(self, position: int) -> str:
        """The source of the cell at this position."""

    def cell_name(self, position: int) -> str:
        """How the reader calls the cell."""

    def asks(self, advice: str = "") -> str:
        """How a sentence ends that only suspects, with what the writer of the code may do."""


def place(page: Page, position: int, line: int) -> Place:
    """A line of a cell, as it is there."""
    lines = page.source_of(position).split("\n")
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return Place(position, line, text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + " …")


def place_of(page: Page, step: Step, line: int | None = None) -> Place:
    """A line of a step's cell; its first one where none is named."""
    return place(page, step.position, step.line if line is None else line)


def said(page: Page, where: Place) -> str:
    """``one_change, line 7``."""
    return f"{page.cell_name(where.position)}, line {where.line}"
