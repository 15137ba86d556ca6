"""What a check is: a decorated pure function with a title for people, whose docstring the student reads."""

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from grader.errors import CheckTableError
from grader.model import Basis, Case, Evidence, Outcome
from paribus.course.assignment import Cell


@dataclass(frozen=True)
class Finding:
    """What a check says; the judge adds its name and its points and makes a `Verdict` of it.

    ``proposal`` and ``proposed_because`` are for the person who decides an undecided one. ``basis`` is set where
    the finding rests on other evidence than the check's usual. ``causes`` name the faults that a failed one rests
    on, in words that another check would use of the same fault (`grader.grading.causes`).
    """

    outcome: Outcome
    because: str
    values: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    proposal: str = ""
    proposed_because: str = ""
    basis: str = ""
    causes: tuple[str, ...] = ()


CheckFunction = Callable[[Case, Cell, Mapping[str, Any]], Finding]


Texts = Literal["", "cell", "all"]


@dataclass(frozen=True)
class Check:
    """One entry of the table of checks. ``name`` is what course files and results call it, ``title`` what people
    read; ``about`` is the docstring's first paragraph, on one line.

    ``options`` are what a source may say to it beyond its points. ``public``: a student may be told its verdict
    before handing in. ``withheld`` are the sentences by outcome that students read in place of its own, where the
    course keeps to itself what it compares with. ``basis`` is what it rests on, unless a finding says otherwise;
    ``texts`` which texts it reads: where some of them could not be read, a person looks. ``after`` are the checks
    that come first: a fault that cost points there costs none here.
    """

    name: str
    title: str
    function: CheckFunction
    about: str
    options: tuple[str, ...] = ()
    public: bool = True
    withheld: Mapping[str, str] = field(default_factory=dict)
    basis: Basis = Basis.RECORDED
    texts: Texts = ""
    after: tuple[str, ...] = ()

    def __call__(self, case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
        """Look at one cell of one submission."""
        return self.function(case, cell, options)


def check(
    name: str,
    title: str,
    *,
    options: Mapping[str, str] | Sequence[str] = (),
    public: bool = True,
    withheld: Mapping[str, str] | None = None,
    basis: str = "recorded",
    texts: Texts = "",
    after: Sequence[str] = (),
) -> Callable[[CheckFunction], Check]:
    """Make a function an entry of the table, with what `Check` says of it. All of it is written out, since
    `paribus.course.declared` reads it without importing it: there each option's kind is held against what a source
    says, by the words of `paribus.course.kinds`. CheckTableError where title or docstring is empty.
    """
    if not title.strip():
        raise CheckTableError(
            f"The check {name!r} has no title: give @check a few words as its second argument, which name on every "
            "page what is met."
        )

    def decorate(function: CheckFunction) -> Check:
        paragraph = (inspect.getdoc(function) or "").split("\n\n")[0]
        if not paragraph:
            raise CheckTableError(f"The check {name!r} has no docstring: write the sentence the student reads.")
        about = " ".join(paragraph.split())
        return Check(
            name, title, function, about, tuple(options), public, dict(withheld or {}), Basis(basis), texts,
            tuple(after),
        )  # fmt: skip

    return decorate


def passed(because: str, values: Mapping[str, Any] | None = None, evidence: Iterable[Evidence] = ()) -> Finding:
    """The check is met."""
    return Finding(Outcome.PASSED, because, plain(values or {}), tuple(evidence))


def failed(
    because: str,
    values: Mapping[str, Any] | None = None,
    evidence: Iterable[Evidence] = (),
    causes: Iterable[str] = (),
) -> Finding:
    """The check is not met, and what was handed in shows it. ``causes`` name the faults, for other checks."""
    return Finding(Outcome.FAILED, because, plain(values or {}), tuple(evidence), causes=tuple(causes))


def undecided(because: str, values: Mapping[str, Any] | None = None, evidence: Iterable[Evidence] = ()) -> Finding:
    """A person has to look: something may have been lost, or cannot be read for certain."""
    return Finding(Outcome.UNDECIDED, because, plain(values or {}), tuple(evidence))


def proposed(finding: Finding, outcome: Outcome, why: str) -> Finding:
    """An undecided finding with what a person would probably say; any other finding as it is."""
    if finding.outcome is not Outcome.UNDECIDED:
        return finding
    return replace(finding, proposal=outcome.value, proposed_because=why)


def not_applicable(because: str, values: Mapping[str, Any] | None = None) -> Finding:
    """There is nothing here that the check is about."""
    return Finding(Outcome.NOT_APPLICABLE, because, plain(values or {}))


def plain(value: Any) -> Any:  # JSON values have no one type
    """A copy that JSON can hold: mappings with text keys, lists, finite numbers; the rest as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if hasattr(value, "item"):  # a NumPy scalar
        return plain(value.item())
    return str(value)


def shorten(text: str, limit: int = 160) -> str:
    """``text`` on one line, cut at a word where it is longer than ``limit``."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0] + " …"


def counted(number: int, noun: str) -> str:
    """``1 number``, ``2 numbers``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def named(noun: str, items: Sequence[str]) -> str:
    """``seed 1``, ``seeds 1, 2 and 3``."""
    return f"{noun}{'' if len(items) == 1 else 's'} {listed(items)}"


def listed(items: Iterable[str], last: str = "and") -> str:
    """``a, b and c``."""
    names = list(items)
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
