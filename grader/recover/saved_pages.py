"""What a browser saves of the page in which a notebook is edited: JupyterLab, Notebook 7, classic Notebook, Colab.

Such a copy holds what the page had drawn. The structure was seen in pages of JupyterLab 3.6, 4.0 and 4.6, Notebook
6.5 and 7.6, and in public copies of Colab's.
"""

from grader.model import Survived
from grader.recover.family import Family, Mark

COPY = "This is the browser's copy of the page, not an export"
JUPYTER_ADVICE = "use File > Save and Export Notebook As > HTML"
HIDDEN_TAB = frozenset({"lm-mod-hidden", "p-mod-hidden"})

# JupyterLab 3 and 4, and Notebook 7, which is made of the same parts. Of a long notebook JupyterLab 4 may draw only
# what is in sight; the other code cells then keep their outputs, and lose code and prompt.
JUPYTERLAB_PAGE = Family(
    name="jupyterlab-page",
    cell="div.jp-CodeCell, div.jp-MarkdownCell, div.jp-RawCell",
    code=frozenset({"jp-CodeCell"}),
    markdown=frozenset({"jp-MarkdownCell"}),
    raw=frozenset({"jp-RawCell"}),
    source="div.jp-InputArea-editor :is(div.cm-content, div.CodeMirror-code)",
    prompt="div.jp-InputPrompt",
    rendered="div.jp-MarkdownOutput",
    outputs="div.jp-OutputArea",
    output="jp-OutputArea-child",
    payload=frozenset({"jp-OutputArea-output", "jp-MarkdownOutput"}),
    marks=(
        Mark("application/vnd.jupyter.stdout", "stream", "text", name="stdout"),
        Mark("application/vnd.jupyter.stderr", "stream", "text", name="stderr"),
        Mark("text/html", "display", "html", mime="text/html"),
        Mark("text/plain", "display", "text", mime="text/plain"),
        Mark("image/svg+xml", "display", "picture", mime="image/svg+xml"),
        Mark("jp-RenderedImage", "display", "picture"),
        Mark("text/markdown", "display", "words", mime="text/markdown"),
        Mark("text/latex", "display", "words", mime="text/latex"),
        Mark("jupyter-widgets", "display", "nothing", mime="application/vnd.jupyter.widget-view+json"),
        Mark("jp-RenderedJavaScript", "display", "nothing", mime="application/javascript"),
        Mark("jp-OutputArea-output", "display", "nothing"),
    ),
    around="jp-NotebookPanel-notebook",
    remark=f"{COPY}: {JUPYTER_ADVICE}. A copy keeps neither ids nor tags.",
    keeps=Survived(id=False, tags=False),
    between="nothing",
    drawn=True,
)

CLASSIC_MARKS = (
    Mark("output_stdout", "stream", "text", name="stdout"),
    Mark("output_stderr", "stream", "text", name="stderr"),
    Mark("output_error", "error", "text"),
    Mark("output_pyerr", "error", "text"),  # up to IPython 2
    Mark("output_html", "display", "html", mime="text/html"),
    Mark("output_png", "display", "picture", mime="image/png"),
    Mark("output_jpeg", "display", "picture", mime="image/jpeg"),
    Mark("output_svg", "display", "picture", mime="image/svg+xml"),
    Mark("output_markdown", "display", "words", mime="text/markdown"),
    Mark("output_latex", "display", "words", mime="text/latex"),
    Mark("output_javascript", "display", "nothing", mime="application/javascript"),
)
CLASSIC_PAGE = Family(
    name="classic-page",
    cell="div.code_cell, div.text_cell",
    code=frozenset({"code_cell"}),
    markdown=frozenset({"text_cell"}),
    source="div.input_area div.CodeMirror-code",
    prompt="div.input_prompt",
    rendered="div.text_cell_render",
    outputs="div.output",
    output="output_area",
    payload=frozenset({"output_subarea", "text_cell_render"}),
    marks=(
        *CLASSIC_MARKS,
        Mark("jupyter-widgets-view", "display", "nothing", mime="application/vnd.jupyter.widget-view+json"),
        Mark("output_text", "display", "text", mime="text/plain"),
    ),
    around="notebook_app",
    remark=f"{COPY}: use File > Download as > HTML. A copy keeps neither ids nor tags.",
    keeps=Survived(id=False, tags=False),
    between="nothing",
    drawn=True,
)

# Rich outputs of Colab live in frames of their own, which are not in the file; nor are most execution counts.
COLAB = Family(
    name="colab-page",
    cell="div.cell.code, div.cell.text",
    code=frozenset({"cell", "code"}),
    markdown=frozenset({"text"}),
    source="pre.monaco-colorized, div.view-lines",
    prompt=".execution-count",
    rendered="div.text-cell-render, div.markdown",
    outputs="div.output-body, colab-static-output-renderer > div",
    output="",
    payload=frozenset({"output-body", "output-content", "text-cell-render"}),
    marks=(
        Mark("stream", "stream", "text", name="stdout"),
        Mark("output-text", "stream", "text", name="stdout"),
        Mark("execute_result", "result", "text", mime="text/plain"),
        Mark("error", "error", "text"),
    ),
    sign="pre.monaco-colorized, div.view-lines",
    remark=(
        "This page was saved from Colab by the browser: tables, pictures and evidence are not in it. Hand in the "
        ".ipynb file (File, Download), or the HTML that the notebook's last cell makes."
    ),
    keeps=Survived(count=False, outputs=False, tags=False),
    id_prefix="cell-",
    own_marks=True,
    between="nothing",
    drawn=True,
)
