"""What is rehearsed with an assignment, as data: executions, honest hands, faults, from the course's
rehearsal/tables/ASSIGNMENT/*.toml.

Every file of the folder adds to the same lists, so that faults can be sorted by family. Nothing here knows an
assignment: its knobs, memo cells and sentences are in its tables.
"""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast, get_args

from generator.errors import RehearsalError
from generator.rehearsal.edits import Edit
from generator.rehearsal.writing import PARTS, Numbers, Style
from paribus.course.catalog import Course

Made = Literal["code", "text", "file"]
MemoKind = Literal["template", "text"]
LISTS = ("execution", "fault", "template", "conclusion", "text", "numbers", "layout")


@dataclass(frozen=True)
class Execution:
    """One notebook that is really run: the solution with ``edits``.

    ``resumed``: run a second time in the working folder that the first left, as after a kernel restart. ``honest``:
    may be in honest submissions. ``traits`` say what memos have to fit ("one_seed", "several").
    """

    name: str
    about: str
    edits: tuple[Edit, ...]
    traits: frozenset[str]
    resumed: bool = False
    honest: bool = True
    slice: bool = False


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: who owns it, and which other checks rightly fail too.

    ``code`` is edited before the run, ``text`` before the export, ``file`` after both. ``cell`` narrows the owner's
    failure to one cell's. ``execution`` is what it starts from. ``exporter`` is a template, where only one way of
    handing in shows the fault.
    """

    name: str
    about: str
    expects: str
    also: frozenset[str]
    cell: str
    execution: str
    code: tuple[Edit, ...]
    text: tuple[Edit, ...]
    file: tuple[Edit, ...]
    exporter: str = ""
    slice: bool = False

    @property
    def made(self) -> Made:
        """Where it is made: in code that runs, in text, or in what was exported."""
        return "code" if self.code else "text" if self.text else "file"

    @property
    def runs_as(self) -> str:
        """The execution whose notebook it is in: its own where code changed."""
        return f"fault-{self.name}" if self.code else self.execution


@dataclass(frozen=True)
class Memo:
    """A memo cell of the assignment: a ``template`` of an experiment, or ``text``."""

    key: str
    kind: MemoKind
    experiment: str = ""


@dataclass(frozen=True)
class Words:
    """Words for one memo cell: a text, or a template's labels and rows. ``when``: traits an execution must have."""

    name: str
    about: str
    key: str
    when: frozenset[str]
    text: str = ""
    labels: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """A way to write numbers, or a layout: edits of the finished notebook."""

    name: str
    about: str
    style: Style = field(default_factory=Style)
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Table:
    """One assignment's rehearsal. ``profile`` is what runs use, ``reveal`` when its blind models are revealed."""

    assignment: str
    profile: str
    base: str
    memos: tuple[Memo, ...]
    executions: tuple[Execution, ...]
    faults: tuple[Fault, ...]
    templates: tuple[Words, ...]
    conclusions: tuple[Words, ...]
    texts: tuple[Words, ...]
    numbers: tuple[Choice, ...]
    layouts: tuple[Choice, ...]
    exempt: Mapping[str, str]
    reveal: datetime | None = None

    def execution(self, name: str) -> Execution:
        """An execution, or a fault's own; RehearsalError where there is none."""
        for item in self.all_executions():
            if item.name == name:
                return item
        raise RehearsalError(f"{self.assignment}: there is no execution {name!r} in its tables.")

    def all_executions(self) -> tuple[Execution, ...]:
        """Those of the honest, then one a fault that changes code."""
        known = {item.name: item for item in self.executions}
        own = [
            Execution(
                fault.runs_as, fault.about, (*known[fault.execution].edits, *fault.code),
                known[fault.execution].traits, honest=False, slice=fault.slice,
            )
            for fault in self.faults
            if fault.code
        ]  # fmt: skip
        return (*self.executions, *own)


def fitting(words: Sequence[Words], key: str, traits: frozenset[str]) -> list[Words]:
    """The words for one memo cell that an execution with these traits may use truthfully; RehearsalError where
    there are none.
    """
    found = [item for item in words if item.key in ("", key) and item.when <= traits]
    if not found:
        listed = ", ".join(sorted(traits)) or "none"
        raise RehearsalError(f"No words for the memo cell {key!r} fit an execution with these traits: {listed}.")
    return found


def table_names(course: Course) -> tuple[str, ...]:
    """The assignments that have tables."""
    folder = course.folders.rehearsal / "tables"
    return tuple(sorted(item.name for item in folder.iterdir() if item.is_dir())) if folder.is_dir() else ()


def load_table(course: Course, assignment: str) -> Table:
    """Read and validate an assignment's tables. RehearsalError says in which file what was found and expected."""
    folder = course.folders.rehearsal / "tables" / assignment
    if not folder.is_dir():
        known = ", ".join(table_names(course))
        raise RehearsalError(
            f"There is nothing to rehearse {assignment} with; "
            f"{f'there are tables for {known}' if known else 'the course has no tables yet'}. "
            f"Write {folder}/*.toml (docs/rehearsal.md)."
        )
    raw: dict[str, Any] = {}
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS}
    for path in sorted(folder.glob("*.toml")):
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except tomllib.TOMLDecodeError as error:
            raise RehearsalError(f"{path}: is no TOML ({error}).") from error
        for name in LISTS:
            lists[name] += [{**item, "_where": path.name} for item in content.pop(name, [])]
        raw |= content
    return _table(assignment, raw, lists, course.checks)


