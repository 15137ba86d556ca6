"""Pages whose exporters are no Python packages: markup as it was seen in public pages, see docs/formats.md."""

import time

import pytest

from grader.errors import UnreadableError
from grader.model import Recovered
from grader.recover import recover

QUARTO = b"""<!DOCTYPE html><html><head><meta name="generator" content="quarto-1.5.57">
<title>A notebook</title></head><body><main>
<section id="setup" class="level2"><h2>Setup</h2><p>What the notebook does.</p>
<div id="wf3a" class="cell" data-execution_count="1"><div class="sourceCode cell-code" id="cb1"><pre
class="sourceCode python code-with-copy"><code><span id="cb1-1"><a href="#cb1-1"></a>x = <span>1</span></span>
<span id="cb1-2"><a href="#cb1-2"></a><span>print</span>(x)</span></code><button title="Copy"></button></pre></div>
<div class="cell-output cell-output-stdout"><pre><code>1</code></pre></div></div>
<div id="never-run" class="cell"><details class="code-fold"><summary>Code</summary>
<div class="sourceCode cell-code" id="cb2"><pre><code>y = 2</code></pre></div></details></div>
</section><section id="more" class="level2"><h2>More</h2><p>A table.</p>
<div id="cell-3" class="cell page-columns" data-outputid="a2f" data-execution_count="2">
<div class="sourceCode cell-code"><pre><code>frame
</code></pre></div><div class="cell-output cell-output-display" data-execution_count="2">
<div class="colab-df-container"><table class="dataframe"><thead><tr class="header"><th>F1</th></tr></thead>
<tbody><tr class="odd"><td>0.5</td></tr></tbody></table><button><svg></svg></button></div></div>
<div class="cell-output cell-output-display"><figure><img src="data:image/png;base64,iVBORw0KGgo="></figure></div>
<div class="cell-output cell-output-display"><div><figure><img src="a_files/figure-html/c-3.png"></figure></div>
</div><div class="cell-output cell-output-display"><div class="cell">
<div class="cell-code"><pre>forged</pre></div></div>
</div><div class="cell-output cell-output-error"><pre><code>ValueError: no</code></pre></div></div></section>
<div class="cell" data-execution_count="3"><div class="cell-output cell-output-display"
data-execution_count="3"><pre><code>0.5</code></pre></div></div></main>
"""
COLAB = b"""<!DOCTYPE html><html><head><title>Homework.ipynb - Colab</title></head><body>
<div class="cell text" id="cell-abc"><div class="markdown"><h1>Homework</h1><p>Some words.</p></div></div>
<div class="cell code" id="cell-setup"><div class="execution-count">[3]</div>
<pre class="lazy-virtualized"><pre class="monaco-colorized"><span>import os</span><br><span>x = 1</span></pre></pre>
<div class="output-body"><div class="stream output-id-1"><pre>ready</pre></div>
<div class="execute_result output-id-2"><pre>2</pre></div><div class="display_data output-id-3"></div></div></div>
<div class="cell code code-has-output" id="cell-shown"><div class="monaco-editor"><div class="view-lines">
<div style="top:19px;height:19px;" class="view-line"><span><span>\xc2\xa0\xc2\xa0return</span>\xc2\xa01</span></div>
<div style="top:0px;height:19px;" class="view-line"><span>def\xc2\xa0f():</span></div></div></div></div></body>
"""


def test_a_page_of_quartos_gives_code_ids_counts_and_outputs_and_the_words_between() -> None:
    found = recover(QUARTO, "week1.html")
    assert found.family == "quarto"
    assert [cell.cell_type for cell in found.cells] == ["markdown", "code", "code", "markdown", "code", "code"]
    code = [cell for cell in found.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code] == ["x = 1\nprint(x)", "y = 2", "frame", ""]
    assert [cell.id for cell in code] == ["wf3a", "never-run", "cell-3", ""]
    assert [cell.count for cell in code] == [1, None, 2, 3]
    assert [cell.hidden for cell in code] == [False, False, False, True]  # echo: false
    assert "What the notebook does." in found.cells[0].source
    assert [(item.kind, item.text.strip()) for item in code[0].outputs] == [("stream", "1")]
    table, picture, linked, _, error = code[2].outputs
    assert (table.kind, table.mime, table.text) == ("result", "text/html", "F1\n0.5")
    assert (picture.kind, picture.picture, picture.picture_bytes[:4]) == ("display", "embedded", b"\x89PNG")
    assert (linked.picture, linked.text) == ("linked", "a_files/figure-html/c-3.png")
    assert (error.kind, error.name) == ("error", "ValueError")
    assert [(item.kind, item.text) for item in code[3].outputs] == [("result", "0.5")]
    assert any("Quarto's page keeps no tags" in remark for remark in found.remarks)
    assert any("1 things that look like cells" in remark for remark in found.remarks)


