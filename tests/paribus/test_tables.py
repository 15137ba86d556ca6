"""What people see above a record: what was chosen, with the rest folded away."""

from dataclasses import replace

import pytest

from paribus.records.block import find_records, render
from paribus.records.record import ConfigField, Prediction, Record
from paribus.records.tables import FEW_VALUES, settings_table, start_table, values_tables

START = Record(
    kind="start", assignment="week1_lab", release="r", nonce="n" * 32, run="r1", previous="", run_name="encoder",
    seed=13,
    config={
        "batch_size": ConfigField(32, "knob"), "learning_rate": ConfigField(2e-05, "knob"),
        "steps": ConfigField(4, "derived", ("batch_size",)), "precision": ConfigField("fp16", "environment"),
    },
    environment={"device": "cuda"},
)  # fmt: skip


def test_a_start_shows_what_was_chosen_in_one_row() -> None:
    table = start_table(START)
    assert table.title == "Start of encoder, seed 13"
    assert table.rows == (("chosen", "batch_size 32, learning_rate 2e-05"),)


def test_in_an_experiment_what_varies_stands_alone() -> None:
    made = Prediction("macro_f1", "up", None, None, "more updates", "2027-01-04T09:00:00+00:00", 2)
    start = replace(START, experiment="rate", arm="changed", vary="learning_rate", prediction=made)
    table = start_table(start)
    assert table.title == "Start of encoder, seed 13 (rate, changed arm)"
    assert table.rows == (("learning_rate", "2e-05"), ("other settings", "batch_size 32"))
    assert table.note.startswith("Prediction in force: macro-F1 goes up; because: more updates")


@pytest.mark.parametrize("config", [{}, {"model": ConfigField("majority", "knob")}])
def test_few_settings_make_few_words(config: dict[str, ConfigField]) -> None:
    rows = start_table(replace(START, config=config)).rows
    assert rows == ((("chosen", "model majority"),) if config else ())


def test_every_setting_is_folded_behind_a_line_and_the_record_stays_where_it_was() -> None:
    rows = {row[0]: row[1] for row in settings_table(START).rows}
    assert rows == {"seed": "13", "batch_size": "32", "learning_rate": "2e-05", "steps": "4", "precision": "fp16",
                    "device": "cuda"}  # fmt: skip
    page = render(START, start_table(START), settings_table(START))
    shown, _, folded = page.partition("<details>")
    assert "<td" in shown
    assert "precision" not in shown
    assert folded.startswith("<summary>every setting, and where it ran</summary><table>")
    assert page.count("<details>") == 2
    assert find_records(page)[0].record == START


def test_many_values_are_folded_and_few_are_not() -> None:
    few = {f"Alpha.m{number}": 1 / 3 for number in range(FEW_VALUES)}
    shown, folded = values_tables(few)
    assert (len(shown.rows), folded) == (FEW_VALUES, None)
    shown, folded = values_tables({**few, "Bravo.m0": 2.0})
    assert shown.note == "7 values written down: Alpha.m0 to Bravo.m0"
    assert folded is not None
    assert folded.rows[0] == ("Alpha.m0", "0.333333")
