"""`paribus new`: a small working course in a folder of its own, to be changed into yours."""

import argparse
import shutil
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from paribus.cli import Command
from paribus.course.locate import example_names
from paribus.errors import UsageError

NEXT = (
    ("paribus build {week}", "the notebooks, into build/"),
    ("paribus run {week}", "runs the solutions, in seconds"),
    ("paribus rehearse {homework}", "what grading would miss, and whom it would wrong"),
    ("paribus release {week}", "proves the tests, then writes what students get"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the course's folder, which must not exist yet")


def run(arguments: argparse.Namespace) -> int:
    """Write the course, whole or not at all."""
    folder: Path = arguments.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} is there already, and nothing in it is overwritten. Name a folder that does not exist yet."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        made = Path(scratch) / "course"
        with as_file(files("generator.templates") / "course") as template:
            shutil.copytree(template, made, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        if folder.exists():
            folder.rmdir()
        made.rename(folder)
    print(f"{folder} holds a small working course: a regression on a table, one lab and one homework.")
    print(f"Change into it and try:\n\n  cd {folder}")
    names = example_names(folder)
    for command, what in NEXT:
        print(f"  {command.format(**names):<34}# {what}")
    return 0


COMMAND = Command(
    name="new",
    summary="Write a small working course to start from.",
    example="paribus new mycourse",
    configure=configure,
    run=run,
)
