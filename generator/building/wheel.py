"""The students' one wheel: paribus and `paribus check`, with the students' requirements, the same bytes every time.

The instructor's pyproject.toml packs every room; this one is filled in from a template in a staging folder that
holds nothing but paribus and what the command reaches, so that nothing else can slip in.
"""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import paribus
from generator.building.checkmodules import data_beside, reached
from generator.errors import BuildError
from generator.project import CHECK_NEEDS, ROOT, core_requirements, requirement

# What editors, interpreters and tests leave behind.
_LEFTOVERS = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "*~", "*.orig", "*.rej")


@dataclass(frozen=True)
class Wheel:
    """A wheel file: its name and bytes."""

    name: str
    content: bytes


def build_wheel(
    package: Path | None = None, requirements: Sequence[str] | None = None, licence: Path = ROOT / "LICENSE"
) -> Wheel:
    """Build the students' wheel from the package folder (paribus's own where none is given).

    BuildError where hatchling refuses; its words are in the message.
    """
    from hatchling.builders.wheel import WheelBuilder

    origin = package or Path(paribus.__file__).parent
    check = (requirement(name) for name in CHECK_NEEDS)
    needed = (*core_requirements(), *check) if requirements is None else requirements
    template = files("generator.templates").joinpath("student_pyproject.toml").read_text(encoding="utf-8")
    pyproject = template.replace("__VERSION__", paribus.__version__).replace(
        "__DEPENDENCIES__", json.dumps(list(needed))
    )
    with tempfile.TemporaryDirectory(prefix="paribus-wheel-") as folder:
        staging = Path(folder)
        shutil.copytree(origin, staging / "paribus", ignore=_LEFTOVERS)
        # The model of a course is the instructor's; of it, what is reached follows.
        shutil.rmtree(staging / "paribus" / "course", ignore_errors=True)
        for path in (*reached(), *data_beside(reached())):
            (staging / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, staging / path)
        shutil.copy(licence, staging / "LICENSE")
        (staging / "pyproject.toml").write_text(pyproject, encoding="utf-8")
        try:
            built = list(WheelBuilder(str(staging)).build(directory=str(staging / "dist"), versions=["standard"]))
        except (ValueError, TypeError, OSError) as error:
            raise BuildError(
                f"The students' wheel cannot be built ({error}). See generator/templates/student_pyproject.toml "
                "and the dependencies in pyproject.toml."
            ) from error
        wheel = Path(built[0])
        return Wheel(wheel.name, wheel.read_bytes())
