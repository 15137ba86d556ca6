"""No true sentence is failed, whatever its order, the names of its runs, its units and its rounding."""

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.evidence.measured import Measured, measure
from grader.evidence.traces import Status, Trace
from grader.evidence.tracing import trace
from grader.reading.prose import read_markdown
from tests.grader.build import CASES, build, load, told_by

RUNS = {
    "tfidf": ("TF-IDF", "the TF-IDF model", "the linear baseline TF-IDF"),
    "encoder": ("the encoder", "the fine-tuned encoder", "my encoder"),
    "changed": ("the changed arm", "the arm with the lower learning rate", "the run with learning rate 1e-4"),
}
METRICS = {"accuracy": ("accuracy", "Accuracy"), "macro_f1": ("macro-F1", "macro F1", "Macro-F1 score")}
FORMS = ("fraction", "percent", "comma", "points sign")
ONE = (
    "{run} has a {metric} of {value}.",
    "The {metric} of {run} is {value}.",
    "{value} is the {metric} of {run}.",
    "For {run} I measured {value} ({metric}).",
    "| run | {metric} |\n| --- | --- |\n| {run} | {value} |",
    "- {run}: {metric} {value}",
)
TWO = (
    "{metric}: {first} {a}, {second} {b}.",
    "In {metric} {first} reaches {a}, while {second} reaches {b}.",
    "{second} has a {metric} of {b} against {a} for {first}.",
    "The {metric} of {first} and {second} is {a} and {b}, respectively.",
    "| {metric} | {first} | {second} |\n| --- | --- | --- |\n| | {a} | {b} |",
)
CHANGES = (
    "Between {first} and {second}, {metric} differs by {points} points.",
    "{first} has a {metric} of {a}, {second} of {b}: a difference of {difference}.",
    "{first} has a {metric} of {a} and {second} one of {b}, {ratio} times as much.",
)


@cache
def homework() -> tuple[Measured, dict[str, dict[str, float]]]:
    """The records of the homework, and what its runs scored."""
    raw = load(CASES / "_bases" / "homework.json")
    return measure(build(raw)), told_by(raw)


def printed(value: float, form: str, decimals: int) -> str:
    """A score as people write it."""
    text = f"{100 * value:.{max(1, decimals - 2)}f} %" if form == "percent" else f"{value:.{decimals}f}"
    return text.replace(".", ",") if form == "comma" else text


@st.composite
def sentences(draw: st.DrawFn) -> str:
    """A true sentence about one run or two, one metric or two."""
    metric = draw(st.sampled_from(sorted(METRICS)))
    first, second = draw(st.permutations(sorted(RUNS)))[:2]
    spelled: Callable[[str], str] = lambda key: draw(st.sampled_from({**RUNS, **METRICS}[key]))  # noqa: E731
    form, decimals = draw(st.sampled_from(FORMS)), draw(st.integers(2, 4))
    told = homework()[1]
    a, b = told[first][metric], told[second][metric]
    kind = draw(st.sampled_from(["one", "two", "change", "metrics"]))
    if kind == "one":
        shape = draw(st.sampled_from(ONE))
        return shape.format(run=spelled(first), metric=spelled(metric), value=printed(a, form, decimals))
    if kind == "metrics":
        other = next(name for name in METRICS if name != metric)
        values = [(metric, a), (other, told[first][other])]
        said = " and ".join(
            f"{'an' if spelled(name)[0] in 'aA' else 'a'} {spelled(name)} of {printed(value, form, decimals)}"
            for name, value in values
        )
        return f"{spelled(first)} has {said}."
    names = {"first": spelled(first), "second": spelled(second), "metric": spelled(metric)}
    shown = {"a": printed(a, form, decimals), "b": printed(b, form, decimals)}
    if kind == "two":
        return draw(st.sampled_from(TWO)).format(**names, **shown)
    more = {
        "points": f"{100 * abs(b - a):.1f}", "difference": printed(abs(b - a), form, decimals),
        "ratio": f"{b / a:.2f}",
    }  # fmt: skip
    return draw(st.sampled_from(CHANGES)).format(**names, **shown, **more)


def read(text: str) -> list[Trace]:
    return trace(read_markdown(text), homework()[0])


def no_number_is_wrong(text: str) -> None:
    """Neither failed nor proposed to be failed."""
    held = [(item.number.text, item.why) for item in read(text) if item.status in (Status.WRONG, Status.DOUBTFUL)]
    assert not held, text


@settings(max_examples=80, deadline=None)
@given(sentences())
def test_no_true_sentence_is_failed(text: str) -> None:
    no_number_is_wrong(text)


@pytest.mark.long
@settings(max_examples=5_000, deadline=None)
@given(sentences())
def test_no_true_sentence_of_thousands_is_failed(text: str) -> None:
    no_number_is_wrong(text)


@settings(max_examples=80, deadline=None)
@given(sentences(), st.sampled_from(["In the end, ", "As I expected, ", "On this split and with one seed, ", ""]))
def test_what_a_true_sentence_begins_with_changes_nothing(text: str, begin: str) -> None:
    """Words that claim nothing make no number wrong."""
    no_number_is_wrong(text if text.startswith(("|", "-")) else f"{begin}{text}")
