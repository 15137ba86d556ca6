"""course.toml as typed values: which weeks and assignments there are, how points are shared, what grading needs.

The file holds texts and numbers alone; sources stand beside it, one folder a week.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from paribus.course.checknames import CHECK_NAMES
from paribus.course.errors import CatalogError
from paribus.errors import UsageError
from paribus.profiles import PROFILES

COURSE_FILE = Path(__file__).parents[2] / "course" / "course.toml"
SHARED_ROLES = ("task", "experiment", "diagnosis", "memo", "notebook")
KINDS = ("lab", "homework", "project")
# [grading] is read by `paribus.course.policy`: it changes while submissions come in, and no notebook depends on it.
TABLES = ("course", "wheel", "colab", "points", "checks", "settings", "grading", "weeks")


@dataclass(frozen=True)
class Entry:
    """One assignment as course.toml lists it.

    ``source`` is the py:percent file, ``wrong`` the folder of planted wrong answers (one folder a task).
    ``profile`` is what students run; ``gpu`` says whether the platforms switch one on; ``needs`` names the packages
    beyond the student's core that a notebook of one's own machine must have; ``settings`` are grading's
    settings, the course's defaults filled in.
    """

    name: str
    title: str
    week: str
    kind: str
    source: Path
    wrong: Path
    profile: str
    gpu: bool = False
    needs: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Week:
    """One week: its title and its assignments in the order they are given out."""

    name: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Course:
    """The course. ``shares`` maps a role to check → share of its points ("manual" is a person's share);
    ``check_options`` maps a check to its default options; ``wheel_url`` holds ``{version}``; ``colab`` says
    where Colab finds the notebooks (repository, branch, folder), and is empty where they are not published.
    """

    title: str
    weeks: tuple[Week, ...]
    shares: Mapping[str, Mapping[str, float]]
    check_options: Mapping[str, Mapping[str, Any]]
    wheel_url: str
    colab: Mapping[str, str]

    def entries(self) -> tuple[Entry, ...]:
        """Every assignment of the course, in order."""
        return tuple(entry for week in self.weeks for entry in week.entries)

    def entry(self, name: str) -> Entry:
        """The assignment called ``name``; UsageError lists what there is."""
        for entry in self.entries():
            if entry.name == name:
                return entry
        weeks = ", ".join(week.name for week in self.weeks)
        names = ", ".join(entry.name for entry in self.entries())
        raise UsageError(f"There is no week or assignment called {name!r}. Weeks: {weeks}. Assignments: {names}.")

    def select(self, name: str) -> tuple[Entry, ...]:
        """The assignments that a command's argument means: a week's, or the one named."""
        for week in self.weeks:
            if week.name == name:
                return week.entries
        return (self.entry(name),)


def load_course(path: Path = COURSE_FILE) -> Course:
    """Read and validate a course.toml; CatalogError says which table and what was expected there."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror}). A course has a course.toml.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: is no TOML ({error}).") from error
    reader = _Reader(path)
    reader.only(raw, TABLES, "the file")
    defaults = reader.table(raw, "settings", "the file")
    weeks = tuple(
        _read_week(reader, name, week, defaults) for name, week in reader.tables(raw, "weeks", "the file").items()
    )
    names = [week.name for week in weeks] + [entry.name for week in weeks for entry in week.entries]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        reader.refuse("weeks", f"the name {doubled[0]!r} twice", "a name for each week and assignment")
    return Course(
        title=reader.text(reader.table(raw, "course", "the file"), "title", "course"),
        weeks=weeks,
        shares=_read_shares(reader, raw),
        check_options=_read_check_options(reader, raw),
        wheel_url=reader.text(reader.table(raw, "wheel", "the file"), "url", "wheel"),
        colab=_read_colab(reader, raw),
    )


