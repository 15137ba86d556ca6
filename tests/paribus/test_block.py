"""The block survives markup, and reading never raises whatever stands in the text."""

import html
import re
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from paribus.display.markup import Table
from paribus.errors import RecordError
from paribus.records import block
from paribus.records.block import BEGIN, END, FoundText, block_text, find_records, render
from paribus.records.canonical import canonical, digest_of
from paribus.records.record import ConfigField, Prediction, Record

RECORD = Record("value", "week1_lab", "abc", "nonce", "v1", values={"audit.share": 0.5})
TABLE = Table("Title <b>", ("a", "b"), (("1 < 2", "&"),), "note")

# Text as a person may type it; a record never holds lone surrogates.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**9), 10**9)


def plain_text(markup: str) -> str:
    """The text of all pre elements, as a browser has it."""
    return "\n".join(html.unescape(inner) for inner in re.findall(r"<pre[^>]*>(.*?)</pre>", markup, re.DOTALL))


@st.composite
def records(draw: st.DrawFn) -> Record:
    names = st.text("abcdefgh_", min_size=1, max_size=12)
    return Record(
        draw(st.sampled_from(["data", "start", "result", "value"])), "week1_lab", "r", "n", "r1",
        run_name=draw(texts), seed=draw(st.none() | st.integers(0, 99)),
        config=draw(st.dictionaries(names, st.builds(ConfigField, texts | numbers, st.just("knob")), max_size=5)),
        classes=tuple(draw(st.lists(texts, max_size=8))),
        values=draw(st.dictionaries(names, numbers, max_size=5)),
        prediction=draw(st.none() | st.just(Prediction("macro_f1", "up", None, 0.03, draw(texts), "t", 3))),
    )  # fmt: skip


@given(records())
def test_a_record_comes_back_from_its_markup(record: Record) -> None:
    assert find_records(plain_text(render(record, TABLE))) == [FoundText(record)]


@given(records())
def test_lines_are_short_and_trimming_their_ends_changes_nothing(record: Record) -> None:
    assume(not re.search(r"\s{100}", record.to_json()))
    lines = block_text(record).split("\n")
    assert all(len(line) <= 120 for line in lines)
    assert find_records("\r\n".join(line.strip() for line in lines)) == [FoundText(record)]


@settings(max_examples=100)
@given(
    st.lists(st.text(max_size=60) | st.sampled_from([BEGIN, END, block_text(RECORD), '{"kind":', "\n", "\ud800"]))
)
def test_any_text_at_all_is_read_without_an_exception(parts: list[str]) -> None:
    for found in find_records("".join(parts)):
        assert (found.record is None) == bool(found.problem) == bool(found.problem_kind)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["kind", "schema", "config", "epochs", "data", "values", "classes", "x"]), inner
            )
        ),
    )
)
def test_any_json_with_a_digest_that_fits_is_read_or_told(value: object) -> None:
    """Whoever calls paribus can make digests fit; the fields' types must hold on their own."""
    body = {"schema": "paribus.evidence/1", **(value if isinstance(value, dict) else {"config": value})}
    try:
        text = canonical({**body, "digest": digest_of(body)})
    except RecordError:
        assume(False)  # not a number, or no valid Unicode: JSON cannot hold it
    assert len(find_records(f"{BEGIN}\n{text}\n{END}")) == 1


def test_an_edited_value_is_told_from_a_cut_record() -> None:
    text = block_text(RECORD)
    edited, cut = text.replace("0.5", "0.6"), text[:-40]
    assert find_records(edited)[0].problem_kind == "digest"
    assert find_records(cut)[0].problem_kind == "shape"
    assert find_records(text.replace(END, ""))[0].problem == "The record has no end: it was cut."


def test_a_record_after_a_cut_one_is_still_found() -> None:
    cut = block_text(RECORD)[:80]
    assert [found.record for found in find_records(cut + block_text(RECORD))] == [None, RECORD]


def test_a_newer_version_says_which_version_reads_it() -> None:
    newer = block_text(replace(RECORD, schema="paribus.evidence/9"))
    found = find_records(newer)[0]
    assert found.problem_kind == "shape"
    assert "paribus.evidence/9" in found.problem


def test_ten_thousand_records_are_bounded() -> None:
    found = find_records(block_text(RECORD) * 10_000)
    assert len(found) == block.MAX_RECORDS + 1
    assert "there are more" in found[-1].problem


def test_a_block_of_many_megabytes_is_not_parsed() -> None:
    found = find_records(f"{BEGIN}\n{'x' * 1_000_000}\n{END}")
    assert found == [FoundText(None, "The record is longer than the 60,000 bytes that are read.", "shape")]


def test_a_text_of_many_long_blocks_stops_being_read() -> None:
    found = find_records(f"{BEGIN}{'x' * 70_000}{END}" * 400)
    assert len(found) < 400
    assert "there are more" in found[-1].problem


def test_what_a_person_wrote_is_escaped_in_the_table() -> None:
    markup = render(RECORD, TABLE)
    assert "Title &lt;b&gt;" in markup
    assert "1 &lt; 2" in markup


@pytest.mark.parametrize("blanks", ["a" + " " * 500 + "b", " " * 119 + "x y" * 200])
def test_long_runs_of_blanks_come_back(blanks: str) -> None:
    record = replace(RECORD, run_name=blanks)
    assert find_records(block_text(record)) == [FoundText(record)]
