"""Pages whose exporters are no Python packages: markup as it was seen in public pages, see docs/formats.md."""

import time

import pytest

from grader.errors import UnreadableError
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