@dataclass(frozen=True)
class _Reader:
    """Typed access to parsed TOML; every refusal names the file, the table, what was found and expected."""

    path: Path

    def refuse(self, where: str, found: str, expected: str) -> NoReturn:
        raise CatalogError(f"{self.path}: [{where}] holds {found}; expected {expected}.")

    def only(self, raw: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
        unknown = sorted(set(raw) - set(known))
        if unknown:
            self.refuse(where, f"the unknown name {unknown[0]!r}", f"one of {', '.join(known)}")

    def table(self, raw: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
        value = raw.get(name, {})
        if not isinstance(value, dict):
            self.refuse(where, f"{name} = {value!r}", f"a table [{name}]")
        return value

    def tables(self, raw: Mapping[str, Any], name: str, where: str) -> Mapping[str, Mapping[str, Any]]:
        return {key: self.table(self.table(raw, name, where), key, name) for key in self.table(raw, name, where)}

    def text(self, raw: Mapping[str, Any], name: str, where: str) -> str:
        value = raw.get(name)
        if not isinstance(value, str) or not value.strip():
            self.refuse(where, f"{name} = {value!r}", f"{name} = a text")
        return value


def _read_week(reader: _Reader, name: str, raw: Mapping[str, Any], defaults: Mapping[str, Any]) -> Week:
    where = f"weeks.{name}"
    reader.only(raw, ("title", "assignments"), where)
    assignments = reader.tables(raw, "assignments", where)
    entries = tuple(_read_entry(reader, name, key, item, defaults) for key, item in assignments.items())
    return Week(name, reader.text(raw, "title", where), entries)


def _read_entry(
    reader: _Reader, week: str, name: str, raw: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Entry:
    where = f"weeks.{week}.assignments.{name}"
    reader.only(raw, ("title", "kind", "source", "profile", "gpu", "needs", "settings"), where)
    kind, profile = reader.text(raw, "kind", where), reader.text(raw, "profile", where)
    if kind not in KINDS:
        reader.refuse(where, f"kind = {kind!r}", f"one of {', '.join(KINDS)}")
    if profile not in PROFILES:
        reader.refuse(where, f"profile = {profile!r}", f"one of {', '.join(PROFILES)}")
    source = reader.path.parent / reader.text(raw, "source", where)
    if not source.is_file():
        reader.refuse(
            where, f"source = {raw['source']!r}, which is not there", "a py:percent file beside course.toml"
        )
    gpu, needs = raw.get("gpu", False), raw.get("needs", [])
    if not isinstance(gpu, bool):
        reader.refuse(where, f"gpu = {gpu!r}", "true or false")
    if not isinstance(needs, list) or not all(isinstance(item, str) for item in needs):
        reader.refuse(where, f"needs = {needs!r}", "a list of package names")
    return Entry(
        name=name,
        title=reader.text(raw, "title", where),
        week=week,
        kind=kind,
        source=source,
        wrong=source.parent / "wrong" / name,
        profile=profile,
        gpu=gpu,
        needs=tuple(needs),
        settings={**defaults, **reader.table(raw, "settings", where)},
    )


def _read_shares(reader: _Reader, raw: Mapping[str, Any]) -> Mapping[str, Mapping[str, float]]:
    shares = reader.tables(raw, "points", "the file")
    reader.only(shares, SHARED_ROLES, "points")
    for role, table in shares.items():
        where = f"points.{role}"
        unknown = sorted(set(table) - CHECK_NAMES - {"manual"})
        if unknown:
            reader.refuse(where, f"the unknown check {unknown[0]!r}", 'a check of docs/checks.md or "manual"')
        wrong = [
            name for name, share in table.items() if isinstance(share, bool) or not isinstance(share, int | float)
        ]
        if wrong:
            reader.refuse(where, f"{wrong[0]} = {table[wrong[0]]!r}", "a share between 0 and 1")
        if abs(sum(table.values()) - 1) > 1e-9 or min(table.values()) < 0:
            reader.refuse(where, f"shares that sum to {sum(table.values()):g}", "shares from 0 to 1 that sum to 1")
    return shares


def _read_check_options(reader: _Reader, raw: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    options = reader.tables(raw, "checks", "the file")
    unknown = sorted(set(options) - CHECK_NAMES)
    if unknown:
        reader.refuse("checks", f"the unknown check {unknown[0]!r}", "a check of docs/checks.md")
    return options


def _read_colab(reader: _Reader, raw: Mapping[str, Any]) -> Mapping[str, str]:
    table = reader.table(raw, "colab", "the file")
    reader.only(table, ("repository", "branch", "folder"), "colab")
    return {name: reader.text(table, name, "colab") for name in ("repository", "branch", "folder")} if table else {}
