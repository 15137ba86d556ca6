"""No true sentence about seeds is failed: single ones, lists, means, spreads, ranges and differences, on notebooks
that were really run and on one that was made up.
"""

from dataclasses import dataclass
from functools import cache
from statistics import fmean, pstdev, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.evidence.measured import Measured, measure
from grader.evidence.runs import by_seed
from grader.evidence.sentences import read_sentences
from grader.evidence.traces import Status
from grader.evidence.tracing import trace_sentences
from grader.evidence.worded.all import find_doubts
from grader.reading.prose import read_markdown
from tests.grader.build import CASES, build, load
from tests.grader.test_contradicted import of_base

BASES = ("", "week1_homework-more_seeds", "week2_homework-four_seeds")
"""Notebooks with several seeds an arm; the first is made up."""
based = pytest.mark.parametrize("base", BASES)
METRICS = {"accuracy": "accuracy", "macro_f1": "macro-F1"}
SHAPES = (
    "With seed {seed} {arm} has a {metric} of {value}.",
    "Over seeds {seeds} {arm} has a {metric} of {values}.",
    "For {arm} the {metric} is {values} over seeds {seeds}, {mean} on average.",
    "Over its {n} seeds {arm} has a mean {metric} of {mean}.",
    "{arm}: {metric} {mean} ± {sd} over {n} seeds",
    "The mean {metric} of {arm} is {mean}, with a standard deviation of {sd} over {n} seeds.",
    "The {metric} of {arm} over the seeds has a standard deviation of {sd}.",
    "Over the seeds the {metric} of {arm} ranges from {low} to {high}.",
    "The lowest {metric} of {arm} over the seeds is {low}, the highest {high}.",
    "The mean {metric} of {arm} is {mean}, that of {other} {other_mean}.",
    "The mean {metric} is {mean} for {arm} and {other_mean} for {other}: a difference of {change}.",
    "On average over the seeds {arm} and {other} differ by {points} points in {metric}.",
    "With seed {seed} the {metric} is {value} for {arm} and {other_value} for {other}, {seed_points} points apart.",
    "In {arm} the seeds give a {metric} of {values}, so the mean is {mean} and the SD {sd}.",
    "| {metric} | {columns} | mean | SD |\n| --- | {rules} | --- | --- |\n| {arm} | {cells} | {mean} | {sd} |",
)


@dataclass(frozen=True)
class Scores:
    """What an arm scored, by seed, and what it is called."""

    name: str
    by_seed: dict[int, float]

    @property
    def values(self) -> list[float]:
        return list(self.by_seed.values())


@cache
def measured_of(base: str) -> Measured:
    return measure(of_base(base) if base else build(load(CASES / "_bases" / "seeds.json")))


@cache
def arms_of(base: str, metric: str) -> tuple[Scores, ...]:
    """Both arms of every experiment with several seeds, by pairs."""
    pairs = [pair for pair in measured_of(base).experiments if all(len(by_seed(group.runs)) > 1 for group in pair)]
    return tuple(
        Scores(group.title, {seed or 0: float(run.metrics[metric]) for seed, run in by_seed(group.runs).items()})
        for pair in pairs
        for group in pair
        if all(metric in run.metrics for run in group.runs)
    )


def listed(items: list[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}"


@st.composite
def sentences(draw: st.DrawFn, base: str) -> str:
    """A true sentence about a notebook."""
    metric = draw(st.sampled_from(sorted(METRICS)))
    arms = arms_of(base, metric)
    at = draw(st.integers(0, len(arms) - 1))
    arm, other = arms[at], arms[at ^ 1]
    percent, decimals = draw(st.booleans()), draw(st.integers(3, 4))

    def printed(value: float) -> str:
        return f"{100 * value:.{decimals - 2}f} %" if percent else f"{value:.{decimals}f}"

    spread = draw(st.sampled_from([stdev, pstdev]))
    seed = draw(st.sampled_from(sorted(set(arm.by_seed) & set(other.by_seed)) or sorted(arm.by_seed)))
    values, change = arm.values, fmean(other.values) - fmean(arm.values)
    there = other.by_seed.get(seed, arm.by_seed[seed])
    shown = [printed(value) for value in values]
    return draw(st.sampled_from(SHAPES)).format(
        arm=arm.name, other=other.name, metric=METRICS[metric], n=len(values), seed=seed,
        seeds=listed([str(item) for item in arm.by_seed]), values=listed(shown), value=printed(arm.by_seed[seed]),
        other_value=printed(there), seed_points=f"{100 * abs(there - arm.by_seed[seed]):.1f}",
        mean=printed(fmean(values)), other_mean=printed(fmean(other.values)), sd=printed(spread(values)),
        low=printed(min(values)), high=printed(max(values)), change=printed(abs(change)),
        points=f"{100 * abs(change):.1f}", columns=" | ".join(f"seed {item}" for item in arm.by_seed),
        rules=" | ".join("---" for _ in values), cells=" | ".join(shown),
    )  # fmt: skip


def nothing_is_held_against(base: str, text: str) -> None:
    """No number is wrong or proposed to be, and no word is contradicted."""
    measured = measured_of(base)
    read = list(read_sentences(read_markdown(text), measured))
    wrong = [
        (item.number.text, item.status.value, item.why, item.expected)
        for item in trace_sentences(read, measured)
        if item.status in (Status.WRONG, Status.DOUBTFUL)
    ]
    assert not wrong, f"{base}: {text}"
    assert not [doubt.why for doubt in find_doubts(read, measured)], f"{base}: {text}"


def hold(base: str, count: int) -> None:
    """So many drawn sentences; the notebook is read before the first is drawn."""
    arms_of(base, "accuracy")

    @settings(max_examples=count, deadline=None)
    @given(sentences(base))
    def drawn(text: str) -> None:
        nothing_is_held_against(base, text)

    drawn()


@based
def test_no_true_sentence_about_seeds_is_failed(base: str) -> None:
    hold(base, 40)


@pytest.mark.long
@based
def test_no_true_sentence_about_seeds_of_thousands_is_failed(base: str) -> None:
    hold(base, 2_000)


@based
def test_every_notebook_has_arms_with_several_seeds(base: str) -> None:
    assert arms_of(base, "macro_f1")
