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
