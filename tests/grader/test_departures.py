"""What was run instead of what the release asks for, in plain words; honest work departs from nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from grader.checks import CHECKS
from grader.evidence.departures import departures
from grader.evidence.quick import ROWS_A_SECOND
from grader.grading.grade import grade_one
from grader.model import Case, FoundRecord, Outcome, Submission, Verdict
from grader.pages.feedback import feedback_page
from paribus.records.record import Record
from tests.grader.build import CASES, build, load
from tests.grader.classroom import WORDS, careful_result, cell_result, make_assignment
from tests.grader.releases import released
from tests.shipped import load_base

FROM_PROFILE = """
profile = paribus.training.profiles.get_profile(PROFILE)
data = complaints.load(DATA or profile.data, size=profile.size)
CONFIG = training.TrainingConfig(
    model=MODEL or profile.model,
    epochs=profile.epochs,
    batch_size=profile.batch_size,
    learning_rate=profile.learning_rate,
)
"""
SMOKE = {"source": "synthetic/smoke/2027", "train_rows": 400}
MICRO = {"source": "synthetic/micro/2027", "fingerprint": "e" * 16}
USUAL = {"profile": "smoke", "source": "synthetic", "data": "d" * 16, "model": "tiny", "values": {}}


def case_of(
    *,
    profile: str = "smoke",
    data: Mapping[str, Any] = SMOKE,
    references: Sequence[Any] = (),
    knobs: Mapping[str, Any] | None = None,
) -> Case:
    """The base as a course's notebook that takes its settings from the profile; ``knobs`` are the main run's."""
    raw = load(CASES / "_bases" / "homework.json")
    raw["assignment"]["profile"] = profile
    raw["cells"]["begin"]["released"] += FROM_PROFILE
    raw["references"] = list(references)
    for run in raw["runs"].values():
        run["data"] = data
    for name in ("encoder", "changed"):
        raw["runs"][name]["knobs"] |= knobs or {}
    return build(raw)


def told(case: Case) -> str:
    return " ".join(item.text for item in departures(case))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data": MICRO}, "The runs are of the profile micro (synthetic/micro/2027, 400 training rows)"),
        ({"profile": "full"}, "of the profile smoke (synthetic/smoke/2027, 400 training rows, the model tiny)"),
        ({"profile": "full"}, "the assignment asks for the profile full."),
        ({"data": {"source": "mine.csv", "fingerprint": "e" * 16}, "references": (USUAL,)},
         "other data than the course's own runs: mine.csv, 400 training rows."),
        ({"data": {**SMOKE, "fingerprint": "e" * 16}, "references": (USUAL,)},
         "other data than the course's own runs: synthetic/smoke/2027, 400 training rows."),
        ({"knobs": {"model": "distilbert"}}, "with the model distilbert; the assignment asks for tiny."),
        ({"knobs": {"epochs": 1, "batch_size": 8}}, "with batch size 8 instead of 32 and epochs 1 instead of 2."),
        ({"data": {**SMOKE, "train_rows": 100}}, "encoder was trained on 100 of 400 rows."),
        ({"knobs": {"train_rows": 50}}, "encoder was trained on 50 of 400 rows."),
    ],
)  # fmt: skip
def test_what_was_run_instead_is_said_in_a_sentence(change: dict[str, Any], words: str) -> None:
    assert words in told(case_of(**change))


@pytest.mark.parametrize(
    "change",
    [
        {}, {"references": (USUAL,)}, {"references": ({**USUAL, "profile": "full", "data": "e" * 16},)},
        {"data": {"source": "mine.csv", "fingerprint": "e" * 16}}, {"knobs": {"model": "models/tiny"}},
        {"knobs": {"dropout": 0.3}}, {"profile": "their own"},
        {"knobs": {"model": "small"}, "references": ({**USUAL, "model": "small"},)},
    ],
)  # fmt: skip
def test_what_is_as_asked_or_cannot_be_known_is_not_said(change: dict[str, Any]) -> None:
    """Without the course's own runs a file of one's own may hold the course's data."""
    assert not told(case_of(**change))


def test_what_is_run_beside_the_run_that_was_asked_for_is_a_students_own() -> None:
    """A second encoder with another model, half of the rows and more epochs."""
    raw = load(CASES / "_bases" / "homework.json")
    raw["cells"]["begin"]["released"] += FROM_PROFILE
    for run in raw["runs"].values():
        run["data"] = SMOKE
    extra = {**raw["runs"]["encoder"], "name": "extra", "data": {**SMOKE, "train_rows": 200}}
    raw["runs"]["extra"] = {**extra, "knobs": {**extra["knobs"], "model": "distilbert", "epochs": 9}}
    assert not told(build(raw))


def test_a_notebook_that_takes_nothing_from_a_profile_asks_for_nothing() -> None:
    assert not told(build(load(CASES / "_bases" / "homework.json")))


