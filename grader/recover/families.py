"""The table of HTML families: how each one marks cells, sources, prompts and outputs.

A row is data; `grader.recover.page` is the only reader. A new exporter is a new row (and a fixture).
Sources of the selectors: nbconvert's own templates and the measured exports of docs/formats.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter

from grader.model import OutputKind


@dataclass(frozen=True)
class Mark:
    """One kind of output: the class or mime type that marks it, and what it is.

    ``content`` says what is read from it: "text" (the pre's text), "html" (markup and visible text),
    "picture", "words" (rendered text) or "nothing".
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
    fewer cells, broken markup swallowed some. ``title`` is the page title that sets this row apart from a
    later one with the same classes. ``remark`` says what this family never holds.
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
    remark: str = ""

    @cached_property
    def ranked(self) -> Mapping[str, tuple[int, Mark]]:
        """Each mark with its rank, by marker: an output bears several, and the first of them tells."""
        return {mark.marker: (rank, mark) for rank, mark in enumerate(self.marks)}

    def mark_of(self, classes: Iterable[str], mime: str) -> Mark | None:
        """What an element of these classes and this mime type shows; None where it shows no output."""
        found = [self.ranked[marker] for marker in (*classes, mime) if marker in self.ranked]
        return min(found, key=itemgetter(0))[1] if found else None


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

FAMILIES: tuple[Family, ...] = (LAB, KAGGLE, CLASSIC)

# A result rather than a display, in every version: on the output (7.x) or on what it shows (before).
RESULT_CLASSES = frozenset({"jp-OutputArea-executeResult", "output_execute_result"})
