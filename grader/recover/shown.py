"""The outputs of one cell of a page, by the marks of its family's row."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from grader.model import Output, OutputKind
from grader.recover.families import RESULT_CLASSES
from grader.recover.family import Family, Mark
from grader.recover.outputs import MarkupOutput, error_name, is_traceback
from grader.recover.pictures import PictureBudget
from grader.recover.text import terminal_text
from grader.recover.visible import visible_of

DATA_URL = re.compile(r"data:(image/[a-z0-9.+-]+)[^,]{0,60}?(;base64)?,", re.IGNORECASE)


class OutputReader:
    """Reads the outputs of one page's cells; what a class says is looked up once."""

    def __init__(self, family: Family, budget: PictureBudget) -> None:
        """For one page of this family."""
        self._family, self._budget = family, budget
        self._outer: dict[str | None, tuple[bool, bool]] = {}
        self._marks: dict[tuple[str | None, str | None], tuple[Mark | None, bool]] = {}

    def read(self, area: LexborNode | None) -> Iterator[Output]:
        """What the outputs in an element show, one after another; streams still in the pieces they came in."""
        if area is None:
            return
        own_marks, counting = self._family.own_marks, self._family.count_attribute
        for child in area.iter():
            outer = child.attributes.get("class")  # a comment has none
            is_output, is_result = self._outer.get(outer) or self._look_at_outer(outer)
            if not is_output:
                continue
            for shown in (child,) if own_marks else child.iter():
                attributes = shown.attributes
                bears = (attributes.get("class"), attributes.get("data-mime-type"))
                mark, marks_result = self._marks.get(bears) or self._look_at_mark(bears)
                if mark is not None:
                    self._budget.count_output()
                    counted = bool(counting) and counting in attributes
                    yield _output(shown, mark, counted or is_result or marks_result, self._budget)

    def _look_at_outer(self, outer: str | None) -> tuple[bool, bool]:
        """Whether an element of these classes is an output, and whether a result."""
        classes = (outer or "").split()
        is_output = self._family.own_marks or self._family.output in classes
        self._outer[outer] = is_output, not RESULT_CLASSES.isdisjoint(classes)
        return self._outer[outer]

    def _look_at_mark(self, bears: tuple[str | None, str | None]) -> tuple[Mark | None, bool]:
        """The mark of an element of these classes and this mime type, and whether it marks a result."""
        classes = (bears[0] or "").split()
        self._marks[bears] = self._family.mark_of(classes, bears[1] or ""), not RESULT_CLASSES.isdisjoint(classes)
        return self._marks[bears]


def _output(node: LexborNode, mark: Mark, is_result: bool, budget: PictureBudget) -> Output:
    kind: OutputKind = "result" if is_result else mark.kind
    match mark.content:
        case "text" | "lines":
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
    if kind == "stream":  # folded once its pieces are joined
        ended = text if mark.content == "text" or text.endswith("\n") else f"{text}\n"
        return Output(kind, ended, name=mark.name)
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
