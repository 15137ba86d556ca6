"""course.toml as typed values: weeks, assignments, profiles, how points are shared, what grading needs.

The file holds texts and numbers alone. Whatever else a course owns is found from it: sources, wrong answers, zoos,
recorded references, Kaggle's settings, rehearsal tables, the course's own library.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from paribus.course.declared import Declared, require_order, with_own
from paribus.course.errors import CatalogError
from paribus.course.near import did_you_mean
from paribus.course.own import CHECKS, METRICS, metrics_of, read_own
from paribus.course.policy import read_policy
from paribus.course.reading import Reader, read_toml
from paribus.course.tables import (
    Entry,
    Folders,
    Home,
    Library,
    Week,
    read_check_options,
    read_colab,
    read_files,
    read_folders,
    read_library,
    read_lms,
    read_profiles,
    read_settings,
    read_shares,
    read_week,
)
from paribus.course.term import load_term
from paribus.course.version import require_version
from paribus.errors import UsageError
from paribus.metrics.registry import Registry
from paribus.training.profiles import Profile

ABOUT = ("title", "paribus", "platforms", "run_profile", "hand_in")
TABLES = tuple(
    "course folders library profiles wheel colab points checks settings grading term zoos quizzes weeks".split()
)


@dataclass(frozen=True)
class Course:
    """The course. ``file`` is its course.toml; ``shares`` maps a role to check → share of its points ("manual" is
    a person's share); ``check_options`` maps a check to its default options; ``wheel_url`` holds ``{version}``;
    ``colab`` says where Colab finds the notebooks, and is empty where they are not published; ``platforms`` is
    empty where the course names none; ``run_profile`` is what the instructor's runs use without --profile; ``lms``
    is the learning platform, and ``hand_in`` where students hand in, both "" where the course says nothing; ``own``
    holds its metrics.py, checks.py and vocabulary.toml, where it has them.
    """

    file: Path
    title: str
    weeks: tuple[Week, ...]
    shares: Mapping[str, Mapping[str, float]]
    check_options: Mapping[str, Mapping[str, Any]]
    wheel_url: str
    colab: Mapping[str, str]
    folders: Folders
    zoos: Mapping[str, Path]
    quizzes: Mapping[str, Path]
    profiles: Mapping[str, Profile]
    run_profile: str
    platforms: tuple[str, ...] = ()
    lms: str = ""
    hand_in: str = ""
    library: Library | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def checks(self) -> Mapping[str, Declared]:
        """The checks that its sources may ask for: paribus's and its own."""
        return declared_checks(self.own, self.file.parent)

    @cached_property
    def metrics(self) -> Registry:
        """The metrics that its runs may be scored by: paribus's and its own."""
        return metrics_of(self.own, f"{self.file.parent}/")

    @cached_property
    def carried(self) -> dict[str, dict[str, Any]]:
        """What a notebook and a release carry of the profiles; `paribus.training.profiles.get_profile` reads it."""
        return {
            name: {
                **profile.settings,
                **({"about": profile.about} if profile.about else {}),
                **({"needs_gpu": True} if profile.needs_gpu else {}),
            }
            for name, profile in self.profiles.items()
        }

    @property
    def smallest(self) -> Profile:
        """The profile that the course lists first: tests are tried with it."""
        return next(iter(self.profiles.values()))

    def entries(self) -> tuple[Entry, ...]:
        """Every assignment of the course, in order."""
        return tuple(entry for week in self.weeks for entry in week.entries)

    def entry(self, name: str) -> Entry:
        """The assignment called ``name``; UsageError lists what there is."""
        for entry in self.entries():
            if entry.name == name:
                return entry
        for week in self.weeks:
            if week.name == name:
                names = ", ".join(entry.name for entry in week.entries)
                raise UsageError(f"{name!r} is a week, and this takes one assignment. Name one of: {names}.")
        known = [week.name for week in self.weeks], [entry.name for entry in self.entries()]
        raise UsageError(
            f"There is no week or assignment called {name!r}. Weeks: {', '.join(known[0])}. Assignments: "
            f"{', '.join(known[1])}.{did_you_mean(name, [*known[0], *known[1]])} The course is {self.file}."
        )

    def select(self, name: str) -> tuple[Entry, ...]:
        """The assignments that a command's argument means: a week's, or the one named."""
        for week in self.weeks:
            if week.name == name:
                return week.entries
        return (self.entry(name),)

    def profile(self, name: str | None) -> Profile:
        """The profile called ``name``, or that of the instructor's runs; UsageError lists the course's profiles."""
        wanted = self.run_profile if name is None else name
        if wanted not in self.profiles:
            known = ", ".join(
                f"{item.name} ({item.about})" if item.about else item.name for item in self.profiles.values()
            )
            raise UsageError(
                f"There is no profile called {wanted!r}. Choose one of: {known}."
                f"{did_you_mean(wanted, self.profiles)} The course is {self.file}."
            )
        return self.profiles[wanted]


def load_course(path: Path) -> Course:
    """Read and validate a course.toml; CatalogError says which table and what was expected there."""
    raw = read_toml(path)
    reader = Reader(str(path))
    require_version(reader, raw)  # first: a newer course may hold names that this version does not know
    reader.only(raw, TABLES, "the file")
    about = reader.table(raw, "course", "the file")
    reader.only(about, ABOUT, "course")
    defaults = read_settings(reader, raw, "")
    profiles = read_profiles(reader, raw)
    home = path.resolve().parent
    shared = Home(home, profiles, defaults)
    weeks = tuple(
        read_week(reader, shared, name, week) for name, week in reader.tables(raw, "weeks", "the file").items()
    )
    names = [week.name for week in weeks] + [entry.name for week in weeks for entry in week.entries]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        reader.refuse("weeks", f"the name {doubled[0]!r} twice", "a name for each week and assignment")
    own = read_own(home)
    checks = declared_checks(own, path.parent)
    run_profile = reader.text(about, "run_profile", "course", next(iter(profiles)))
    if run_profile not in profiles:
        reader.refuse_name("course", "profile", run_profile, profiles)
    for week in weeks:
        for entry in week.entries:
            read_policy(raw.get("grading", {}), entry.name, str(path), names=[item.name for item in _all(weeks)])
    load_term(path)
    return Course(
        file=path,
        title=reader.text(about, "title", "course"),
        weeks=weeks,
        shares=read_shares(reader, raw, checks),
        check_options=read_check_options(reader, raw, checks),
        wheel_url=reader.text(reader.table(raw, "wheel", "the file"), "url", "wheel", ""),
        colab=read_colab(reader, raw),
        folders=read_folders(reader, home, raw),
        zoos=read_files(reader, home, raw, "zoos", "a file of recipes"),
        quizzes=read_files(reader, home, raw, "quizzes", "a file of questions"),
        profiles=profiles,
        run_profile=run_profile,
        platforms=reader.texts(about, "platforms", "course", "platforms"),
        lms=read_lms(reader, raw),
        hand_in=reader.text(about, "hand_in", "course", ""),
        library=read_library(reader, home, raw, own.get(METRICS, "")),
        settings=defaults,
        own=own,
    )


def declared_checks(own: Mapping[str, str], home: Path) -> Mapping[str, Declared]:
    """Paribus's checks and those of a checks.py in ``home``, by name; CatalogError where it cannot be read."""
    known = with_own(own.get(CHECKS, ""), str(home / CHECKS))
    require_order(known, str(home / CHECKS))
    return known


def _all(weeks: tuple[Week, ...]) -> tuple[Entry, ...]:
    return tuple(entry for week in weeks for entry in week.entries)


__all__ = ["CatalogError", "Course", "Entry", "Library", "Week", "load_course"]
