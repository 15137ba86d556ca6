"""Families whose exporters are not at hand in the tests: pages after the markup that was measured in real files."""

from grader.recover import recover

QUARTO = b"""<!DOCTYPE html><html><head><meta name="generator" content="quarto-1.4.550">
<title>A notebook</title></head>
<body><main><section id="setup" class="level2"><h2>Setup</h2><p>What the notebook does.</p>
<div id="c1" class="cell" data-execution_count="1"><div class="sourceCode cell-code" id="cb1"><pre
class="sourceCode python code-with-copy"><code><span id="cb1-1"><a href="#cb1-1"></a>x = <span>1</span></span>
<span id="cb1-2"><a href="#cb1-2"></a><span>print</span>(x)</span></code><button title="Copy"></button></pre></div>
<div class="cell-output cell-output-stdout"><pre><code>1</code></pre></div></div>
</section><section id="more" class="level2"><h2>More</h2><p>A table.</p>
<div class="cell" data-execution_count="2"><div class="sourceCode cell-code"><pre><code>frame
</code></pre></div><div class="cell-output cell-output-display" data-execution_count="2"><table><tr><th>F1</th></tr>
<tr><td>0.5</td></tr></table></div>
<div class="cell-output cell-output-display"><img src="data:image/png;base64,iVBORw0KGgo="></div>
<div class="cell-output cell-output-error"><pre><code>ValueError: no</code></pre></div></div></section></main>
"""
COLAB = b"""<!DOCTYPE html><html><head><title>Homework.ipynb - Colab</title></head><body>
<div class="cell text" id="cell-abc"><div class="markdown"><h1>Homework</h1><p>Some words.</p></div></div>
<div class="cell code" id="cell-setup"><div class="execution-count">[3]</div>
<pre class="monaco-colorized"><span>import os</span><br><span>x = 1</span></pre>
<div class="output-body"><div class="output-text"><pre>ready</pre></div></div></div></body></html>
"""


def test_a_page_of_quartos_gives_code_counts_and_outputs_and_the_words_between() -> None:
    found = recover(QUARTO, "week1.html")
    assert found.family == "quarto"
    assert [cell.cell_type for cell in found.cells] == ["markdown", "code", "markdown", "code"]
    assert [cell.source for cell in found.cells if cell.cell_type == "code"] == ["x = 1\nprint(x)", "frame"]
    assert [cell.count for cell in found.cells if cell.cell_type == "code"] == [1, 2]
    assert "What the notebook does." in found.cells[0].source
    assert [(item.kind, item.text.strip()) for item in found.cells[1].outputs] == [("stream", "1")]
    table, picture, error = found.cells[3].outputs
    assert (table.mime, table.text) == ("text/html", "F1\n0.5")
    assert (picture.picture, picture.picture_bytes[:4]) == ("embedded", b"\x89PNG")
    assert (error.kind, error.name) == ("error", "ValueError")
    assert any("Quarto's page keeps neither ids nor tags" in remark for remark in found.remarks)


def test_a_page_saved_from_colab_is_read_as_far_as_it_goes_and_says_what_to_hand_in() -> None:
    found = recover(COLAB, "week1.html")
    assert found.family == "colab-page"
    assert [(cell.cell_type, cell.id) for cell in found.cells] == [("markdown", "abc"), ("code", "setup")]
    assert found.cells[1].source == "import os\nx = 1"
    assert found.cells[1].count == 3
    assert [item.text for item in found.cells[1].outputs] == ["ready"]
    assert any("saved from Colab by the browser" in remark for remark in found.remarks)
