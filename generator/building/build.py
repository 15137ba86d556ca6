"""`paribus build`: sources and references in, one folder out: the students' files, the instructor's files.

DIR/student/README.md                    how to start, look first and hand in, for students
DIR/student/kaggle/<assignment>/         the notebook and what the official client needs to push it
DIR/student/kaggle/dataset/              the data set that carries the students' wheel
DIR/student/check/                       what `paribus check` needs: the wheel, the assignments' public forms
DIR/student/colab/, DIR/student/jupyter/ the notebooks (for Jupyter with the wheel and the forms beside them)
DIR/instructor/solution|instructor/<platform>/
DIR/instructor/quizzes/<quiz>/           a release has them: for Moodle, for paper, the key
DIR/instructor/release/<assignment>/     all that grading needs (`paribus.course.release`)
DIR/complete.json                        written last
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import paribus
from generator.building.blind import sealed_part, zoos_of
from generator.building.frame import notebook_metadata, platforms_of, setting_of
from generator.building.known import values_of
from generator.building.notebooks import NotebookCell, make_assignment, make_cells, to_json, with_evidence_cells
from generator.building.placeholders import placeholders
from generator.building.readme import README, student_readme
from generator.errors import BuildError
from generator.platforms.choose import platform_names
from generator.platforms.choose import platforms as known_platforms
from generator.platforms.platform import Setting
from generator.running.agreement import wrong_begins
from generator.running.references import References
from generator.sources.regions import region_lines
from generator.sources.roles import VARIANTS
from generator.sources.source import Source, load_source
from generator.wheels.wheel import Wheel, build_wheel
from paribus.course.assignment import Assignment, Role
from paribus.course.catalog import Course, Entry
from paribus.course.near import did_you_mean
from paribus.course.public import public_form, public_name
from paribus.course.release import Release, write_release
from paribus.errors import UsageError
from paribus.files import json_text, write_atomic
from paribus.training.profiles import Profile

SCHEMA = "paribus.build/1"
MARKER = "complete.json"
RELEASES = Path("instructor") / "release"
CHECK_FOLDER = "student/check"


@dataclass(frozen=True)
class Options:
    """What a build may be asked for. ``profile`` None is each assignment's own, no ``platforms`` the course's.
    ``editions`` are the sealed keys of
    the zoos that were built (`generator.building.blind`), ``revealed`` whether feedback may tell them.
    """

    profile: str | None = None
    platforms: tuple[str, ...] = ()
    references: References = field(default_factory=lambda: References({}))
    editions: Mapping[str, Any] = field(default_factory=dict)
    revealed: bool = False


@dataclass(frozen=True)
class Built:
    """One assignment, built: values alone. ``notebooks`` maps (variant, platform) to a notebook's text;
    ``missing`` says which references its prose or bands lack, ``unsealed`` which zoos have no key.
    """

    setting: Setting
    entry: Entry
    source: Source
    release: Release
    notebooks: Mapping[tuple[str, str], str]
    missing: tuple[str, ...]
    unsealed: tuple[str, ...] = ()

    @property
    def assignment(self) -> Assignment:
        """The released assignment."""
        return self.release.assignment


@dataclass(frozen=True)
class BuildReport:
    """What a build wrote: the folder, every file (relative, sorted), the assignments. ``placeholders`` says what
    the course has to fill in before the notebooks go out.
    """

    out: Path
    files: tuple[str, ...]
    built: tuple[Built, ...]
    wheel: str
    placeholders: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Every missing reference, named with its assignment."""
        return tuple(f"{item.entry.name}: {name}" for item in self.built for name in item.missing)


