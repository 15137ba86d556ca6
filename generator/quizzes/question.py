"""A quiz as its source says it, and as one variant of it is asked. Values alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["number", "choice", "match"]


@dataclass(frozen=True)
class Measured:
    """A number that a recorded run of an assignment's solution left: ``name`` is the reference's name."""

    assignment: str
    name: str


@dataclass(frozen=True)
class Choice:
    """An answer to choose. ``right`` is a formula that is true or false of a variant."""

    text: str
    right: str
    feedback: str = ""


@dataclass(frozen=True)
class Mistake:
    """A number that a usual mistake gives, as a formula, and what its maker is told."""

    answer: str
    feedback: str
    credit: float = 0.0


@dataclass(frozen=True)
class Question:
    """One question of a source, with all its variants.

    ``draw`` maps a name to the values of which a variant takes one; ``cases`` are rows of names that go together,
    of which it takes one; ``measured`` are recorded references; ``let`` are formulas over all of these, in order. A
    number has the formula ``answer``, to be given to ``digits`` decimals and right within ``tolerance``. Of the
    ``choices`` a variant shows ``shown``, at least one of them right; ``pairs`` are matched.
    """

    name: str
    kind: Kind
    text: str
    feedback: str
    points: float = 1.0
    tags: tuple[str, ...] = ()
    draw: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    cases: tuple[Mapping[str, Any], ...] = ()
    measured: Mapping[str, Measured] = field(default_factory=dict)
    let: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""
    digits: int = 3
    tolerance: float | None = None
    mistakes: tuple[Mistake, ...] = ()
    choices: tuple[Choice, ...] = ()
    several: bool = False
    shown: int = 0
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Quiz:
    """A quiz or a bank of questions. ``week`` is the week whose release carries it ("" for a bank), ``profile`` the
    one whose references its numbers are, ``variants`` how many variants each question has.
    """

    name: str
    origin: str
    title: str
    questions: tuple[Question, ...]
    week: str = ""
    profile: str = ""
    variants: int = 4


@dataclass(frozen=True)
class Option:
    """An answer of a variant. Of a number ``text`` is the number and ``tolerance`` what it may differ by; of a
    choice it is its text; of a pair ``text`` is the left side and ``match`` the right one. ``credit`` is the
    share of the points that it brings.
    """

    text: str
    credit: float
    feedback: str = ""
    tolerance: float = 0.0
    match: str = ""


@dataclass(frozen=True)
class Asked:
    """One variant of a question: all text filled in, all numbers computed. Texts are Markdown."""

    question: Question
    number: int
    text: str
    feedback: str
    options: tuple[Option, ...]

    @property
    def content(self) -> tuple[object, ...]:
        """What tells it from another variant; the order of its options does not."""
        return (self.text, tuple(sorted((item.text, item.match) for item in self.options)))

    @property
    def right(self) -> tuple[Option, ...]:
        """The options that bring points."""
        return tuple(item for item in self.options if item.credit > 0)
