"""Work without records: what a person reads off the page is passed or proposed, and nothing is failed.

`tests/grader/unrecorded/` has notebooks on week 1's homework that leave the library alone. They were really run:
honest ones, and faulty ones with their true twins. labels.json says what a person would decide, check by check.
"""

import json
import lzma
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from sklearn.metrics import classification_report

from generator.rehearsal.others import load_base
from grader.code.program import make_program
from grader.evidence.unrecorded.printed import Entry, entries_of
from grader.evidence.unrecorded.values import UNKNOWN, Evaluator
from grader.grade import grade_one
from grader.model import Outcome, Output, RecoveredCell, Result, Submission, Verdict
from tests.grader.releases import released

FOLDER = Path(__file__).with_name("unrecorded")
LABELS = json.loads((FOLDER / "labels.json").read_text(encoding="utf-8"))
NOTEBOOKS = tuple(LABELS["notebooks"])
HONEST = tuple(name for name in NOTEBOOKS if "twin" not in LABELS["notebooks"][name])
FAULTY = tuple(name for name in NOTEBOOKS if "twin" in LABELS["notebooks"][name])
WANT = {"pass": Outcome.PASSED, "fail": Outcome.FAILED}


def labels_of(name: str) -> dict[str, str]:
    return {**LABELS["everyone"], **LABELS["notebooks"][name]["otherwise"]}


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


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_verdict_and_every_proposal_is_what_a_person_would_say(name: str) -> None:
    for check, label in labels_of(name).items():
        verdict = graded(name)[check]
        said = verdict.outcome.value if verdict.outcome in WANT.values() else verdict.proposal
        if label in WANT and said:
            assert said == WANT[label].value, (check, verdict.because, verdict.proposed_because)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_nothing_fails_on_shown_evidence_alone(name: str) -> None:
    failed = [item.check for item in graded(name).values() if item.outcome is Outcome.FAILED]
    assert not [check for check in failed if check in LABELS["everyone"]]


@pytest.mark.parametrize("name", FAULTY)
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
def test_a_printed_baseline_beside_a_recorded_encoder_is_for_a_person(
    printed: str, outcome: Outcome
) -> None:
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


# --- layouts of outputs -------------------------------------------------------------------------------------------


def read(text: str = "", html: str = "") -> list[Entry]:
    cell = RecoveredCell(0, "code", "", 1, (Output("stream", text, html=html),))
    return list(entries_of(cell, "macro_f1"))


def values(entry: Entry) -> dict[str, float]:
    return {name: item.value for name, item in entry.metrics.items()}


FRAME = pd.DataFrame(
    {"arm": ["baseline", "changed"], "seed": [13, 13], "lr": [0.002, 0.001], "accuracy": [0.4615, 0.5],
     "macro-F1": [0.1497, 0.2252]}
)  # fmt: skip
FASTAI = (
    "epoch     train_loss  valid_loss  accuracy  time    \n0         2.494005    2.078781    0.417094  00:05     \n"
)
KERAS = """Epoch 1/2
\r 1/13 [>.....] - ETA: 0s - loss: 2.5\r13/13 [======] - 1s 20ms/step - loss: 2.2486 - accuracy: 0.3273 - \
val_loss: 2.1027 - val_accuracy: 0.4231
Epoch 2/2
13/13 ━━━━━━━━━━ 0s 9ms/step - accuracy: 0.3842 - loss: 1.9000 - val_accuracy: 0.4615 - val_loss: 1.8870
"""
LIGHTNING = """┏━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃  Validate metric  ┃  DataLoader 0   ┃
┡━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│      val_acc      │   0.4615384638  │
│      val_loss     │     1.8112      │
└───────────────────┴─────────────────┘
"""
BAR = "Epoch 1: 100%|█████| 13/13 [00:01<00:00,  9.9it/s, v_num=0, train_loss=0.687, val_loss=1.81, val_acc=0.462]"


@pytest.mark.parametrize(
    ("text", "epochs", "last"),
    [
        (FASTAI, [0], {"train_loss": 2.494005, "validation_loss": 2.078781, "accuracy": 0.417094}),
        (KERAS, [1, 2], {"train_loss": 1.9, "validation_loss": 1.887, "accuracy": 0.4615}),
        (BAR, [1], {"train_loss": 0.687, "validation_loss": 1.81, "accuracy": 0.462}),
        ("{'eval_loss': 2.0, 'eval_accuracy': 0.42, 'eval_f1': 0.12, 'eval_runtime': 0.1, 'epoch': 1.0}", [1],
         {"validation_loss": 2.0, "accuracy": 0.42, "macro_f1": 0.12}),
        ("epoch 1 loss 0.3 macro-F1 0.42", [1], {"train_loss": 0.3, "macro_f1": 0.42}),
        ("[base] ep=2 tl=0.5 val_loss=1.81 acc=46.2% mf1=0.15", [2],
         {"validation_loss": 1.81, "accuracy": 0.462, "macro_f1": 0.15}),
        ("Epoche 2: Genauigkeit 0.500, Makro-F1 0.170", [2], {"accuracy": 0.5, "macro_f1": 0.17}),
    ],
)  # fmt: skip
def test_epochs_are_read_from_every_layout(text: str, epochs: list[int], last: dict[str, float]) -> None:
    found = [entry for entry in read(text) if entry.metrics]
    assert [entry.epoch for entry in found] == epochs
    assert values(found[-1]) == pytest.approx(last)


