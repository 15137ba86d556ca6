"""What a browser saved of the page in which a notebook was edited: what was drawn is read, and the rest is said.

The fixtures are real pages (tests/grader/exporters/saved.py); the small pages have the same structure.
"""

import lzma
from functools import cache
from pathlib import Path

import pytest

from grader.model import Recovered, RecoveredCell, Survived
from grader.recover import recover
from grader.recover.text import terminal_text
from tests.grader.saved import (
    classic_cell,
    classic_output,
    colab_cell,
    editor5,
    editor6,
    lab_cell,
    lab_page,
    monaco,
    shown,
)
from tests.grader.test_recover_exports import CODE, NOTEBOOK, streams, text

SAVED = Path(__file__).parent / "fixtures" / "saved"
PAGES = sorted(SAVED.glob("*.html.xz"))
DRAWN = [path for path in PAGES if "windowed" not in path.name]
COPY = "This is the browser's copy of the page, not an export: use File > "


@cache
def read(path: Path) -> Recovered:
    return recover(lzma.decompress(path.read_bytes()), "everything.html")


def code_of(recovered: Recovered) -> list[RecoveredCell]:
    return [cell for cell in recovered.cells if cell.cell_type == "code"]


def remarked(recovered: Recovered, *words: str) -> bool:
    return all(any(part in remark for remark in recovered.remarks) for part in words)


