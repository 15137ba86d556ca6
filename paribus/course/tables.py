"""The tables of a course.toml, one function each: what they may hold, and what they mean."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paribus.course.declared import Declared
from paribus.course.near import did_you_mean
from paribus.course.platforms import LEARNING, homes
from paribus.course.reading import Reader
from paribus.records.simple import is_number
from paribus.training.profiles import Profile

SHARED_ROLES = ("task", "experiment", "diagnosis", "memo", "notebook")
KINDS = ("lab", "homework", "project")
# As paribus.begin takes it: it names folders, files and cells on every platform.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
ONE_PROFILE = "course"
"""What the profile of a course is called that names none."""
SETTINGS: Mapping[str, tuple[type, ...]] = {
    "margin": (int, float), "seeds_minimum": (int,), "widest_range": (int, float), "public_bands": (bool,),
}  # fmt: skip
"""What grading reads of [settings]."""
OWN = "own"
"""The table within [settings] of what checks of the course's own read."""
ENTRY = ("title", "kind", "source", "profile", "gpu", "needs", "settings", "files", "kaggle_datasets")


@dataclass(frozen=True)
class Entry:
    """One assignment as course.toml lists it.

    ``source`` is the py:percent file, ``wrong`` the folder of planted wrong answers (one folder a task).
    ``profile`` is what students run; ``gpu`` says whether the platforms switch one on; ``needs`` names the packages
    beyond the student's core that a notebook of one's own machine must have; ``settings`` are grading's
    settings, the course's defaults filled in. ``files`` go to the students beside the notebook; ``kaggle_datasets``
    are data sets of Kaggle that its notebook is given there.
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
    files: tuple[Path, ...] = ()
    kaggle_datasets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Week:
    """One week: its title and its assignments in the order they are given out."""

    name: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Folders:
    """Where a course keeps what is no source: recorded references, Kaggle's settings, rehearsal tables."""

    solutions: Path
    kaggle: Path
    rehearsal: Path


@dataclass(frozen=True)
class Library:
    """A course's own packages, which its notebooks import: they go into a wheel of their own.

    ``name`` is the wheel's; ``packages`` are the folders; ``requirements`` what they need beyond paribus's own;
    ``licence`` is the course's, where a file LICENSE is beside its course.toml. ``metrics`` is the text of its
    metrics.py, "" where it has none: the wheel holds it as a package of its own, which `paribus.begin` finds.
    ``url`` is where Colab fetches the wheel, with ``{wheel}`` for its file name, and empty where students
    upload it.
    """

    name: str
    packages: tuple[Path, ...]
    requirements: tuple[str, ...] = ()
    licence: Path | None = None
    metrics: str = ""
    url: str = ""

    @property
    def metrics_package(self) -> str:
        """What the package that holds its metrics.py is called: no other course's is called so."""
        return f"{self.name.replace('-', '_')}_metrics"


@dataclass(frozen=True)
class Home:
    """What the assignments of a course share: the folder of its course.toml, its profiles, grading's settings."""

    folder: Path
    profiles: Mapping[str, Profile]
    settings: Mapping[str, Any]


def read_week(reader: Reader, home: Home, name: str, raw: Mapping[str, Any]) -> Week:
    """One table [weeks.NAME]."""
    where = f"weeks.{name}"
    reader.only(raw, ("title", "assignments"), where)
    assignments = reader.tables(raw, "assignments", where)
    entries = tuple(_read_entry(reader, home, name, key, item) for key, item in assignments.items())
    return Week(name, reader.text(raw, "title", where), entries)