def build_assignment(course: Course, entry: Entry, options: Options) -> Built:
    """All notebooks and the release of one assignment, from its source; nothing is written."""
    profile = course.profile(options.profile or entry.profile)
    known = platform_names()
    unknown = [platform for platform in options.platforms if platform not in known]
    if unknown:
        raise UsageError(
            f"There is no platform called {unknown[0]!r}. Choose from: {', '.join(known)}."
            f"{did_you_mean(unknown[0], known)}"
        )
    platforms = options.platforms or platforms_of(course)
    source = load_source(entry.source, course)
    for wrong in wrong_begins(source, entry.name):
        raise BuildError(wrong)
    setting = setting_of(course)
    value_of = values_of(course, options.references, profile)

    def cells(platform: str, variant: str) -> tuple[NotebookCell, ...]:
        return make_cells(source, entry, setting, platform, variant, profile=profile, value_of=value_of)

    student = cells("jupyter", "student")
    used = {entry.name, *(call.assignment for call in source.references)}
    references = options.references.for_release(used, profile.name)
    assignment = make_assignment(
        student, entry, profile=profile, references=references, profiles=course.carried, own=course.own
    )
    metadata = {name: notebook_metadata(name, entry, setting) for name in {*platforms, "jupyter"}}
    release_cells = with_evidence_cells(student)
    release_notebook = to_json(release_cells, metadata["jupyter"], release=assignment.release, platform="jupyter")
    notebooks = {
        (variant, platform): json_text(
            to_json(cells(platform, variant), metadata[platform], release=assignment.release, platform=platform)
        )
        for variant in VARIANTS
        for platform in platforms
    }
    zoos = zoos_of(source)
    sealed = sealed_part(zoos, options.editions, revealed=options.revealed)
    release = Release(
        assignment, json_text(release_notebook), references, sealed, hidden_tests(source),
        options.references.for_audit(entry.name),
    )  # fmt: skip
    unsealed = tuple(zoo for zoo in zoos if zoo not in options.editions)
    missing = _missing(source, course, entry, options.references, profile)
    return Built(setting, entry, source, release, notebooks, missing, unsealed)


def hidden_tests(source: Source) -> dict[str, dict[str, str]]:
    """The hidden tests of each tests cell that has any, by its key."""
    return {
        cell.key: {"tests": "\n".join(region_lines(cell.text, cell.regions))}
        for cell in source.cells
        if cell.role is Role.TESTS and cell.regions
    }


def build(
    course: Course,
    entries: Sequence[Entry],
    out: Path,
    options: Options,
    guard: Callable[[Sequence[Built], Path], None] = lambda built, out: None,
) -> BuildReport:
    """Build assignments into ``out``, the marker last; what an earlier build left under other names stays.
    ``guard`` may refuse before anything is written (`upgrade.require_accepted`).
    """
    built = tuple(build_assignment(course, entry, options) for entry in entries)
    guard(built, out)
    return write_build(built, build_wheel(), out, options.platforms or platforms_of(course))


def write_build(
    built: Sequence[Built],
    wheel: Wheel,
    out: Path,
    platforms: Sequence[str],
    *,
    goes_out: bool = False,
    quizzes: Mapping[str, bytes] = MappingProxyType({}),
) -> BuildReport:
    """Write what was built. The marker goes first and comes last, so that a half-written folder is seen as one.
    ``goes_out``: students get these releases (`paribus.course.release`). ``quizzes``: what `week_files` gives.
    """
    (out / MARKER).unlink(missing_ok=True)
    files = {**student_files(built, wheel, platforms), **_notebooks(built, ("solution", "instructor")), **quizzes}
    for folder in (CHECK_FOLDER, *(item.folder for item in known_platforms().values())):
        for kept in wheels_of(built, wheel):
            _remove_other_wheels(out / folder, kept)
    for path, content in files.items():
        write_atomic(out / path, content)
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    for item in built:
        for file in write_release(out / RELEASES, item.release, goes_out=goes_out).rglob("*"):
            if file.is_file():
                digests[file.relative_to(out).as_posix()] = hashlib.sha256(file.read_bytes()).hexdigest()
    marker = {
        "schema": SCHEMA,
        "version": paribus.__version__,
        "releases": {item.entry.name: item.release.digest for item in built},
        "profiles": {item.entry.name: item.assignment.profile for item in built},
        "files": digests,
    }
    write_atomic(out / MARKER, json.dumps(marker, sort_keys=True, indent=1) + "\n")
    to_fill_in = placeholders(built[0].setting, platforms)
    return BuildReport(out, tuple(sorted(digests)), tuple(built), wheel.name, to_fill_in)