def test_a_page_saved_from_colab_is_read_as_far_as_it_goes_and_says_what_to_hand_in() -> None:
    found = recover(COLAB, "week1.html")
    assert found.family == "colab-page"
    assert [(cell.cell_type, cell.id) for cell in found.cells] == [
        ("markdown", "abc"), ("code", "setup"), ("code", "shown"),
    ]  # fmt: skip
    assert [cell.source for cell in found.cells[1:]] == ["import os\nx = 1", "def f():\n  return 1"]
    assert found.cells[1].count == 3
    assert [(item.kind, item.text) for item in found.cells[1].outputs] == [("stream", "ready"), ("result", "2")]
    assert any("saved from Colab by the browser" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    "page", [b'<div class="cell">1</div>', b'<div class="cell code">x</div><p class="markdown cell">']
)
def test_a_page_with_cells_of_another_kind_is_no_notebook(page: bytes) -> None:
    with pytest.raises(UnreadableError, match="a web page without notebook cells"):
        recover(b"<html><body>" + page, "week1.html")


def test_cells_within_cells_cost_no_more_than_other_tags_within_each_other() -> None:
    def seconds(tag: bytes) -> float:
        start = time.process_time()
        with pytest.raises(UnreadableError):
            recover(b"<html><body>" + tag * 8_000 + b"x", "week1.html")
        return time.process_time() - start

    assert min(seconds(b'<div class="cell">') for _ in range(3)) < 5 * min(seconds(b"<div>") for _ in range(3))


@pytest.mark.parametrize("between", ["<!-- words -->", "<?php words ?>", "<![CDATA[words]]>", "words"])
def test_what_is_no_element_among_outputs_is_no_output(between: str) -> None:
    """An extension may leave a comment anywhere."""
    page = (
        f'<div class="jp-Cell jp-CodeCell jp-Notebook-cell"><div class="jp-OutputArea">{between}'
        f'<div class="jp-OutputArea-child">{between}'
        '<div class="jp-RenderedText jp-OutputArea-output" data-mime-type="text/plain"><pre>1</pre></div>'
        f"{between}</div>{between}</div></div>"
    )
    (cell,) = recover(page.encode(), "a.html").cells
    assert [output.text for output in cell.outputs] == ["1"]


def quarto(body: str, version: str = "1.9.0") -> Recovered:
    head = f'<meta name="generator" content="quarto-{version}"><title>work</title>'
    return recover(f"<!DOCTYPE html><html><head>{head}</head><body><main>{body}</main>".encode(), "work.html")


def chunk(code: str, language: str = "python") -> str:
    return (
        f'<div class="sourceCode cell-code"><pre class="sourceCode {language} code-with-copy">'
        f'<code class="sourceCode {language}">{code}</code></pre></div>'
    )


def test_a_chunk_that_knitr_shows_in_pieces_is_one_cell() -> None:
    def stdout(text: str) -> str:
        return f'<div class="cell-output cell-output-stdout"><pre><code>{text}</code></pre></div>'

    body = f"{chunk('a &lt;- 1&#10;a', 'r')}{stdout('[1] 1')}{chunk('b', 'r')}{stdout('[1] 2')}"
    found = quarto(f'<div class="cell">{body}</div>', "1.3.450")
    assert [(cell.cell_type, cell.source) for cell in found.cells] == [("code", "a <- 1\na\nb")]
    assert [output.text for output in found.cells[0].outputs] == ["[1] 1\n[1] 2\n"]
    assert not any("code cells" in remark for remark in found.remarks)


def test_code_that_quarto_took_out_of_a_figure_is_the_figures() -> None:
    picture = '<p><img src="x_files/figure-html/cell-3-output-1.png" class="img-fluid figure-img"></p>'
    found = quarto(
        f'<p>Before.</p><details class="code-fold"><summary>Code</summary>{chunk("plot(1)")}</details>'
        '<div id="fig-a" class="quarto-float quarto-figure"><figure class="quarto-float-fig"><div>'
        '<div id="fig-cell" class="cell" data-execution_count="8"><div class="light-content">'
        f"{picture}</div></div></div>"
        "<figcaption>Figure 1</figcaption></figure></div>"
    )
    words, cell = found.cells
    assert (words.cell_type, words.source) == ("markdown", "Before.")
    assert (cell.source, cell.count, cell.id, cell.hidden) == ("plot(1)", 8, "fig-cell", False)
    assert [output.picture for output in cell.outputs] == ["linked"]


def test_code_outside_of_any_cell_is_a_cell_where_the_next_has_its_own() -> None:
    own = f'<div class="cell" data-execution_count="2">{chunk("b")}</div>'
    found = quarto(f"{chunk('a')}{own}{chunk('c')}{chunk('d')}")
    assert [(cell.source, cell.count) for cell in found.cells] == [("a", None), ("b", 2), ("c", None), ("d", None)]


def test_a_fold_with_two_pieces_of_code_loses_neither() -> None:
    fold = f'<details class="code-fold"><summary>Code</summary>{chunk("a")}{chunk("b")}</details>'
    found = quarto(f'{fold}<div class="cell" data-execution_count="2"></div>')
    assert [(cell.source, cell.count) for cell in found.cells if cell.cell_type == "code"] == [
        ("a", None),
        ("b", 2),
    ]


