"""A header's vary against the settings that its solution recorded."""

import pytest

from generator.running.agreement import disagreements
from generator.sources.source import read_source
from paribus.records.record import ConfigField, Record

SOURCE = """# %% experiment="one" vary={vary} metric="rmse" points=1 checks={{"experiments.one_change": 1}}
### BEGIN SOLUTION
pass
### END SOLUTION
"""
KNOBS = ("leaves", "rate", "rounds")


@pytest.mark.parametrize(
    ("vary", "unknown"),
    [
        ('["rate", "round", "leafs"]', ["round", "leafs"]),
        ('["rates", "depth"]', ["rates", "depth"]),
        ('["rate", "rounds"]', []),
        ('["rate", "gamma"]', []),  # offered beside a setting, and the solution has none for it
        ('["gamma", "depth"]', ["gamma", "depth"]),
    ],
)
def test_a_misspelt_setting_is_said_with_every_other_unknown_one(vary: str, unknown: list[str]) -> None:
    config = {name: ConfigField(1, "knob") for name in KNOBS}
    start = Record("start", "hw", "r", "n", "1", "one.baseline", "one", "baseline", "rate", 1, config)
    found = disagreements(read_source(SOURCE.format(vary=vary), "a", {}), "hw", [start])
    assert [line.partition("'")[2].partition("'")[0] for line in found] == unknown
    assert all(
        line.startswith("a:1: the vary ") and "expected one of leaves, rate, rounds" in line for line in found
    )
