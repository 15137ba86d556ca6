"""Small pages with the structure of those that browsers save of JupyterLab, classic Notebook and Colab."""


def line5(code: str) -> str:
    return f'<pre class=" CodeMirror-line " role="presentation"><span role="presentation">{code}</span></pre>'


def editor5(*lines: str) -> str:
    """CodeMirror 5, which measures beside what it shows."""
    return (
        '<div class="CodeMirror cm-s-jupyter"><div class="CodeMirror-scroll"><div class="CodeMirror-sizer"><div>'
        '<div class="CodeMirror-lines" role="presentation"><div role="presentation">'
        '<div class="CodeMirror-measure"><pre class="CodeMirror-line-like"><span>xxxxxxxxxx</span></pre></div>'
        '<div class="CodeMirror-measure"></div><div class="CodeMirror-code" role="presentation">'
        f"{''.join(map(line5, lines))}</div></div></div></div></div></div></div>"
    )


def editor6(*lines: str, after: str = "") -> str:
    """CodeMirror 6; ``after`` is what it draws in place of what is not in sight."""
    drawn = "".join(f'<div class="cm-line">{line or "<br>"}</div>' for line in lines)
    return (
        '<div class="cm-editor"><div class="cm-announced" aria-live="polite"></div><div class="cm-scroller">'
        f'<div class="cm-content" role="textbox" data-language="python">{drawn}{after}</div>'
        '<div class="cm-layer cm-cursorLayer"><div class="cm-cursor"></div></div></div></div>'
    )


def lab_cell(editor: str, prompt: str = "[1]:", outputs: str = "", kind: str = "Code", number: str = "") -> str:
    numbered = f' data-windowed-list-index="{number}"' if number else ""
    area = f'<div class="jp-OutputArea jp-Cell-outputArea">{outputs}</div>' if kind == "Code" else ""
    return (
        f'<div class="lm-Widget jp-Cell jp-{kind}Cell jp-Notebook-cell"{numbered}>'
        '<div class="lm-Widget lm-Panel jp-Cell-inputWrapper"><div class="lm-Widget jp-InputArea">'
        f'<div class="lm-Widget jp-InputPrompt jp-InputArea-prompt">{prompt}</div>'
        '<div class="lm-Widget jp-CodeMirrorEditor jp-Editor jp-InputArea-editor" data-type="inline">'
        f'{editor}</div></div></div><div class="lm-Widget lm-Panel jp-Cell-outputWrapper">{area}</div></div>'
    )


def shown(mime: str, markup: str, classes: str = "") -> str:
    return (
        f'<div class="lm-Widget lm-Panel jp-OutputArea-child {classes}"><div class="jp-OutputPrompt"></div>'
        f'<div class="lm-Widget jp-RenderedText jp-OutputArea-output" data-mime-type="{mime}"><pre>{markup}</pre>'
        "</div></div>"
    )


def lab_page(*cells: str, hidden: bool = False) -> str:
    state = " lm-mod-hidden" if hidden else ""
    return (
        f'<div class="lm-Widget jp-MainAreaWidget jp-NotebookPanel{state}"><div class="jp-WindowedPanel lm-Widget '
        f'jp-Notebook jp-NotebookPanel-notebook"><div class="jp-WindowedPanel-viewport">{"".join(cells)}</div>'
        '<button class="lm-Widget jp-Notebook-footer">Click to add a cell.</button></div></div>'
    )


def classic_cell(editor: str, prompt: str = "1", outputs: str = "") -> str:
    return (
        '<div class="cell code_cell unselected rendered" tabindex="2"><div class="input">'
        '<div class="prompt_container">'
        f'<div class="prompt input_prompt"><bdi>In</bdi>&nbsp;[{prompt}]:</div></div><div class="inner_cell">'
        f'<div class="input_area" aria-label="Edit code here">{editor}</div></div></div>'
        f'<div class="output_wrapper"><div class="output">{outputs}</div></div></div>'
    )


def classic_output(classes: str, markup: str, prompt: str = "") -> str:
    return (
        f'<div class="output_area"><div class="run_this_cell"></div><div class="prompt">{prompt}</div>'
        f'<div class="output_subarea {classes}" dir="auto"><pre>{markup}</pre></div></div>'
    )


def colab_cell(number: str, editor: str, outputs: str = "", name: str = "aaaa") -> str:
    return (
        f'<div class="cell code code-has-output" id="cell-{name}" tabindex="-1"><div class="main-content"><div '
        'class="codecell-input-output"><div class="inputarea horizontal layout code"><div class="cell-gutter">'
        '<div class="cell-execution-container"><colab-run-button><template shadowrootmode="open"><div class='
        f'"cell-execution"><span class="execution-count"><!--?lit$1$-->{number}</span></div></template>'
        f'</colab-run-button></div></div><div class="editor flex lazy-editor">{editor}</div></div>'
        '<div class="output"><div class="output-content"><div class="output-iframe-container"><div>'
        "<colab-static-output-renderer>"
        f"<div>{outputs}</div><div></div></colab-static-output-renderer></div></div></div></div></div></div></div>"
    )


def monaco(*lines: str, style: str = "") -> str:
    boxes = [
        f'<div style="top:{19 * place}px;height:19px;" class="view-line"><span>{line}</span></div>'
        for place, line in enumerate(lines)
    ]
    return f'<div class="editor flex monaco"><div class="view-lines" style="{style}">{"".join(boxes)}</div></div>'