@pytest.mark.parametrize(
    "shown", [{"text": str(FRAME)}, {"html": FRAME.to_html()}, {"text": str(FRAME.set_index("arm"))}]
)
def test_a_data_frame_is_read_row_by_row(shown: dict[str, str]) -> None:
    found = read(**shown)
    assert [entry.label for entry in found] == ["baseline", "changed"]
    assert [entry.seed for entry in found] == [13, 13]
    assert [entry.settings["learning_rate"] for entry in found] == [0.002, 0.001]
    assert values(found[1]) == {"accuracy": 0.5, "macro_f1": 0.2252}


def test_a_box_of_lightning_holds_one_metric_a_row() -> None:
    assert [values(entry) for entry in read(LIGHTNING)] == [{"accuracy": 0.4615384638, "validation_loss": 1.8112}]


def test_the_averages_of_a_report_are_read_and_not_its_classes() -> None:
    found = read(classification_report([0, 1, 1, 2], [0, 1, 2, 2], digits=4))
    assert [values(entry) for entry in found] == [{"accuracy": 0.75, "macro_f1": 0.7778, "weighted_f1": 0.75}]


@pytest.mark.parametrize(
    "line",
    [
        "macro-F1 0.1332 -> 0.1574, difference +0.0243",
        "baseline  macro_f1  [0.3156 0.0966 0.1075]  mean 0.1732  sd 0.1234",
        "baseline 0.2451 batch size 8 0.3088",
        "+ Managing the loan or lease F1 0.667",
        "{'train_runtime': 1.3, 'train_loss': 1.443, 'epoch': 2.0}",
    ],
)
def test_a_line_about_several_runs_or_about_none_is_no_runs_result(line: str) -> None:
    assert not [entry for entry in read(line) if entry.metrics and not entry.summary]


SETTINGS = st.fixed_dictionaries(
    {
        "learning_rate": st.floats(1e-6, 1.0),
        "batch_size": st.integers(1, 4096),
        "weight_decay": st.sampled_from([0.0, 0.01, 0.3]),
        "scheduler": st.sampled_from(["linear", "cosine"]),
    }
)
LAYOUTS: tuple[Callable[[dict[str, Any]], str], ...] = (
    lambda given: f"config: {given}",
    json.dumps,
    lambda given: json.dumps(given, indent=2),
    lambda given: " ".join(f"{name}={value}" for name, value in given.items()),
    lambda given: ", ".join(f"{name}: {value}" for name, value in given.items()),
)


@given(SETTINGS, st.sampled_from(LAYOUTS))
def test_a_printed_configuration_is_read_as_it_was(
    given_settings: dict[str, Any], layout: Callable[..., str]
) -> None:
    found: dict[str, Any] = {}
    for entry in read(layout(given_settings)):
        found.update(entry.settings)
    assert found == pytest.approx({**given_settings})


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    for entry in read(text):
        assert entry.position == 0


# --- values of the code ---------------------------------------------------------------------------------------


def evaluated(expression: str) -> object:
    program = make_program([RecoveredCell(0, "code", f"x = {expression}", 1)])
    value = program.steps[0].scope.stores[0].value
    names = {"CONFIG": {"lr": 0.002, "seed": 13}}
    return Evaluator(program, names, lambda node, _: UNKNOWN).value(value)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("{**CONFIG, 'lr': 0.001}", {"lr": 0.001, "seed": 13}),
        ("CONFIG | {'lr': 0.001}", {"lr": 0.001, "seed": 13}),
        ("dict(CONFIG, lr=CONFIG['lr'] / 2)", {"lr": 0.001, "seed": 13}),
        ("[s + 1 for s in range(3)]", [1, 2, 3]),
        ("json.loads('{\"lr\": 0.1}')", {"lr": 0.1}),
        ("unknown(3)", UNKNOWN),
        ("list(range(10**9))", UNKNOWN),
        ("10.0 ** 63 ** 63", UNKNOWN),
        (
            "[a for a in range(24) for b in range(24) for c in range(24) for d in range(24) for e in range(24)]",
            UNKNOWN,
        ),
    ],
)
def test_what_the_code_writes_out_has_its_value_and_nothing_else_has(expression: str, value: object) -> None:
    assert evaluated(expression) == value
