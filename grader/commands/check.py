"""`paribus check`: what the public checks say of a student's own file, before it is handed in."""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.cli import Command
from paribus.errors import UsageError

if TYPE_CHECKING:
    from grader.grading.preview import Item, Preview
    from paribus.course.assignment import Assignment

BUILT = Path("build/student/check")
NEEDS = ("numpy", "selectolax", "mistune")
"""The packages that a look at a file imports, some of them late."""
NOT_SEEN = (
    "Not looked at: points, hidden tests, reference bands and other people's files. "
    "How well you argue is for a person to read."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", type=Path, help="your notebook: the .html you would hand in, or the .ipynb")
    parser.add_argument(
        "--form", type=Path, metavar="PATH",
        help="the assignment's .public.json, or a folder of them (default: beside the file, then here)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Check one file; 0 also where something in it is to be done."""
    if not arguments.file.is_file():
        what = "is a folder" if arguments.file.is_dir() else "is not there"
        raise UsageError(f"{arguments.file} {what}. Name the notebook file that you would hand in.")

    for package in NEEDS:
        if find_spec(package) is None:  # on Kaggle and Colab the wheel comes without its requirements
            raise UsageError(
                f"this needs {package}, which is not installed. Type: {sys.executable} -m pip install {package}"
            )
    from grader.grading.preview import preview
    from grader.recover import recover

    content = arguments.file.read_bytes()
    try:
        forms = find_forms(arguments.file, arguments.form)
    except UsageError:
        recover(content, arguments.file.name)  # a file that is no notebook is the first thing to know
        raise
    found = preview(content, arguments.file.name, forms)
    if arguments.json:
        print(json.dumps(as_plain(found), sort_keys=True, indent=1))
    else:
        print("\n".join(as_lines(found)))
    return 0


def find_forms(file: Path, named: Path | None) -> "list[Assignment]":
    """The forms that were named, else those beside the file, here or in a build; UsageError if there are none."""
    from paribus.course.public import SUFFIX, read_public

    places = [named] if named is not None else [file.parent, Path(), BUILT]
    for place in places:
        paths = [place] if place.is_file() else sorted(place.glob(f"*{SUFFIX}"))
        if paths:
            return [read_public(path) for path in paths]
    where = f"in {named}" if named is not None else "beside your file, nor where you are"
    raise UsageError(
        f"there is no form of the assignment (a file that ends in {SUFFIX}) {where}. It came with the "
        "notebook: put it beside your file, or name it with --form."
    )


def as_plain(found: "Preview") -> dict[str, object]:
    """The findings as JSON values."""
    return {
        "assignment": found.assignment,
        "remarks": list(found.remarks),
        "findings": [
            {
                "cell": item.cell, "where": item.where, "check": item.check, "outcome": item.outcome.value,
                "because": item.because, "cells": list(item.cells), "found_under": list(item.found_under),
                "further": list(item.further), "lines": [list(line) for line in item.lines],
            }
            for item in found.items
        ],
        "not_looked_at": NOT_SEEN,
    }  # fmt: skip


def as_lines(found: "Preview") -> list[str]:
    """What is to be done, what a person will look at, and what is fine."""
    from grader.model import Outcome

    met, failed = found.of(Outcome.PASSED), found.of(Outcome.FAILED)
    undecided = found.of(Outcome.UNDECIDED)
    asked = len(met) + len(failed) + len(undecided)
    lines = [
        f"{found.title}",
        f"{len(met)} of {asked} checks are met.",
        *(f"note: {text}" for text in found.remarks),
    ]
    if failed:
        lines += ["", "To do", *_listed(failed)]
    if undecided:
        lines += ["", "Cannot be told from your file; a person would look", *_listed(undecided)]
    return [*lines, "", NOT_SEEN]


def _listed(items: "Sequence[Item]") -> list[str]:
    lines: list[str] = []
    where = ""
    for item in items:
        if item.where != where:
            where = item.where
            lines.append(f"  {where}")
        under = f" (under {', '.join(item.found_under)})" if item.found_under else ""
        lines.append(f"    {item.title}: {item.because}{under}")
        lines += [f"      also: {sentence}" for sentence in item.further]
        lines += [f"      {place}: {code}" for place, code in item.lines]
    return lines


COMMAND = Command(
    name="check",
    summary="Look at your own notebook before handing it in: what is missing, where, and what to do.",
    example="paribus check homework.html",
    configure=configure,
    run=run,
)


def commands() -> Sequence[Command]:
    """The one command of the students' wheel, whose entry point is this module."""
    return (COMMAND,)
