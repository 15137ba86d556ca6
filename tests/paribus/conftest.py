"""Fixtures: data, a notebook on them, and cells run as a kernel runs them."""

import linecache
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import paribus
from paribus.experiments.notebook import Notebook
from tests.paribus.material import CELL, Clock, Data, Define, Stopwatch, make_data


@pytest.fixture
def data() -> Data:
    return make_data()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def reopen(tmp_path: Path, clock: Clock, stopwatch: Stopwatch) -> Callable[..., Notebook]:
    """The notebook as a restarted kernel would open it."""

    def open_again(release: str = "abc123") -> Notebook:
        folder = tmp_path / ".paribus"
        return paribus.begin("week1_homework", release, directory=folder, clock=clock, timer=stopwatch)

    return open_again


@pytest.fixture
def notebook(reopen: Callable[..., Notebook]) -> Notebook:
    return reopen()


@pytest.fixture
def define() -> Callable[..., dict[str, Any]]:
    """Runs source as a notebook cell does: in one namespace, with the source kept where `inspect` finds it."""

    def run_cell(
        source: str, namespace: dict[str, Any] | None = None, *, keep_source: bool = True
    ) -> dict[str, Any]:
        # A name no other cell had: `linecache` keeps the source of earlier tests' cells.
        name = f"<cell {uuid4()}>"
        space = {"__name__": "a_notebook"} if namespace is None else namespace
        if keep_source:
            linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), space)  # noqa: S102 - this is what a kernel does
        return space

    return run_cell


@pytest.fixture
def calls() -> list[int]:
    """The seeds that really trained."""
    return []


@pytest.fixture
def train(define: Define, calls: list[int]) -> Any:  # a notebook's function
    return define(CELL, {"__name__": "a_notebook", "calls": calls})["train"]
