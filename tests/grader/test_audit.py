"""`paribus audit`: who is looked at, how claims are held against a second run, and what is left behind."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import stdev
from typing import Any

import pytest

from grader.audit.class_audit import LINES, MARKER, Finished, Sample, audit_class, choose, read_lines, write_page
from grader.audit.compare import (
    Compared,
    Status,
    compare,
    noise_of,
    overall,
    pooled_noise,
    references_of,
    within_bands,
)
from grader.audit.jobs import End, Outcome
from grader.audit.notebook import claimed_profile, notebook_of, settings_for
from grader.audit.page import audit_page
from grader.audit.plausible import Plausibility
from grader.audit.rerun import Audited, Rerun
from grader.audit.sandbox import Refuses, Scripted
from grader.audit.trace import Trace, trace_of
from grader.desk.folder import DeskFolder
from grader.errors import AuditError
from grader.grading.grade import judge_one
from grader.model import Case, Result, Submission
from grader.workplaces.place import Here
from paribus.course.release import Release
from paribus.errors import UsageError
from paribus.records.record import Epoch, Record
from tests.grader.audited_class import executed, graded_class, result
from tests.grader.classroom import make_release


def trace(*records: Record) -> Trace:
    return trace_of("ann", records)


def reference(*values: float, deterministic: bool = False) -> Mapping[str, Mapping[str, Any]]:
    band = {
        "values": list(values), "mean": sum(values) / len(values), "low": min(values), "high": max(values),
        "n": len(values), "sd": stdev(values),
    }  # fmt: skip
    return {"encoder.macro_f1": {**band, "deterministic": deterministic}}


SPREAD = reference(0.50, 0.52, 0.51, 0.49, 0.53, 0.50)


@pytest.mark.parametrize(
    ("claimed", "again", "status"),
    [(0.5, 0.5, Status.REPRODUCED), (0.5, 0.52, Status.WITHIN_NOISE), (0.9, 0.52, Status.OUTSIDE)],
)
def test_a_claim_is_held_against_the_noise_of_the_references_seeds(
    claimed: float, again: float, status: Status
) -> None:
    (found,) = compare(trace(result(claimed)), trace(result(again)), SPREAD)
    assert (found.status, found.source) == (status, "references")


def test_without_references_the_seeds_of_the_second_run_say_what_noise_is() -> None:
    epochs = (Epoch(1, {"train_loss": 1.0}),)
    again = [result(0.5 + seed / 100, seed=seed, epochs=epochs) for seed in range(1, 5)]
    (found,) = compare(trace(result(0.9, seed=1, epochs=epochs)), trace(*again), {})
    assert (found.status, found.source) == (Status.OUTSIDE, "seeds of the second run")


def test_without_any_noise_a_difference_says_nothing() -> None:
    (found,) = compare(trace(result(0.9)), trace(result(0.5)), {})
    assert found.status is Status.COULD_NOT_RUN
    assert "nobody has measured" in found.source


def test_a_deterministic_run_has_the_noise_of_its_band() -> None:
    band = reference(0.5, 0.501, deterministic=True)
    (found,) = compare(trace(result(0.52)), trace(result(0.5)), band)
    assert found.status is Status.OUTSIDE


def test_a_run_that_is_not_met_again_could_not_be_run() -> None:
    (found,) = compare(trace(result(0.5, name="other")), trace(result(0.5)), SPREAD)
    assert found.again is None
    assert overall([found]) is Status.COULD_NOT_RUN


def test_the_worst_of_what_ran_is_what_is_said() -> None:
    found = compare(trace(result(0.5), result(0.99, seed=2)), trace(result(0.5), result(0.5, seed=2)), SPREAD)
    assert overall(found) is Status.OUTSIDE


def test_at_another_profile_its_own_band_decides() -> None:
    inside, outside = (within_bands(trace(result(value)), SPREAD)[0].status for value in (0.51, 0.7))
    assert (inside, outside) == (Status.WITHIN_NOISE, Status.OUTSIDE)


def test_the_noise_of_seeds_is_the_interval_for_a_difference() -> None:
    """For many seeds it is the normal quantile times the standard deviation of a difference."""
    values = [0.0, 2.0] * 500
    assert noise_of(1.0, 1000, 0.05) == pytest.approx(1.96 * 2**0.5, rel=0.01)
    assert pooled_noise([values, values], 0.05) == pytest.approx(noise_of(1.0, 1000, 0.05), rel=0.01)
    assert pooled_noise([[1.0], [2.0, 3.0]]) is None


def test_references_of_a_profile_that_was_not_recorded_are_none() -> None:
    release = make_release()
    assert "encoder.macro_f1" in references_of(release.references, release.assignment, "smoke")
    assert references_of(release.references, release.assignment, "full") == {}


# --- who is looked at ---------------------------------------------------------------------------------------


def results_of(graded: DeskFolder) -> list[Result]:
    return [work.result for work in graded.batch.ordered]


def test_the_sample_is_drawn_by_chance_and_those_with_unusual_records_are_added(graded: DeskFolder) -> None:
    results = results_of(graded)
    strange = Plausibility(results[0].submission, {}, {"twins": 0.01}, {"twins": 3.0}, 0.01)
    why = choose(results, [strange], Sample(size=1, seed=3))
    assert why[results[0].submission] == "records unlike the class's (twins)"
    assert choose(results, [strange], Sample(size=1, seed=3)) == why
    assert len(choose(results, [strange], Sample(size=0, unflagged=True))) == 0


def test_whoever_is_asked_for_is_looked_at_alone(graded: DeskFolder) -> None:
    results = results_of(graded)
    assert list(choose(results, [], Sample(only=(results[1].submission,)))) == [results[1].submission]
    with pytest.raises(UsageError, match="--only nobody: this name is nobody's"):
        choose(results, [], Sample(only=("nobody",)))


# --- a class ------------------------------------------------------------------------------------------------


def scripted(value: float, why: str = "") -> Scripted:
    line = json.dumps({"why": why, "notebook": executed(value), "seconds": 1})
    return Scripted(Outcome(End.FINISHED, 0, line.encode() + b"\n", b"", 1.0))


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> DeskFolder:
    """A class of three, graded; each claims a macro-F1 of 0.2. No audit changes it."""
    folder = tmp_path_factory.mktemp("class")
    return DeskFolder(graded_class(folder, dict.fromkeys(("ann", "ben", "cleo"), executed(0.2)["cells"][0])))


def audit(
    graded: DeskFolder, out: Path, sandbox: Scripted | Refuses, *, budget: float = 0.0,
    clock: Callable[[], float] = time.monotonic,
) -> Finished:  # fmt: skip
    rerun = Rerun(tuple(graded.batch.releases.values()), sandbox)
    return audit_class(graded, rerun, Sample(size=3), out, place=Here(), budget=budget, clock=clock)


def test_an_audit_leaves_lines_a_page_and_a_marker_and_changes_no_grade(graded: DeskFolder, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in graded.out.rglob("*") if path.is_file()}
    found = audit(graded, tmp_path / "audit", scripted(0.2))
    write_page(tmp_path / "audit", audit_page(found, make_release().assignment), found)
    assert [(item.status, item.why) for item in found.audited] == [(Status.REPRODUCED, "")] * 3
    assert (tmp_path / "audit" / MARKER).is_file()
    page = (tmp_path / "audit" / "audit.html").read_text()
    assert "Reproduced" in page
    assert "This takes no points" in page
    assert {path: path.read_bytes() for path in before} == before


def test_what_is_finished_is_not_run_again_and_a_cut_line_is(graded: DeskFolder, tmp_path: Path) -> None:
    out = tmp_path / "audit"
    audit(graded, out, scripted(0.2))
    lines = (out / LINES).read_text()
    assert audit(graded, out, Refuses("nothing may run")).reused == 0  # another sandbox
    (out / LINES).write_text(lines)
    again = audit(graded, out, scripted(0.2))
    assert again.reused == 3
    (out / LINES).write_text(lines[:-40])
    assert audit(graded, out, scripted(0.2)).reused == 2
    assert (out / LINES).read_text() == lines


def test_after_the_time_budget_nobody_new_is_begun_and_the_marker_is_missing(
    graded: DeskFolder, tmp_path: Path
) -> None:
    clock = iter(range(0, 1000, 50))
    found = audit(graded, tmp_path, scripted(0.2), budget=60, clock=lambda: float(next(clock)))
    assert len(found.audited) == 1
    assert len(found.not_reached) == 2
    page = audit_page(found, make_release().assignment)
    write_page(tmp_path, page, found)
    assert not (tmp_path / MARKER).exists()
    assert "The time was used up before" in page


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (Outcome(End.TIMED_OUT, None, b"", b"", 9.0, "it took longer than 9 seconds"), "longer than 9 seconds"),
        (Outcome(End.FINISHED, 0, b"no json\n", b"", 9.0), "without an answer"),
        (
            Outcome(End.FINISHED, 0, b'{"why": "it waits for input", "notebook": null}\n', b"", 9.0),
            "waits for input",
        ),
        (Outcome(End.FINISHED, 0, b'{"why": "", "notebook": {"cells": 3}}\n', b"", 9.0), "no notebook"),
    ],
)
def test_what_cannot_be_run_is_told_in_a_sentence(
    outcome: Outcome, why: str, graded: DeskFolder, tmp_path: Path
) -> None:
    found = audit(graded, tmp_path, Scripted(outcome))
    assert {item.status for item in found.audited} == {Status.COULD_NOT_RUN}
    assert why in found.audited[0].why
    assert why in audit_page(found, make_release().assignment).replace("&#39;", "'").lower()


def test_a_line_is_read_back_as_it_was_written() -> None:
    compared = (Compared("encoder", "accuracy", 0.5, None, None, "", Status.COULD_NOT_RUN),)
    line = Audited("ann", "Ann", "00", "asked for", Status.OUTSIDE, compared=compared)
    assert Audited.from_line(line.to_line()) == line
    with pytest.raises(AuditError, match="cannot be read"):
        Audited.from_line(line.to_line()[:-5])
    assert read_lines(Path("no-such-file")) == ()


# --- the notebook that is run again -------------------------------------------------------------------------


def case_of(release: Release, cells: list[dict[str, Any]]) -> Case:
    notebook = json.loads(release.notebook)
    content = json.dumps({**notebook, "cells": [*notebook["cells"], *cells]}).encode()
    _, case = judge_one(Submission("ann", "ann", "", "week1_homework.ipynb", content, ""), [release])
    assert case is not None
    return case


def test_the_second_run_leaves_out_what_installs_packages() -> None:
    release = make_release()
    sources = [cell["source"] for cell in notebook_of(case_of(release, []))["cells"]]
    assert "import paribus" not in sources
    assert "experiment = ..." in sources


def test_a_smaller_profile_sets_what_the_notebook_has() -> None:
    release = make_release()
    assignment = replace(release.assignment, profiles={"smoke": {"epochs": 2}, "micro": {"epochs": 1, "size": "s"}})
    cell = {"id": "p", "metadata": {"tags": ["parameters"]}, "source": 'PROFILE = "smoke"\nEPOCHS = 2\nDATA = f()'}
    notebook = {"cells": [cell]}
    assert claimed_profile(notebook, assignment) == "smoke"
    assert settings_for(notebook, assignment, "smoke") == {}
    assert settings_for(notebook, assignment, "micro") == {"PROFILE": "micro", "EPOCHS": 1}
    with pytest.raises(AuditError, match="has no profile 'huge'; it has smoke, micro"):
        settings_for(notebook, assignment, "huge")


def test_a_file_without_its_code_cannot_be_run() -> None:
    case = case_of(make_release(), [])
    hidden = tuple(replace(cell, hidden=True) for cell in case.notebook.cells)
    with pytest.raises(AuditError, match="does not hold the code of"):
        notebook_of(replace(case, notebook=replace(case.notebook, cells=hidden)))
    with pytest.raises(AuditError, match="holds no code"):
        notebook_of(replace(case, notebook=replace(case.notebook, cells=())))
