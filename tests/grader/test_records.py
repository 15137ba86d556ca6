"""Evidence records survive every export and are read from outputs alone."""

import html
import lzma
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from grader.evidence.records import read_records
from grader.model import FoundRecord, Output, Recovered, RecoveredCell
from grader.recover import recover
from paribus.records.block import BEGIN, END, block_text
from paribus.records.record import ConfigField, Record

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
RECORD = Record(
    kind="result", assignment="week1_homework", release="0" * 16, nonce="n", run="r1", run_name='tf–idf & <"C">',
    config={"C": ConfigField(3.0, "knob"), "note": ConfigField("a\u2028b \u00a0 c\td  e", "environment")},
    values={"macro_f1": 0.132, "accuracy": 0.547}, predictions="eJz" + "A1+/" * 2000,
)  # fmt: skip


def markup(text: str) -> str:
    evidence = f"<details><summary>evidence</summary><pre>{html.escape(text)}</pre></details>"
    return f"<table><tr><td>0.547</td></tr></table>{evidence}"


def notebook(texts: list[str]) -> nbformat.NotebookNode:
    cells = [
        new_code_cell(
            f"run_{number}()", execution_count=number + 1,
            outputs=[new_output("display_data", data={"text/html": markup(text), "text/plain": "summary"})],
        )
        for number, text in enumerate(texts)
    ]  # fmt: skip
    return new_notebook(cells=cells)


def as_ipynb(texts: list[str]) -> bytes:
    return str(nbformat.writes(notebook(texts))).encode()


def exporter(template: str, *, sanitize: bool = False) -> Callable[[list[str]], bytes]:
    def export(texts: list[str]) -> bytes:
        made = HTMLExporter(template_name=template, sanitize_html=sanitize)
        page: str = made.from_notebook_node(notebook(texts))[0]
        return page.encode()

    return export


def as_kaggle(texts: list[str]) -> bytes:
    """An export of nbconvert 6.4.5, with the records in its evidence cell's place."""
    page = lzma.decompress((EXPORTS / "everything.nbconvert-6.4.5.classic.html.xz").read_bytes()).decode()
    start = page.index("<table><tr><th>accuracy")
    end = page.index("</details>", start) + len("</details>")
    return (page[:start] + "".join(markup(text) for text in texts) + page[end:]).encode()


FORMATS = {
    "ipynb": as_ipynb,
    "lab": exporter("lab"),
    "classic": exporter("classic"),
    "sanitised": exporter("lab", sanitize=True),
    "kaggle": as_kaggle,
}


def read(content: bytes) -> tuple[FoundRecord, ...]:
    return read_records(recover(content, "a"))


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS.keys())
def test_records_come_back_from_every_format_in_order(write: Callable[[list[str]], bytes]) -> None:
    second = replace(RECORD, run="r2", previous=RECORD.digest())
    found = read(write([block_text(RECORD), block_text(second)]))
    assert [item.record for item in found] == [RECORD, second]
    assert all(not item.problem for item in found)


def test_a_record_carries_the_position_of_its_cell() -> None:
    found = read(as_ipynb(["no record here", block_text(RECORD)]))
    assert [item.position for item in found] == [1]


def test_an_edited_and_a_cut_record_are_problems_of_their_kind() -> None:
    edited = block_text(RECORD).replace("0.547", "0.647")
    found = read(as_ipynb([edited, block_text(RECORD)[:200]]))
    assert [(item.record, item.problem_kind) for item in found] == [(None, "digest"), (None, "shape")]
    assert all(item.problem for item in found)


def test_a_record_in_a_source_or_in_markdown_is_none() -> None:
    cells = (
        RecoveredCell(0, "code", block_text(RECORD)),
        RecoveredCell(1, "markdown", block_text(RECORD), html=markup(block_text(RECORD)), rendered=True),
    )
    assert read_records(Recovered("test", cells)) == ()


def test_where_an_export_kept_no_markup_plain_text_is_read() -> None:
    cell = RecoveredCell(
        0, "code", "run()", outputs=(Output("stream", f"log\n{block_text(RECORD)}", name="stdout"),)
    )
    (found,) = read_records(Recovered("test", (cell,)))
    assert found.record == RECORD


def test_a_page_of_records_is_bounded() -> None:
    text = f"{BEGIN}\n{END}\n" * 3000
    cells = tuple(RecoveredCell(n, "code", "", outputs=(Output("stream", text),)) for n in range(3))
    *read, last = read_records(Recovered("test", cells))
    assert len(read) == 2000
    assert "Only the first 2,000 records" in last.problem


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from([BEGIN, END, "{", "}", "<pre>", "</pre>", "\n", "PARIBUS RECORD", "&lt;", '"a":1'])
    ).map("".join)
)
def test_no_text_breaks_the_reader(text: str) -> None:
    outputs = (Output("display", text, html=text), Output("stream", text))
    for item in read_records(Recovered("test", (RecoveredCell(0, "code", "", outputs=outputs),))):
        assert (item.record is None) == bool(item.problem)
