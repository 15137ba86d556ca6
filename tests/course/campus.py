"""The package of docs/notebook-platforms.md and docs/learning-platforms.md, as it is there, and a course for it."""

import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

from generator.platforms import choose as notebooks
from grader.intake import file_names
from grader.lms import choose as classes
from paribus.course.platforms import homes

ROOT = Path(__file__).parents[2]
NOTEBOOKS, CLASSES = "docs/notebook-platforms.md", "docs/learning-platforms.md"
POINTS = "paribus_campus-1.0.dist-info/entry_points.txt"
NAMES = """
from grader.intake.file_names import Named


def read_name(path):
    start, _, rest = path.partition("--")
    return Named(start, start.removeprefix("card"), file=rest, by="Campus") if start.startswith("card") else None
"""


Install = Callable[[dict[str, str]], None]
"""Lays files down where Python finds them, until a test ends."""


def block(page: str, language: str) -> str:
    """The last block of a page in this language."""
    return str(re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)[-1])


def entry_points() -> dict[str, dict[str, str]]:
    """Those of both pages."""
    pages = [tomllib.loads(block(page, "toml"))["project"]["entry-points"] for page in (NOTEBOOKS, CLASSES)]
    return {**pages[0], **pages[1]}


def package() -> dict[str, str]:
    """The files of the package, as pip leaves them in a folder that Python looks into."""
    groups = entry_points()
    lines = [f"[{group}]\n{name} = {value}\n" for group, points in groups.items() for name, value in points.items()]
    return {
        "paribus_campus-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: paribus-campus\nVersion: 1.0\n",
        POINTS: "".join(lines),
        "paribus_campus/__init__.py": "",
        "paribus_campus/notebooks/__init__.py": "",
        "paribus_campus/notebooks/platform.py": block(NOTEBOOKS, "python"),
        "paribus_campus/notebooks/start.md.j2": "Sign in with your card, then open {{ example }}.",
        "paribus_campus/notebooks/handin.md": "## Hand in\n\nPress **Send**. __HAND_IN_IPYNB__.\n",
        "paribus_campus/grades/__init__.py": "",
        "paribus_campus/grades/platform.py": block(CLASSES, "python"),
        "paribus_campus/grades/names.py": NAMES,
    }


def forget() -> None:
    """What is installed is read once a process; a test installs in between."""
    for kept in (homes, notebooks.platforms, classes.platforms, file_names._readers):
        kept.cache_clear()


def write_course(folder: Path) -> Path:
    """`paribus new`'s course, for the platforms of the campus."""
    shutil.copytree(ROOT / "generator" / "templates" / "course", folder)
    path = folder / "course.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace('platforms = ["jupyter"]', 'platforms = ["campus"]')
    path.write_text(text.replace('lms = "plain"', 'lms = "campus"'), encoding="utf-8")
    return path
