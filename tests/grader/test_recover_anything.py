"""Whatever a file holds, recovery reads it or refuses it with a reason; nothing breaks it."""

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.errors import UnreadableError
from grader.recover import recover
from paribus.course.limits import DEFAULT_LIMITS
from tests.grader.test_recover import CLASSIC

CHUNKS = (
    '<div class="jp-Cell jp-CodeCell jp-Notebook-cell celltag_x">',
    '<div class="jp-Cell jp-MarkdownCell">',
    "<div>",
    "</div>",
    '<div class="jp-Cell jp-RawCell">',
    '<div class="jp-Cell-inputWrapper">',
    '<div class="jp-MarkdownOutput">',
    "<p>",
    "text",
    "&#13;",
    '<div class="jp-InputArea-editor"><pre>x = 1</pre>',
    '<div class="jp-OutputArea"><div class="jp-OutputArea-child">',
    '<div class="jp-RenderedText jp-OutputArea-output" data-mime-type="text/plain"><pre>t</pre></div>',
    "<pre>",
    "</pre>",
    '<div class="jp-OutputArea-output" data-mime-type="text/html"><b>',
    '<div class="jp-RenderedImage"><img src="data:,">',
    '<div class="cell border-box-sizing code_cell">',
    '<div class="cell border-box-sizing text_cell">',
    "<table><tr><td>1",
    '<div class="output"><div class="output_area"><div class="output_subarea output_text">',
    "</table>",
    "<!--",
    "-->",
    "<textarea>",
    "<script>",
    "</script>",
    "<template>",
    "<svg>",
    "<frameset>",
    "<select>",
    "<title>__notebook__</title>",
    "\0",
    "<table>",
    "<tr>",
    '<div class="jp-InputPrompt">In [99999999999]:</div>',
    '<div class="lm-mod-hidden">',
    '<div class="jp-NotebookPanel-notebook">',
    f'<div class="jp-Cell jp-RawCell jp-CodeCell" data-windowed-list-index="{"9" * 5000}">',
    '<div class="jp-InputArea-editor"><div class="cm-content"><div class="cm-line">',
    '<div class="jp-InputArea-editor"><div class="CodeMirror-code"><pre class="CodeMirror-line"><span cm-text="">',
    '<img class="cm-widgetBuffer">',
    '<script type="math/tex">',
    '<body class="notebook_app">',
    '<div class="cell code_cell">',
    '<div class="cell text_cell unrendered">',
    '<div class="cell" data-execution_count="">',
    '<div class="cell-code"><pre>',
    '<details class="code-fold">',
    "<main>",
    '<div class="cell code"><div class="view-lines"><div class="view-line" style="top:999999px">',
    '<template shadowrootmode="open"><span class="execution-count">[1]',
    "<colab-static-output-renderer><div>",
    '<div class="reveal">',
    '<ol class="breadcrumb">',
)


PAGES = ('<body class="jp-Notebook" data-jp-theme-name="x">', '<meta name="generator" content="quarto-1.9">', "")


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PAGES), st.lists(st.sampled_from(CHUNKS), max_size=40))
def test_no_arrangement_of_markup_breaks_it(page: str, chunks: list[str]) -> None:
    _reads_or_refuses((page + "".join(chunks)).encode())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
@example(b'{"cells":[{"cell_type":["code"],"source":{"a":1},"outputs":[3]}]}')
@example(b'{"cells":[{}],"metadata":[]}')
@example(b'{"cells":[{"cell_type":"code","execution_count":1e400,"outputs":{"a":1},"metadata":{"tags":"x"}}]}')
@example(b"\xff\xfe")
@example(b"\xff\xfe\0\0\1")
@example(b"{" + b"1" * 5000)
def test_no_bytes_break_it(content: bytes) -> None:
    _reads_or_refuses(content)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["cell_type", "source", "outputs", "metadata", "data", "text/html", "image/png", "text", "name", "id",
             "tags", "traceback", "output_type", "execution_count", "input", "level", "ename"]
        ),
        inner | st.sampled_from(["code", "markdown", "heading", "stream", "error", "execute_result", "pyout"]),
        max_size=6,
    ),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(ANY_JSON, max_size=4))
def test_no_json_breaks_it(cells: list[Any]) -> None:
    _reads_or_refuses(json.dumps({"cells": cells}).encode())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(CLASSIC)), st.integers(0, len(CLASSIC)), st.binary(max_size=20))
def test_no_cut_of_a_real_export_breaks_it(start: int, end: int, patch: bytes) -> None:
    _reads_or_refuses(CLASSIC[:start] + patch + CLASSIC[end:])


def _reads_or_refuses(content: bytes) -> None:
    try:
        found = recover(content, "a.html", DEFAULT_LIMITS)
    except UnreadableError:
        return
    assert found.cells
    assert [cell.position for cell in found.cells] == list(range(len(found.cells)))
    said = [found.title, found.family, *found.remarks]
    for cell in found.cells:
        said += [cell.source, cell.html, cell.id, *cell.tags]
        said += [text for shown in cell.outputs for text in (shown.text, shown.name, shown.html, shown.mime)]
    "".join(said).encode()  # every text can be written
