"""The measure of recovery tells what was missed from what the page never held."""

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from tests.grader.exporters.compare import Comparison, Share, compare, main, pairs, table

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
GRADED = Path(__file__).parent / "fixtures" / "graded"
NOTEBOOK = (EXPORTS / "everything.ipynb").read_bytes()
PAGE = lzma.decompress((EXPORTS / "everything.nbconvert-7.17.2.lab.html.xz").read_bytes())
QUARTO = (
    b'<meta name="generator" content="quarto-1.4.550"><div class="cell" data-execution_count="1">'
    b'<div class="sourceCode cell-code"><pre>x = 1</pre></div></div>'
)


def edited(**sources: str) -> bytes:
    """The notebook with other sources in some cells."""
    notebook: dict[str, Any] = json.loads(NOTEBOOK)
    for cell in notebook["cells"]:
        cell["source"] = sources.get(cell["id"], cell["source"])
    return json.dumps(notebook).encode()


def code_cells() -> int:
    return sum(cell["cell_type"] == "code" and bool(cell["source"]) for cell in json.loads(NOTEBOOK)["cells"])


def test_an_export_of_the_notebook_beside_it_is_exact() -> None:
    found = compare("everything.html", PAGE, NOTEBOOK)
    assert found.code == Share(code_cells(), code_cells(), 0)
    assert [share.missed for share in found.shares] == [0] * 5
    assert found.pictures.asked == 2
    assert not found.misses


def test_a_cell_that_the_page_does_not_hold_is_of_another_version() -> None:
    found = compare("everything.html", PAGE, edited(setup="import another_version", never_run="print("))
    assert (found.code.missed, found.code.other) == (0, 2)  # the second is only part of what the page holds


def test_a_cell_that_the_page_holds_and_was_not_read_is_missed() -> None:
    start = PAGE.rfind(b"jp-CodeCell", 0, PAGE.find(b"celltag_paribus-colours") + 200)
    found = compare("everything.html", PAGE[:start] + b"unknown" + PAGE[start + len(b"jp-CodeCell") :], NOTEBOOK)
    assert found.code.missed == 1
    assert found.misses[0][0].startswith('print("\\x1b[31mred')


def test_evidence_records_are_compared_whole() -> None:
    for name in ("week1_homework", "week1_lab"):
        notebook = lzma.decompress((GRADED / f"{name}.ipynb.xz").read_bytes())
        for template in ("lab", "classic"):
            page = lzma.decompress((GRADED / f"{name}.{template}.html.xz").read_bytes())
            records = compare(name, page, notebook).records
            assert records.exact == records.asked > 0
        lost = compare(name, page.replace(b"BEGIN PARIBUS", b"BEGUN PARIBUS", 2), notebook).records
        assert lost.missed > 0


def test_the_lines_that_quarto_leaves_out_are_not_asked_for() -> None:
    notebook = {
        "cells": [{"cell_type": "code", "source": "#| label: fig\nx = 1", "execution_count": 1, "outputs": []}]
    }
    found = compare("a.html", QUARTO, json.dumps(notebook).encode())
    assert (found.family, found.code) == ("quarto (quarto-1.4.550)", Share(1, 1, 0))


def test_pairs_are_pages_with_a_notebook_of_the_same_name(tmp_path: Path) -> None:
    for name in ("b/one.html", "b/one.ipynb", "a.htm", "a.ipynb", "alone.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert [page.name for page, _ in pairs(tmp_path)] == ["a.htm", "one.html"]


def test_the_command_prints_a_table_and_fails_where_something_was_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.html").write_bytes(PAGE)
    (tmp_path / "good.ipynb").write_bytes(NOTEBOOK)
    assert main([str(tmp_path)]) == 0
    (tmp_path / "other.html").write_bytes(b"<p>no notebook")
    (tmp_path / "other.ipynb").write_bytes(NOTEBOOK)
    assert main([str(tmp_path), "--misses"]) == 1
    shown = capsys.readouterr().out
    assert f"| good.html | nbconvert-lab | {code_cells()} of {code_cells()} |" in shown
    assert "| other.html | This file seems to be a web page" in shown


def test_what_is_not_there_is_not_counted_as_read() -> None:
    assert (
        table([Comparison("a", "f", code=Share(3, 1, 2))])
        .splitlines()[2]
        .startswith("| a | f | 1 of 1 (2 other) | – |")
    )


EMPTY_CELL = b'<div class="jp-Cell jp-CodeCell jp-Notebook-cell"><div class="jp-Cell-inputWrapper"></div></div>'
BREADCRUMB = b"<ul><li>some-repository</li><li>elsewhere</li></ul>"
OWN_CELL = (
    b'<div class="jp-Cell jp-CodeCell jp-Notebook-cell"><div class="jp-InputPrompt">In [9]:</div>'
    b'<div class="jp-InputArea-editor"><pre>another = "version"</pre></div></div>'
)


@pytest.mark.parametrize(
    ("added", "extra", "phantoms"), [(b"", 0, 0), (EMPTY_CELL, 0, 1), (BREADCRUMB, 0, 1), (OWN_CELL, 1, 0)]
)
def test_cells_beyond_the_notebooks_are_counted(added: bytes, extra: int, phantoms: int) -> None:
    at = PAGE.rfind(b"</main>")
    found = compare("everything.html", PAGE[:at] + added + PAGE[at:], NOTEBOOK)
    assert (found.extra, found.phantoms, found.code.missed) == (extra, phantoms, 0)


def test_a_cell_that_differs_in_blanks_alone_is_missed_for_its_blanks() -> None:
    page = PAGE.replace(b'<span class="n">values</span> <span', b'<span class="n">values</span>&nbsp;<span', 1)
    assert page != PAGE
    found = compare("everything.html", page, NOTEBOOK)
    assert (found.code.missed, found.blanks) == (1, 1)


def test_a_phantom_fails_the_command(tmp_path: Path) -> None:
    at = PAGE.rfind(b"</main>")
    (tmp_path / "a.html").write_bytes(PAGE[:at] + EMPTY_CELL + PAGE[at:])
    (tmp_path / "a.ipynb").write_bytes(NOTEBOOK)
    assert main([str(tmp_path)]) == 1
