"""Exactly one change: the notebook, its own check and the grader say the same of any two arms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks.experiments.arms import one_change
from grader.model import Case, FoundRecord, Outcome
from paribus.data.dataset import Dataset
from paribus.errors import ExperimentError
from paribus.experiments.arms import check_complete, check_start
from paribus.experiments.one_change import Verdict, compare
from paribus.experiments.unfinished import look
from paribus.records.code import OWN_CLASS, UNAVAILABLE
from paribus.records.identity import data_identity
from paribus.records.record import ConfigField, DataIdentity, FieldRole, Prediction, Record
from tests.grader.build import CASES, NONCE, build, load

KEY = "one_change"
DATA = DataIdentity("synthetic", "d" * 16, "5" * 16, 400, "t" * 16)
PREDICTION = Prediction("macro_f1", "up", 0.0, 0.03, "more updates", "2027-01-04T09:00:00+00:00", 1)
CASE = build(load(CASES / "_bases" / "homework.json"))
# The assignment lets students vary anything.
CELL = replace(next(cell for cell in CASE.assignment.cells if cell.key == KEY), options={})

VALUES = st.sampled_from([1, 2, 2.0, True, None, "linear", "cosine", 0.1])
ROLES = st.sampled_from(["knob", "knob", "derived", "outcome", "environment"])
NAMES = ("batch_size", "learning_rate", "steps", "dropout", "own_knob", "train_rows", "device")
CONFIGS = st.dictionaries(st.sampled_from(NAMES), st.builds(ConfigField, VALUES, ROLES), max_size=4)
CODES = st.dictionaries(
    st.sampled_from(["training", "loss", "Model.forward", f"{OWN_CLASS}forward", "BATCH_SIZE"]),
    st.sampled_from(["a" * 16, "b" * 16, UNAVAILABLE]),
    max_size=3,
)
DATAS = st.builds(
    DataIdentity, st.sampled_from(["synthetic", "other"]), st.sampled_from(["d" * 16, "e" * 16]),
    st.sampled_from(["5" * 16, "6" * 16]), st.sampled_from([400, 200]), st.sampled_from(["t" * 16, "u" * 16]),
)  # fmt: skip
PLACES = st.fixed_dictionaries({"device": st.sampled_from(["cpu", "cuda"])})
VARY = st.sampled_from(["batch_size", "learning_rate", "steps", "train_rows", "data", "subset", "code", "loss"])


@dataclass(frozen=True)
class Setup:
    """What a run is made with."""

    config: Mapping[str, ConfigField]
    data: DataIdentity = DATA
    code: Mapping[str, str] = field(default_factory=lambda: {"training": "a" * 16})
    environment: Mapping[str, str] = field(default_factory=lambda: {"device": "cpu"})

    def with_setting(self, name: str, value: float, role: FieldRole = "knob") -> "Setup":
        """The same with one setting more, or another value of it."""
        return replace(self, config={**self.config, name: ConfigField(value, role)})


EDITS: st.SearchStrategy[Mapping[str, Any]] = st.one_of(
    st.fixed_dictionaries({"config": CONFIGS}),
    st.fixed_dictionaries({"data": DATAS}),
    st.fixed_dictionaries({"code": CODES}),
    st.fixed_dictionaries({"environment": PLACES}),
)


@st.composite
def setups(draw: st.DrawFn) -> tuple[list[Setup], list[Setup]]:
    """Two arms of one or two seeds, all made from one setup by a few edits."""
    base = Setup(draw(CONFIGS), draw(DATAS), draw(CODES), draw(PLACES))
    seeds = draw(st.integers(1, 2))

    def edited(setup: Setup, edits: Sequence[Mapping[str, Any]]) -> Setup:
        for name, value in (item for edit in edits for item in edit.items()):
            new: Any = {**getattr(setup, name), **value} if isinstance(value, dict) else value
            setup = replace(setup, **{name: new})
        return setup

    changed = edited(base, draw(st.lists(EDITS, max_size=3)))
    arms = [[base] * seeds, [changed] * seeds]
    if seeds == 2 and draw(st.booleans()):
        side = draw(st.sampled_from([0, 1]))
        arms[side] = [arms[side][0], edited(arms[side][0], [draw(EDITS)])]
    return arms[0], arms[1]


def records_of(baseline: Sequence[Setup], changed: Sequence[Setup], vary: str) -> list[Record]:
    """The start and result records that such runs leave, in order."""
    made: list[Record] = []
    for arm, runs in (("baseline", baseline), ("changed", changed)):
        for seed, setup in enumerate(runs, start=1):
            about: dict[str, Any] = {
                "assignment": CASE.assignment.name, "release": CASE.assignment.release, "nonce": NONCE,
                "run": f"{arm}{seed}", "run_name": arm, "experiment": KEY, "arm": arm, "vary": vary, "seed": seed,
                "config": setup.config, "data": setup.data,
            }  # fmt: skip
            start = Record(
                "start", **about, code=setup.code, environment=setup.environment,
                prediction=PREDICTION if arm == "changed" else None,
            )  # fmt: skip
            made += [start, Record("result", **about, start=start.digest(), values={"macro_f1": 0.1 * seed})]
    return made


def notebook_says_yes(records: Sequence[Record], vary: str) -> bool:
    """An experiment lets every run begin, in order, and reports."""
    arms: dict[str, dict[int, Record]] = {"baseline": {}, "changed": {}}
    try:
        for start in (record for record in records if record.kind == "start"):
            check_start(start, arms, (start.seed or 0,))
            arms[start.arm][start.seed or 0] = start
        check_complete(KEY, vary, arms)
    except ExperimentError:
        return False
    return True


def graded(records: Sequence[Record]) -> tuple[Case, Outcome, str]:
    case = replace(CASE, records=tuple(FoundRecord(1, record) for record in records))
    found = one_change(case, CELL, {})
    return case, found.outcome, found.because


def grader_says_yes(records: Sequence[Record]) -> bool:
    """The grader finds one change in the records, whatever else a person should look at."""
    _, outcome, because = graded(records)
    mixed = because.startswith(("Within one arm", "One arm holds runs with several values"))
    return outcome is not Outcome.FAILED and not mixed


@settings(max_examples=300, deadline=None)
@given(setups(), VARY)
def test_the_notebook_its_check_and_the_grader_say_the_same(
    arms: tuple[list[Setup], list[Setup]], vary: str
) -> None:
    records = records_of(*arms, vary)
    said = notebook_says_yes(records, vary)
    assert (not look(records).todo) == said
    assert grader_says_yes(records) == said


def pair(vary: str, before: Setup, after: Setup) -> list[Record]:
    return records_of([before], [after], vary)


PLAIN = Setup({"batch_size": ConfigField(32, "knob"), "learning_rate": ConfigField(0.1, "knob")})
SMALL = PLAIN.with_setting("batch_size", 16)
FAST = PLAIN.with_setting("learning_rate", 0.2)
ROWS = replace(DATA, train_rows=200, train_fingerprint="u" * 16)
SUPER = {"Model.forward": "b" * 16, f"{OWN_CLASS}forward": "b" * 16}
ONE: Mapping[str, tuple[str, Setup]] = {
    "a setting": ("batch_size", SMALL),
    "a setting that other runs only find": ("steps", PLAIN.with_setting("steps", 100)),
    "a function": ("loss", replace(PLAIN, code={**PLAIN.code, "loss": "b" * 16})),
    "a method that is reached twice": ("Model.forward", replace(PLAIN, code={**PLAIN.code, **SUPER})),
    "the training loop": ("code", replace(PLAIN, code={"training": "b" * 16, "helper": "c" * 16})),
    "some of the rows": ("train_rows", replace(PLAIN, data=ROWS)),
}


@pytest.mark.parametrize("name", ONE)
def test_what_may_be_varied_is_one_change_for_all_three(name: str) -> None:
    vary, after = ONE[name]
    records = pair(vary, PLAIN, after)
    assert notebook_says_yes(records, vary)
    assert not look(records).todo
    assert graded(records)[1] is not Outcome.FAILED


def test_a_subset_of_a_data_set_that_counts_its_rows_in_its_fingerprint_is_one_change() -> None:
    """`Dataset` does: fewer training rows give its whole another fingerprint, under the same split."""
    whole = Dataset.split_from("rows", np.arange(60.0).reshape(30, 2), np.arange(30) % 2)
    some = whole.with_train(range(8))
    assert whole.fingerprint != some.fingerprint
    records = pair(
        "train_rows", replace(PLAIN, data=data_identity(whole)), replace(PLAIN, data=data_identity(some))
    )
    assert notebook_says_yes(records, "train_rows")
    assert graded(records)[1] is Outcome.PASSED


def test_another_data_set_is_no_subset() -> None:
    other = replace(PLAIN, data=replace(DATA, fingerprint="e" * 16))
    records = pair("train_rows", PLAIN, other)
    assert not notebook_says_yes(records, "train_rows")
    assert graded(records)[1] is Outcome.FAILED


def test_a_choice_that_is_called_derived_is_refused_before_it_trains() -> None:
    """The notebook says so while something can be done about it; the grader would fail it."""
    after = SMALL.with_setting("learning_rate", 0.2, "derived")
    records = pair("batch_size", PLAIN, after)
    assert not notebook_says_yes(records, "batch_size")
    assert "learning_rate" in look(records).todo[0][1]
    assert graded(records)[1] is Outcome.FAILED


def test_code_that_changed_between_the_seeds_of_both_arms_is_for_a_person() -> None:
    """It may be a second attempt in other cells. The notebook does not let one attempt do so."""
    edited = {"training": "b" * 16}
    records = records_of([PLAIN, replace(PLAIN, code=edited)], [SMALL, replace(SMALL, code=edited)], "batch_size")
    assert not notebook_says_yes(records, "batch_size")
    _, outcome, because = graded(records)
    assert outcome is Outcome.UNDECIDED
    assert "Within one arm, training is not the same in every run. A person looks" in because


def test_one_verdict_covers_every_way_to_be_no_experiment() -> None:
    both = SMALL.with_setting("learning_rate", 0.2)
    cases = {
        Verdict.ONE: ([PLAIN], [SMALL]), Verdict.NOTHING: ([PLAIN], [PLAIN]), Verdict.SEVERAL: ([PLAIN], [both]),
        Verdict.ANOTHER: ([PLAIN], [FAST]), Verdict.SWEPT: ([PLAIN, PLAIN], [PLAIN, SMALL]),
        Verdict.MIXED: ([PLAIN, FAST], [SMALL, SMALL]),
    }  # fmt: skip
    for verdict, arms in cases.items():
        starts = [record for record in records_of(*arms, "batch_size") if record.kind == "start"]
        baseline, changed = ([start for start in starts if start.arm == arm] for arm in ("baseline", "changed"))
        assert compare(baseline, changed, "batch_size").verdict is verdict
