"""Whatever is handed in, `recover` gives a notebook or says kindly what the file seems to be."""

import copy
import io
import json
import lzma
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.errors import UnreadableError
from grader.model import Recovered
from grader.recover import recover
from grader.recover.outputs import error_name, is_traceback
from grader.recover.text import as_utf8, terminal_text
from grader.recover.visible import visible_text
from paribus.course.limits import DEFAULT_LIMITS, Limits

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
LAB = lzma.decompress((EXPORTS / "everything.nbconvert-7.17.2.lab.html.xz").read_bytes())
CLASSIC = lzma.decompress((EXPORTS / "everything.nbconvert-6.4.5.classic.html.xz").read_bytes())
NOTEBOOK: dict[str, Any] = json.loads((EXPORTS / "everything.ipynb").read_text(encoding="utf-8"))


def office(part: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    return buffer.getvalue()


# What is handed in instead of a notebook; where the name of a real tool's mark is known, it stands in the bytes.
NEGATIVES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "seems to be empty"),
    "blank": (b"\xef\xbb\xbf \n\n" * 10, "seems to be empty"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "a PDF named .html"),
    "word": (office("word/document.xml"), "a Word document"),
    "excel": (office("xl/workbook.xml"), "an Excel workbook"),
    "slides": (office("ppt/presentation.xml"), "a presentation"),
    "zip": (office("homework.html"), "a zip archive named .html. Hand in the file inside"),
    "zip-of-anything": (office("homework.R"), "a zip archive named .html. Hand in the file inside"),
    "zip-of-photographs": (office("IMG_1.JPG"), "a zip archive of pictures"),
    "old-office": (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Word"),
    "rtf": (b"{\\rtf1 text}", "a rich text document"),
    "gzip": (b"\x1f\x8b\x08\0", "a gzip archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    "rar": (b"Rar!\x1a\x07", "a rar archive"),
    "png": (b"\x89PNG\r\n", "a picture"),
    "jpeg": (b"\xff\xd8\xff\xe0", "a picture"),
    "gif": (b"GIF89a", "a picture"),
    "safari": (b"bplist00", "web archive saved by Safari"),
    "mhtml": (b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related", "MHTML"),
    "r-markdown": (
        b'<html><head><meta name="generator" content="pandoc" /></head><body><div class="main-container"><p>x',
        "an R Markdown page",
    ),
    "quarto": (
        b'<meta name="generator" content="quarto-1.6.40"><body><p>x',
        "a Quarto page without notebook cells",
    ),
    "colab": (b"<title>hw.ipynb - Colab</title><body><div>", "saved from Colab"),
    "jupyter-book": (
        b'<body><div class="cell docutils container"><div class="cell_input docutils container"><pre>1</pre></div>',
        "a page of Jupyter Book or MyST-NB",
    ),
    "nbsphinx": (b'<body><div class="nbinput nblast docutils container"><pre>1</pre></div>', "a page of nbsphinx"),
    "myst": (b'<head><meta name="generator" content="mystmd"/></head><body><article><pre>1', "a page of MyST"),
    "databricks": (
        b'<head><meta name="databricks-html-version" content="1"><title>w</title></head><body><script>',
        "an export of Databricks",
    ),
    "pluto": (
        b'<head><script data-pluto-file="launch-parameters">x</script></head><body class="loading">',
        "a notebook of Pluto, for Julia",
    ),
    "kaggle": (b"<title>notebook123 | Kaggle</title><body><div>", "saved from Kaggle"),
    "github": (b"<title>a/b at main - GitHub</title><body><div>", "saved from GitHub"),
    "sign-in": (b"<body><form><input type=password></form>", "a sign-in page"),
    "page": (b"<html><body><p>My homework</p></body></html>", "a web page without notebook cells"),
    "script": (b"import pandas as pd\n\nprint(pd)\n", "a Python script"),
    "text": (b"my answer is 42", "plain text named .html"),
    "noise": (b"\x01\x02\x80\x81\xff\xfe\x00\x99", "damaged, or in a format we do not know"),
    "json": (b'{"cells": 3}', "a JSON file, but no notebook"),
    "json-list": (b'{"a": [1, 2]}', "a JSON file, but no notebook"),
    "empty-notebook": (b'{"cells": [], "nbformat": 4}', "a notebook without a single cell"),
    "cut": (b'{"cells": [{"cell_type": "code", "sour', "cut off or damaged"),
    "deep": (b'{"a":' * 200_000, "cut off or damaged"),
}


@pytest.mark.parametrize("case", NEGATIVES.values(), ids=NEGATIVES.keys())
def test_what_is_no_notebook_is_named_with_what_to_hand_in_instead(case: tuple[bytes, str]) -> None:
    content, words = case
    with pytest.raises(UnreadableError) as caught:
        recover(content, "homework.html")
    assert words in str(caught.value)
    assert len(caught.value.advice) > 20


def test_a_page_whose_cells_are_all_swallowed_is_called_damaged() -> None:
    before, after = LAB.split(b"<body", 1)
    with pytest.raises(UnreadableError, match="damaged export"):
        recover(before + b"<body><!-- <x" + after.replace(b"-->", b""), "a.html")


# --- encodings and line ends ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + LAB,
        LAB.decode().encode("utf-16"),
        LAB.decode().encode("utf-16-le"),
        LAB.decode().encode("utf-16-be"),
        LAB.decode().encode("utf-32"),
    ],
    ids=["utf-8-bom", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_a_page_is_the_same_in_every_unicode_encoding(content: bytes) -> None:
    assert recover(content, "a.html") == recover(LAB, "a.html")


@pytest.mark.parametrize("line_end", [b"\r\n", b"\r"], ids=["crlf", "cr"])
def test_a_page_is_the_same_with_every_line_end(line_end: bytes) -> None:
    # The page's own bare carriage returns cannot be told from line ends of this kind.
    plain = LAB.replace(b"\r", b"")
    expected = recover(plain, "a.html")
    found = recover(plain.replace(b"\n", line_end), "a.html")
    assert [cell.source for cell in found.cells] == [cell.source for cell in expected.cells]
    assert [[o.text.strip("\n") for o in cell.outputs] for cell in found.cells] == [
        [o.text.strip("\n") for o in cell.outputs] for cell in expected.cells
    ]


def test_a_declared_encoding_is_used_and_said() -> None:
    page = CLASSIC.replace(b"<head>", b'<head><meta charset="windows-1251">', 1).replace(
        b'<meta charset="utf-8" />', b""
    )
    text = page.decode().encode("cp1251", errors="xmlcharrefreplace")
    found = recover(text, "a.html")
    assert "cp1251" in found.remarks[0]
    assert "Здравствуйте" in found.cells[1].outputs[0].text


@pytest.mark.parametrize("declared", [b"", b'<meta charset="hex">', b'<meta charset="no-such">'])
def test_bytes_of_no_encoding_are_read_as_far_as_they_go_and_said(declared: bytes) -> None:
    page = LAB.replace(b'<meta charset="utf-8"/>', declared).replace("Здравствуйте".encode(), b"\xc7\xe4\xf0\xe0")
    found = recover(page, "a.html")
    assert "could not be read" in found.remarks[0]
    assert len(found.cells) == len(NOTEBOOK["cells"])


@given(st.binary(max_size=200))
def test_any_bytes_become_utf8(content: bytes) -> None:
    as_utf8(content)[0].decode("utf-8")


@given(st.text() | st.text(alphabet="\x1b[]@m\r\n\x07\\a", max_size=30))
@example("\x1b\x1b@@")
@example("\x1b[\x1b@0m")
def test_folding_twice_is_folding_once(text: str) -> None:
    once = terminal_text(text)
    assert terminal_text(once) == once


# --- hostile and broken pages -----------------------------------------------------------------------------------


def code_cells(recovered: Recovered) -> list[str]:
    return [cell.source.strip() for cell in recovered.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("page", [LAB, CLASSIC], ids=["lab", "classic"])
@pytest.mark.parametrize("opened", [b"<div>", b"<div><div>", b"<div>" * 3, b"<div>" * 6, b"<div align=center>"])
def test_cells_after_an_unclosed_tag_are_found(page: bytes, opened: bytes) -> None:
    broken = page.replace(b"<p>Math stays", opened + b"<p>Math stays", 1)
    found = recover(broken, "a.html")
    expected = recover(page, "a.html")
    assert code_cells(found) == code_cells(expected)
    assert [[o.text for o in cell.outputs] for cell in found.cells if cell.cell_type == "code"] == [
        [o.text for o in cell.outputs] for cell in expected.cells if cell.cell_type == "code"
    ]
    assert any("A tag is left open before" in remark for remark in found.remarks)


@pytest.mark.parametrize("page", [LAB, CLASSIC], ids=["lab", "classic"])
def test_cells_swallowed_by_a_comment_are_missed_and_said(page: bytes) -> None:
    before, after = page.split(b"<em>export</em>", 1)
    found = recover(before + b"<!-- never closed" + after.replace(b"-->", b""), "a.html")
    assert any("could be found" in remark for remark in found.remarks)


def test_a_page_of_another_family_after_the_first_is_not_read() -> None:
    found = recover(LAB + CLASSIC, "a.html")
    assert code_cells(found) == code_cells(recover(LAB, "a.html"))
    assert any("look like cells" in remark for remark in found.remarks)


def test_deep_nesting_is_read() -> None:
    depth = 20_000
    page = LAB.replace(b"<em>export</em>", b"<b><i>" * depth + b"</i></b>" * depth, 1)
    assert code_cells(recover(page, "a.html")) == code_cells(recover(LAB, "a.html"))


def test_sources_left_out_by_the_export_are_hidden_not_empty() -> None:
    start = CLASSIC.find(b'<div class="input_area">')
    end = CLASSIC.find(b'<div class="output_wrapper">', start)
    found = recover(CLASSIC[:start] + b"</div></div>" + CLASSIC[end:], "a.html")
    assert found.cells[1].hidden
    assert any("left out the source of 1" in remark for remark in found.remarks)


def test_a_markdown_cell_without_its_text_is_hidden() -> None:
    page = b'<div class="jp-Cell jp-MarkdownCell"></div><div class="jp-Cell jp-CodeCell"></div>'
    assert [cell.hidden for cell in recover(page, "a.html").cells] == [True, True]


def test_kaggles_result_page_is_known_and_its_linked_figures_are_said_to_be_missing() -> None:
    page = CLASSIC.replace(b"<title>everything</title>", b"<title>__notebook__</title>")
    start = page.find(b"data:image/png;base64,", page.find(b"output_png"))
    page = page[:start] + b"__results___files/__results___5_0.png" + page[page.find(b'"', start) :]
    found = recover(page, "__results__.html")
    assert found.family == "kaggle-results"
    assert any("1 picture is only linked: missing from this file" in remark for remark in found.remarks)
    (linked,) = [output for cell in found.cells for output in cell.outputs if output.picture == "linked"]
    assert (linked.picture_bytes, linked.mime) == (b"", "image/png")


def test_colabs_table_wrappers_leave_the_table() -> None:
    table = (
        '<div class="colab-df-container"><div><table class="dataframe"><tr><th></th><th>F1</th></tr>'
        '<tr><th>0</th><td>0.5</td></tr></table></div><div class="colab-df-buttons"><style>.x{}</style>'
        "<button onclick=\"convert('df-1')\">Convert</button><script>const b = 1;</script></div></div>"
    )
    assert visible_text(table) == "\tF1\n0\t0.5"


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(bytes=1000), "At most 0 MB are read"),
        (Limits(cells=3), r"2\d cells"),
        (Limits(cells=20), r"2[12] cells"),
        (Limits(outputs=3), "more than 3 outputs"),
    ],
)
def test_limits_refuse_one_submission_with_a_reason(limits: Limits, words: str) -> None:
    for content in (LAB, json.dumps(NOTEBOOK).encode()):
        with pytest.raises(UnreadableError, match=words):
            recover(content, "a", limits)


