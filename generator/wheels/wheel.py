"""The students' wheels: paribus with `paribus check`, and the course's own library; the same bytes every time.

The instructor's pyproject.toml packs every room; the students' are filled in from templates in a staging folder
that holds nothing but what belongs into the wheel, so that nothing else can slip in.
"""

import ast
import hashlib
import json
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import paribus
from generator.errors import BuildError
from generator.project import CHECK_NEEDS, ROOT, core_requirements, licence, requirement
from generator.wheels.checkmodules import data_beside, reached
from paribus.course.catalog import Library
from paribus.metrics.registry import GROUP

# What editors, interpreters and tests leave behind.
_LEFTOVERS = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "*~", "*.orig", "*.rej")


@dataclass(frozen=True)
class Wheel:
    """A wheel file: its name and bytes, the package that pip knows it by, its version."""

    name: str
    content: bytes
    package: str = "paribus"
    version: str = paribus.__version__


def build_wheel(package: Path | None = None, requirements: Sequence[str] | None = None) -> Wheel:
    """Build the students' wheel from the package folder (paribus's own where none is given).

    BuildError where hatchling refuses; its words are in the message.
    """
    origin = package or Path(paribus.__file__).parent
    check = (requirement(name) for name in CHECK_NEEDS)
    needed = (*core_requirements(), *check) if requirements is None else requirements
    with tempfile.TemporaryDirectory(prefix="paribus-wheel-") as folder:
        staging = Path(folder)
        shutil.copytree(origin, staging / "paribus", ignore=_LEFTOVERS)
        # The model of a course is the instructor's; of it, what is reached follows.
        shutil.rmtree(staging / "paribus" / "course", ignore_errors=True)
        for path in (*reached(), *data_beside(reached())):
            (staging / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, staging / path)
        (staging / "LICENSE").write_text(licence(), encoding="utf-8")
        values = {"VERSION": paribus.__version__, "DEPENDENCIES": json.dumps(list(needed))}
        return Wheel(*_pack(staging, "student_pyproject.toml", values))


def library_version(library: Library) -> str:
    """The version of a course's library, made from its packages' content and its requirements, so that an installed
    one is known to be the same, or not.
    """
    digest = hashlib.sha256(json.dumps([library.name, *library.requirements]).encode())
    found = {} if library.licence is None else {"LICENSE": library.licence}
    for package in library.packages:
        found |= {path.relative_to(package.parent).as_posix(): path for path in _files(package)}
    for name, path in sorted(found.items()):
        digest.update(f"{name}\n".encode() + path.read_bytes())
    digest.update(library.metrics.encode())
    return f"1.{int(digest.hexdigest()[:12], 16)}"


def _files(folder: Path) -> Iterator[Path]:
    """The files of a package that go into its wheel."""
    names = [path.name for path in folder.iterdir()]
    for path in folder.iterdir():
        if path.name in _LEFTOVERS(str(folder), names):
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def _require_python(package: Path) -> None:
    """BuildError names the first file of a package, and the line, that Python cannot read."""
    for path in sorted(item for item in _files(package) if item.suffix == ".py"):
        try:
            with warnings.catch_warnings(action="ignore"):
                ast.parse(path.read_bytes())
        except (SyntaxError, ValueError) as error:
            told = error if isinstance(error, SyntaxError) else SyntaxError(str(error))
            line = f":{told.lineno}" if told.lineno else ""
            found = f"`{told.text.strip()[:60]}`" if told.text and told.text.strip() else "a text"
            raise BuildError(
                f"{path}{line}: found {found}, which is no Python ({told.msg}); expected code that imports, "
                "since students get this package."
            ) from error


def build_library(library: Library) -> Wheel:
    """Build the wheel of a course's own packages and metrics, in the version that their content has.

    BuildError where hatchling refuses, or a file of its packages is no Python.
    """
    for package in library.packages:
        _require_python(package)
    with tempfile.TemporaryDirectory(prefix="paribus-library-") as folder:
        staging = Path(folder)
        for package in library.packages:
            shutil.copytree(package, staging / package.name, ignore=_LEFTOVERS)
        packages, entry_points = [package.name for package in library.packages], ""
        if library.metrics:
            packages.append(library.metrics_package)
            (staging / library.metrics_package).mkdir()
            (staging / library.metrics_package / "__init__.py").write_text(library.metrics, encoding="utf-8")
            entry_points = f'[project.entry-points."{GROUP}"]\n{library.name} = "{library.metrics_package}:METRICS"'
        if library.licence is not None:
            shutil.copy(library.licence, staging / "LICENSE")
        version = library_version(library)
        values = {
            "NAME": library.name,
            "VERSION": version,
            "DEPENDENCIES": json.dumps(list(library.requirements)),
            "PACKAGES": json.dumps(packages),
            "ENTRY_POINTS": entry_points,
        }
        return Wheel(*_pack(staging, "library_pyproject.toml", values), package=library.name, version=version)


def _pack(staging: Path, template: str, values: dict[str, str]) -> tuple[str, bytes]:
    """(name, bytes) of the wheel of a staging folder, its pyproject.toml filled in from a template."""
    from hatchling.builders.wheel import WheelBuilder

    text = files("generator.templates").joinpath(template).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"__{name}__", value)
    (staging / "pyproject.toml").write_text(text, encoding="utf-8")
    try:
        built = list(WheelBuilder(str(staging)).build(directory=str(staging / "dist"), versions=["standard"]))
    except (ValueError, TypeError, OSError) as error:
        raise BuildError(
            f"A wheel cannot be built ({error}). See generator/templates/{template}, the dependencies in "
            "pyproject.toml, and [library] in course.toml."
        ) from error
    wheel = Path(built[0])
    return wheel.name, wheel.read_bytes()
