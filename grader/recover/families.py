"""The table of HTML families: how each one marks cells, sources, prompts and outputs.

A row is data; `grader.recover.page` is the only reader. A new exporter is a new row (and a fixture).
Sources of the selectors: nbconvert's own templates and the measured exports of docs/formats.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from grader.model import OutputKind


@dataclass(frozen=True)
class Mark:
    """One kind of output: the class or mime type that marks it, and what it is.

    ``content`` says what is read from it: "text" (the pre's text), "html" (markup and visible text),
    "picture", "words" (rendered text), "any" (a picture where there is one, else html) or "nothing".
    """

    marker: str
    kind: OutputKind
    content: str
    mime: str = ""
    name: str = ""


@dataclass(frozen=True)
class Family:
    """How one exporter writes a notebook.

    ``cell`` is the CSS selector of any cell; all classes of ``code`` mark a code cell, any class of
    ``markdown`` a markdown cell. ``source``, ``prompt``, ``rendered`` and ``outputs`` are selectors inside a
    cell. Inside ``outputs``, a direct child of class ``output`` is one output, and its direct children show it.
    ``payload`` are the classes of what a student's code fills; whatever stands inside is no cell.
    ``raw_marker`` is the literal that stands once before each code cell in the file: where the parser finds
    fewer cells, broken markup swallowed some. ``title`` is the page title that sets this row apart from a later one
    with the same classes; ``sign`` is a selector of what stands in every page of a family whose classes are other
    pages' too. ``remark`` says what this family never holds. A code cell's count may stand in a ``count_attribute``
    instead of a prompt, which then marks a result too; tags may stand as JSON in a ``tags_attribute`` instead of in
    classes. With ``own_marks`` an output bears its mark itself; ``outputs`` and ``rendered`` are empty where the
    cell itself holds them; with ``words_between`` what stands between code cells is the markdown, which has no
    cells of its own.
    """

    name: str
    cell: str
    code: frozenset[str]
    markdown: frozenset[str]
    source: str
    prompt: str
    rendered: str
    outputs: str
    output: str
    payload: frozenset[str]
    marks: tuple[Mark, ...]
    raw_marker: bytes
    title: str = ""
    sign: str = ""
    remark: str = ""
    id_prefix: str = "cell-id="
    count_attribute: str = ""
    tags_attribute: str = ""
    own_marks: bool = False
    words_between: bool = False

    @cached_property
    def ranked(self) -> Mapping[str, tuple[int, Mark]]:
        """Each mark with its rank, by marker: an output bears several, and the first of them tells."""
        return {mark.marker: (rank, mark) for rank, mark in enumerate(self.marks)}

    def mark_of(self, classes: Iterable[str], mime: str) -> Mark | None:
        """What an element of these classes and this mime type shows; None where it shows no output."""
        ranked, first = self.ranked, None
        for marker in (*classes, mime):
            found = ranked.get(marker)
            if found is not None and (first is None or found[0] < first[0]):
                first = found
        return None if first is None else first[1]


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
        Mark("output_stdout", "stream", "text", name="stdout"),
        Mark("output_stderr", "stream", "text", name="stderr"),
        Mark("output_error", "error", "text"),
        Mark("output_html", "display", "html", mime="text/html"),
        Mark("output_png", "display", "picture", mime="image/png"),
        Mark("output_jpeg", "display", "picture", mime="image/jpeg"),
        Mark("output_svg", "display", "picture", mime="image/svg+xml"),
        Mark("output_markdown", "display", "words", mime="text/markdown"),
        Mark("output_latex", "display", "words", mime="text/latex"),
        Mark("output_javascript", "display", "nothing", mime="application/javascript"),
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
)

# Quarto, from notebooks and .qmd alike: pandoc's markup, markdown without cells around it. Its cells have no class
# that other pages do not have, but for what stands in them; no deeper than this, lest nested ones cost the square.
QUARTO = Family(
    name="quarto",
    cell=(
        "div.cell:not(.border-box-sizing)"
        ":has(> .cell-code, > .cell-output, > * > .cell-code, > * > .cell-output, > * > * > .cell-code)"
    ),
    code=frozenset({"cell"}),
    markdown=frozenset(),
    source="div.cell-code pre, pre.cell-code",
    prompt="",
    rendered="",
    outputs="",
    output="",
    payload=frozenset({"cell-output"}),
    marks=(
        Mark("cell-output-stdout", "stream", "text", name="stdout"),
        Mark("cell-output-stderr", "stream", "text", name="stderr"),
        Mark("cell-output-error", "error", "text"),
        Mark("cell-output-markdown", "display", "words", mime="text/markdown"),
        Mark("cell-output", "display", "any", mime="text/html"),
    ),
    raw_marker=b'class="sourceCode cell-code"',
    sign=".cell-code, .cell-output",
    remark="Quarto's page keeps no tags, hides cells with echo: false, and leaves out lines with #| and raw cells.",
    id_prefix="",
    count_attribute="data-execution_count",
    own_marks=True,
    words_between=True,
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

# A page that a browser saved from Colab: what the page had drawn of each cell, by an editor where the cell was on
# the screen. Rich outputs live in frames of their own, which are not in the file.
COLAB = Family(
    name="colab-page",
    cell="div.cell.code, div.cell.text",
    code=frozenset({"cell", "code"}),
    markdown=frozenset({"text"}),
    source="pre.monaco-colorized, div.view-lines",
    prompt="div.execution-count",
    rendered="div.text-cell-render, div.markdown",
    outputs="div.output-body",
    output="",
    payload=frozenset({"output-body", "text-cell-render"}),
    marks=(
        Mark("stream", "stream", "text", name="stdout"),
        Mark("output-text", "stream", "text", name="stdout"),
        Mark("execute_result", "result", "text", mime="text/plain"),
        Mark("error", "error", "text"),
    ),
    raw_marker=b'class="cell code',
    sign="pre.monaco-colorized, div.view-lines",
    remark=(
        "This page was saved from Colab by the browser: tables, pictures and evidence are not in it. Hand in the "
        ".ipynb file (File, Download), or the HTML that the notebook's last cell makes."
    ),
    id_prefix="cell-",
    own_marks=True,
)

FAMILIES: tuple[Family, ...] = (LAB, KAGGLE, CLASSIC, PANDOC, COLAB, QUARTO)

# A result rather than a display, in every version: on the output (7.x) or on what it shows (before).
RESULT_CLASSES = frozenset({"jp-OutputArea-executeResult", "output_execute_result"})
