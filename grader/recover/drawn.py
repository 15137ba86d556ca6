"""Code and words as a page had drawn them when a browser saved it: by CodeMirror 5 and 6, by Monaco, by MathJax.

An editor draws the lines in sight and a little more; what is in place of the rest shows that it is missing.
"""

import re
from itertools import pairwise
from operator import itemgetter

from selectolax.lexbor import LexborNode

# CodeMirror 6 puts an image beside whatever it draws in place of text: a fold, or the rest of a long line.
IN_PLACE_OF_TEXT = "img.cm-widgetBuffer, .cm-foldPlaceholder, .CodeMirror-foldmarker"
FOLDED = "div.jp-InputPlaceholder .jp-PlaceholderText"  # the first line of code that was collapsed in JupyterLab
TOP = re.compile(r"top:\s*(\d{1,7})px")
HEIGHT = re.compile(r"height:\s*(\d{1,7})px")
SHADOW = b"<template shadowrootmode"  # Colab shows execution counts in shadow trees
PADDING = 2  # lines by which Monaco's box may be higher than its text


def drawn_text(editor: LexborNode) -> tuple[str, bool]:
    """The text in an editor, and whether that is all of it."""
    classes = (editor.attributes.get("class") or "").split()
    whole = editor.css_first(IN_PLACE_OF_TEXT) is None
    if "cm-content" in classes:
        children = [child for child in editor.iter() if child.tag != "-comment"]
        lines = [child.text() for child in children if "cm-line" in (child.attributes.get("class") or "")]
        return "\n".join(lines), whole and len(lines) == len(children)
    if "CodeMirror-code" in classes:
        return "\n".join(map(_line, editor.css("pre.CodeMirror-line"))), whole
    if "view-lines" in classes:
        return _monaco(editor)
    for end in editor.css("br"):
        end.replace_with("\n")
    return editor.text_lexbor().replace("\xa0", " ").removesuffix("\n"), whole


def _line(line: LexborNode) -> str:
    """A line of CodeMirror 5, which notes beside a tab and other special characters what they are."""
    for special in line.css("[cm-text]"):
        special.replace_with(special.attributes.get("cm-text") or "")
    return line.text()


def _monaco(editor: LexborNode) -> tuple[str, bool]:
    """Monaco's boxes, one a line, in any order, with blanks as no-break spaces."""
    lines = []
    for line in editor.css("div.view-line"):
        top = TOP.search(line.attributes.get("style") or "")
        lines.append((int(top[1]) if top else 0, line.text().replace("\xa0", " ")))
    lines.sort(key=itemgetter(0))
    tops = [top for top, _ in lines]
    steps = {after - before for before, after in pairwise(tops)}
    height = HEIGHT.search(editor.attributes.get("style") or "")
    step = min(steps, default=0)
    whole = tops[:1] == [0] and len(steps) < 2
    if height is not None and step:
        whole = whole and int(height[1]) < tops[-1] + (1 + PADDING) * step
    return "\n".join(text for _, text in lines), whole


def put_formulas_back(rendered: LexborNode) -> None:
    """Put the source of each formula in place of what MathJax 2 drew of it; later versions keep no source."""
    for script in rendered.css("script[type^='math/tex']"):
        mark = "$$" if "display" in (script.attributes.get("type") or "") else "$"
        script.replace_with(f"{mark}{script.text()}{mark}")
    for shown in rendered.css(".MathJax_Preview, .MathJax, .MathJax_Display, .MJX_Assistive_MathML"):
        shown.decompose()


def open_shadows(page: bytes) -> bytes:
    """A page whose shadow trees are part of it, so that they can be read."""
    return page.replace(SHADOW, b"<x-shadow shadowrootmode").replace(b"</template>", b"</x-shadow>")
