"""Reading the code marks faulty programs, and leaves alone the honest ones that look like them."""

import lzma
from pathlib import Path

import pytest

from grader.evidence.records import read_records
from grader.match import match
from grader.model import Case, Outcome
from grader.recover import DEFAULT_LIMITS, recover
from tests.grader.program_cases import BASES, Example, cases, marks, submitted, verdicts
from tests.grader.releases import released

EXAMPLES = cases()
FAULTY = [item for item in EXAMPLES if item.raw.get("faulty")]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda item: item.name)
def test_an_honest_program_is_left_alone(example: Example) -> None:
    """However odd its style: its one change passes, and no check has a doubt about its code."""
    found = verdicts(submitted(example, "honest"))
    assert not marks(found), next(iter(marks(found).values())).because
    changed = [verdict for name, verdict in found.items() if name.startswith("experiments.one_change@")]
    assert changed[0].outcome is Outcome.PASSED, changed[0].because


@pytest.mark.parametrize("example", FAULTY, ids=lambda item: item.name)
def test_its_faulty_twin_is_marked(example: Example) -> None:
    """The check that owns the fault says so, with the line."""
    found = verdicts(submitted(example, "faulty"))
    for expected, outcome in example.raw["expects"].items():
        owners = [item for name, item in found.items() if expected in (name, name.partition("@")[0])]
        said = [item for item in owners if item.outcome == outcome]
        assert said, [item.because for item in owners]
        words = example.raw["words"]
        assert any(all(word in item.because for word in words) for item in said), [item.because for item in said]
        assert all("line" in item.evidence[-1].text for item in said)


def test_there_are_enough_programs_to_say_anything() -> None:
    """At most three of a hundred honest ones may be marked, which thirty could not show."""
    assert len(EXAMPLES) >= 100
    assert len(FAULTY) >= 30


@pytest.mark.parametrize("path", BASES, ids=lambda path: path.name.partition(".")[0])
def test_nothing_is_marked_in_a_notebook_that_was_really_run(path: Path) -> None:
    """The solution's code, with real records of real runs."""
    found = marks(verdicts(really_run(path)))
    assert not found, next(iter(found.values())).because


def really_run(path: Path) -> Case:
    release = released(path.name.partition("-")[0])
    recovered = recover(lzma.decompress(path.read_bytes()), path.stem)
    matches, unmatched = match(release.assignment, recovered)
    records = read_records(recovered, DEFAULT_LIMITS.records)
    return Case(release.assignment, release.references, recovered, matches, unmatched, records)
