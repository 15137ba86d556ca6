"""What reading the code found, as values: proved or suspected, with the lines that it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from grader.code.program import Step
from grader.model import Case, Evidence

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


def place(case: Case, position: int, line: int) -> Place:
    """A line of a cell, as it is there."""
    lines = case.notebook.cells[position].source.split("\n")
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return Place(position, line, text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + " …")


def place_of(case: Case, step: Step, line: int | None = None) -> Place:
    """A line of a step's cell; its first one where none is named."""
    return place(case, step.position, step.line if line is None else line)


def said(case: Case, where: Place) -> str:
    """``one_change, line 7``."""
    return f"{case.cell_name(where.position)}, line {where.line}"


def evidence_of(case: Case, findings: Iterable[CodeFinding]) -> list[Evidence]:
    """The lines that findings rest on, each once."""
    places = dict.fromkeys(where for finding in findings for where in finding.places)
    return [Evidence(case.cell_name(where.position), f"line {where.line}: {where.text}") for where in places]
