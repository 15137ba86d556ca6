"""The table of HTML families: how each one marks cells, sources, prompts and outputs.

A row is data; `grader.recover.page` is the only reader. A new exporter is a new row (and a fixture).
Sources of the selectors: nbconvert's own templates and the measured exports of docs/formats.md. What browsers save
of the page in which a notebook is edited is in `grader.recover.saved_pages`.
"""

from dataclasses import replace

from grader.model import Survived
from grader.recover.family import Family, Mark
from grader.recover.saved_pages import CLASSIC_MARKS, CLASSIC_PAGE, COLAB, JUPYTERLAB_PAGE

LAB = Family(
    name="nbconvert-lab",
    # Up to 6.3 a markdown cell is a bare input wrapper without a cell around it.
    cell="div.jp-CodeCell, div.jp-MarkdownCell, :not(.jp-Cell) > div.jp-Cell-inputWrapper",
    code=frozenset({"jp-CodeCell"}),
    markdown=frozenset({"jp-MarkdownCell", "jp-Cell-inputWrapper"}),
    source="div.jp-InputArea-editor pre",
    prompt="div.jp-InputPrompt",
    rendered="div.jp-MarkdownOutput",
    outputs="div.jp-OutputArea",
    output="jp-OutputArea-child",
    payload=frozenset({"jp-OutputArea-output", "jp-MarkdownOutput"}),
    marks=(
        # stderr and tracebacks carry the same mime type; `page` tells them apart by their text.
        Mark("application/vnd.jupyter.stderr", "stream", "text", name="stderr"),
        Mark("text/html", "display", "html", mime="text/html"),
        # stdout and a text/plain display carry the same mime type; only results have a prompt.
        Mark("text/plain", "stream", "text", name="stdout", mime="text/plain"),
        Mark("image/svg+xml", "display", "picture", mime="image/svg+xml"),
        Mark("jp-RenderedImage", "display", "picture"),
        Mark("text/markdown", "display", "words", mime="text/markdown"),
        Mark("text/latex", "display", "words", mime="text/latex"),
        Mark("application/javascript", "display", "nothing", mime="application/javascript"),
        Mark("jupyter-widgets", "display", "nothing", mime="application/vnd.jupyter.widget-view+json"),
        Mark("application/vnd.jupyter.stdin", "stream", "text", name="stdin"),
        Mark("jp-Mermaid", "display", "words", mime="text/vnd.mermaid"),
    ),
    raw_marker=b"jp-Cell jp-CodeCell jp-Notebook-cell",
)

CLASSIC = Family(
    name="nbconvert-classic",
    cell="div.code_cell.border-box-sizing, div.text_cell.border-box-sizing",
    code=frozenset({"code_cell"}),
    markdown=frozenset({"text_cell"}),
    source="div.input_area pre",
    prompt="div.input_prompt",
    rendered="div.text_cell_render",
    outputs="div.output",
    output="output_area",
    payload=frozenset({"output_subarea", "text_cell_render"}),
    marks=(
        *CLASSIC_MARKS,
        Mark("output_widget_view", "display", "nothing", mime="application/vnd.jupyter.widget-view+json"),
        Mark("output_stdin", "stream", "text", name="stdin"),
        Mark("output_text", "display", "text", mime="text/plain"),
    ),
    raw_marker=b"cell border-box-sizing code_cell",
)

# Kaggle runs nbconvert 6.4.5 with the classic template and writes figures to files beside the page.
KAGGLE = replace(
    CLASSIC,
    name="kaggle-results",
    title="__notebook__",
    remark="Kaggle's result page keeps no cell ids, and its figures are files of their own.",
    keeps=Survived(id=False),
)

# Quarto, from notebooks and .qmd alike: pandoc's markup, markdown without cells around it. Its cells have no class
# that other pages do not have, but for what is in them; no deeper than this, lest nested ones cost the square.
QUARTO = Family(
    name="quarto",
    cell=(
        "div.cell:not(.border-box-sizing):is([data-execution_count],"
        " :has(> .cell-code, > .cell-output, > * > .cell-code, > * > .cell-output, > * > * > .cell-code))"
    ),
    code=frozenset({"cell"}),
    markdown=frozenset(),
    source="div.cell-code:not(.cell-output .cell-code) pre, pre.cell-code",
    prompt="",
    rendered="",
    outputs="",
    output="",
    payload=frozenset({"cell-output"}),
    marks=(
        Mark("cell-output-stdout", "stream", "lines", name="stdout"),
        Mark("cell-output-stderr", "stream", "lines", name="stderr"),
        Mark("cell-output-error", "error", "text"),
        Mark("cell-output-markdown", "display", "words", mime="text/markdown"),
        Mark("cell-output", "display", "any", mime="text/html"),
        Mark("light-content", "display", "any", mime="text/html"),  # from 1.9; what is dark is there once more
    ),
    sign=".cell-code, .cell-output, meta[name=generator][content^=quarto i]",
    remark="Quarto's page keeps no tags, hides cells with echo: false, and leaves out lines with #| and raw cells.",
    keeps=Survived(tags=False),
    id_prefix="",
    count_attribute="data-execution_count",
    own_marks=True,
    between="words",
)

# What pandoc makes of an .ipynb: every cell with its id and tags, outputs by their nbformat names.
PANDOC = Family(
    name="pandoc",
    cell="div.cell.code, .cell.markdown",
    code=frozenset({"cell", "code"}),
    markdown=frozenset({"markdown"}),
    source="div.sourceCode pre, pre",
    prompt="",
    rendered="",
    outputs="",
    output="",
    payload=frozenset({"output", "markdown"}),
    marks=(
        Mark("stdout", "stream", "text", name="stdout"),
        Mark("stderr", "stream", "text", name="stderr"),
        Mark("error", "error", "text"),
        Mark("execute_result", "result", "any", mime="text/html"),
        Mark("display_data", "display", "any", mime="text/html"),
    ),
    raw_marker=b'class="cell code"',
    sign="div.cell.code > div.sourceCode, div.cell.code > pre",
    remark="pandoc leaves out raw cells, and what a cell displays as markdown, math or JavaScript.",
    id_prefix="",
    count_attribute="data-execution_count",
    tags_attribute="data-tags",
    own_marks=True,
)

FAMILIES: tuple[Family, ...] = (JUPYTERLAB_PAGE, LAB, CLASSIC_PAGE, KAGGLE, CLASSIC, PANDOC, COLAB, QUARTO)

# A result rather than a display, in every version: on the output (7.x) or on what it shows (before); the last two
# in the classic Notebook's own page, and up to IPython 1.
RESULT_CLASSES = frozenset(
    {"jp-OutputArea-executeResult", "output_execute_result", "output_result", "output_pyout"}
)
