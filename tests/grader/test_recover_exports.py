"""Real exports of one executed notebook give that notebook back, cell for cell."""

import binascii
import json
import lzma
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grader.model import Output, Recovered
from grader.recover import recover
from grader.recover.text import terminal_text
from grader.recover.visible import visible_text

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
PAGES = sorted(EXPORTS.glob("everything.*.html.xz"))
NOTEBOOK: dict[str, Any] = json.loads((EXPORTS / "everything.ipynb").read_text(encoding="utf-8"))
CODE = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


@cache
def read(path: Path) -> Recovered:
    content = path.read_bytes()
    return recover(lzma.decompress(content) if path.suffix == ".xz" else content, path.name)


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
    return read(path)


def code_outputs(recovered: Recovered, key: str) -> tuple[Output, ...]:
    return next(cell.outputs for cell in recovered.cells if f"paribus-{key}" in cell.tags)


def written(recovered: Recovered) -> list[dict[str, Any]]:
    """The notebook's cells that the family keeps: pandoc leaves out raw ones."""
    return [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] != "raw" or recovered.family != "pandoc"]


def test_cells_come_in_order_and_with_their_types(recovered: Recovered) -> None:
    expected = [cell["cell_type"] for cell in written(recovered)]
    assert [cell.cell_type for cell in recovered.cells] == expected
    assert [cell.position for cell in recovered.cells] == list(range(len(expected)))


def test_code_is_exact_up_to_outer_blanks(recovered: Recovered) -> None:
    sources = [trim(cell.source) for cell in recovered.cells if cell.cell_type == "code"]
    assert sources == [trim(text(cell["source"])) for cell in CODE]


def test_execution_counts_are_kept(recovered: Recovered) -> None:
    counts = [cell.count for cell in recovered.cells if cell.cell_type == "code"]
    assert counts == [cell["execution_count"] for cell in CODE]


def test_tags_carry_the_keys(recovered: Recovered) -> None:
    for cell, source in zip(recovered.cells, written(recovered), strict=True):
        if cell.cell_type != "raw" or recovered.family == "ipynb":
            assert list(cell.tags) == source["metadata"]["tags"]


def test_streams_are_exact_with_their_names_and_carriage_returns_folded(recovered: Recovered) -> None:
    found = [
        [(output.name, output.text.strip("\n")) for output in cell.outputs if output.kind == "stream"]
        for cell in recovered.cells
        if cell.cell_type == "code" and "paribus-displays" not in cell.tags
    ]
    assert found == [streams(cell) for cell in CODE if cell["id"] != "displays"]


def test_tracebacks_are_errors_with_their_text(recovered: Recovered) -> None:
    for key, name in (("error", "ZeroDivisionError"), ("colourful_error", "ValueError")):
        (error,) = code_outputs(recovered, key)
        shown = next(cell for cell in CODE if cell["id"] == key)["outputs"][0]
        assert (error.kind, error.name) == ("error", name)
        assert error.text.strip() == terminal_text("\n".join(shown["traceback"])).strip()
        assert "\x1b" not in error.text


def test_pictures_are_embedded_with_their_bytes(recovered: Recovered) -> None:
    expected = {
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
    if recovered.family == "kaggle-results":  # every other picture is a file beside the page
        linked = [output.text for cell in recovered.cells for output in cell.outputs if output.picture == "linked"]
        assert [name.partition("/")[0] for name in linked] == ["__results___files"] * len(linked)
        assert found == {}
        assert any(f"{len(linked)} pictures are only linked" in remark for remark in recovered.remarks)
        return
    assert found == expected
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
    if recovered.family == "pandoc":  # it knows none of these types, and shows the plain text beside them
        assert shown == [("display", "text/plain")] * 5 + [("result", "text/plain")]
        return
    plain = ("stream", "") if recovered.family == "nbconvert-lab" else ("display", "text/plain")
    assert shown == [
        ("display", "text/markdown"),
        ("display", "text/latex"),
        ("display", "text/latex"),
        ("display", "application/javascript"),
        plain,  # lab marks a plain text display as it marks stdout
        ("result", "text/plain"),
    ]


def test_an_interactive_figure_keeps_its_markup(recovered: Recovered) -> None:
    loader, figure = code_outputs(recovered, "plotly")
    assert (figure.kind, figure.mime) == ("display", "text/html")
    assert "plotly-graph-div" in figure.html
    assert (loader.text, figure.text) == ("", "")


def test_widgets_are_said_to_be_there(recovered: Recovered) -> None:
    shown = [(output.kind, output.mime) for output in code_outputs(recovered, "widget")]
    mime = "text/plain" if recovered.family == "pandoc" else "application/vnd.jupyter.widget-view+json"
    assert shown == [("display", mime), ("result", mime)]


def test_a_forged_cell_in_an_output_is_no_cell(recovered: Recovered) -> None:
    assert all(cell.source != "forged = True" for cell in recovered.cells)
    if recovered.family != "ipynb":
        assert any("1 things that look like cells" in remark for remark in recovered.remarks)


RENDERED = {
    "memo": [
        "Memo: what did we learn?", "Точность 0,547 против macro-F1 0,132. 尾部类别。 مرحبا بالعالم.",
        "More", "hidden words", "code block with two spaces", "Done.",
    ],
    "scripts": [
        "Σύνολο – 合計 – المجموع", "שלום עולם, macro-F1 = 0,547. العربية من اليمين إلى اليسار.",
        r"$$\mathcal{L} = -\sum_i w_{y_i} \log p_\theta(y_i \mid x_i)$$",
        "一", "二 三", "Quoted, with an inline image and a line", "that goes on.",
    ],
}  # fmt: skip


@pytest.mark.parametrize("key", RENDERED)
def test_markdown_is_its_source_or_its_rendered_words(recovered: Recovered, key: str) -> None:
    cell = next(cell for cell in recovered.cells if f"paribus-{key}" in cell.tags)
    source = text(next(cell for cell in NOTEBOOK["cells"] if cell["id"] == key)["source"])
    if recovered.family == "ipynb":
        assert cell.source == source
        return
    assert cell.rendered
    assert visible_text(cell.html) == cell.source
    if recovered.family == "pandoc":  # it breaks lines anew, and sets math itself
        words = " ".join(cell.source.split())
        assert [line for line in RENDERED[key] if line not in words and "$" not in line] == []
    else:
        # nbconvert 7.0 strikes nothing through
        assert cell.source.replace("~~", "").split("\n") == RENDERED[key]


def test_raw_cells_are_unplaced_text(recovered: Recovered) -> None:
    if recovered.family == "pandoc":
        assert any("leaves out raw cells" in remark for remark in recovered.remarks)
        return
    raw = next(cell for cell in recovered.cells if cell.cell_type == "raw")
    # An old exporter writes raw text unescaped, so that its <angle brackets> are a tag.
    # nbconvert 6.5 and 7.0 have taken it out already.
    assert re.sub(r"(<[^>]*>|\s)+", " ", raw.source) == "Raw text with & an ampersand."


def test_ids_are_read_where_the_exporter_writes_them() -> None:
    new = [cell.id for cell in read(EXPORTS / "everything.nbconvert-7.17.2.lab.html.xz").cells]
    assert new == [cell["id"] if cell["cell_type"] != "raw" else "" for cell in NOTEBOOK["cells"]]
    old = read(EXPORTS / "everything.nbconvert-6.4.5.lab.html.xz")
    assert {cell.id for cell in old.cells} == {""}
