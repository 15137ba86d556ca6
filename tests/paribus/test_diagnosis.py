"""Diagnoses of blind models: what is refused, what is recorded, what a commitment to them fits."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paribus.course.zoo.statistics import STATISTICS as COMPUTED
from paribus.display.show import executed_cells
from paribus.errors import DiagnosisError, RecordError
from paribus.experiments.commitment import commit_diagnoses, normal_code
from paribus.experiments.diagnoses import Diagnoses, remarks
from paribus.experiments.notebook import Notebook
from paribus.records.canonical import digest_of
from paribus.records.record import Record
from paribus.zoo import open_zoo
from paribus.zoo.diagnosis import explain, seen
from paribus.zoo.statistics import STATISTICS
from tests.paribus.material import Clock
from tests.paribus.test_zoo import write_zoo

CHOICES = {"baseline": "three epochs, all data", "starved": "many epochs on a small part"}
CITED = [seen("accuracy", 0.41, "comparison"), seen("epochs", 3, "curves")]
WHY = "no other model is as accurate as this one"
# Part of the format: a code handed in under one version is verified under another.
CODE = "VP8E-EQE1-2XD1"


@pytest.fixture
def diagnoses(notebook: Notebook, tmp_path: Path) -> Diagnoses:
    return notebook.diagnoses(open_zoo(write_zoo(tmp_path / "zoo")), CHOICES)


def diagnose(diagnoses: Diagnoses, **changes: Any) -> Record:  # whatever a test changes
    said = {"recipe": "baseline", "evidence": CITED, "why": WHY, **changes}
    diagnoses.diagnose(said.pop("model", "Alpha"), **said)
    return diagnoses.notebook.records()[-1]


def test_a_diagnosis_can_cite_what_the_grader_computes() -> None:
    assert set(STATISTICS) == set(COMPUTED)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("f1", 0.4, "x"), "no statistic called 'f1'. Choose one of: epochs"),
        ((7, 0.4, "x"), "no statistic called 7"),
        (("accuracy", 56.6, "x"), "write 0.566, not 56.6"),
        (("accuracy", "high", "x"), "give a finite number"),
        (("accuracy", True, "x"), "give a finite number"),
        (("final_train_loss", float("nan"), "x"), 'seen("nonfinite", 1'),
        (("epochs", 2.5, "x"), "it counts, so give a whole number"),
        (("epochs", 3, " "), "Say in which cell you read epochs"),
        (("epochs", 3, "x" * 81), "Say in which cell you read epochs"),
    ],
)
def test_evidence_that_could_not_be_judged_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(DiagnosisError, match=re.escape(message)):
        seen(*arguments)


def test_numbers_of_numpy_are_numbers() -> None:
    assert seen("accuracy", np.float64(0.5), " table ").value == 0.5
    assert seen("epochs", np.float64(3.0), "curves").value == 3


CELLS = ("", "import paribus", "# comparison\ncompare()", "#curves\nfigure()")


@pytest.mark.parametrize(
    ("cited", "told"),
    [
        ([("accuracy", 0.4, "comparison"), ("epochs", 3, "curves")], []),
        ([("accuracy", 0.4, "The comparison cell"), ("epochs", 3, "Curves, [3]")], []),
        ([("accuracy", 0.4, "[2]"), ("epochs", 3, "cell 3")], []),
        ([("accuracy", 0.4, "comparison")], ["Only accuracy is cited: at least 2 different statistics"]),
        ([("accuracy", 0.4, "comparison"), ("accuracy", 0.41, "2")], ["Only accuracy is cited"]),
        ([("accuracy", 0.4, "comparison"), ("epochs", 3, "nocell")], ["begins with “# nocell”"]),
        ([("accuracy", 0.4, "cell 17"), ("epochs", 3, "cell 17")], ["begins with “# cell 17”"]),
        ([("tail_mass", 0.5, "nocell")], ["Only tail_mass is cited", "begins with “# nocell”"]),
    ],
)
def test_what_a_diagnosis_lacks_is_said_at_once(
    diagnoses: Diagnoses, cited: list[tuple[str, float, str]], told: list[str]
) -> None:
    made = diagnose(diagnoses, evidence=[seen(*item) for item in cited]).diagnosis
    assert made is not None
    found = remarks(made, CELLS)
    assert len(found) == len(told)
    assert all(part in sentence for part, sentence in zip(told, found, strict=True))
    assert not [sentence for sentence in remarks(made, ()) if "nocell" in sentence]


def test_the_remark_stands_below_the_diagnosis(diagnoses: Diagnoses, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no notebook runs, no cell can be looked for."""
    diagnose(diagnoses, evidence=[seen("epochs", 3, "nowhere")])
    assert executed_cells() == ()
    assert "nowhere”" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "Zulu"}, "no model called 'Zulu'. The zoo has Alpha"),
        ({"recipe": "best"}, "none of the recipes. Choose one of: 'baseline' .three epochs, all data."),
        ({"recipe": ["baseline"]}, "none of the recipes"),
        ({"evidence": []}, "rests on numbers"),
        ({"evidence": [("accuracy", 0.4)]}, "rests on numbers"),
        ({"evidence": None}, "rests on numbers"),
        ({"why": "because"}, "Say in a sentence why the numbers point to 'baseline'"),
        ({"why": "word " * 600}, "Say in a sentence"),
    ],
)
def test_a_diagnosis_that_could_not_be_judged_is_refused(
    diagnoses: Diagnoses, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DiagnosisError, match=message):
        diagnose(diagnoses, **changes)
    assert diagnoses.notebook.records() == ()