def test_pictures_beyond_the_budget_are_kept_as_shown_without_their_bytes() -> None:
    found = recover(LAB, "a.html", Limits(picture_bytes=90))
    pictures = [output for cell in found.cells for output in cell.outputs if output.picture]
    assert [picture.picture for picture in pictures] == ["embedded"] * 3
    assert not any(picture.picture_bytes for picture in pictures)
    assert any("3 pictures were too large" in remark for remark in found.remarks)


def test_a_damaged_picture_is_said() -> None:
    found = recover(LAB.replace(b"data:image/jpeg;base64,", b"data:image/jpeg;base64,A"), "a.html")
    assert any("1 pictures are damaged" in remark for remark in found.remarks)


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


JSON = st.recursive(
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
@given(st.lists(JSON, max_size=4))
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


# --- notebook files -----------------------------------------------------------------------------------------------


def test_every_nbformat_gives_the_same_cells() -> None:
    expected = recover(json.dumps(NOTEBOOK).encode(), "a.ipynb")
    notebook = nbformat.reads(json.dumps(NOTEBOOK), as_version=4)
    for cell in notebook.cells:
        del cell["id"]
    for minor in range(5):
        older = json.dumps({**notebook, "nbformat_minor": minor}).encode()
        found = recover(older, "a.ipynb")
        assert [(c.cell_type, c.source, c.count, c.outputs) for c in found.cells] == [
            (c.cell_type, c.source, c.count, c.outputs) for c in expected.cells
        ]


def test_nbformat_3_is_read() -> None:
    notebook = nbformat.convert(nbformat.reads(json.dumps(NOTEBOOK), as_version=4), 3)
    notebook.worksheets[0].cells.append(nbformat.v3.new_heading_cell("Memo", level=2))
    found = recover(nbformat.v3.writes_json(notebook).encode(), "a.ipynb")
    expected = recover(json.dumps(NOTEBOOK).encode(), "a.ipynb")
    assert found.cells[-1].source == "## Memo"
    for cell, other in zip(found.cells, expected.cells, strict=False):
        assert (cell.source, cell.count) == (other.source, other.count)
        if other.id not in ("displays", "widget"):  # nbformat 3 has no word for some of them
            assert [(o.kind, o.mime, o.text, o.picture_bytes) for o in cell.outputs] == [
                (o.kind, o.mime, o.text, o.picture_bytes) for o in other.outputs
            ]


def test_what_kaggle_adds_changes_nothing_and_its_ids_which_all_students_share_are_none() -> None:
    notebook = copy.deepcopy(NOTEBOOK)
    notebook["metadata"] |= {"kaggle": {"accelerator": "gpu"}, "papermill": {"duration": 1.5}}
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        cell.pop("id")
        cell["metadata"] |= {"_uuid": "8f2839f25d086af736a60e9eeb907d3b93b6e0e5", "trusted": True,
                             "_cell_guid": "b1076dfc-b9ad-4769-8c92-a6c4dae69d19"}  # fmt: skip
    found = recover(json.dumps(notebook).encode(), "a.ipynb")
    expected = recover(json.dumps(NOTEBOOK).encode(), "a.ipynb")
    without = (replace(cell, id="", survived=replace(cell.survived, id=False)) for cell in expected.cells)
    assert found.cells == tuple(without)


def test_colabs_ids_are_read_from_the_metadata() -> None:
    notebook = copy.deepcopy(NOTEBOOK)
    for cell in notebook["cells"]:
        cell["metadata"]["id"] = cell.pop("id")
    found = recover(json.dumps(notebook).encode(), "a.ipynb")
    assert [cell.id for cell in found.cells] == [cell["id"] for cell in NOTEBOOK["cells"]]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("-" * 75 + "\nValueError          Traceback (most recent call last)\nCell In[1], line 1\n", "ValueError"),
        ("  Cell In[3], line 1\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n", "SyntaxError"),
        ('  File "<ipython-input-1>", line 1\n    x =\nSyntaxError: invalid syntax\n', "SyntaxError"),
        (
            "-" * 75 + "\nrequests.exceptions.HTTPError    Traceback (most recent call last)\n",
            "requests.exceptions.HTTPError",
        ),
    ],
)
def test_tracebacks_are_told_from_what_a_program_writes_to_stderr(text: str, name: str) -> None:
    assert is_traceback(text)
    assert error_name(text) == name


