"""Each reader finds its own faults in many words, and no reader finds one in the true twin."""

import json
import tomllib
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from grader.evidence.measured import measure
from grader.evidence.records import read_records
from grader.evidence.sentences import groups_in, metrics_in, read_sentences
from grader.evidence.worded.all import READERS, find_doubts
from grader.grading.match import match
from grader.model import Case
from grader.reading.prose import read_markdown
from grader.recover import recover
from paribus.course.limits import DEFAULT_LIMITS
from tests.grader.build import CASES
from tests.grader.releases import released
from tests.sampled import sampled
from tests.shipped import load_base

KINDS: list[dict[str, Any]] = tomllib.loads((CASES / "_asserted.toml").read_text(encoding="utf-8"))["kind"]
PAIRS = [(kind, *pair) for kind in KINDS for pair in kind["pairs"]]
NO_PICTURES = replace(DEFAULT_LIMITS, pictures_bytes=0)
LEAST = 6
"""Differently worded faults of a kind."""


@cache
def of_base(name: str) -> Case:
    """An executed notebook of the outsiders', recovered and matched, without a verdict."""
    release = released(name.partition("-")[0])
    notebook = recover(json.dumps(json.loads(load_base(name))).encode(), f"{name}.ipynb", NO_PICTURES)
    matches, unmatched = match(release.assignment, notebook)
    return Case(
        assignment=release.assignment, references=release.references, notebook=notebook, matches=matches,
        unmatched=tuple(unmatched), records=read_records(notebook, NO_PICTURES.records), sealed=release.sealed,
    )  # fmt: skip


def found(kind: dict[str, Any], text: str) -> set[str]:
    """The readers that find a contradiction in a text, told to a cell of the base."""
    case = of_base(kind["base"])
    measured = measure(case)
    cell = next(item for item in case.assignment.cells if item.key == kind["cell"])
    sentences = read_sentences(read_markdown(text), measured, implied=metrics_in(cell.source))
    return {item.kind for item in find_doubts(sentences, measured, groups_in(cell.source, measured))}


def named(value: str | dict[str, Any]) -> str:
    """A short name for one value of a case."""
    return value[:50] if isinstance(value, str) else str(value["reader"])


@pytest.mark.parametrize(("kind", "faulty", "true"), sampled(PAIRS, 6), ids=named)
def test_a_reader_finds_its_faults_and_leaves_the_true_twin_alone(
    kind: dict[str, Any], faulty: str, true: str
) -> None:
    """The twin is left alone by all readers."""
    assert kind["reader"] in found(kind, faulty)
    assert not found(kind, true)


def test_every_reader_has_faults_in_many_words() -> None:
    """And is one of those that read."""
    assert all(len(kind["pairs"]) >= LEAST for kind in KINDS)
    assert {kind["reader"] for kind in KINDS} <= {read.__name__ for read in READERS}
