"""Records that look unlike a class's: on 100 honest executions, what is named by mistake and what forgers risk."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import pytest

from grader.audit.plausible import LEAST, LEVEL, STATISTICS, Plausibility, against, duration, plausibilities
from grader.audit.trace import Trace, trace_of
from paribus.records.record import Record
from tools.forgeries import KINDS, OF_TIME, forge
from tools.honest_runs import PACKED, SIZES, widened
from tools.plausibility_rates import PAGE, caught, classes_of, executions, page_with, seconds_of, tables


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
    said = {statistic.name for statistic in STATISTICS}
    assert all(set(item.values) | {"duration"} == said for item in known), "older records hold no time"


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
    for record in forge(kind, timed(1, honest()[1]), [timed(2, honest()[2]), timed(3, honest()[3])], 0):
        assert Record.from_json(record.to_json()) == record


# --- time -------------------------------------------------------------------------------------------------------


def timed(number: int, records: Sequence[Record], *, factor: float = 1.0, device: str = "cpu") -> list[Record]:
    """A student's records with a time of some ten seconds a run, on a device: their links fit again."""
    draw, made, starts = random.Random(number), list[Record](), dict[str, str]()  # noqa: S311 - a machine's moods
    for record in records:
        previous = made[-1].digest() if made else ""
        changed = replace(record, previous=previous, start=starts.get(record.run, ""))
        if record.kind == "start":
            changed = replace(changed, environment={**record.environment, "device": device})
            starts[record.run] = changed.digest()
        elif record.kind == "result":
            changed = replace(changed, seconds=round(factor * draw.uniform(8, 12), 2) if record.epochs else 0.2)
        made.append(changed)
    return made


@cache
def a_class_with_times() -> tuple[Sequence[Trace], tuple[Plausibility, ...]]:
    traces = [trace_of(f"student-{number}", timed(number, records)) for number, records in enumerate(honest()[:50])]
    return traces, plausibilities(traces)


def held_by_time(records: Sequence[Record]) -> Plausibility:
    traces, known = a_class_with_times()
    return against(trace_of("somebody", records), traces, known)


@pytest.mark.parametrize(
    ("forged", "named"),
    [
        ({"kind": "true predictions, written at once"}, True),
        ({"kind": "true predictions, written at once under an invented time"}, False),
        ({}, False), ({"factor": 0.2}, True), ({"factor": 300.0}, False),
        ({"factor": 0.2, "device": "NVIDIA H200"}, False),
    ],
)  # fmt: skip
def test_runs_that_are_faster_than_anybodys_on_the_same_device_are_named(
    forged: Mapping[str, object], named: bool
) -> None:
    """A slow run is none of them, nor is a fast device that nobody else has."""
    given = dict(forged)
    kind = given.pop("kind", "")
    records: Sequence[Record] = timed(60, honest()[60], **given)  # type: ignore[arg-type]
    if kind:
        records = forge(str(kind), records, [timed(number, honest()[number]) for number in range(50)], 1)
    found = held_by_time(records)
    assert found.flagged is named
    assert (found.ranks.get("duration", 1.0) <= LEVEL) is named
    assert ("duration" in found.values) is (forged.get("device") is None)


def test_another_models_runs_and_older_records_are_compared_with_nothing() -> None:
    traces, _ = a_class_with_times()
    older = trace_of("older", [replace(item, seconds=None) for item in timed(60, honest()[60])])
    assert duration(older, traces) is None
    assert duration(trace_of("new", timed(60, honest()[60])), classes_of(honest())[1][:5]) is None
    other = [
        replace(item, config={**item.config, "model": replace(item.config["model"], value="another")})
        if item.kind == "result" else item
        for item in timed(60, honest()[60])
    ]  # fmt: skip
    assert duration(trace_of("other", other), traces) is None


def test_time_is_forged_only_where_honest_records_hold_it() -> None:
    older = [[replace(item, seconds=None) for item in records] for records in honest()[:6]]
    assert not seconds_of(older)
    assert {rate.what for rate in caught(older, forgers=0)} == set(KINDS) - OF_TIME
    new = [timed(number, records) for number, records in enumerate(older)]
    assert len(seconds_of(new)) == 12
    assert {rate.what for rate in caught(new, forgers=0)} == set(KINDS)


# --- a larger split ---------------------------------------------------------------------------------------------


def test_a_wide_split_has_the_same_training_texts_and_its_own_items_first() -> None:
    import complaints

    data = complaints.load(size="micro")
    wide = widened(data, "micro-wide")
    assert SIZES["micro-wide"].profile == "micro"
    assert wide.train is data.train
    assert wide.classes == data.classes
    assert wide.validation.texts[: len(data.validation)] == data.validation.texts
    assert wide.validation.labels[: len(data.validation)].tolist() == data.validation.labels.tolist()
    assert 9 * len(data.validation) < len(wide.validation) <= 10 * len(data.validation)
    assert not set(wide.validation.texts) & {*data.train.texts, *data.test.texts}
    assert len(set(wide.validation.texts)) == len(wide.validation)
    assert wide.fingerprint != data.fingerprint


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