def test_a_diagnosis_is_recorded_with_its_edition_and_its_evidence(diagnoses: Diagnoses) -> None:
    made = diagnose(diagnoses).diagnosis
    assert made is not None
    assert (made.zoo, made.edition, made.model, made.recipe) == ("week2", diagnoses.zoo.digest, "Alpha", "baseline")
    assert made.evidence == tuple(CITED)
    assert (made.why, made.written, made.written_after) == (WHY, "2027-01-04T09:00:00+00:00", 0)


def test_the_same_diagnosis_made_again_writes_nothing(diagnoses: Diagnoses, clock: Clock) -> None:
    first = diagnose(diagnoses)
    clock.move(days=1)
    assert diagnose(diagnoses) == first
    assert len(diagnoses.notebook.records()) == 1


def test_a_diagnosis_that_is_taken_up_again_keeps_its_time(diagnoses: Diagnoses, clock: Clock) -> None:
    diagnose(diagnoses)
    clock.move(days=1)
    diagnose(diagnoses, recipe="starved")
    again = diagnose(diagnoses).diagnosis
    assert again is not None
    assert again.written == "2027-01-04T09:00:00+00:00"
    assert diagnoses.made()["Alpha"].recipe == "baseline"
    assert len(diagnoses.notebook.records()) == 3


def test_a_restarted_kernel_goes_on_with_the_diagnoses(
    diagnoses: Diagnoses, reopen: Callable[..., Notebook]
) -> None:
    diagnose(diagnoses)
    assert reopen().diagnoses(diagnoses.zoo, CHOICES).made() == diagnoses.made()


def test_a_commitment_fits_recipes_and_numbers_and_not_the_words(diagnoses: Diagnoses) -> None:
    with pytest.raises(DiagnosisError, match="no diagnosis of Alpha yet"):
        diagnoses.commitment()
    diagnose(diagnoses)
    first = diagnoses.commitment()
    assert normal_code(first) == first
    diagnose(diagnoses, why="it is the most accurate of the four")
    assert diagnoses.commitment() == first
    diagnose(diagnoses, evidence=CITED[:1])
    assert diagnoses.commitment() != first
    diagnose(diagnoses, recipe="starved")
    assert diagnoses.commitment() != first


def test_the_code_of_these_diagnoses_never_changes(diagnoses: Diagnoses) -> None:
    diagnose(diagnoses)
    made = list(diagnoses.made().values())
    assert commit_diagnoses(made, "ab" * 16) == CODE


def test_what_was_said_is_shown(diagnoses: Diagnoses, capsys: pytest.CaptureFixture[str]) -> None:
    diagnoses.summary()
    assert "not diagnosed yet" in capsys.readouterr().out
    assert repr(diagnoses) == "Diagnoses(week2; none yet)"
    diagnose(diagnoses)
    assert "accuracy 0.41 (in comparison)" in capsys.readouterr().out
    diagnoses.summary()
    explain()
    shown = capsys.readouterr().out
    assert "accuracy 0.41, epochs 3" in shown
    assert all(name in shown for name in STATISTICS)
    assert repr(diagnoses) == "Diagnoses(week2; Alpha: baseline)"


@pytest.mark.parametrize(
    "spoil",
    [
        {"recipe": 3}, {"written_after": "0"}, {"evidence": [{"statistic": "epochs", "value": "3", "cell": "x"}]},
        {"evidence": [{"statistic": "epochs", "value": 3}]}, {"evidence": 7}, {"grade": 1},
        {"evidence": [{"statistic": 4, "value": 3, "cell": "x"}]},
    ],
)  # fmt: skip
def test_a_damaged_diagnosis_is_no_record(diagnoses: Diagnoses, spoil: dict[str, Any]) -> None:
    raw = json.loads(diagnose(diagnoses).to_json())
    raw["diagnosis"].update(spoil)
    del raw["digest"]
    with pytest.raises(RecordError, match="do not have the expected shape"):
        Record.from_json(json.dumps({**raw, "digest": digest_of(raw)}))