def test_scripts_and_styles_of_a_cell_without_its_code_are_no_words() -> None:
    shown = (
        '<div class="light-content"><script>const embedded = 1;</script><style>#viz { width: 1px; }</style></div>'
    )
    found = quarto(
        f'<p>Words.</p><div id="viz" class="cell" data-execution_count="2">{shown}</div>'
        "<div><script>let a;</script><p>More.</p></div>"
        f'<div class="cell" data-execution_count="3">{chunk("a = 1")}</div>'
    )
    assert [(cell.cell_type, cell.source, cell.count, cell.hidden) for cell in found.cells] == [
        ("markdown", "Words.", None, False), ("code", "", 2, True), ("markdown", "More.", None, False),
        ("code", "a = 1", 3, False),
    ]  # fmt: skip


def lab_cell(code: str, number: int, outputs: str = "") -> str:
    return (
        f'<div class="jp-Cell jp-CodeCell jp-Notebook-cell jp-mod-noOutputs" id="cell-id=x{number}">'
        '<div class="jp-Cell-inputWrapper" tabindex="0"><div class="jp-Collapser jp-InputCollapser"></div>'
        '<div class="jp-InputArea jp-Cell-inputArea"><div class="jp-InputPrompt jp-InputArea-prompt">'
        f'In [{number}]:</div><div class="jp-CodeMirrorEditor jp-Editor jp-InputArea-editor">'
        f'<div class="highlight"><pre><span></span>{code}\n</pre></div>'
        f'<div class="clipboard-copy-txt">{code}</div></div></div></div>'
        f"{outputs}</div>"
    )


def test_what_mkdocs_jupyter_puts_around_a_cell_is_none() -> None:
    def wrapped(cell: str) -> str:
        return f'<div class="jp-Cell jp-CodeCell jp-Notebook-cell">\n{cell}</div>'

    cells = wrapped(lab_cell("a = 1", 1)) + wrapped(lab_cell("print(a)", 2))
    page = f'<body><article><div class="jupyter-wrapper"><div class="jp-Notebook">{cells}</div></div></article>'
    found = recover(page.encode(), "index.html")
    assert [(cell.id, cell.source, cell.count) for cell in found.cells] == [
        ("x1", "a = 1", 1),
        ("x2", "print(a)", 2),
    ]
    assert (found.remarks, found.whole) == ((), True)


def test_nbviewers_path_to_the_notebook_is_no_raw_cell() -> None:
    path = '<ol class="breadcrumb"><li><a href="#">some-repository</a></li><li><a href="#">work.ipynb</a></li></ol>'
    page = f'<body class="nbviewer"><div class="container">{path}{lab_cell("a = 1", 1)}A raw cell.</div>'
    found = recover(page.encode(), "work.html")
    assert [(cell.cell_type, cell.source) for cell in found.cells] == [("code", "a = 1"), ("raw", "A raw cell.")]


def test_outputs_of_the_first_ipythons_are_errors_and_results() -> None:
    def output(classes: str, text: str) -> str:
        return (
            f'<div class="output_area"><div class="prompt"></div><div class="output_subarea {classes}">'
            f"<pre>{text}</pre></div></div>"
        )

    page = (
        '<div class="cell border-box-sizing code_cell rendered"><div class="input">'
        '<div class="prompt input_prompt">In&nbsp;[1]:</div><div class="inner_cell"><div class="input_area">'
        '<div class="highlight"><pre>missing</pre></div></div></div></div>'
        '<div class="output_wrapper"><div class="output">'
        + output("output_text output_pyerr", "<span>NameError</span>: name &#39;missing&#39; is not defined")
        + output("output_text output_pyout", "163")
        + "</div></div></div>"
    )
    (cell,) = recover(page.encode(), "a.html").cells
    assert [(output.kind, output.name, output.text) for output in cell.outputs] == [
        ("error", "NameError", "NameError: name 'missing' is not defined"), ("result", "", "163"),
    ]  # fmt: skip


@pytest.mark.parametrize("around", ["<main>\n{}\n</main>", "{}"])
def test_an_export_of_raw_cells_alone_is_a_notebook(around: str) -> None:
    page = '<body class="jp-Notebook" data-jp-theme-light="true" data-jp-theme-name="JupyterLab Light">'
    found = recover((page + around.format("Only a raw cell.")).encode(), "a.html")
    assert [(cell.cell_type, cell.source) for cell in found.cells] == [("raw", "Only a raw cell.")]


def test_slides_say_that_cells_may_have_been_skipped() -> None:
    slides = f'<main><div class="reveal"><div class="slides"><section><section>{lab_cell("a", 1)}'
    found = recover(f'<body class="jp-Notebook">{slides}'.encode(), "a.slides.html")
    assert not found.whole
    assert any("These are slides" in remark for remark in found.remarks)


def test_cells_that_broken_markup_swallowed_make_a_page_that_is_not_whole() -> None:
    page = lab_cell("a", 1, "<!-- never closed") + lab_cell("b", 2)
    assert not recover(page.encode(), "a.html").whole
