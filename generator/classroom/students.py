"""The class as data: whose work is which honest variant, which fault, or no work at all. Read from class.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from generator.errors import RehearsalError
from generator.rehearsal.draw import ABOUT, Variant
from generator.rehearsal.exports import Exporter, exporter_for
from generator.rehearsal.rehearse import plain_hand
from generator.rehearsal.table import Choice, Execution, Fault, Table, Words
from generator.rehearsal.writing import FORMS, Form

Item = TypeVar("Item", Execution, Fault, Words, Choice)

CLASS_FILE = "class.toml"
"""The class, in the course's folder of rehearsals."""


@dataclass(frozen=True)
class NoWork:
    """A file that nobody worked in: ``failed`` are checks that must fail, ``status`` what its result must be."""

    kind: str
    about: str
    status: str = "unreadable"
    failed: tuple[str, ...] = ()


FILES: Mapping[str, NoWork] = {
    item.kind: item
    for item in (
        NoWork(
            "released",
            "hands in the released notebook without a line of work",
            "graded",
            ("tasks.tests_passed", "experiments.one_change", "memo.answered"),
        ),
        NoWork("corrupt", "a corrupt file"),
        NoWork("page", "an HTML page that is no notebook"),
        NoWork("pdf", "a PDF named .html"),
        NoWork("lab", "the lab's notebook instead of the homework", "other_assignment"),
    )
}


@dataclass(frozen=True)
class Student:
    """One student and what their work is; ``key`` names their files, ``attempts`` is how often they hand it in."""

    key: str
    name: str
    work: Variant | Fault | NoWork
    exporter: Exporter
    in_worksheet: bool = True
    attempts: int = 1

    @property
    def about(self) -> str:
        """What is known of the work, in a line."""
        return f"honest: {self.work.about}" if isinstance(self.work, Variant) else self.work.about

    @property
    def expects(self) -> tuple[str, ...]:
        """The checks that must fail."""
        if isinstance(self.work, Variant):
            return ()
        return self.work.failed if isinstance(self.work, NoWork) else (self.work.expects,)

    @property
    def runs_as(self) -> str:
        """The execution that the work rests on, "" for a file that nobody worked in."""
        if isinstance(self.work, NoWork):
            return ""
        return self.work.execution.name if isinstance(self.work, Variant) else self.work.runs_as


def class_assignment(file: Path) -> str:
    """The assignment that the class works on."""
    return str(_raw(file)["assignment"])


def class_zoo(file: Path) -> str:
    """The zoo that is trained beside the class's work."""
    return str(_raw(file)["zoo"])


def class_audit(file: Path) -> tuple[str, ...]:
    """Those whose work the demo runs again, by name."""
    return tuple(str(name) for name in _raw(file).get("audit", ()))


def read_class(table: Table, file: Path) -> tuple[Student, ...]:
    """The class of a course's rehearsal/class.toml. RehearsalError where an entry names what no table holds."""
    return tuple(
        _student({**item, "key": f"student-{position:02d}"}, table)
        for position, item in enumerate(_raw(file)["student"], 1)
    )


def _raw(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise RehearsalError(
            f"{file} is not there: it says which class the demo simulates. Write one like the shipped course's "
            "rehearsal/class.toml, or leave --course out."
        )
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _student(item: Mapping[str, Any], table: Table) -> Student:
    exporter = exporter_for(str(item.get("exporter", "lab")))
    work: Variant | Fault | NoWork
    if "fault" in item:
        work = _named(item, "fault", table.faults)
    elif "file" in item:
        work = FILES[_one_of(item, "file", tuple(FILES))]
    else:
        work = _honest(item, table, exporter)
    return Student(
        item["key"], item["name"], work, exporter, item.get("in_worksheet", True), int(item.get("attempts", 1))
    )


def _honest(item: Mapping[str, Any], table: Table, exporter: Exporter) -> Variant:
    execution = _named(item, "execution", table.executions)
    hand = plain_hand(table, execution.traits)
    form = cast("Form", _one_of({"form": FORMS[0], **item}, "form", FORMS))
    if "template" in item:
        words = _named(item, "template", table.templates)
        hand = replace(hand, templates=dict.fromkeys(hand.templates, words))
    hand = replace(hand, forms=dict.fromkeys(hand.templates, form))
    numbers = _named({"numbers": table.numbers[0].name, **item}, "numbers", table.numbers)
    layout = _named({"layout": table.layouts[0].name, **item}, "layout", table.layouts)
    about = "; ".join(dict.fromkeys([execution.about, *_said(item, numbers, layout), exporter.name]))
    return Variant(str(item["key"]), about, execution, hand, numbers, layout, exporter)


def _said(item: Mapping[str, Any], numbers: Choice, layout: Choice) -> list[str]:
    """In words, what an entry says beside its execution."""
    said = [numbers.about] if "numbers" in item else []
    said += [ABOUT[item["form"]]] if "form" in item else []
    return [*said, layout.about] if "layout" in item else said


def _named(item: Mapping[str, Any], what: str, known: Sequence[Item]) -> Item:
    entries = {entry.name: entry for entry in known}
    return entries[_one_of(item, what, tuple(entries))]


def _one_of(item: Mapping[str, Any], what: str, names: Sequence[str]) -> str:
    found = str(item.get(what))
    if found not in names:
        raise RehearsalError(f"class.toml: {item['name']} has {what} = {found!r}; there are {', '.join(names)}.")
    return found
