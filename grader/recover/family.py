"""What a row of the table of HTML families says: how one exporter marks cells, sources, prompts and outputs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from grader.model import ALL_SURVIVED, OutputKind, Survived


@dataclass(frozen=True)
class Mark:
    """One kind of output: the class or mime type that marks it, and what it is.

    ``content`` says what is read from it: "text" (the pre's text), "lines" (that, and its last line end put back),
    "html" (markup and visible text), "picture", "words" (rendered text), "any" (a picture where there is one, else
    html) or "nothing".
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
    ``markdown`` a markdown cell, any of ``raw`` a raw one. ``source``, ``prompt``, ``rendered`` and ``outputs`` are
    selectors inside a cell. Inside ``outputs``, a direct child of class ``output`` is one output, and its direct
    children show it. ``payload`` are the classes of what a student's code fills; whatever is inside is no cell.
    ``raw_marker`` is the literal that is once before each code cell in the file: where the parser finds
    fewer cells, broken markup swallowed some. ``title`` is the page title that sets this row apart from a later one
    with the same classes; ``sign`` is a selector of what is in every page of a family whose classes are other
    pages' too; ``around`` a class that an element around all of its cells bears. ``remark`` says what this family
    never holds, and ``keeps`` what of a cell it would show. A code cell's count may be in a ``count_attribute``
    instead of a prompt, which then marks a result too; tags may be JSON in a ``tags_attribute`` instead of in
    classes. With ``own_marks`` an output bears its mark itself; ``outputs`` and ``rendered`` are empty where the
    cell itself holds them. What is ``between`` cells is a raw cell, the words of markdown that has no cells of
    its own, or nothing of the notebook. ``drawn`` pages are a browser's copies: their code is what an editor had
    drawn.
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
    raw_marker: bytes = b""
    raw: frozenset[str] = frozenset()
    title: str = ""
    sign: str = ""
    around: str = ""
    remark: str = ""
    keeps: Survived = ALL_SURVIVED
    id_prefix: str = "cell-id="
    count_attribute: str = ""
    tags_attribute: str = ""
    own_marks: bool = False
    between: Literal["raw", "words", "nothing"] = "raw"
    drawn: bool = False

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
