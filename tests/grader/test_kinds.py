"""Every kind of number, of naming a run and of layout: the true sentence is traced, its twin is not."""

import tomllib
from collections.abc import Mapping

import pytest

from grader.evidence.measured import measure
from grader.evidence.sentences import read_sentences
from grader.evidence.traces import Status
from grader.evidence.tracing import trace
from grader.evidence.worded.all import find_doubts
from grader.reading.prose import read_markdown
from tests.grader.build import CASES, build, fill_in, load, told_by

PAIRS = tomllib.loads((CASES / "_kinds.toml").read_text(encoding="utf-8"))["pair"]
named = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["about"])


def statuses(pair: Mapping[str, str], which: str) -> list[Status]:
    raw = load(CASES / "_bases" / f"{pair.get('base', 'homework')}.json")
    blocks, measured = read_markdown(fill_in(pair[which], told_by(raw))), measure(build(raw))
    found = [item.status for item in trace(blocks, measured) if item.status is not Status.OTHER]
    doubts = find_doubts(read_sentences(blocks, measured), measured)
    return [*found, *(Status.DOUBTFUL for _ in doubts)]


@named
def test_a_true_sentence_is_traced(pair: Mapping[str, str]) -> None:
    found = statuses(pair, "true")
    assert found
    assert set(found) == {Status.TRACED}


@named
def test_its_twin_is_found_where_it_is_wrong(pair: Mapping[str, str]) -> None:
    """The fault is wrong or doubtful, or unclear where `found` says that no more is proved."""
    found = set(statuses(pair, "false"))
    wanted = {Status(pair["found"])} if "found" in pair else {Status.WRONG, Status.DOUBTFUL}
    assert found & wanted, found


@pytest.mark.parametrize(
    "text",
    [
        "For the encoder $\\text{macro-F1} = \\frac{1}{8}\\sum_k F1_k = {encoder[macro_f1]:.3f}$.",
        "On all of the data TF-IDF reaches an accuracy of 0.61, the lab said; here it is {tfidf[accuracy]:.3f}.",
        "| | precision | recall |\n| --- | --- | --- |\n| macro avg | 0.50 | 0.50 |",
        "At 3×10⁻⁴ it is untried; the accuracy of the encoder at 10⁻³ is {encoder[accuracy]:.3f}.",
    ],
)
def test_a_true_sentence_that_is_not_read_is_not_held_against_anybody(text: str) -> None:
    raw = load(CASES / "_bases" / "homework.json")
    told = trace(read_markdown(fill_in(text, told_by(raw))), measure(build(raw)))
    assert not {item.status for item in told} & {Status.WRONG, Status.DOUBTFUL}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "The macro-F1 is {encoder[macro_f1]:.3f} for the encoder, and {encoder[accuracy]:.3f} right.",
            Status.UNCLEAR,
        ),
        ("The macro-F1 is {encoder[accuracy]:.3f} for the encoder.", Status.DOUBTFUL),
        (
            "The macro-F1 of TF-IDF is {encoder[macro_f1]:.3f}, and {tfidf[macro_f1]:.3f} of the encoder.",
            Status.DOUBTFUL,
        ),
    ],
)
def test_a_number_beside_the_one_that_its_metric_has_is_likely_to_be_something_else(
    text: str, found: Status
) -> None:
    """Not so where the two may be swapped."""
    raw = load(CASES / "_bases" / "homework.json")
    told = trace(read_markdown(fill_in(text, told_by(raw))), measure(build(raw)))
    assert found in {item.status for item in told}, told
    assert (found is Status.UNCLEAR) is (Status.DOUBTFUL not in {item.status for item in told})
