"""Small submissions, as many as one wants: the first third of week 1's lab and its memo, half of them notebooks of
34 kB, half HTML pages of 39 kB, each with a memo of its own words.
"""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import nbformat
from nbconvert import HTMLExporter

from grader.model import Submission
from paribus.course.release import Release
from tests.grader.graded import release_of, text_of

LAB = "week1_lab"
LAST, MEMO = "tail_share-tests", "gap"
HERE = "MEMO-HERE"
WORDS = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(400)]


@cache
def small_release() -> Release:
    """The lab's release, without the cells that are left out."""
    release = release_of(LAB)
    return replace(release, assignment=replace(release.assignment, cells=tuple(
        cell for number, cell in enumerate(release.assignment.cells) if number <= _last() or cell.key == MEMO
    )))  # fmt: skip


def _last() -> int:
    return next(number for number, cell in enumerate(release_of(LAB).assignment.cells) if cell.key == LAST)


@cache
def _pages() -> tuple[tuple[str, str], ...]:
    """The names of the files and their texts, with a mark where the memo goes."""
    notebook = json.loads(text_of(LAB, "ipynb"))
    keys = [cell["id"] for cell in notebook["cells"]]
    kept = [*notebook["cells"][: keys.index(LAST) + 1], notebook["cells"][keys.index(MEMO)]]
    prompt = next(cell.source for cell in small_release().assignment.cells if cell.key == MEMO)
    kept[-1]["source"] = f"{prompt}\n\n{HERE}"
    for output in (output for cell in kept for output in cell.get("outputs", ())):
        output.get("data", {}).pop("image/png", None)
    text = json.dumps({**notebook, "cells": kept}, ensure_ascii=False, indent=1)
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(nbformat.reads(text, 4))
    return ("week1_lab.ipynb", text), ("week1_lab.html", page)


def submissions(count: int) -> Iterator[Submission]:
    """Made as they are asked for; the same every time."""
    for number in range(count):
        source, text = _pages()[number % 2]
        memo = " ".join(random.Random(number).choices(WORDS, k=120))  # noqa: S311 - words that nobody looks at
        content = text.replace(HERE, memo).encode()
        name = f"s{number}"
        yield Submission(name, name, "", source, content, hashlib.sha256(content).hexdigest())
