"""The visible tests of the shipped course draw their numbers, say that they passed, and hold for every notebook."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy import optimize, special, stats
from torch.nn import functional

from generator.building.variants import text_for
from generator.sources.headers import SourceCell
from generator.sources.source import read_source
from paribus import selfcheck
from paribus.check.tested import draws
from paribus.course.assignment import Role
from tests.shipped import COURSE

NOTEBOOKS = 12
# What a student typed in alone, so that there is nothing to draw.
OWN_WORDS = {"landing_prediction", "row_predictions"}


def tasks() -> list[tuple[str, SourceCell, SourceCell]]:
    found = []
    for entry in COURSE.entries():
        source = read_source(entry.source.read_text(encoding="utf-8"), entry.name, COURSE.shares)
        tests = {cell.name: cell for cell in source.cells if cell.role is Role.TESTS}
        found += [(f"{entry.name}/{cell.name}", cell, tests[cell.name]) for cell in source.tasks()]
    return found


TASKS = tasks()


@pytest.mark.parametrize(("name", "task", "tests"), TASKS, ids=[name for name, *_ in TASKS])
def test_tests_draw_their_numbers_and_say_that_they_passed(name: str, task: SourceCell, tests: SourceCell) -> None:
    text = text_for(tests, "student")
    assert text.rstrip().endswith(f'notebook.tested("{task.name}")')
    assert (f'notebook.draws("{task.name}")' in text) == (task.name not in OWN_WORDS)
    assert "HIDDEN" not in text


@pytest.mark.parametrize(("name", "task", "tests"), TASKS, ids=[name for name, *_ in TASKS])
def test_the_solution_passes_whatever_was_drawn(name: str, task: SourceCell, tests: SourceCell) -> None:
    passed: list[str] = []
    for number in range(NOTEBOOKS):
        nonce = f"{number * 7919:032x}"
        notebook = SimpleNamespace(draws=lambda key, nonce=nonce: draws(nonce, key), tested=passed.append)
        space: dict[str, Any] = {
            "np": np, "torch": torch, "functional": functional, "math": math, "selfcheck": selfcheck, "PAD": 0,
            "optimize": optimize, "special": special, "stats": stats,
            "notebook": notebook,
        }  # fmt: skip
        exec(text_for(task, "solution"), space)  # noqa: S102 - the course's own source
        exec(text_for(tests, "instructor"), space)  # noqa: S102 - as above, with the hidden tests
    assert passed == [task.name] * NOTEBOOKS
