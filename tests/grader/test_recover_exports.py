"""Real exports of one executed notebook give that notebook back, cell for cell."""

import binascii
import json
import lzma
import re
from pathlib import Path
from typing import Any

import pytest

from grader.model import Output, Recovered
from grader.recover import recover
from grader.recover.text import terminal_text
from grader.recover.visible import visible_text

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
PAGES = sorted(EXPORTS.glob("*.html.xz"))
NOTEBOOK: dict[str, Any] = json.loads((EXPORTS / "everything.ipynb").read_text(encoding="utf-8"))
CODE = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def read(path: Path) -> Recovered:
    return recover(lzma.decompress(path.read_bytes()), path.name)


def text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


def trim(source: str) -> str:
    return source.strip()


def streams(cell: dict[str, Any]) -> list[tuple[str, str]]:
    """The cell's streams, neighbours joined, as a terminal shows them."""
    joined: list[tuple[str, str]] = []
    last = ""
    for output in cell["outputs"]:
        name = output.get("name", "")
        if name and name == last:
            joined[-1] = (name, joined[-1][1] + text(output["text"]))
        elif name:
            joined.append((name, text(output["text"])))
        last = name
    return [(name, terminal_text(content).strip("\n")) for name, content in joined]


@pytest.fixture(params=[*PAGES, EXPORTS / "everything.ipynb"], ids=lambda path: path.name)
def recovered(request: pytest.FixtureRequest) -> Recovered:
    path: Path = request.param
    return recover(path.read_bytes(), path.name) if path.suffix == ".ipynb" else read(path)


def code_outputs(recovered: Recovered, key: str) -> tuple[Output, ...]:
    return next(cell.outputs for cell in recovered.cells if f"paribus-{key}" in cell.tags)


def test_cells_come_in_order_and_with_their_types(recovered: Recovered) -> None:
    expected = [cell["cell_type"] for cell in NOTEBOOK["cells"]]
    assert [cell.cell_type for cell in recovered.cells] == expected
    assert [cell.position for cell in recovered.cells] == list(range(len(expected)))


def test_code_is_exact_up_to_outer_blanks(recovered: Recovered) -> None:
    sources = [trim(cell.source) for cell in recovered.cells if cell.cell_type == "code"]
    assert sources == [trim(text(cell["source"])) for cell in CODE]


def test_execution_counts_are_kept(recovered: Recovered) -> None:
    counts = [cell.count for cell in recovered.cells if cell.cell_type == "code"]
    assert counts == [cell["execution_count"] for cell in CODE]


def test_tags_carry_the_keys(recovered: Recovered) -> None:
    for cell, written in zip(recovered.cells, NOTEBOOK["cells"], strict=True):
        if cell.cell_type != "raw" or recovered.family == "ipynb":
            assert list(cell.tags) == written["metadata"]["tags"]


def test_streams_are_exact_with_their_names_and_carriage_returns_folded(recovered: Recovered) -> None:
    found = [
        [(output.name, output.text.strip("\n")) for output in cell.outputs if output.kind == "stream"]
        for cell in recovered.cells
        if cell.cell_type == "code" and "paribus-displays" not in cell.tags
    ]
    assert found == [streams(cell) for cell in CODE if cell["id"] != "displays"]


def test_tracebacks_are_errors_with_their_text(recovered: Recovered) -> None:
    (error,) = code_outputs(recovered, "error")
    written = next(cell for cell in CODE if cell["id"] == "error")["outputs"][0]
    assert error.kind == "error"
    assert error.name == "ZeroDivisionError"
    assert error.text.strip() == terminal_text("\n".join(written["traceback"])).strip()


def test_pictures_are_embedded_with_their_bytes(recovered: Recovered) -> None:
    written = {
        mime: binascii.a2b_base64(text(output["data"][mime]))
        for cell in CODE
        for output in cell["outputs"]
        for mime in ("image/png", "image/jpeg")
        if mime in output.get("data", {})
    }
    found = {
        output.mime: output.picture_bytes
        for cell in recovered.cells
        for output in cell.outputs
        if output.picture == "embedded"
    }
    svg = found.pop("image/svg+xml")
    assert found == written
    assert svg.startswith(b"<svg")
    # nbconvert 6.5 and 7.0 clean SVG before they write it, and leave nothing of this one but its frame.
    assert b"<circle" in svg or svg == b'<svg width="10" height="10"></svg>'


def test_tables_are_results_with_their_rows(recovered: Recovered) -> None:
    (table,) = code_outputs(recovered, "table")
    assert table.kind == "result"
    assert table.mime == "text/html"
    assert table.text == "\tclass\tF1\n0\tDebt & loans\t0.50\n1\tCrédit <b>\t0.25"


def test_preformatted_text_in_details_is_exact(recovered: Recovered) -> None:
    (evidence,) = code_outputs(recovered, "evidence")
    assert '-----BEGIN TEST RECORD-----\n{"kind":"value","note":"<&> and "quotes" é"}\n' in evidence.text
    assert "<pre>" in evidence.html


def test_kinds_and_mime_types_of_displays(recovered: Recovered) -> None:
    shown = [(output.kind, output.mime) for output in code_outputs(recovered, "displays")]
    plain = ("stream", "") if recovered.family == "nbconvert-lab" else ("display", "text/plain")
    assert shown == [
        ("display", "text/markdown"),
        ("display", "text/latex"),
        ("display", "text/latex"),
        ("display", "application/javascript"),
        plain,  # lab marks a plain text display as it marks stdout
        ("result", "text/plain"),
    ]


def test_a_forged_cell_in_an_output_is_no_cell(recovered: Recovered) -> None:
    assert all(cell.source != "forged = True" for cell in recovered.cells)
    if recovered.family != "ipynb":
        assert any("1 things that look like cells" in remark for remark in recovered.remarks)


def test_markdown_is_its_source_or_its_rendered_words(recovered: Recovered) -> None:
    memo = next(cell for cell in recovered.cells if "paribus-memo" in cell.tags)
    written = text(next(cell for cell in NOTEBOOK["cells"] if cell["id"] == "memo")["source"])
    if recovered.family == "ipynb":
        assert memo.source == written
    else:
        assert memo.rendered
        lines = ["Memo: what did we learn?", "Точность 0,547 против macro-F1 0,132. 尾部类别。 مرحبا بالعالم.",
                 "More", "hidden words", "code block with two spaces", "Done."]  # fmt: skip
        assert memo.source.split("\n") == lines
        assert visible_text(memo.html) == memo.source


def test_raw_cells_are_unplaced_text(recovered: Recovered) -> None:
    raw = next(cell for cell in recovered.cells if cell.cell_type == "raw")
    # An old exporter writes raw text unescaped, so that its <angle brackets> are a tag.
    # nbconvert 6.5 and 7.0 have taken it out already.
    assert re.sub(r"(<[^>]*>|\s)+", " ", raw.source) == "Raw text with & an ampersand."


def test_ids_are_read_where_the_exporter_writes_them() -> None:
    new = [cell.id for cell in read(EXPORTS / "everything.nbconvert-7.17.2.lab.html.xz").cells]
    assert new == [cell["id"] if cell["cell_type"] != "raw" else "" for cell in NOTEBOOK["cells"]]
    old = read(EXPORTS / "everything.nbconvert-6.4.5.lab.html.xz")
    assert {cell.id for cell in old.cells} == {""}
