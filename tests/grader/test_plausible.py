"""Records that look unlike a class's: on 100 honest executions, what is named by mistake and what forgers risk."""

from collections.abc import Sequence
from functools import cache

import pytest

from grader.audit.plausible import LEAST, LEVEL, STATISTICS, Plausibility, against, plausibilities
from grader.audit.trace import Trace, trace_of
from paribus.records.record import Record
from tools.forgeries import KINDS, forge
from tools.honest_runs import PACKED
from tools.plausibility_rates import PAGE, classes_of, executions, page_with, tables


@cache
def honest() -> list[list[Record]]:
    return executions(PACKED / "micro.jsonl.gz")


@cache
def first_class() -> tuple[Sequence[Trace], tuple[Plausibility, ...]]:
    traces, _ = classes_of(honest())
    return traces, plausibilities(traces)


def held(records: Sequence[Record]) -> Plausibility:
    traces, known = first_class()
    return against(trace_of("somebody", records), traces, known)


def test_there_are_a_hundred_independent_honest_executions_and_ten_kinds_of_forgery() -> None:
    seeds = {record.seed for records in honest() for record in records if record.kind == "result"}
    assert len(honest()) >= 100
    assert len(seeds) >= 95
    assert len(KINDS) >= 10


def test_in_an_honest_class_no_more_than_a_twentieth_is_named() -> None:
    _, known = first_class()
    assert sum(item.flagged for item in known) <= LEVEL * len(known)
    assert all(set(item.values) == {statistic.name for statistic in STATISTICS} for item in known)


@pytest.mark.parametrize(
    ("kind", "statistic"),
    [
        ("predictions invented by chance", "item_difficulty"),
        ("labels with errors added, any class", "item_difficulty"),
        ("a friend's runs with 1 % noise", "twins"),
        ("the changed arm copied from the baseline", "copied_run"),
        ("true predictions under invented losses", "loss_against_accuracy"),
        ("a friend's record among one's own", "broken_chain"),
    ],
)
def test_a_plain_forgery_is_named_by_the_statistic_that_is_made_for_it(kind: str, statistic: str) -> None:
    found = held(forge(kind, honest()[60], honest()[:50], 1))
    assert found.flagged
    assert found.strangest == statistic


def test_the_true_twin_of_the_forgeries_is_not_named() -> None:
    assert not held(honest()[60]).flagged


@pytest.mark.parametrize("kind", KINDS)
def test_forged_records_fit_their_digests(kind: str) -> None:
    for record in forge(kind, honest()[1], honest()[2:4], 0):
        assert Record.from_json(record.to_json()) == record


def test_too_small_a_class_says_nothing() -> None:
    traces, _ = first_class()
    assert [item.overall for item in plausibilities(traces[:LEAST])] == [None] * LEAST


def test_work_on_another_split_is_not_compared() -> None:
    traces, _ = first_class()
    other = trace_of("other", [record for record in honest()[70] if record.kind != "data" and record.data is None])
    assert plausibilities([*traces, other])[-1].values == {}


def test_work_without_records_says_nothing() -> None:
    assert trace_of("nobody", []).data == ("", "")
    assert plausibilities([trace_of("nobody", [])])[0].strangest == ""


def test_no_student_reads_of_it() -> None:
    """Results and feedback know nothing of plausibility."""
    from grader.model import Result

    assert not any("plausib" in name for name in Result.__dataclass_fields__)


@pytest.mark.long
def test_the_rates_in_the_documentation_are_those_that_were_measured() -> None:
    assert PAGE.read_text(encoding="utf-8") == page_with("".join(f"{line}\n" for line in tables()))
