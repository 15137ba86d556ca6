"""The students' extra package for `paribus check`: the checks, the reader of files, and nothing else of the rooms.

It holds the modules that the command reaches, found by following imports, so that no source of the course, no
gradebook and no command of the instructor's can slip in. It goes beside the students' wheel and needs it.
"""

import ast
import json
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import paribus
from generator.building.wheel import Wheel
from generator.errors import BuildError
from generator.project import ROOT, requirement

COMMAND = "grader.commands.check"
ROOMS = ("grader", "course")
DATA = ("grader/reading/vocabulary.toml",)
NEEDS = ("selectolax",)


@cache
def build_check_wheel() -> Wheel:
    """The wheel ``paribus_check-<version>-py3-none-any.whl``, the same bytes every time.

    BuildError where hatchling refuses; its words are in the message.
    """
    from hatchling.builders.wheel import WheelBuilder

    needed = [f"paribus=={paribus.__version__}", *(requirement(name) for name in NEEDS)]
    template = files("generator.templates").joinpath("student_check_pyproject.toml").read_text(encoding="utf-8")
    text = template.replace("__VERSION__", paribus.__version__).replace("__DEPENDENCIES__", json.dumps(needed))
    with tempfile.TemporaryDirectory(prefix="paribus-check-") as folder:
        staging = Path(folder)
        for path in (*reached(), *DATA):
            (staging / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, staging / path)
        shutil.copy(ROOT / "LICENSE", staging / "LICENSE")
        (staging / "pyproject.toml").write_text(text, encoding="utf-8")
        try:
            built = list(WheelBuilder(str(staging)).build(directory=str(staging / "dist"), versions=["standard"]))
        except (ValueError, TypeError, OSError) as error:
            raise BuildError(
                f"The students' package for `paribus check` cannot be built ({error}). "
                "See generator/templates/student_check_pyproject.toml."
            ) from error
        wheel = Path(built[0])
        return Wheel(wheel.name, wheel.read_bytes())


def reached(command: str = COMMAND) -> tuple[str, ...]:
    """The files of the rooms above paribus that a module imports, directly or through others, sorted."""
    found: set[str] = set()
    waiting = [command]
    while waiting:
        module = waiting.pop()
        path = _file(module)
        if path is None or path in found:
            continue
        found.add(path)
        waiting += [module.rpartition(".")[0], *_imported(ROOT / path)]
    return tuple(sorted(found))


def _file(module: str) -> str | None:
    """The file of a module of the rooms; None for what is no module of theirs."""
    if module.partition(".")[0] not in ROOMS:
        return None
    for path in (f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py"):
        if (ROOT / path).is_file():
            return path
    return None


def _imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, anywhere in it; a name imported from a package may be a module too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (item.name for item in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{item.name}" for item in node.names)