# --- real pages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_copy_is_called_one_and_says_what_to_use_instead(path: Path) -> None:
    found = read(path)
    assert found.family in ("jupyterlab-page", "classic-page")
    assert found.remarks[0].startswith(COPY)
    assert not any(cell.survived.id or cell.survived.tags for cell in found.cells)
    assert remarked(found, "1 things that look like cells")  # the forged cell of an output


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.name)
def test_what_was_drawn_is_exact(path: Path) -> None:
    found = code_of(read(path))
    for cell, written in zip(found, CODE, strict=True):
        assert cell.count == written["execution_count"]
        if not cell.cut:
            assert cell.source.strip() == text(written["source"]).strip()
    # JupyterLab 4 draws a sign in place of a line separator, which is then missing from the code.
    assert [CODE[index]["id"] for index, cell in enumerate(found) if cell.cut] in ([], ["spaces"])


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.name)
def test_outputs_are_the_notebooks(path: Path) -> None:
    for cell, written in zip(code_of(read(path)), CODE, strict=True):
        if written["id"] == "displays":
            continue
        shown = [(output.name, output.text.strip("\n")) for output in cell.outputs if output.kind == "stream"]
        assert shown == streams(written)
        errors = [output for output in written["outputs"] if output["output_type"] == "error"]
        assert [output.text.strip() for output in cell.outputs if output.kind == "error"] == [
            terminal_text("\n".join(error["traceback"])).strip() for error in errors
        ]
        results = sum(output["output_type"] == "execute_result" for output in written["outputs"])
        assert sum(output.kind == "result" for output in cell.outputs) == results
        # Of a notebook that nobody trusted, Jupyter shows SVG as text.
        pictures = [output for output in cell.outputs if output.picture == "embedded"]
        assert len(pictures) == sum(
            not {"image/png", "image/jpeg"}.isdisjoint(output.get("data", {})) for output in written["outputs"]
        )


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.name)
def test_markdown_is_its_own_source_where_an_editor_had_drawn_it_else_its_words(path: Path) -> None:
    sources = [text(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "markdown"]
    found = [cell for cell in read(path).cells if cell.cell_type == "markdown" and cell.source.strip()]
    found = [cell for cell in found if "Raw text" not in cell.source]  # classic: a raw cell is not told apart
    assert len(found) == len(sources)
    for cell, source in zip(found, sources, strict=True):
        assert cell.survived.source
        assert (cell.source == source) if not cell.rendered else ("¶" not in cell.source)


def test_a_page_that_draws_only_what_is_in_sight_says_what_is_not_in_it() -> None:
    found = read(SAVED / "everything.jupyterlab-4.6-windowed.html.xz")
    assert not found.whole
    assert remarked(found, "had not drawn at least 1 cell", "had not drawn the text of 14 cells (6, 7, 8")
    undrawn = [cell for cell in code_of(found) if cell.hidden]
    assert {cell.survived for cell in undrawn} == {Survived(source=False, count=False, id=False, tags=False)}
    assert any(output.kind == "error" for cell in undrawn for output in cell.outputs)  # outputs are all there


@pytest.mark.parametrize("name", ["jupyterlab-3.6", "notebook-6.5"])
def test_older_pages_draw_all_of_a_notebook(name: str) -> None:
    assert read(SAVED / f"everything.{name}.html.xz").whole


# --- small pages with the structure of real ones ------------------------------------------------------------


def of(*parts: str, title: str = "work.ipynb - JupyterLab") -> Recovered:
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{''.join(parts)}</body></html>"
    return recover(page.encode(), "a.html")


STDOUT = shown("application/vnd.jupyter.stdout", "3\n")


def test_jupyterlab_3_is_read_by_its_lines_and_not_by_what_its_editor_measures() -> None:
    tab = '<span class="cm-tab" role="presentation" cm-text="\t">    </span>b = 2'
    empty = '<span cm-text="">\u200b</span>'
    found = of(lab_page(lab_cell(editor5("a = 1", empty, tab), outputs=STDOUT), lab_cell(editor5("c"), "[2]:")))
    assert [(cell.source, cell.count, cell.cut) for cell in found.cells] == [
        ("a = 1\n\n\tb = 2", 1, False), ("c", 2, False),
    ]  # fmt: skip
    assert [(output.kind, output.name, output.text) for output in found.cells[0].outputs] == [
        ("stream", "stdout", "3\n")
    ]
    assert found.whole


LONG_LINE = 'x = "aaa<img class="cm-widgetBuffer"><div contenteditable="false" style="width: 9000px;"></div>'
FOLD = 'def f():<img class="cm-widgetBuffer"><span class="cm-foldPlaceholder">…</span><img class="cm-widgetBuffer">'


@pytest.mark.parametrize(
    ("editor", "source", "cut"),
    [
        (editor6("a = 1", "", "print(a)"), "a = 1\n\nprint(a)", False),
        (editor6("a = 1", after='<div class="cm-gap" style="height: 900px;"></div>'), "a = 1", True),
        (editor6("a = 1", after='<div contenteditable="false" style="height: 900px;"></div>'), "a = 1", True),
        (editor6(LONG_LINE), 'x = "aaa', True),
        (editor6(FOLD), "def f():…", True),
    ],
    ids=["whole", "lines", "lines-4.0", "long-line", "folded"],
)
def test_jupyterlab_4_says_where_a_part_of_the_code_was_not_drawn(editor: str, source: str, cut: bool) -> None:
    found = of(lab_page(lab_cell(editor, number="0")))
    (cell,) = found.cells
    assert (cell.source, cell.cut, cell.hidden) == (source, cut, False)
    assert remarked(found, "had not drawn a part of the text of cell 1.") == cut


def test_cells_that_jupyterlab_4_had_not_drawn_are_counted() -> None:
    found = of(lab_page(lab_cell(editor6("a"), number="0"), lab_cell(editor6("b"), "[3]:", number="4")))
    assert not found.whole
    assert remarked(found, "had not drawn at least 3 cells of the notebook at all")


def test_of_several_notebooks_in_a_page_the_one_in_sight_is_read() -> None:
    found = of(lab_page(lab_cell(editor6("other"))), lab_page(lab_cell(editor6("mine"))))
    assert [cell.source for cell in found.cells] == ["other"]  # both in sight: the first
    found = of(lab_page(lab_cell(editor6("other")), hidden=True), lab_page(lab_cell(editor6("mine"))))
    assert [cell.source for cell in found.cells] == ["mine"]
    assert remarked(found, "holds 2 notebooks; only the one in sight was read")


def test_collapsed_code_and_outputs_are_cut_and_not_missing() -> None:
    cell = (
        '<div class="lm-Widget jp-Cell jp-CodeCell jp-Notebook-cell"><div class="jp-Cell-inputWrapper">'
        '<div class="lm-Widget jp-Placeholder jp-InputPlaceholder">'
        '<div class="jp-Placeholder-prompt jp-InputPrompt"></div><div class="jp-Placeholder-content">'
        '<span class="jp-PlaceholderText">train()</span></div></div></div><div class="jp-Cell-outputWrapper">'
        '<div class="lm-Widget jp-Placeholder jp-OutputPlaceholder"></div></div></div>'
    )
    (found,) = of(lab_page(cell)).cells
    assert found.source == "train()"
    assert found.survived == Survived(source=False, count=False, outputs=False, id=False, tags=False)


def test_text_and_raw_cells_of_jupyterlab_4_are_their_own_source() -> None:
    rendered = '<div class="jp-RenderedHTMLCommon jp-MarkdownOutput"><p>A <em>note</em>.</p></div>'
    markdown = lab_cell(editor6("A *note*."), "", kind="Markdown").replace("</div></div></div>", rendered, 1)
    found = of(lab_page(markdown, lab_cell(editor6("raw <b>"), "", kind="Raw").replace("<b>", "&lt;b&gt;")))
    assert [(cell.cell_type, cell.source, cell.rendered) for cell in found.cells] == [
        ("markdown", "A *note*.", False), ("raw", "raw <b>", False),
    ]  # fmt: skip


def test_a_forged_panel_in_an_export_makes_no_copy_of_it() -> None:
    forged = lab_page(lab_cell(editor6("forged")))
    cell = (
        '<div class="jp-Cell jp-CodeCell jp-Notebook-cell"><div class="jp-InputArea-editor"><pre>mine</pre></div>'
        f'<div class="jp-OutputArea"><div class="jp-OutputArea-child"><div class="jp-OutputArea-output" '
        f'data-mime-type="text/html">{forged}</div></div></div></div>'
    )
    found = of(cell)
    assert (found.family, [cell.source for cell in found.cells]) == ("nbconvert-lab", ["mine"])


def test_the_classic_notebooks_page_is_read_whole() -> None:
    note = (
        '<div class="cell text_cell rendered"><div class="prompt input_prompt"></div><div class="inner_cell">'
        f'<div class="input_area">{editor5("only a line")}</div><div class="text_cell_render rendered_html"><p>Of '
        '<span class="MathJax_Preview"></span><span class="MathJax"><nobr>𝑥2</nobr></span>'
        '<script type="math/tex">x^2</script> and</p><script type="math/tex; mode=display">y</script></div></div>'
        "</div>"
    )
    open_one = (
        f'<div class="cell text_cell unrendered"><div class="input_area">{editor5("# In *work*")}</div></div>'
    )
    cells = [
        classic_cell(editor5("def f(x):", "    return x")),
        classic_cell(editor5("f(2)"), "2", classic_output("output_text output_result", "2", "<bdi>Out[2]:</bdi>")),
        classic_cell(editor5("1/0"), "&nbsp;", classic_output("output_text output_error", "ZeroDivisionError: 0")),
        note,
        open_one,
    ]
    found = recover(f'<body class="notebook_app"><div id="notebook-container">{"".join(cells)}'.encode(), "a.html")
    assert (found.family, found.whole) == ("classic-page", True)
    assert [(cell.cell_type, cell.source, cell.count) for cell in found.cells] == [
        ("code", "def f(x):\n    return x", 1), ("code", "f(2)", 2), ("code", "1/0", None),
        ("markdown", "Of $x^2$ and\n$$y$$", None), ("markdown", "# In *work*", None),
    ]  # fmt: skip
    assert [output.kind for cell in found.cells for output in cell.outputs] == ["result", "error"]


COLOURED = (
    '<pre class="lazy-virtualized"><pre class="lazy-gutter"></pre><pre class="monaco-colorized colab-dark">'
    "<span>for&nbsp;i&nbsp;in&nbsp;x:</span><br><span>&nbsp;&nbsp;&nbsp;&nbsp;f(i)</span><br></pre></pre>"
)


def test_colabs_page_gives_code_with_blanks_and_the_counts_and_outputs_that_stand_there() -> None:
    stream = '<div class="stream output-id-1 output_text"><pre>2\n</pre></div>'
    result = '<div class="execute_result output-id-1 output_text"><pre>2</pre></div>'
    found = of(
        "<svg><defs><g><title>Show notebooks in Drive</title></g></defs></svg>",
        colab_cell("[3]", monaco("print(2)"), stream),
        colab_cell("[4]", COLOURED, result, "bbbb"),
        colab_cell("", monaco("&nbsp;"), name="cccc"),
        title="work.ipynb - Colab",
    )
    assert (found.family, found.title) == ("colab-page", "work.ipynb - Colab")
    assert [(cell.id, cell.source, cell.count) for cell in found.cells] == [
        ("aaaa", "print(2)", 3), ("bbbb", "for i in x:\n    f(i)", 4), ("cccc", "", None),
    ]  # fmt: skip
    assert [(output.kind, output.text) for cell in found.cells for output in cell.outputs] == [
        ("stream", "2\n"), ("result", "2"),
    ]  # fmt: skip
    assert [cell.survived.count for cell in found.cells] == [True, True, False]
    assert not any(cell.survived.outputs for cell in found.cells)


@pytest.mark.parametrize(
    ("editor", "cut"),
    [
        (monaco("a", "b", style="width: 9px; height: 48px;"), False),
        (monaco("a", "b", style="width: 9px; height: 960px;"), True),
        (monaco("a", "b").replace("top:0px", "top:38px").replace("top:19px", "top:57px"), True),
        (monaco("a", "b", "c").replace("top:38px", "top:190px"), True),
    ],
    ids=["whole", "tail", "head", "middle"],
)
def test_lines_that_monaco_had_not_drawn_make_a_cut_cell(editor: str, cut: bool) -> None:
    (cell,) = of(colab_cell("[1]", editor)).cells
    assert cell.cut == cut


def test_a_title_that_stands_in_a_picture_alone_is_no_title() -> None:
    page = f"<body><svg><title>Icon</title></svg>{colab_cell('[1]', monaco('a'))}"
    assert recover(page.encode(), "a.html").title == ""