def _table(
    assignment: str, raw: Mapping[str, Any], lists: Mapping[str, list[dict[str, Any]]], checks: Collection[str]
) -> Table:
    head = raw.get("assignment", {})
    memos = tuple(_memo(key, item) for key, item in raw.get("memos", {}).items())
    table = Table(
        assignment=assignment,
        profile=str(head.get("profile", "micro")),
        base=str(head.get("base", "")),
        memos=memos,
        executions=tuple(map(_execution, lists["execution"])),
        faults=tuple(_fault(item, str(head.get("base", ""))) for item in lists["fault"]),
        templates=tuple(_words(item, PARTS[:4]) for item in lists["template"]),
        conclusions=tuple(_words(item, ()) for item in lists["conclusion"]),
        texts=tuple(_words(item, ()) for item in lists["text"]),
        numbers=tuple(_numbers(item) for item in lists["numbers"]),
        layouts=tuple(
            Choice(item["name"], item["about"], edits=_edits(item.get("edits", ()))) for item in lists["layout"]
        ),
        exempt=dict(raw.get("exempt", {})),
        reveal=head.get("reveal"),
    )
    _validate(table, checks)
    return table


def _memo(key: str, item: Mapping[str, Any]) -> Memo:
    kind = item.get("kind")
    if kind not in get_args(MemoKind):
        raise RehearsalError(f"The memo cell {key!r} has kind = {kind!r}; expected template or text.")
    return Memo(key, cast("MemoKind", kind), str(item.get("experiment", "")))


def _execution(item: Mapping[str, Any]) -> Execution:
    return Execution(
        _text(item, "name"), _text(item, "about"), _edits(item.get("edits", ())), frozenset(item.get("traits", ())),
        bool(item.get("resumed", False)), bool(item.get("honest", True)), bool(item.get("slice", False)),
    )  # fmt: skip


def _fault(item: Mapping[str, Any], base: str) -> Fault:
    return Fault(
        _text(item, "name"), _text(item, "about"), _text(item, "expects"), frozenset(item.get("also", ())),
        str(item.get("cell", "")), str(item.get("execution", base)), _edits(item.get("code", ())),
        _edits(item.get("text", ())), _edits(item.get("file", ())),
        str(item.get("exporter", "")), bool(item.get("slice", False)),
    )  # fmt: skip


def _words(item: Mapping[str, Any], parts: Sequence[str]) -> Words:
    labels = item.get("labels", ())
    if parts and len(labels) != len(PARTS):
        raise RehearsalError(
            f"{item.get('_where', '?')}: {item.get('name', 'an entry')!r} has {len(labels)} labels; a template has "
            f"{len(PARTS)}, for {', '.join(PARTS)}."
        )
    return Words(
        _text(item, "name"), str(item.get("about", "")), str(item.get("key", "")), frozenset(item.get("when", ())),
        str(item.get("text", "")).strip(), tuple(labels),
        tuple(_text(item, part) for part in parts),
    )  # fmt: skip


def _numbers(item: Mapping[str, Any]) -> Choice:
    style = Style(numbers=cast("Numbers", _text(item, "numbers")), digits=int(item.get("digits", 3)))
    return Choice(_text(item, "name"), _text(item, "about"), style=style)


def _edits(items: Sequence[Mapping[str, Any]]) -> tuple[Edit, ...]:
    return tuple(dict(item) for item in items)


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value.strip():
        raise RehearsalError(
            f"{item.get('_where', '?')}: {item.get('name', 'an entry')!r} has {name} = {value!r}; expected a text."
        )
    return value.strip()


def _validate(table: Table, checks: Collection[str]) -> None:
    """Names are unique, executions exist, checks exist; a fault makes something."""
    groups: tuple[Sequence[Execution | Fault | Words | Choice], ...] = (
        table.executions, table.faults, table.templates, table.conclusions, table.numbers, table.layouts,
    )  # fmt: skip
    for group in groups:
        names = [item.name for item in group]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise RehearsalError(f"{table.assignment}: the name {doubled[0]!r} is there twice in its tables.")
    known = {item.name for item in table.executions}
    for fault in table.faults:
        if unknown := sorted({fault.expects, *fault.also} - set(checks)):
            raise RehearsalError(f"{table.assignment}: the fault {fault.name!r} names no check {unknown[0]!r}.")
        if fault.execution not in known:
            raise RehearsalError(f"{table.assignment}: the fault {fault.name!r} starts from {fault.execution!r}.")
        if not (fault.code or fault.text or fault.file):
            raise RehearsalError(f"{table.assignment}: the fault {fault.name!r} changes nothing.")
    if table.base not in known:
        raise RehearsalError(f"{table.assignment}: the base execution {table.base!r} is not in its tables.")
