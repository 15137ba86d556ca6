"""Work without records: what a person reads off the page is passed or proposed, and nothing is failed.

`tests/grader/unrecorded/` has notebooks on week 1's homework that leave the library alone. They were really run:
honest ones, and faulty ones with their true twins. labels.json says what a person would decide, check by check,
and in ``missed`` what the grader is known to get wrong.
"""

import json
import lzma
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter

from grader.grading.grade import grade_one
from grader.model import Outcome, Result, Submission, Verdict
from tests.grader.releases import released
from tests.sampled import sampled
from tests.shipped import load_base

FOLDER = Path(__file__).with_name("unrecorded")
LABELS = json.loads((FOLDER / "labels.json").read_text(encoding="utf-8"))
NOTEBOOKS = tuple(LABELS["notebooks"])
HONEST = tuple(name for name in NOTEBOOKS if "twin" not in LABELS["notebooks"][name])
WANT = {"pass": Outcome.PASSED, "fail": Outcome.FAILED}


def labels_of(name: str) -> dict[str, str]:
    item = LABELS["notebooks"][name]
    missed = item.get("missed", ())
    return {
        check: label for check, label in (LABELS["everyone"] | item["otherwise"]).items() if check not in missed
    }


FAULTY = tuple(
    name for name in NOTEBOOKS if "twin" in LABELS["notebooks"][name] and "fail" in labels_of(name).values()
)


def notebook(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(lzma.decompress((FOLDER / f"{name}.ipynb.xz").read_bytes()))
    return raw


def grade(name: str, raw: bytes, kind: str = "ipynb") -> Result:
    submission = Submission(name, name, "", f"{name}.{kind}", raw, "0" * 64)
    return grade_one(submission, [released("week1_homework")])


def verdicts_of(result: Result) -> dict[str, Verdict]:
    return {verdict.check: verdict for cell in result.cells for verdict in cell.verdicts}


@cache
def graded(name: str) -> dict[str, Verdict]:
    return verdicts_of(grade(name, json.dumps(notebook(name)).encode()))


def rewritten(name: str, true: str, false: str) -> dict[str, Verdict]:
    """The verdicts after some words of the template were replaced by others."""
    raw = notebook(name)
    for item in raw["cells"]:
        if item["id"] == "one_change_template":
            text = "".join(item["source"])
            assert true in text
            item["source"] = text.replace(true, false)
    return verdicts_of(grade(name, json.dumps(raw).encode()))


# --- whole notebooks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sampled(NOTEBOOKS, 8))
def test_every_verdict_and_every_proposal_is_what_a_person_would_say(name: str) -> None:
    for check, label in labels_of(name).items():
        verdict = graded(name)[check]
        said = verdict.outcome.value if verdict.outcome in WANT.values() else verdict.proposal
        if label in WANT and said:
            assert said == WANT[label].value, (check, verdict.because, verdict.proposed_because)


@pytest.mark.parametrize("name", sampled(NOTEBOOKS, 8))
def test_nothing_fails_on_shown_evidence_alone(name: str) -> None:
    failed = [item.check for item in graded(name).values() if item.outcome is Outcome.FAILED]
    assert not [check for check in failed if check in LABELS["everyone"]]


@pytest.mark.parametrize("name", sampled(FAULTY, 8))
def test_no_fault_passes(name: str) -> None:
    wanted = [check for check, label in labels_of(name).items() if label == "fail"]
    assert wanted
    for check in wanted:
        assert graded(name)[check].outcome is Outcome.UNDECIDED
        assert graded(name)[check].proposal != Outcome.PASSED.value


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("f01-two-changes", "experiments.one_change"),
        ("f01-two-changes", "experiments.held_constant"),
        ("f02-other-seed", "experiments.one_change"),
        ("f02-other-seed", "seeds.paired"),
        ("f03-step-replaced", "experiments.one_change"),
        ("s06-two-in-code", "experiments.one_change"),
        ("s07-claims", "experiments.held_constant"),
        ("s07-claims", "experiments.meaningful_supported"),
        ("s07-claims", "experiments.result_matches"),
        ("u05-swapped-result", "experiments.held_constant"),
        ("u05-swapped-result", "experiments.meaningful_supported"),
        ("u05-swapped-result", "experiments.result_matches"),
    ],
)
def test_what_the_page_shows_to_be_wrong_is_proposed_to_fail_and_its_twin_is_not(name: str, check: str) -> None:
    assert graded(name)[check].proposal == Outcome.FAILED.value
    twin = graded(LABELS["notebooks"][name]["twin"])[check]
    assert twin.outcome is Outcome.PASSED or twin.proposal == Outcome.PASSED.value