@pytest.mark.parametrize("base", ["week1_homework-own_loop", "week1_homework-slower", "week2_homework-own_runs"])
def test_honest_notebooks_that_were_run_depart_from_nothing_until_another_profile_is_asked_for(base: str) -> None:
    release = released(base.partition("-")[0])
    submission = Submission("ann", "ann", "", "ann.ipynb", load_base(base).encode(), "0" * 64)
    full = replace(release, assignment=replace(release.assignment, profile="full"), references={})
    for one, count in ((release, 0), (full, 1)):
        remarks = [text for text in grade_one(submission, [one]).remarks if "of the profile micro" in text]
        assert len(remarks) == count


# --- less time than the work can take ---------------------------------------------------------------------------


def timed(
    seconds: int, *, profile: str = "full", rows: int = 50_000, took: float | None = None, lines: int = 2
) -> Case:
    """An encoder's run between two predictions that were written so many seconds apart; as its record says, it
    ``took`` some. Its log has some ``lines``.
    """
    raw = load(CASES / "_bases" / "homework.json")
    raw["assignment"]["profile"] = profile
    raw["cells"]["begin"]["released"] += FROM_PROFILE
    first = {**raw["runs"]["changed"]["prediction"], "written": "2027-01-10T10:00:00+00:00", "written_after": 1}
    second = {**first, "written": f"2027-01-10T10:{seconds // 60:02d}:{seconds % 60:02d}+00:00", "written_after": 7}
    for name, prediction in (("tfidf", first), ("changed", second)):
        raw["runs"][name] |= {"prediction": prediction, "experiment": name, "arm": "changed"}
    for run in raw["runs"].values():
        run["data"] = {"source": "hub", "train_rows": rows}
        run["knobs"]["model"] = "answerdotai/ModernBERT-base"
    one = raw["runs"]["encoder"]["epochs"][0]
    log = [{**one, "epoch": number} for number in range(1, lines + 1)]
    raw["runs"]["encoder"] |= {"seconds": took, "epochs": log}
    return build(raw)


LONG_AFTER = 900
"""Seconds between two predictions in which anything may have been trained."""


def test_runs_between_two_predictions_cannot_be_quicker_than_any_machine() -> None:
    """Two epochs over 50,000 texts want more than five seconds of the fastest there is."""
    quick, slow = 2, 60 + 2 * 50_000 // ROWS_A_SECOND
    assert "1 run over 100,000 training texts began and ended within 2 seconds" in told(timed(quick))
    for case in (timed(slow), timed(quick, profile="smoke"), timed(quick, rows=400)):
        assert "training texts" not in told(case)


def test_a_run_that_took_less_time_than_its_work_can_is_told_in_plain_words() -> None:
    """By the seconds of its own record: the predictions leave time enough."""
    words = (
        "encoder went over 100,000 training texts, and 0.50 seconds passed from its start to its finish: that is "
    )
    assert words in told(timed(LONG_AFTER, took=0.5))
    assert "began and ended" not in told(timed(LONG_AFTER, took=0.5))


@pytest.mark.parametrize(
    "case",
    [
        {"took": 1 + 100_000 / ROWS_A_SECOND}, {"took": None}, {"took": 0.5, "profile": "smoke"},
        {"took": 0.05, "rows": 400}, {"took": 6.0, "lines": 40},
    ],
)  # fmt: skip
def test_a_run_that_took_its_time_or_tells_none_is_left_alone(case: dict[str, Any]) -> None:
    """Older records hold no seconds; a log with twenty lines an epoch is no twenty times the work."""
    assert "training texts" not in told(timed(LONG_AFTER, **case))


def test_a_slow_run_logged_in_many_lines_is_quick_only_beyond_the_epochs_asked_for() -> None:
    assert "encoder went over 100,000 training texts" in told(timed(LONG_AFTER, took=0.5, lines=40))


def test_runs_cannot_have_taken_longer_than_passed_between_two_predictions() -> None:
    """A time that was thought of beside records that were written at once, on any profile."""
    words = (
        "1 run of 1,200 seconds, as the records say, began and ended within 30 seconds, between two predictions."
    )
    assert words in told(timed(30, took=1200.0))
    assert words in told(timed(30, took=1200.0, profile="smoke"))
    for honest in (timed(LONG_AFTER, took=850.0), timed(30, took=80.0), timed(30)):
        assert "as the records say" not in told(honest)


@pytest.mark.parametrize(("together", "words"), [(False, "2 runs of 1,600 seconds"), (True, "")])
def test_runs_that_began_before_another_ended_share_their_time(together: bool, words: str) -> None:
    """Two loops begun in one cell and finished in the next took 800 seconds each, and 900 passed."""
    case = timed(LONG_AFTER)
    found = [item for item in case.records if item.record is not None]
    if together:
        order = [(record_of(item).run_name, record_of(item).kind) for item in found]
        place = order.index(("tfidf", "result"))
        assert order[place + 1] == ("encoder", "start")
        found[place : place + 2] = reversed(found[place : place + 2])
    text = told(replace(case, records=tuple(relinked(found, seconds=800.0))))
    assert words in text
    assert ("as the records say" in text) == bool(words)


def record_of(item: FoundRecord) -> Record:
    assert item.record is not None
    return item.record


