"""Laws between numbers hold of true numbers, however they were rounded, and are broken by others."""

import math
import random
import statistics
from collections.abc import Callable, Iterator

import pytest

from grader.evidence.laws import LAWS, Span, broken, exact, rounded

DRAWS, MANY = 200, 10_000
"""True numbers drawn for each law: always, and where tests may take long."""


def span(value: float, draw: random.Random, *, least: int = 2, most: int = 4) -> Span:
    """A true value as somebody prints it."""
    decimals = draw.randint(least, most)
    return rounded(round(value, decimals), decimals)


def difference(draw: random.Random) -> tuple[object, ...]:
    """Two scores and what one is above the other."""
    a, b = draw.random(), draw.random()
    return span(a, draw), span(b, draw), span(b - a if draw.random() < 0.5 else abs(b - a), draw)


def relative(draw: random.Random) -> tuple[object, ...]:
    """Two scores and the change in percent."""
    a, b = draw.uniform(0.05, 1), draw.uniform(0.05, 1)
    return span(a, draw, least=3), span(b, draw, least=3), span(100 * (b / a - 1), draw, least=0, most=1)


def ratio(draw: random.Random) -> tuple[object, ...]:
    """Two scores and how many times the one is the other."""
    a, b = draw.uniform(0.05, 1), draw.uniform(0.05, 1)
    return span(a, draw, least=3), span(b, draw, least=3), span(b / a, draw, least=1, most=2)


def whole(draw: random.Random) -> tuple[object, ...]:
    """A rate over so many items."""
    count = draw.randint(2, 500)
    return span(draw.randint(0, count) / count, draw), count


def mean(draw: random.Random) -> tuple[object, ...]:
    """Listed values and their mean."""
    values = [draw.random() for _ in range(draw.randint(2, 6))]
    return [span(value, draw) for value in values], span(statistics.fmean(values), draw)


def deviation(draw: random.Random) -> tuple[object, ...]:
    """Listed values and their standard deviation, by any convention."""
    values = [draw.random() for _ in range(draw.randint(2, 6))]
    kinds: list[Callable[[list[float]], float]] = [
        statistics.stdev, statistics.pstdev, lambda found: statistics.stdev(found) / math.sqrt(len(found)),
    ]  # fmt: skip
    return [span(value, draw) for value in values], span(draw.choice(kinds)(values), draw)


def centred(draw: random.Random) -> tuple[object, ...]:
    """An interval and the difference in its middle."""
    middle, half = draw.uniform(-0.5, 0.5), draw.uniform(0.01, 0.4)
    return span(middle - half, draw), span(middle + half, draw), span(middle, draw)


def harmonic(draw: random.Random) -> tuple[object, ...]:
    """Precision, recall and F1 of a class."""
    hits, missed, false = draw.randint(1, 40), draw.randint(0, 40), draw.randint(0, 40)
    precision, recall = hits / (hits + false), hits / (hits + missed)
    return span(precision, draw), span(recall, draw), span(2 * hits / (2 * hits + missed + false), draw)


def bounded(draw: random.Random) -> tuple[object, ...]:
    """Macro-F1 with so many classes at zero."""
    classes = draw.randint(2, 60)
    zeros = draw.randint(0, classes)
    scores = [0.0] * zeros + [draw.uniform(0.01, 1) for _ in range(classes - zeros)]
    return span(statistics.fmean(scores), draw), zeros, classes


def micro(draw: random.Random) -> tuple[object, ...]:
    """Accuracy and micro-F1 are one number."""
    value = draw.random()
    return span(value, draw), span(value, draw)


def smallest(draw: random.Random) -> tuple[object, ...]:
    """p of an exact sign-flip test: some of the 2^n sign patterns, two by two."""
    seeds = draw.randint(2, 10)
    return span(2 * draw.randint(1, 2 ** (seeds - 1)) / 2**seeds, draw, least=3), seeds


TRUE: dict[str, Callable[[random.Random], tuple[object, ...]]] = {
    "difference": difference, "relative": relative, "ratio": ratio, "whole": whole, "mean": mean, "within": mean,
    "deviation": deviation, "centred": centred, "harmonic": harmonic, "bounded": bounded, "micro": micro,
    "p": smallest,
}  # fmt: skip


def violations(name: str, count: int) -> Iterator[str]:
    """What a law says of true numbers, which should be nothing."""
    draw = random.Random(f"{name}-{count}")  # noqa: S311 - a draw, not a secret
    for _ in range(count):
        parts = TRUE[name](draw)
        if found := broken(name, *parts):
            yield f"{parts}: {found}"


@pytest.mark.parametrize("name", LAWS)
def test_true_numbers_break_no_law(name: str) -> None:
    """Whatever their size, and at however many digits each was printed."""
    assert not list(violations(name, DRAWS))


@pytest.mark.long
@pytest.mark.parametrize("name", LAWS)
def test_ten_thousand_true_numbers_break_no_law(name: str) -> None:
    """As above."""
    assert not list(violations(name, MANY))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("difference", (exact(0.5), exact(0.6), rounded(0.2, 2))),
        ("relative", (exact(0.16), exact(0.054), rounded(10.6, 1))),
        ("ratio", (exact(0.1), exact(0.2), rounded(4.0, 1))),
        ("whole", (rounded(0.465, 3), 52)),
        ("mean", ([exact(0.1), exact(0.2)], rounded(0.2, 2))),
        ("within", ([exact(0.1), exact(0.2)], rounded(0.3, 2))),
        ("deviation", ([exact(0.1), exact(0.2)], rounded(0.3, 2))),
        ("centred", (exact(-0.1), exact(0.3), rounded(0.2, 2))),
        ("harmonic", (exact(0.5), exact(0.5), rounded(0.6, 2))),
        ("bounded", (rounded(0.41, 2), 20, 28)),
        ("micro", (rounded(0.41, 2), rounded(0.46, 2))),
        ("p", (rounded(0.03, 2), 3)),
    ],
)  # fmt: skip
def test_what_no_rounding_explains_breaks_its_law(name: str, parts: tuple[object, ...]) -> None:
    """The arithmetic is shown."""
    assert broken(name, *parts)
