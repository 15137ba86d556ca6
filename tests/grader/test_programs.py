"""Reading the code marks faulty programs, and leaves alone the honest ones that look like them."""

import lzma
from dataclasses import replace
from pathlib import Path

import pytest

from grader.evidence.records import read_records
from grader.grading.match import match
from grader.model import Case, Outcome, Output
from grader.recover import recover
from paribus.course.assignment import Cell
from paribus.course.limits import DEFAULT_LIMITS
from tests.grader.program_cases import BASES, Example, cases, marks, submitted, verdicts, with_passed_tests
from tests.grader.releases import released
from tests.sampled import sampled

EXAMPLES = cases()
FAULTY = [item for item in EXAMPLES if item.raw.get("faulty")]


@pytest.mark.parametrize("example", sampled(EXAMPLES, 12), ids=lambda item: item.name)
def test_an_honest_program_is_left_alone(example: Example) -> None:
    """However odd its style: its one change passes, and no check has a doubt about its code."""
    found = verdicts(submitted(example, "honest"))
    assert not marks(found), next(iter(marks(found).values())).because
    changed = [verdict for name, verdict in found.items() if name.startswith("experiments.one_change@")]
    assert changed[0].outcome is Outcome.PASSED, changed[0].because


@pytest.mark.parametrize("example", sampled(FAULTY, 8), ids=lambda item: item.name)
def test_its_faulty_twin_is_marked(example: Example) -> None:
    """The check that owns the fault says so, with the line, in a cell that the honest twin has otherwise."""
    found = verdicts(submitted(example, "faulty"))
    one, other = example.sources("faulty"), {**example.sources("honest"), **example.raw.get("ran", {})}
    places = {key for key in {*one, *other} if one.get(key) != other.get(key)}
    for expected, outcome in example.raw["expects"].items():
        owners = [item for name, item in found.items() if expected in (name, name.partition("@")[0])]
        said = [item for item in owners if item.outcome == outcome]
        assert said, [item.because for item in owners]
        words = example.raw["words"]
        assert any(all(word in item.because for word in words) for item in said), [item.because for item in said]
        assert all("line" in item.evidence[-1].text for item in said if item.evidence)
        quoted = {item.cell for verdict in said for item in verdict.evidence}
        added = any(key.startswith("after.") for key in places)  # such a cell has no key
        assert quoted & places or (added and any(cell.startswith("cell ") for cell in quoted))


# Each: what is replaced in the faulty twin of `namespace`, cell by cell. None of these proves a second change.
SET = "ARGS.smoothing = 0.1"
UNCERTAIN = {
    "a condition around the change": {
        "one_change": ("ARGS.smoothing = 0.1", "if SOFTER:\n    ARGS.smoothing = 0.1")
    },
    "an error that may be caught": {
        "one_change": (SET, "try:\n    ARGS.smoothing = 0.1\nexcept OSError:\n    pass")
    },
    "a loop that may be empty": {
        "one_change": ("ARGS.smoothing = 0.1", "for _ in rows:\n    ARGS.smoothing = 0.1")
    },
    "something added to what it was": {"one_change": (SET, "ARGS.smoothing += 0.1")},
    "a value that is worked out": {"one_change": (SET, "ARGS.smoothing = 0.1 * share")},
    "a condition around the baseline's value": {
        "training_step": ("\n\ndef", "\nif SOFTER:\n    ARGS.smoothing = 0.1\n\n\ndef")
    },
    "a condition around the reading": {
        "training_step": (
            "    loss = f",
            "    loss = functional.cross_entropy(model(inputs), labels)\n    if SOFT:\n        loss = f",
        )
    },
    "a number that only counts": {
        "training_step": ("label_smoothing=ARGS.smoothing", "reduction=NAMES[int(ARGS.smoothing)]")
    },
    "a pause": {"training_step": (", label_smoothing=ARGS.smoothing)", ")\n    time.sleep(ARGS.smoothing)")},
    "a cell that cannot be read": {"head-run": ("share", "%%js\nshare")},
}


@pytest.mark.parametrize("edits", UNCERTAIN.values(), ids=UNCERTAIN)
def test_what_is_not_certain_is_for_a_person(edits: dict[str, tuple[str, str]]) -> None:
    """A condition, a value that is worked out, a cell that was not read: then nothing is proved."""
    namespace = next(item for item in EXAMPLES if item.name == "namespace")
    sources = namespace.sources("faulty")
    released = {cell.key: cell.source for cell in released_cells()}
    for key, (old, new) in edits.items():
        source = sources.get(key, released[key])
        assert old in source
        sources[key] = source.replace(old, new, 1)
    found = verdicts(submitted(Example("uncertain", {"faulty": sources}), "faulty"))
    assert found["experiments.one_change@one_change"].outcome is Outcome.UNDECIDED


def released_cells() -> tuple[Cell, ...]:
    return released("week1_homework").assignment.cells


@pytest.mark.parametrize("change", ["order", "error", "counts"])
def test_a_notebook_that_did_not_run_once_from_the_top_proves_nothing(change: str) -> None:
    namespace = next(item for item in EXAMPLES if item.name == "namespace")
    case = submitted(namespace, "faulty")
    assert verdicts(case)["experiments.one_change@one_change"].outcome is Outcome.FAILED
    cells = list(case.notebook.cells)
    at = next(index for index, cell in enumerate(cells) if cell.id == "one_change")
    if change == "error":
        cells[at] = replace(cells[at], outputs=(Output("error", "KeyboardInterrupt", name="KeyboardInterrupt"),))
    elif change == "counts":
        cells = [replace(cell, count=None) for cell in cells]
    else:
        cells[at + 1] = replace(cells[at + 1], count=99)
    notebook = replace(case.notebook, cells=tuple(cells))
    matches, unmatched = match(case.assignment, notebook)
    again = replace(case, notebook=notebook, matches=matches, unmatched=unmatched)
    assert verdicts(again)["experiments.one_change@one_change"].outcome is Outcome.UNDECIDED


def test_there_are_enough_programs_to_say_anything() -> None:
    """At most three of a hundred honest ones may be marked, which thirty could not show."""
    assert len(EXAMPLES) >= 100
    assert len(FAULTY) >= 30


@pytest.mark.parametrize("path", sampled(BASES, 7), ids=lambda path: path.name.partition(".")[0])
def test_nothing_is_marked_in_a_notebook_that_was_really_run(path: Path) -> None:
    """The solution's code, with real records of real runs."""
    found = marks(verdicts(really_run(path)))
    assert not found, next(iter(found.values())).because


def really_run(path: Path) -> Case:
    release = released(path.name.partition("-")[0])
    recovered = recover(lzma.decompress(path.read_bytes()), path.stem)
    matches, unmatched = match(release.assignment, recovered)
    records = read_records(recovered, DEFAULT_LIMITS.records)
    return with_passed_tests(Case(release.assignment, release.references, recovered, matches, unmatched, records))
