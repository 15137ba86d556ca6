"""Numbers in prose: how they are read, what agrees with them, and which run they speak of."""

import json
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.evidence.arithmetic import confirmed, derived
from grader.evidence.measured import measure
from grader.evidence.traces import Status, Trace
from grader.evidence.tracing import trace
from grader.reading.numbers import Agreement, agreement, find_numbers
from grader.reading.prose import read_markdown
from tests.grader.build import CASES, build, fill_in, load, told_by

SENTENCES: list[dict[str, Any]] = json.loads((CASES / "_prose.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("item", SENTENCES, ids=lambda item: item["text"][:60])
def test_sentence(item: dict[str, Any]) -> None:
    """Each number of a sentence is traced, wrong, unclear, or no measurement at all."""
    raw = load(CASES / "_bases" / f"{item['base']}.json")
    text = fill_in(item["text"], told_by(raw))
    found = trace(read_markdown(text), measure(build(raw), item.get("experiment", "")))
    assert [one.status for one in found] == item["expect"], [
        (one.number.text, one.why, one.expected) for one in found
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.542", [0.542]), ("54.2 %", [54.2]), ("0,132", [0.132]), ("1,234", [1234.0, 1.234]),
        ("57,846", [57846.0, 57.846]), ("1.234,5", [1234.5]), ("1,234.5", [1234.5]), ("−0.03", [-0.03]),
        ("+0.03", [0.03]), ("2e-5", [2e-5]), ("2 × 10^-5", [2e-5]), (".5", [0.5]), ("ten", [10.0]),
        ("twenty-one", [21.0]), ("5 points", [5.0]), ("3 percentage points", [3.0]), ("12\u00a0345", [12345.0]),
        ("\uff11,\uff12\uff13\uff14,\uff15\uff16\uff17", [1234567.0]),
        ("\uff10\uff0e\uff15\uff05", [0.5]), ("\u0660.\u0665\u0661", [0.51]),
        ("1e308", [1e308]), ("1e-400", [0.0]),
    ],
)  # fmt: skip
def test_readings(text: str, values: list[float]) -> None:
    """Separators, signs, powers and words; an ambiguous comma is read both ways."""
    found = find_numbers(text)
    assert len(found) == 1
    assert [reading.value for reading in found[0].readings] == pytest.approx(values)


@pytest.mark.parametrize("text", ["1e999", "-1e999%", "10^999", "9" * 400, "0e999", "2 \u00d7 10^500"])
def test_what_no_float_can_hold_is_left_alone(text: str) -> None:
    """It would break a check, or agree with everything."""
    assert [number.text for number in find_numbers(f"{text} and 0.5")] == ["0.5"]


def test_digits_inside_words_are_no_numbers() -> None:
    """F1, week1 and ModernBERT2 hold digits and no numbers."""
    assert find_numbers("F1 of week1, ModernBERT2 and v2.0b") == []


def test_spread_and_range_belong_to_one_number() -> None:
    """a ± b has a spread, a–b and between a and b have an upper end."""
    spread, bracket, dash, between = find_numbers("0.41 ± 0.02; 0.41 (SD 0.03); 0.41–0.43; between 0.3 and 0.4")
    assert spread.spread is not None
    assert spread.spread.value == 0.02
    assert bracket.spread is not None
    assert bracket.spread.value == 0.03
    assert dash.upper is not None
    assert dash.upper.value == 0.43
    assert between.upper is not None
    assert between.upper.value == 0.4


def test_from_a_to_b_are_two_numbers() -> None:
    """A change is no range."""
    assert [number.value for number in find_numbers("from 0.2 to 0.25")] == [0.2, 0.25]


@given(st.floats(0.0, 1.0), st.integers(1, 6), st.sampled_from(["fraction", "percent", "comma"]))
def test_a_rounded_value_agrees_however_it_is_printed(value: float, decimals: int, form: str) -> None:
    """Rounding to the printed precision, percent or fraction, point or comma: always YES."""
    text = f"{100 * value:.{decimals}f} %" if form == "percent" else f"{value:.{decimals}f}"
    number = find_numbers(text.replace(".", ",") if form == "comma" else text)[0]
    assert agreement(number, value, fraction=True) is Agreement.YES


@given(st.floats(0.0, 1.0), st.integers(2, 5), st.sampled_from([-1, 1]))
def test_two_units_off_never_agrees(value: float, decimals: int, sign: int) -> None:
    """A number that is off by two in its last place is another number."""
    shifted = value + sign * 2 * 10.0**-decimals
    number = find_numbers(f"{abs(shifted):.{decimals}f}")[0]
    if shifted > 0:
        assert agreement(number, value, fraction=True) is Agreement.NO


def test_a_number_that_was_cut_almost_agrees() -> None:
    """0.5666 written as 0.566 is cut instead of rounded: for a person, not wrong."""
    assert agreement(find_numbers("0.566")[0], 0.5669, fraction=True) is Agreement.ALMOST


def test_random_numbers_are_not_traced() -> None:
    """Among dozens of recorded values a random number nearly always agrees with one; it is traced only where the
    metric and the run beside it have that very value.
    """
    case = build(load(CASES / "_bases" / "seeds.json"))
    measured = measure(case)
    generator = random.Random(5)  # noqa: S311 - draws numbers, guards nothing
    runs = ("TF-IDF", "the encoder", "the majority class", "the changed arm")
    metrics = ("accuracy", "macro-F1", "weighted F1")
    named = [
        trace(
            read_markdown(f"{generator.choice(runs)} has {generator.choice(metrics)} {generator.random():.2f}."),
            measured,
        )
        for _ in range(600)
    ]
    bare = [trace(read_markdown(f"We reached {generator.random():.2f}."), measured) for _ in range(200)]
    unnamed = [
        trace(read_markdown(f"The {generator.choice(metrics)} is {generator.random():.2f}."), measured)
        for _ in range(200)
    ]
    traced = sum(one.status is Status.TRACED for found in named for one in found)
    assert traced <= 0.04 * len(named)
    for found in (bare, unnamed):
        assert sum(one.status is Status.TRACED for items in found for one in items) <= 0.05 * len(found)


def statuses(text: str, values: dict[str, float]) -> list[Status]:
    """What becomes of the numbers of a text beside the homework's records and these value records."""
    raw = load(CASES / "_bases" / "homework.json")
    raw["values"] |= {name: {"cell": "rescue-run", "value": value} for name, value in values.items()}
    return [one.status for one in trace(read_markdown(text), measure(build(raw)))]


def test_a_quote_is_traced_at_once_and_only_for_its_metric() -> None:
    """The same sentence is unclear where nothing was quoted, and a quote of another metric is no proof."""
    quote = {"quote.macro_f1.value.encoder.13": 0.77}
    assert statuses("It came to 0.77 in the end.", quote) == [Status.TRACED]
    assert statuses("It came to 0.77 in the end.", {}) != [Status.TRACED]
    assert statuses("Its accuracy came to 0.77 in the end.", quote) != [Status.TRACED]


def traced(value: float, sentence: str = "s") -> Trace:
    """A number that was traced in a sentence."""
    number = find_numbers(f"{value}")[0]
    return Trace(replace(number, start=round(1e6 * value)), Status.TRACED, sentence, 0, "accuracy", "a", value)


def test_a_number_follows_from_two_beside_it_and_not_from_any_two_of_eight() -> None:
    """A difference of the sentence's own two numbers is traced; that of some two of many may be chance."""
    unclear = Trace(find_numbers("0.12")[0], Status.UNCLEAR, "s", 0)
    near = derived(unclear, [traced(0.42), traced(0.54)])
    assert near is not None
    assert near.status is Status.TRACED
    many = [traced(0.3 + 0.03 * step, f"sentence {step}") for step in range(8)]
    far = derived(unclear, many)
    assert far is not None
    assert far.status is Status.UNCLEAR
    assert far.plausible
    assert derived(replace(unclear, number=find_numbers("0.9")[0]), many) is None


def test_a_level_and_the_difference_to_it_leave_one_number() -> None:
    """ "0.5385, 0.4231 with the large steps, so −0.1154": what may be several things is what these two leave."""
    numbers = find_numbers("0.5385 and 0.4231, so -0.1154")
    level, other, change = (Trace(number, Status.TRACED, "s", 0, "accuracy") for number in numbers)
    unclear = replace(other, status=Status.UNCLEAR, metric="")
    found = confirmed(unclear, [level, unclear, change])
    assert found is not None
    assert (found.status, found.metric) == (Status.TRACED, "accuracy")
    assert confirmed(replace(unclear, number=find_numbers("0.4321")[0]), [level, change]) is None
    assert confirmed(replace(unclear, number=find_numbers("0.42")[0]), [level, change]) is None
    assert confirmed(unclear, [level]) is None
    assert confirmed(other, [level, change]) is None


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("6,4 százalékponttal", True), ("6,4 %-ponttal", True), ("6.4 % points", True), ("6,4 Prozentpunkte", True),
        ("6,4 százalék", False), ("6,4 % volt", False), ("6.4 percent", False),
    ],
)  # fmt: skip
def test_points_are_told_from_percent(text: str, *, points: bool) -> None:
    (number,) = find_numbers(text)
    assert (number.points, number.percent) == (points, not points)