def relinked(found: Sequence[FoundRecord], seconds: float) -> Iterator[FoundRecord]:
    """The records in this order, as a chain; the runs of models took some seconds each."""
    previous, starts = "", dict[str, str]()
    for item in found:
        record = replace(record_of(item), previous=previous)
        if record.kind == "result":
            took = seconds if record.run_name in ("tfidf", "encoder") else None
            record = replace(record, start=starts[record.run], seconds=took)
        previous = record.digest()
        starts |= {record.run: previous} if record.kind == "start" else {}
        yield FoundRecord(item.position, record)


@pytest.mark.parametrize(
    ("written", "after"), [("soon", 1), ("2027-01-10T10:00:00", 1), ("2027-01-10T11:00:00+00:00", 1)]
)
def test_a_clock_that_went_back_or_is_none_tells_nothing(written: str, after: int) -> None:
    case = timed(2)
    changed = tuple(
        replace(item, record=replace(item.record, prediction=replace(item.record.prediction, written=written)))
        if item.record is not None
        and item.record.prediction is not None
        and item.record.prediction.written_after == after
        else item
        for item in case.records
    )
    assert "training texts" not in told(replace(case, records=changed))


# --- the check and the pages ------------------------------------------------------------------------------------


def near(case: Case) -> Any:  # a Finding
    return CHECKS["metrics.near_reference"](case, case.assignment.cell("whole"), {})


def band(low: float, high: float, **more: Any) -> dict[str, Any]:  # an entry's fields
    values = {"tfidf.accuracy": {"low": 0.0, "high": 1.0, "deterministic": True},
              "encoder.accuracy": {"low": low, "high": high}}  # fmt: skip
    return {**USUAL, "values": values, **more}


def test_another_profiles_work_is_held_against_no_band_and_waits() -> None:
    """Micro handed in for full: neither passed nor failed, and the words say what was run."""
    found = near(case_of(profile="full", references=(band(0.0, 1.0),)))
    assert found.outcome is Outcome.UNDECIDED
    assert "of the profile smoke" in found.because
    assert "The course's own runs say nothing about that; a person looks." in found.because


def test_a_deterministic_baseline_does_not_pass_for_a_model_that_was_exchanged() -> None:
    """Only the baseline could be compared, and that is said."""
    found = near(case_of(references=(band(0.0, 1.0),), knobs={"model": "distilbert"}))
    assert found.outcome is Outcome.UNDECIDED
    assert "the model distilbert" in found.because
    assert found.because.endswith("Held against them were only accuracy of tfidf.")
    assert near(case_of(references=(band(0.0, 1.0),))).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("values", "low", "outcome"),
    [
        ([], 0.98, Outcome.NOT_APPLICABLE),
        (["one_change.changed.accuracy"], 0.98, Outcome.UNDECIDED),
        (["one_change.changed.accuracy"], 0.0, Outcome.PASSED),
    ],
    ids=["not named", "named, and outside of the band", "named, and inside"],
)
def test_an_experiments_runs_are_held_where_the_check_names_them(
    values: list[str], low: float, outcome: Outcome
) -> None:
    case = case_of(references=({**USUAL, "values": {"one_change.changed.accuracy": {"low": low, "high": 1.0}}},))
    records = tuple(
        replace(item, record=replace(item.record, run_name="one_change.changed", experiment="one_change"))
        if item.record is not None and item.record.run_name == "encoder" else item
        for item in case.records
    )  # fmt: skip
    case = replace(case, records=records)
    found = CHECKS["metrics.near_reference"](case, case.assignment.cell("whole"), {"values": values})
    assert found.outcome is outcome


def test_other_settings_are_told_beside_the_verdict_and_change_none() -> None:
    inside = near(case_of(references=(band(0.0, 1.0),), knobs={"epochs": 1}))
    assert inside.outcome is Outcome.PASSED
    outside = near(case_of(references=(band(0.98, 1.0),), knobs={"epochs": 1}))
    assert outside.outcome is Outcome.UNDECIDED
    for found in (inside, outside):
        assert "encoder was run with epochs 1 instead of 2." in found.because


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"profile": "full"}, "the assignment asks for the profile full. A person looks."),
        ({"references": (band(0.0, 1.0),), "knobs": {"epochs": 1}}, "own runs lie. encoder was run with epochs 1"),
        ({"references": (band(0.98, 1.0),), "knobs": {"epochs": 1}}, "A metric lies outside of where the course"),
    ],
)  # fmt: skip
def test_a_student_reads_what_was_run_and_no_reference(change: dict[str, Any], words: str) -> None:
    found = near(case_of(**change))
    verdict = Verdict("metrics.near_reference", found.outcome, found.because, 3.0, found.values)
    result = replace(careful_result("ann"), cells=(cell_result("whole", 0.0, verdict),))
    page = feedback_page(result, make_assignment(), checks=WORDS)
    assert words in page.replace("&#39;", "'")
    assert "0.98" not in page


def test_sizes_beyond_all_measure_break_nothing() -> None:
    """A record may hold any whole number."""
    case = case_of(data={**SMOKE, "train_rows": 10**400}, knobs={"batch_size": 1})
    assert "batch size 1 instead of 32" in told(case)
    assert "training texts" in told(timed(2, rows=10**400))
