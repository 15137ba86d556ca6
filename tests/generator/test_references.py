"""References: what is pooled, which interval it gets, where it is written and who finds it again."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from generator.building.build import Options, build_assignment
from generator.errors import RunError
from generator.running.errors_of_runs import errors_of
from generator.running.references import (
    Entry,
    Reference,
    References,
    entry_from,
    load_references,
    measure,
    pool,
    prediction_interval,
    record_entry,
    records_in,
    within_range,
)
from paribus.display.markup import Table
from paribus.metrics.packing import pack, unpack
from paribus.records.block import render
from paribus.records.record import ConfigField, DataIdentity, Epoch, Record
from tests.generator.courses import SMALL
from tests.shipped import PROFILES

TABLE = Table("", ("", ""), (("macro-F1", "0.2"),))
DATA = DataIdentity("synthetic", "0123456789abcdef", "fedcba9876543210", 100, "aaaaaaaaaaaaaaaa")


def result(name: str, seed: int, value: float, **config: ConfigField) -> Record:
    return Record(
        "result", "week9_lab", "release", "nonce", f"r{seed}", name, seed=seed, config=config, data=DATA,
        values={"macro_f1": value},
    )  # fmt: skip


def shown(*records: Record) -> dict[str, Any]:
    """An executed notebook that shows these records as paribus does."""
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": [render(r, TABLE)]}} for r in records
    ]
    streams = [{"output_type": "stream", "name": "stdout", "text": "no record"}]
    return {"cells": [{"id": "a", "cell_type": "code", "outputs": [*streams, *outputs]}, {"cell_type": "markdown"}]}


def entry(
    profile: str = "smoke", data: str = "d1", model: str = "tiny", source: str = "synthetic", mean: float = 0.2
) -> Entry:
    return Entry(profile, data, model, source, {"numpy": "2"}, {"encoder.macro_f1": pool([mean])})


def test_records_are_found_in_outputs_and_pooled_by_run_name() -> None:
    values = Record("value", "week9_lab", "release", "nonce", "v1", values={"audit.share": 0.5})
    notebook = shown(*(result("encoder", seed, 0.2 + seed / 8) for seed in range(3)), values)
    found = measure(records_in(notebook), "here")

    assert found["encoder.macro_f1"].values == (0.2, 0.325, 0.45)
    assert found["encoder.macro_f1"].n == 3
    assert found["audit.share"] == Reference(0.5, None, 1, None, None, (0.5,), deterministic=False)


def test_of_one_seed_the_last_result_counts() -> None:
    found = measure([result("encoder", 1, 0.1), result("encoder", 1, 0.3)], "here")
    assert found["encoder.macro_f1"].values == (0.3,)


def test_the_note_that_links_an_experiment_to_its_baseline_is_no_reference() -> None:
    note = Record(
        "value", "a", "r", "n", "v", values={"experiment.size.baseline_run.r1": 1.0, "experiment.size.x": 2.0}
    )
    assert set(measure([note], "here")) == {"experiment.size.x"}


def test_two_configurations_under_one_name_are_refused() -> None:
    runs = [result("encoder", seed, 0.2, batch_size=ConfigField(16 * seed, "knob")) for seed in (1, 2)]
    with pytest.raises(RunError, match=r"week9: the runs called 'encoder' differ in batch_size"):
        measure(runs, "week9")


def test_a_damaged_record_is_refused() -> None:
    notebook = shown(result("encoder", 1, 0.2))
    (output,) = [item for item in notebook["cells"][0]["outputs"] if "data" in item]
    output["data"]["text/html"][0] = output["data"]["text/html"][0].replace("0.2", "0.9")
    with pytest.raises(RunError, match="Cell 'a' shows a damaged record"):
        records_in(notebook)


def test_ten_seeds_give_the_t_prediction_interval_and_nine_give_none() -> None:
    values = [0.20, 0.21, 0.19, 0.22, 0.20, 0.205, 0.195, 0.21, 0.2, 0.199]
    low, high = prediction_interval(values)
    half = stats.t.isf(0.0005, 9) * np.std(values, ddof=1) * math.sqrt(1.1)
    assert low == pytest.approx(np.mean(values) - half)
    assert high == pytest.approx(np.mean(values) + half)
    assert (pool(values).low, pool(values).high) == (low, high)
    assert pool(values[:9]).low is None
    assert pool(values[:9]).sd == pytest.approx(np.std(values[:9], ddof=1))


def test_the_interval_holds_what_it_promises() -> None:
    """Of 2,000 honest eleventh runs about one in ten falls outside at alpha = 0.1."""
    draws = np.random.default_rng(5).normal(0.2, 0.01, size=(2_000, 11))
    inside = [low <= new <= high for *old, new in draws for low, high in [prediction_interval(old, alpha=0.1)]]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.015)


@given(st.lists(st.floats(-1, 1), min_size=10, max_size=30), st.floats(-5, 5))
def test_an_interval_holds_its_mean_widens_with_certainty_and_moves_with_the_values(
    values: list[float], by: float
) -> None:
    low, high = prediction_interval(values)
    assert low <= math.fsum(values) / len(values) + 1e-12
    assert high >= math.fsum(values) / len(values) - 1e-12
    wide = prediction_interval(values, alpha=0.0001)
    assert wide[0] <= low + 1e-12
    assert wide[1] >= high - 1e-12
    moved = prediction_interval([value + by for value in values])
    assert moved[0] == pytest.approx(low + by, abs=1e-9)
    assert moved[1] == pytest.approx(high + by, abs=1e-9)


def test_equal_seeds_and_declared_models_are_deterministic_with_their_spread() -> None:
    assert pool([0.132, 0.132]) == Reference(
        0.132, 0.0, 2, 0.132 - 1e-6, 0.132 + 1e-6, (0.132, 0.132), deterministic=True
    )
    declared = ConfigField(value=True, role="derived")
    rows = [
        result("tfidf", seed, value, deterministic=declared) for seed, value in enumerate([0.130, 0.132, 0.131])
    ]
    found = measure(rows, "here")["tfidf.macro_f1"]
    assert found.deterministic
    assert found.low == pytest.approx(0.128)
    assert found.high == pytest.approx(0.134)
    chosen = ConfigField(value=True, role="knob")
    assert not measure([result("tfidf", 1, 0.1, deterministic=chosen)], "here")["tfidf.macro_f1"].deterministic


@pytest.mark.parametrize("prints", [(), ("a" * 16, "b" * 16)])
def test_an_entry_needs_one_data_set(prints: tuple[str, ...]) -> None:
    records = [
        Record("data", "a", "r", "n", f"d{p}", data=DataIdentity("synthetic", p, p, 1, p)) for p in prints
    ]  # fmt: skip
    with pytest.raises(RunError, match=f"names {len(prints)} data sets"):
        entry_from([shown(*records)], profile="micro", model="tiny", source="synthetic", versions={}, where="week9")


def test_data_that_were_made_of_others_count_as_those() -> None:
    """The half of a split that a temperature was not fitted on; known texts with unknown ones behind them."""
    prints = ("a" * 16, f"{'a' * 16}+{'b' * 16}", f"{'a' * 16}+{'c' * 16}")
    records = [
        Record("data", "a", "r", "n", f"d{p}", data=DataIdentity("synthetic", p, p, 1, p)) for p in prints
    ]  # fmt: skip
    found = entry_from(
        [shown(*records)], profile="micro", model="tiny", source="synthetic", versions={}, where="week9"
    )
    assert found.data == "a" * 16


def test_merging_keeps_other_keys_and_replaces_the_same(tmp_path: Path) -> None:
    for item in (entry(), entry(profile="micro"), entry(model="other"), entry(mean=0.3)):
        path = record_entry(tmp_path, "week9_lab", item)
    kept = json.loads(path.read_text())["entries"]
    assert [(e["profile"], e["model"]) for e in kept] == [("micro", "tiny"), ("smoke", "other"), ("smoke", "tiny")]
    assert kept[2]["values"]["encoder.macro_f1"]["mean"] == 0.3


def test_data_that_changed_behind_its_name_replaces_the_old_entry(tmp_path: Path) -> None:
    record_entry(tmp_path, "week9_lab", entry(data="old"))
    record_entry(tmp_path, "week9_lab", entry(data="new"))
    record_entry(tmp_path, "week9_lab", entry(data="file", source="table.csv"))
    (entries,) = load_references(tmp_path).entries.values()
    assert sorted(item.data for item in entries) == ["file", "new"]


def test_the_same_entries_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    items = [entry(), entry(profile="micro"), entry(data="file", source="table.csv")]
    for item in items:
        first = record_entry(tmp_path / "a", "week9_lab", item)
    for item in reversed(items):
        second = record_entry(tmp_path / "b", "week9_lab", item)
    assert first.read_bytes() == second.read_bytes()


def test_lookup_finds_only_what_students_run(tmp_path: Path) -> None:
    record_entry(tmp_path, "week9_lab", entry(data="file", source="table.csv", mean=0.9))
    record_entry(tmp_path, "week9_lab", entry(model="big", mean=0.8))
    references = load_references(tmp_path)
    assert references.lookup("week9_lab", "encoder.macro_f1", profile=PROFILES["smoke"]) is None
    record_entry(tmp_path, "week9_lab", entry())
    references = load_references(tmp_path)
    found = references.lookup("week9_lab", "encoder.macro_f1", profile=PROFILES["smoke"])
    assert found is not None
    assert found.mean == 0.2
    assert references.lookup("week9_lab", "encoder.macro_f1", profile=PROFILES["micro"]) is None
    assert references.lookup("week9_lab", "encoder.accuracy", profile=PROFILES["smoke"]) is None
    assert references.lookup("week8_lab", "encoder.macro_f1", profile=PROFILES["smoke"]) is None


def test_a_release_gets_its_profile_s_entries(tmp_path: Path) -> None:
    record_entry(tmp_path, "week9_lab", entry())
    record_entry(tmp_path, "week9_lab", entry(profile="micro"))
    chosen = load_references(tmp_path).for_release(["week9_lab", "week9_homework"], "smoke")
    assert [item["profile"] for item in chosen["week9_lab"]] == ["smoke"]
    assert set(chosen) == {"week9_lab"}
    json.dumps(chosen)


def test_an_audit_gets_every_profile_s_entries_with_errors_and_the_references_of_the_prose_none(
    tmp_path: Path,
) -> None:
    errors = ({"fingerprint": "f", "split": "s", "runs": ["u1:"]},)
    record_entry(tmp_path, "week9_lab", replace(entry(), errors=errors))
    record_entry(tmp_path, "week9_lab", entry(profile="micro"))
    references = load_references(tmp_path)
    audit = references.for_audit("week9_lab")
    assert {item["profile"]: item.get("errors") for item in audit["week9_lab"]} == {"micro": None, "smoke": errors}
    assert references.for_audit("week8_lab") == {}
    without = replace(entry(), errors=()).plain()
    assert references.for_release(["week9_lab"], "smoke") == {"week9_lab": [without]}, "the digest stays as it is"


def test_errors_are_kept_of_trained_runs_item_by_item() -> None:
    labels = Record("data", "week9_lab", "release", "nonce", "d", data=DATA, labels=pack([0, 1, 2, 1]))
    trained = replace(result("encoder", 1, 0.5), epochs=(Epoch(1, {}),), predictions=pack([0, 2, 2, 2]))
    untrained = replace(result("baseline", 1, 0.5), predictions=pack([1, 1, 1, 1]))
    (found,) = errors_of([labels, untrained, trained])
    assert (found["fingerprint"], found["split"]) == (DATA.fingerprint, DATA.split)
    assert [unpack(text).tolist() for text in found["runs"]] == [[0, 1, 0, 1]]
    assert errors_of([trained]) == (), "without labels nobody knows what is wrong"


def test_no_folder_holds_no_references(tmp_path: Path) -> None:
    assert load_references(tmp_path / "absent").entries == {}


@pytest.mark.parametrize("text", ["{", '{"schema": "other/1"}', '{"schema": "paribus.references/1"}', "[]"])
def test_a_file_that_is_no_references_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "week9_lab.json").write_text(text)
    with pytest.raises(RunError, match=r"week9_lab\.json: "):
        load_references(tmp_path)


def test_a_band_ends_where_its_metric_does() -> None:
    wide = Reference(0.98, 0.05, 10, 0.7, 1.2, (0.98,), deterministic=False)
    assert (within_range("encoder.accuracy", wide).low, within_range("encoder.accuracy", wide).high) == (0.7, 1.0)
    assert within_range("encoder.validation_loss", replace(wide, low=-0.1)).low == 0.0
    assert within_range("encoder.seconds", wide) == wide
    assert within_range("encoder.accuracy", replace(wide, low=None)).high == 1.2


def test_a_missing_reference_says_whether_it_was_recorded_at_all_or_elsewhere_or_is_no_name() -> None:
    """What to do about each is another thing."""
    smoke = PROFILES["smoke"]
    own, other = entry(), entry(data="file", source="table.csv", mean=0.9)
    assert "no run of week9_lab was ever recorded" in References({}).why_missing("week9_lab", "x.y", profile=smoke)
    name = next(iter(own.values))
    elsewhere = References({"week9_lab": (other,)}).why_missing("week9_lab", name, profile=smoke)
    assert "recorded for profile smoke, data table.csv" in elsewhere
    assert "students run the profile smoke (data synthetic and model tiny)" in elsewhere
    known = References({"week9_lab": (own,)})
    assert known.why_missing("week9_lab", name[:-1], profile=smoke) == (
        f"no recorded run has this name. Did you mean {name!r}?"
    )
    micro = known.why_missing("week9_lab", name[:-1], profile=PROFILES["micro"])
    assert micro.startswith("no run of week9_lab on the profile micro was recorded, and no run has this name. Did")


def test_a_build_says_how_to_record_the_number_that_it_misses() -> None:
    entry = SMALL.entry("week0_tiny")
    built = build_assignment(SMALL, entry, Options(references=References({})))
    assert built.missing
    typed = f"(to record it, type: paribus run week0_tiny --profile {entry.profile} --record)"
    assert all(typed in line for line in built.missing if " of " in line and not line.startswith("the bands of"))
    assert any(typed in line for line in built.missing)


def test_a_notebook_without_data_or_model_runs_on_the_profile_s_own() -> None:
    assert entry(source="", model="none").usual(PROFILES["smoke"])
    assert not entry(source="table.csv").usual(PROFILES["smoke"])


def test_an_earlier_run_is_one_seed_of_the_baseline_arm_that_it_serves() -> None:
    """The arm trains the other seeds alone, and its mean is over all of them."""
    earlier, *trained = [result("forest", 1, 0.1), result("size.baseline", 2, 0.3), result("size.baseline", 3, 0.5)]
    note = Record("value", "a", "r", "n", "v", experiment="size", arm="baseline", serves=(earlier.run,))
    found = measure([earlier, *trained, note], "here")
    assert sorted(found["size.baseline.macro_f1"].values) == [0.1, 0.3, 0.5]
    assert set(measure([earlier, note], "here")) == {"forest.macro_f1"}