@pytest.mark.long
def test_most_of_what_a_person_can_decide_is_decided_or_proposed() -> None:
    counts = Counter[str]()
    for name in HONEST:
        for check, label in labels_of(name).items():
            if label in WANT:
                verdict = graded(name)[check]
                counts["of"] += 1
                counts["decided"] += verdict.outcome is WANT[label]
                counts["proposed"] += verdict.proposal == WANT[label].value
    assert counts["decided"] >= 0.70 * counts["of"]
    assert counts["decided"] + counts["proposed"] >= 0.90 * counts["of"]


def test_what_the_grader_is_known_to_miss_is_little() -> None:
    missed = [check for item in LABELS["notebooks"].values() for check in item.get("missed", ())]
    assert len(missed) <= 0.01 * sum(len(labels_of(name)) for name in NOTEBOOKS)


@pytest.mark.parametrize("name", ["h01-trainer-table", "h06-json-lines"])
def test_the_html_export_gives_the_same_verdicts(name: str) -> None:
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(nbformat.reads(json.dumps(notebook(name)), 4))
    told = {check: (item.outcome, item.proposal) for check, item in graded(name).items()}
    exported = {
        check: (item.outcome, item.proposal)
        for check, item in verdicts_of(grade(name, page.encode(), "html")).items()
    }
    assert exported == told


def test_the_verdict_says_what_it_rests_on() -> None:
    found = graded("h08-mutated")
    assert found["experiments.one_change"].basis == "shown"
    assert found["experiments.predicted_first"].basis == "written"
    assert "cell" in found["experiments.predicted_first"].proposed_because or "one_change" in (
        found["experiments.predicted_first"].proposed_because
    )


def test_recorded_baselines_do_not_make_printed_metrics_recomputed() -> None:
    assert graded("h13-recorded-baselines")["metrics.recomputed"].outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(("printed", "outcome"), [("tf-idf", Outcome.UNDECIDED), ("baseline", Outcome.FAILED)])
def test_a_printed_baseline_beside_a_recorded_encoder_is_for_a_person(printed: str, outcome: Outcome) -> None:
    """Who records the encoder and prints the baseline has measured one; an arm called baseline is none."""
    raw = json.loads(load_base("week1_homework-slower"))
    raw["cells"] = [cell for cell in raw["cells"] if cell["id"] not in ("baselines", "rescue-run", "tier-run")]
    place = next(at for at, cell in enumerate(raw["cells"]) if cell["id"] == "encoder-run")
    told = {"name": "stdout", "output_type": "stream", "text": f"{printed}: accuracy 0.4038, macro-F1 0.0649\n"}
    raw["cells"].insert(
        place,
        {"cell_type": "code", "execution_count": 4, "id": "own", "metadata": {}, "outputs": [told],
         "source": "print(name, scores)"},
    )  # fmt: skip
    found = verdicts_of(grade("printed", json.dumps(raw).encode()))["metrics.baseline_first"]
    assert found.outcome is outcome


# --- one sentence changed: each with its true twin, which is the notebook as it is -------------------------------

FALSE_WORDS = [
    ("h06-json-lines", "batch size 32, 2 epochs", "max length 48, 2 epochs", "experiments.held_constant"),
    ("h08-mutated", "lr 0.002, 2 epochs", "lr 0.001, 2 epochs", "experiments.held_constant"),
    ("h04-dataframe", "(baseline) and 0.170", "(baseline) and 0.413", "experiments.result_matches"),
    ("h01-trainer-table", "I cannot tell, this is one seed for each arm", "Yes, the drop is clearly a real effect",
     "experiments.meaningful_supported"),
    ("h09-three-seeds", "0.194 ± 0.027", "0.194 ± 0.061", "experiments.result_matches"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "true", "false", "check"), FALSE_WORDS)
def test_a_false_word_is_not_passed(name: str, true: str, false: str, check: str) -> None:
    assert graded(name)[check].outcome is Outcome.PASSED or graded(name)[check].proposal == Outcome.PASSED.value
    found = rewritten(name, true, false)[check]
    assert found.outcome is Outcome.UNDECIDED
    assert found.proposal != Outcome.PASSED.value


def test_a_wrong_setting_and_a_bold_claim_are_proposed_to_fail() -> None:
    for name, true, false, check in FALSE_WORDS:
        if check != "experiments.result_matches":
            found = rewritten(name, true, false)
            assert found[check].proposal == Outcome.FAILED.value, name


def test_a_prediction_below_the_run_is_no_prediction_above_it() -> None:
    raw = notebook("h06-json-lines")
    above = next(cell for cell in raw["cells"] if "".join(cell["source"]).startswith("Prediction: shorter"))
    raw["cells"].remove(above)
    below = next(at for at, cell in enumerate(raw["cells"]) if cell["id"] == "one_change_template")
    raw["cells"].insert(below, above)
    found = verdicts_of(grade("moved", json.dumps(raw).encode()))["experiments.predicted_first"]
    assert found.outcome is Outcome.UNDECIDED
    assert not found.proposal
