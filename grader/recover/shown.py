"""The outputs of one cell of a page, by the marks of its family's row."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from grader.model import Output, OutputKind
from grader.recover.families import RESULT_CLASSES, Family, Mark
from grader.recover.outputs import MarkupOutput, PictureBudget, error_name, is_traceback
from grader.recover.text import terminal_text
from grader.recover.visible import visible_of

DATA_URL = re.compile(r"data:(image/[a-z0-9.+-]+)[^,]{0,60}?(;base64)?,", re.IGNORECASE)


def read_outputs(area: LexborNode | None, family: Family, budget: PictureBudget) -> Iterator[Output]:
    """What the outputs in an element show, one after another; streams still in the pieces they came in."""
    if area is None:
        return
    for child in area.iter():
        outer = (child.attributes.get("class") or "").split()
        if not family.own_marks and family.output not in outer:
            continue
        for shown in (child,) if family.own_marks else child.iter():
            attributes = shown.attributes
            classes = (attributes.get("class") or "").split()
            mark = family.mark_of(classes, attributes.get("data-mime-type") or "")
            if mark is not None:
                budget.count_output()
                counted = bool(family.count_attribute) and family.count_attribute in attributes
                is_result = counted or not RESULT_CLASSES.isdisjoint((*outer, *classes))
                yield _output(shown, mark, is_result, budget)


def _output(node: LexborNode, mark: Mark, is_result: bool, budget: PictureBudget) -> Output:
    kind: OutputKind = "result" if is_result else mark.kind
    match mark.content:
        case "text":
            return _text_output(node, kind, mark)
        case "html":
            return MarkupOutput.of(kind, node.inner_html or "", mark.mime)
        case "picture":
            return _picture(node, kind, mark, budget)
        case "any":
            return _any_output(node, kind, mark, budget)
        case "words":
            return Output(kind, visible_of(node, node.inner_html or ""), mime=mark.mime)
        case _:
            return Output(kind, "", mime=mark.mime)


def _any_output(node: LexborNode, kind: OutputKind, mark: Mark, budget: PictureBudget) -> Output:
    """An output whose mark does not say what it is: a picture, preformatted text, or markup. Colab puts icons
    around a table and Quarto a figure around a picture.
    """
    if node.css_first("table, details") is None:
        if node.css_first("img, svg") is not None:
            return _picture(node, kind, Mark("", kind, "picture"), budget)
        if node.css_first("pre") is not None:
            return _text_output(node, kind, Mark("", kind, "text", mime="text/plain"))
    return MarkupOutput.of(kind, node.inner_html or "", mark.mime)


def _text_output(node: LexborNode, kind: OutputKind, mark: Mark) -> Output:
    pre = _first(node, "pre")
    text = (pre if pre is not None else node).text_lexbor()
    if kind == "error" or (mark.name == "stderr" and is_traceback(text)):
        text = terminal_text(text)
        return Output("error", text, name=error_name(text))
    if kind == "stream":
        return Output(kind, text, name=mark.name)  # folded once its pieces are joined
    return Output(kind, terminal_text(text), mime=mark.mime)


def _picture(node: LexborNode, kind: OutputKind, mark: Mark, budget: PictureBudget) -> Output:
    """A picture: embedded as a data URL or as SVG markup, or only linked."""
    image = _first(node, "img")
    if image is None:
        svg = node.css_first("svg")
        if svg is None:
            return Output(kind, "", mime=mark.mime)
        return Output(
            kind, "", mime="image/svg+xml", picture="embedded", picture_bytes=budget.keep((svg.html or "").encode())
        )
    source = image.attributes.get("src") or ""
    url = DATA_URL.match(source)
    if url is None:
        return Output(kind, source[:200], mime=mark.mime, picture="linked")
    content = budget.decode(source, url.end()) if url[2] else b""
    return Output(kind, "", mime=url[1].lower(), picture="embedded", picture_bytes=content)


def _first(node: LexborNode, tag: str) -> LexborNode | None:
    """The first element of a kind: nearly always the first child; a selector is parsed anew for every question."""
    child = node.first_child
    if child is not None and child.tag == "-text":
        child = child.next
    if child is not None and child.tag == tag and node.tag != tag:
        return child
    return node.css_first(tag)
