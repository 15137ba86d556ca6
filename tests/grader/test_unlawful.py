"""Numbers of one sentence, or of one row, are held to the laws between them, and true ones break none."""

import random
import statistics
import tomllib
from collections.abc import Callable, Mapping

import pytest

from grader.evidence.measured import measure
from grader.evidence.traces import Status, Trace
from grader.evidence.tracing import trace
from grader.reading.prose import read_markdown
from tests.grader.build import CASES, build, load

LAWS = tomllib.loads((CASES / "_laws.toml").read_text(encoding="utf-8"))["law"]
named = pytest.mark.parametrize("law", LAWS, ids=lambda law: law["about"])
DRAWS, MANY = 25, 10_000
"""True sentences of a form: always, and where tests may take long."""


def read(text: str) -> list[Trace]:
    return trace(read_markdown(text), measure(build(load(CASES / "_bases" / "homework.json"))))


@named
def test_a_broken_law_is_found_with_its_arithmetic(law: Mapping[str, str]) -> None:
    found = [item for item in read(law["false"]) if item.by_law]
    assert (law["at"], Status(law["found"])) in [(item.number.text, item.status) for item in found]
    assert all(item.why for item in found)


@named
def test_its_true_twin_breaks_none(law: Mapping[str, str]) -> None:
    assert not [(item.number.text, item.why) for item in read(law["true"]) if item.by_law]


# --- true numbers, drawn at random --------------------------------------------------------------------------------


def printed(value: float, draw: random.Random, least: int = 2) -> str:
    """A share as somebody prints it: rounded at will, sometimes in percent."""
    decimals = draw.randint(least, 4)
    return f"{100 * value:.{decimals - 1}f} %" if draw.random() < 0.2 else f"{value:.{decimals}f}"


def summary(draw: random.Random) -> str:
    """Listed values with their mean and their standard deviation, by either convention."""
    values = [draw.uniform(0.05, 0.95) for _ in range(draw.randint(2, 6))]
    mean = printed(statistics.fmean(values), draw)
    spread = printed(draw.choice([statistics.stdev, statistics.pstdev])(values), draw)
    *first, last = (printed(value, draw) for value in values)
    shape = draw.choice(
        [
            "The runs gave {list} and {last}, so the mean is {mean} with SD {spread}.",
            "The mean of {list} and {last} is {mean}.",
            "The runs gave {list}, {last} (mean {mean} ± {spread}, SD).",
            "Mean {mean} (values: {list}, {last}).",
            "{list}, {last}: average {mean}, standard deviation {spread}",
        ]
    )
    return shape.format(list=", ".join(first), last=last, mean=mean, spread=spread)


def row(draw: random.Random) -> str:
    """The same in the row of a table."""
    values = [draw.uniform(0.05, 0.95) for _ in range(draw.randint(2, 5))]
    cells = [*values, statistics.fmean(values), statistics.stdev(values)]
    head = [*(f"seed {number}" for number in range(len(values))), "mean", "SD"]
    lines = [["", *head], ["---"] * (len(head) + 1), ["it", *(printed(value, draw) for value in cells)]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def one_class(draw: random.Random) -> str:
    """Precision, recall and F1 from counted hits."""
    hits, missed, false = draw.randint(1, 40), draw.randint(0, 40), draw.randint(0, 40)
    precision, recall = printed(hits / (hits + false), draw), printed(hits / (hits + missed), draw)
    f1 = printed(2 * hits / (2 * hits + missed + false), draw)
    shape = draw.choice(
        [
            "The class has a precision of {p}, a recall of {r} and an F1 of {f}.",
            "Its F1 is {f} for this class, with precision {p} and recall {r}.",
            "For the class, precision and recall are {p} and {r}, so its F1 is {f}.",
            "micro precision {p}, micro recall {r}, micro F1 {f}",
            "| | precision | recall | F1 |\n| --- | --- | --- | --- |\n| class 3 | {p} | {r} | {f} |",
        ]
    )
    return shape.format(p=precision, r=recall, f=f1)


def zeros(draw: random.Random) -> str:
    """Classes at zero and the mean of all."""
    count = draw.randint(0, 7)
    scores = [0.0] * count + [draw.uniform(0.01, 1) for _ in range(8 - count)]
    return f"There {count} of 8 classes have F1 = 0, and the macro-F1 is {printed(statistics.fmean(scores), draw)}."


def micro(draw: random.Random) -> str:
    """Accuracy and micro-F1 are one number."""
    value = draw.randint(0, 167) / 167
    return f"The accuracy is {printed(value, draw)} and the micro-F1 is {printed(value, draw)}."


def step(draw: random.Random) -> str:
    """A step with its factor or its relative change, of the value or of what it lacks."""
    a, b = draw.uniform(0.05, 0.9), draw.uniform(0.05, 0.9)
    start, end = f"{a:.{draw.randint(3, 4)}f}", f"{b:.{draw.randint(3, 4)}f}"
    lacking = draw.random() < 0.3
    change = 100 * (((1 - a) - (1 - b)) / (1 - a) if lacking else (b - a) / a)
    return draw.choice(
        [
            f"It went from {start} to {end}, a factor of {b / a:.2f}×.",
            f"It went from {start} to {end}, a relative change of {change:.1f} %.",
            f"{start} → {end}, {max(a, b) / min(a, b):.1f} times",
        ]
    )


FORMS: list[Callable[[random.Random], str]] = [summary, row, one_class, zeros, micro, step]
formed = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)


def violations(form: Callable[[random.Random], str], count: int) -> list[str]:
    draw = random.Random(f"{form.__name__}-{count}")  # noqa: S311 - a draw, not a secret
    drawn = (form(draw) for _ in range(count))
    return [f"{text} | {item.why}" for text in drawn for item in read(text) if item.by_law]


@formed
def test_true_sentences_break_no_law(form: Callable[[random.Random], str]) -> None:
    assert not violations(form, DRAWS)


@pytest.mark.long
@formed
def test_ten_thousand_true_sentences_break_no_law(form: Callable[[random.Random], str]) -> None:
    assert not violations(form, MANY)
