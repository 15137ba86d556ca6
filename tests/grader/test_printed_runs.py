"""What outputs and code say of runs without records: every layout, and the values that the code writes out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import classification_report

from grader.evidence.unrecorded.entries import Entry
from grader.evidence.unrecorded.operations import UNKNOWN
from grader.evidence.unrecorded.printed import entries_of
from grader.evidence.unrecorded.values import Evaluator
from grader.model import Output, RecoveredCell
from paribus.check.code.program import make_program


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
    return Evaluator(program, names, lambda node, base, _: UNKNOWN).value(value)


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


PRINTED = Path(__file__).parent / "fixtures" / "printed"
"""What keras 3.15, lightning 2.6 and scikit-learn 1.9 wrote to a pipe, training for real on toy data."""


def printed(name: str) -> list[Entry]:
    """The entries of a file, whose control characters are as they were written."""
    return read((PRINTED / f"{name}.txt").read_bytes().decode("utf-8"))


def test_keras_own_output_is_read_epoch_by_epoch() -> None:
    """With a progress bar, which goes back by backspaces, and with verbose=2; the last line is an evaluation's."""
    told = [(entry.epoch, values(entry)) for entry in printed("keras") if entry.metrics]
    assert told == [
        (1.0, {"train_loss": 0.7784, "accuracy": 0.52, "validation_loss": 0.7303}),
        (2.0, {"train_loss": 0.7145, "accuracy": 0.55, "validation_loss": 0.6881}),
        (1.0, {"train_loss": 0.6674, "accuracy": 0.57, "validation_loss": 0.6665}),
        (2.0, {"train_loss": 0.6446, "accuracy": 0.6, "validation_loss": 0.6453}),
        (None, {"accuracy": 0.6, "train_loss": 0.6453}),
    ]


def test_lightning_own_output_gives_the_validated_metrics() -> None:
    """From its box and from the dictionary that `validate` returns."""
    boxes = [values(entry) for entry in printed("lightning") if len(entry.metrics) == 2]
    assert boxes == [{"accuracy": 0.6200000047683716, "validation_loss": 0.6718509793281555}] * 2


def test_the_folds_of_a_grid_search_are_no_runs_results() -> None:
    """A score of a third of the training rows says nothing of a validation split."""
    assert not any(entry.metrics for entry in printed("grid_search"))