@pytest.mark.parametrize(
    "text", ["UserWarning: be careful\n", "100%|███| 3/3", "-" * 80 + "\nresults\n" + "-" * 80, "Traceback"]
)
def test_what_a_program_writes_to_stderr_is_a_stream(text: str) -> None:
    assert not is_traceback(text)


HALVES = {
    "memo": "gave it up \\ud83d.",
    "pair": "\\ud83d\\ude00",
    "no escape": "\\\\ud83d",
    "second": "\\uDE00 yes",
}
WHOLE = {"memo": "gave it up \ufffd.", "pair": "\U0001f600", "no escape": "\\ud83d", "second": "\ufffd yes"}


@pytest.mark.parametrize("name", HALVES)
def test_half_of_a_character_is_replaced_and_said_and_the_rest_is_kept(name: str) -> None:
    """An emoji that was cut by a program; no file and no database can hold its half."""
    written = (
        '{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "HERE"},'
        ' {"cell_type": "code", "source": ["# HERE"], "metadata": {"tags": ["HERE"]}, "outputs":'
        ' [{"output_type": "error", "ename": "E", "traceback": ["HERE"]},'
        '  {"output_type": "display_data", "data": {"HERE": "x"}}]}]}'
    ).replace("HERE", HALVES[name])
    memo, code = recover(written.encode(), "a.ipynb").cells
    assert (memo.source, code.source, code.tags) == (WHOLE[name], f"# {WHOLE[name]}", (WHOLE[name],))
    assert [code.outputs[0].text, code.outputs[1].mime] == [WHOLE[name], WHOLE[name]]
    said = "cut in half" in " ".join(recover(written.encode(), "a.ipynb").remarks)
    assert said == ("\ufffd" in WHOLE[name])
