"""Whatever is handed in, `recover` gives a notebook or says kindly what the file seems to be."""

import io
import json
import lzma
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.errors import UnreadableError
from grader.model import Recovered
from grader.recover import recover
from grader.recover.outputs import error_name, is_traceback
from grader.recover.text import as_utf8, terminal_text
from grader.recover.visible import visible_text
from paribus.course.limits import Limits

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


# --- notebook files -----------------------------------------------------------------------------------------------


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