def notebook_path(variant: str, platform: str, assignment: str) -> str:
    """Where a notebook is below the output folder."""
    if variant != "student":
        return f"instructor/{variant}/{platform}/{assignment}.ipynb"
    return known_platforms()[platform].notebook(assignment)


def student_files(built: Sequence[Built], wheel: Wheel, platforms: Sequence[str] = ()) -> dict[str, bytes]:
    """Everything that students get, by path; on every platform where none is named."""
    chosen = [known_platforms()[name] for name in platforms or platform_names()]
    setting, entries = built[0].setting, [item.entry for item in built]
    folders = (CHECK_FOLDER, *(item.folder for item in chosen if item.brings_wheel))
    wheels = {f"{folder}/{wheel.name}": wheel.content for folder in folders}
    library = [(item.name, item.content) for item in wheels_of(built, wheel)[1:]]
    given = [(path.name, path.read_bytes()) for item in built for path in item.entry.files]
    beside = {f"{item.folder}/{name}": content for item in chosen for name, content in (*library, *given)}
    more = {
        f"student/{item.name}/{path}": text.encode()
        for item in chosen
        for path, text in item.more_files(setting, entries).items()
    }
    readme = student_readme(
        setting, entries, chosen, profile=built[-1].assignment.profile,
        wheels=[item.name for item in wheels_of(built, wheel)],
    )  # fmt: skip
    return {
        README: readme.encode(), **_notebooks(built, ("student",)), **wheels, **beside, **more,
        **_forms(built, [item.folder for item in chosen if item.brings_forms]),
    }  # fmt: skip


def wheels_of(built: Sequence[Built], wheel: Wheel) -> tuple[Wheel, ...]:
    """The wheels that students get: paribus's, and the course's library where it has one."""
    library = built[0].setting.library
    return (wheel,) if library is None else (wheel, library)


def _forms(built: Sequence[Built], folders: Sequence[str]) -> dict[str, bytes]:
    """Each assignment's public form, which `paribus check` needs: with the wheel, and beside the notebook."""
    return {
        f"{folder}/{public_name(item.assignment)}": public_form(item.assignment).to_json().encode()
        for item in built
        for folder in (CHECK_FOLDER, *folders)
    }


def _notebooks(built: Sequence[Built], variants: Sequence[str]) -> dict[str, bytes]:
    return {
        notebook_path(variant, platform, item.entry.name): text.encode()
        for item in built
        for (variant, platform), text in item.notebooks.items()
        if variant in variants
    }


def _missing(
    source: Source, course: Course, entry: Entry, references: References, profile: Profile
) -> tuple[str, ...]:
    missing = [
        f"{call.name} of {call.assignment}: {references.why_missing(call.assignment, call.name, profile=profile)} "
        f"(to record it, type: paribus run {call.assignment} --profile {profile.name} --record)"
        for call in source.references
        if references.lookup(call.assignment, call.name, profile=profile) is None
    ]
    named = dict.fromkeys(check.check for cell in source.cells for check in cell.checks)
    bands = [name for name in named if course.checks[name].compares]
    if bands and not references.for_release([entry.name], profile.name):
        missing += [f"the bands of {name}" for name in bands]
    return tuple(dict.fromkeys(missing))


def _remove_other_wheels(folder: Path, kept: Wheel) -> None:
    """A wheel of another version beside the right one would be installed by mistake."""
    for path in folder.glob(f"{kept.name.partition('-')[0]}*.whl"):
        if path.name != kept.name:
            path.unlink()