def read_settings(reader: Reader, raw: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """[settings], of the course or of an assignment: what grading reads, and in the table ``own`` what checks of
    the course's own do. They get all of it by name.
    """
    place = f"{where}.settings" if where else "settings"
    table = dict(reader.table(raw, "settings", where))
    own = reader.table(table, OWN, place)
    table.pop(OWN, None)
    for name, value in table.items():
        if name not in SETTINGS:
            more = f" Settings for your own checks belong in [settings.{OWN}]."
            reader.refuse_name(place, "name", name, SETTINGS, more)
        kinds = SETTINGS[name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            reader.refuse("settings", f"{name} = {value!r}", "true or false" if bool in kinds else "a number")
    for name, value in own.items():
        if name in SETTINGS:
            reader.refuse(f"{place}.{OWN}", f"{name}, which grading reads", f"it in [{place}]", name)
        if not isinstance(value, str | int | float | bool | list):
            found = "a text, a number, true or false, or a list of them"
            reader.refuse(f"{place}.{OWN}", f"{name} = {value!r}", found, name)
    return {**table, **own}


def read_lms(reader: Reader, raw: Mapping[str, Any]) -> str:
    """[grading] lms: the learning platform, "" where the course names none."""
    name = reader.text(reader.table(raw, "grading", "the file"), "lms", "grading", "")
    known = tuple(homes(LEARNING)) if name else ()
    if known and name not in known:
        reader.refuse_name("grading", LEARNING.title, name, known)
    return name


def _read_entry(reader: Reader, home: Home, week: str, name: str, raw: Mapping[str, Any]) -> Entry:
    profiles = home.profiles
    where = f"weeks.{week}.assignments.{name}"
    if not NAME.fullmatch(name):
        expected = f"small letters, digits, _ and - alone, such as {re.sub(r'[^a-z0-9_-]', '_', name.lower())!r}"
        reader.refuse(where, f"the name {name!r}", expected)
    reader.only(raw, ENTRY, where)
    kind, profile = reader.text(raw, "kind", where), reader.text(raw, "profile", where, next(iter(profiles)))
    if kind not in KINDS:
        reader.refuse(where, f"kind = {kind!r}", f"one of {', '.join(KINDS)}")
    if profile not in profiles:
        reader.refuse_name(where, "profile", profile, profiles)
    source = home.folder / reader.text(raw, "source", where)
    if not source.is_file():
        expected = f"a py:percent file beside course.toml, by its path from there.{_meant(home.folder, source)}"
        reader.refuse(where, f"source = {raw['source']!r}, which is not there", expected, raw["source"])
    return Entry(
        name=name,
        title=reader.text(raw, "title", where),
        week=week,
        kind=kind,
        source=source,
        wrong=source.parent / "wrong" / name,
        profile=profile,
        gpu=reader.truth(raw, "gpu", where),
        needs=reader.texts(raw, "needs", where, "package names"),
        settings={**home.settings, **read_settings(reader, raw, where)},
        files=_read_files(reader, home.folder, raw, where),
        kaggle_datasets=_read_datasets(reader, raw, where),
    )


def _read_files(reader: Reader, home: Path, raw: Mapping[str, Any], where: str) -> tuple[Path, ...]:
    listed = reader.texts(raw, "files", where, "files beside course.toml")
    found = tuple(home / name for name in listed)
    for name, path in zip(listed, found, strict=True):
        if not path.is_file():
            expected = f"a file in {home}, by its path from there.{_meant(home, path)}"
            reader.refuse(where, f"the file {name!r} under files, which is not there", expected, name)
    names = [path.name for path in found]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        reader.refuse(where, f"two files called {doubled[0]!r}", "a name of its own for each file")
    return found


def _meant(home: Path, missing: Path) -> str:
    """Which file of the missing one's folder was probably meant; "" where none is near."""
    beside = missing.parent.glob("*") if missing.parent.is_dir() else ()
    names = sorted(os.path.relpath(path, home) for path in beside if path.is_file())
    return did_you_mean(os.path.relpath(missing, home), names)


def _read_datasets(reader: Reader, raw: Mapping[str, Any], where: str) -> tuple[str, ...]:
    found = reader.texts(raw, "kaggle_datasets", where, 'data sets such as "owner/name"')
    for name in found:
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]*/[a-z0-9]+(-[a-z0-9]+)*", name):
            reader.refuse(where, f"the Kaggle data set {name!r}", 'a name such as "owner/name-of-the-data"')
    return found


def read_profiles(reader: Reader, raw: Mapping[str, Any]) -> dict[str, Profile]:
    """[profiles.NAME]: settings of any name, and what the instructor's runs need. At least one profile."""
    found = {}
    for name, table in reader.tables(raw, "profiles", "the file").items():
        where = f"profiles.{name}"
        if not re.fullmatch(r"\w+", name):
            reader.refuse(where, f"the name {name!r}", "letters, digits and _ alone")
        limit = table.get("time_limit", 3600)
        if not is_number(limit) or limit < 1:
            reader.refuse(where, f"time_limit = {limit!r}", "seconds that a notebook may take, 1 or more")
        reserved = ("about", "needs_gpu", "needs", "time_limit", "hub")
        settings = {key: value for key, value in table.items() if key not in reserved}
        for key, value in settings.items():
            if not isinstance(value, str | int | float | bool):
                reader.refuse(where, f"{key} = {value!r}", "a text, a number, true or false")
            if not key.isidentifier():
                reader.refuse(where, f"the setting {key!r}", "a name that Python knows, such as batch_size")
        found[name] = Profile(
            name, settings, reader.text(table, "about", where, ""), reader.truth(table, "needs_gpu", where),
            reader.texts(table, "needs", where, "package names"), float(limit),
            reader.texts(table, "hub", where, 'data sets such as "owner/name"'),
        )  # fmt: skip
    return found or {ONE_PROFILE: Profile(ONE_PROFILE)}


def read_folders(reader: Reader, home: Path, raw: Mapping[str, Any]) -> Folders:
    """[folders]: where a course keeps things that do not lie beside its course.toml."""
    table = reader.table(raw, "folders", "the file")
    names = ("solutions", "kaggle", "rehearsal")
    reader.only(table, names, "folders")
    return Folders(*((home / reader.text(table, name, "folders", name)).resolve() for name in names))


def read_files(reader: Reader, home: Path, raw: Mapping[str, Any], name: str, what: str) -> dict[str, Path]:
    """A table of files, such as [zoos]: each entry's name and its file, which is ``what``."""
    table = reader.table(raw, name, "the file")
    found = {entry: home / reader.text(table, entry, name) for entry in table}
    for entry, path in found.items():
        if not path.is_file():
            reader.refuse(name, f"{entry} = {table[entry]!r}, which is not there", what)
    return found


def read_library(reader: Reader, home: Path, raw: Mapping[str, Any], metrics: str = "") -> Library | None:
    """[library], or the packages of the folder ``library`` beside course.toml, and its ``metrics`` (a metrics.py's
    text); None where there are none.
    """
    table = reader.table(raw, "library", "the file")
    reader.only(table, ("name", "packages", "requirements", "url"), "library")
    beside = sorted(path.parent for path in (home / "library").glob("*/__init__.py"))
    named = tuple(home / name for name in reader.texts(table, "packages", "library", "folders"))
    for folder in named:
        if not (folder / "__init__.py").is_file():
            reader.refuse("library", f"the package {folder.name!r}, which is none", "a folder with an __init__.py")
    packages = named or tuple(beside)
    if not packages and not metrics:
        if table:
            reader.refuse("library", "no package", 'packages = ["library/…"], or a folder library/ with one')
        return None
    for folder in packages:
        if folder.name in ("paribus", "grader", "generator", "course"):
            reader.refuse("library", f"a package called {folder.name!r}", "a name that paribus does not use")
    name = reader.text(table, "name", "library", _wheel_name(packages, reader.table(raw, "course", "the file")))
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or name.startswith("paribus"):
        reader.refuse("library", f"name = {name!r}", "small letters, digits and hyphens, such as mycourse-library")
    licence = home / "LICENSE" if (home / "LICENSE").is_file() else None
    url, needed = (
        reader.text(table, "url", "library", ""),
        reader.texts(table, "requirements", "library", "requirements"),
    )
    return Library(name, packages, needed, licence, metrics, url)


def _wheel_name(packages: Sequence[Path], about: Mapping[str, Any]) -> str:
    """What a library's wheel is called that names none: after its first package, else after the course's title."""
    if packages:
        return f"{packages[0].name.replace('_', '-')}-library"
    words = re.findall(r"[a-z0-9]+", str(about.get("title", "")).lower())
    return "-".join([*words, "library"])


def read_shares(
    reader: Reader, raw: Mapping[str, Any], checks: Mapping[str, Declared]
) -> Mapping[str, Mapping[str, float]]:
    """[points.ROLE]: how a role's points are shared over its checks."""
    shares = reader.tables(raw, "points", "the file")
    reader.only(shares, SHARED_ROLES, "points")
    for role, table in shares.items():
        where = f"points.{role}"
        for name in sorted(set(table) - set(checks) - {"manual"}):
            reader.refuse_name(where, "check", name, [*sorted(checks), "manual"])
        wrong = [name for name, share in table.items() if not is_number(share)]
        if wrong:
            reader.refuse(where, f"{wrong[0]} = {table[wrong[0]]!r}", "a share between 0 and 1")
        total = sum(table.values())
        if abs(total - 1) > 1e-9 or min(table.values()) < 0:
            over = (
                f": take {total - 1:g} from them"
                if total > 1
                else f": add {1 - total:g} to them"
                if total < 1
                else ""
            )
            listed = " + ".join(f"{share:g}" for share in table.values())
            found = f"shares that sum to {total:g} ({listed})"
            reader.refuse(where, found, f"shares from 0 to 1 that sum to 1{over}", where)
    return shares


def read_check_options(
    reader: Reader, raw: Mapping[str, Any], checks: Mapping[str, Declared]
) -> Mapping[str, Mapping[str, Any]]:
    """[checks."NAME"]: a check's options, where a source does not say."""
    options = reader.tables(raw, "checks", "the file")
    for name in sorted(set(options) - set(checks)):
        reader.refuse_name("checks", "check", name, sorted(checks))
    for name, table in options.items():
        known = checks[name].options
        for option in sorted(set(table) - set(known)):
            if not known:
                reader.refuse(f"checks.{name}", f"the option {option!r}", "no option: this check takes none")
            reader.refuse_name(f"checks.{name}", "option", option, known)
        if (unfit := checks[name].unfit(table)) is not None:
            reader.refuse(f"checks.{name}", f"{unfit[0]} = {table[unfit[0]]!r}", unfit[1], unfit[0])
    return options


def read_colab(reader: Reader, raw: Mapping[str, Any]) -> Mapping[str, str]:
    """[colab]: where Colab opens the published notebooks from."""
    table = reader.table(raw, "colab", "the file")
    reader.only(table, ("repository", "branch", "folder"), "colab")
    return {name: reader.text(table, name, "colab") for name in ("repository", "branch", "folder")} if table else {}
