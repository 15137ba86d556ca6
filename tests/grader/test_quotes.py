"""What `notebook.quote(…)` showed is traced at once, and only as what it is."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import cast

import pytest

from grader.evidence.measured import Measured, measure
from grader.evidence.traces import Status
from grader.evidence.tracing import trace
from grader.reading.prose import read_markdown
from paribus.experiments.quotes import Quotes
from paribus.records.runs import RunResult
from tests.grader.build import CASES, build, load


class Recorder:
    """Keeps what a quote records."""

    def __init__(self) -> None:
        self.kept: dict[str, float] = {}

    def value(self, name: str, value: float) -> float:
        self.kept[name] = value
        return value

    def values(self, numbers: Mapping[str, float]) -> None:
        self.kept |= numbers


def runs(name: str, *scores: float) -> list[RunResult]:
    """Finished runs with these accuracies, a seed each."""
    made = [
        SimpleNamespace(name=name, seed=seed, record=SimpleNamespace(values={"accuracy": score}))
        for seed, score in enumerate(scores, 13)
    ]
    return cast(list[RunResult], made)


OLD, NEW = runs("small", 0.4192, 0.4471, 0.4413), runs("large", 0.5034, 0.4907, 0.5211)
RECORDER = Recorder()
QUOTE = Quotes(RECORDER)
TEXTS = [
    QUOTE(OLD[0], "accuracy"), QUOTE.mean(OLD, "accuracy"), QUOTE.difference(OLD, NEW, "accuracy"),
    QUOTE.interval(OLD, NEW, "accuracy"), QUOTE.interval(OLD, NEW, "accuracy", kind="welch"),
]  # fmt: skip


def quoted(*, recorded: bool = True) -> Measured:
    """The homework's records, beside what the quotes recorded."""
    raw = load(CASES / "_bases" / "homework.json")
    values = {name: {"cell": "rescue-run", "value": value} for name, value in RECORDER.kept.items()}
    return measure(build({**raw, "values": {**raw["values"], **(values if recorded else {})}}))


def statuses(text: str, measured: Measured) -> list[Status]:
    found = [item.status for item in trace(read_markdown(text), measured)]
    return [status for status in found if status is not Status.OTHER]


@pytest.mark.parametrize("text", [*TEXTS, *(f"I found this: {text}." for text in TEXTS)])
def test_a_pasted_quote_is_traced(text: str) -> None:
    """A value, a mean with its standard deviation, a difference, both intervals."""
    assert set(statuses(text, quoted())) == {Status.TRACED}
    assert set(statuses(text, quoted(recorded=False))) != {Status.TRACED}


@pytest.mark.parametrize(
    "text",
    [
        "The standard deviation is 0.015.", "Its accuracy varied with an SD of 0.015 over the seeds.",
        "On average it was 0.436 ± 0.015.", "It went up by 0.069.", "From +0.014 to +0.125 at 95 %.",
    ],
)  # fmt: skip
def test_its_numbers_are_traced_in_other_words(text: str) -> None:
    assert set(statuses(text, quoted())) == {Status.TRACED}


@pytest.mark.parametrize(
    "text", ["The mean accuracy is 0.015.", "The accuracy is 0.015 in the end.", "Its macro-F1 has an SD of 0.015."]
)
def test_a_quoted_standard_deviation_is_no_mean_and_none_of_another_metric(text: str) -> None:
    assert Status.TRACED not in statuses(text, quoted())
