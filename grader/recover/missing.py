"""What is missing from a page, in plain words: what its exporter never holds, and what a browser had not drawn."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from grader.model import RecoveredCell
from grader.recover.family import Family
from grader.recover.layout import Layout, is_around
from grader.recover.styles import Style, hides, style_of

NUMBER = "data-windowed-list-index"  # JupyterLab 4 numbers the cells that it draws
NUMBERED = re.compile(r"[0-9]{1,6}")
UNSHOWN = "div.jp-OutputPlaceholder, div.jp-TrimmedOutputs"  # outputs that were collapsed, or were too many
SLIDES = "reveal"
ENDING = 2_000
# nbconvert cleans what it rendered: of what is after such an element that is left open, nothing is left.
LOST_IN = re.compile(
    rb"<(style|script|textarea|title|xmp|iframe|noembed|noframes|noscript|template|plaintext)(?:\s[^<>]*)?>[^<]*</\1>"
    rb"(?:\s*</(?:div|p|span)>)*\s*</main>\s*</body>\s*</html>\s*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Missing:
    """What of the notebook a page does not hold: ``undrawn`` cells between those that a browser had drawn,
    ``swallowed`` code cells of those that the file ``mentions``. ``bit_by_bit`` and ``slides`` say that there may
    be more. ``left_open`` is the element in which an exporter lost the rest, and ``unseen`` the cells that the page
    hides. It is false where nothing is missing.
    """

    undrawn: int = 0
    bit_by_bit: bool = False
    mentions: int = 0
    swallowed: int = 0
    slides: bool = False
    left_open: str = ""
    unseen: int = 0

    @classmethod
    def of(cls, lean: bytes, family: Family, layout: Layout) -> "Missing":
        """Look what is missing."""
        mentions = lean.count(family.raw_marker) if family.raw_marker else 0
        written = [node.attributes.get(NUMBER) or "" for node in layout.cells] if family.drawn else []
        numbers = [int(number) for number in written if NUMBERED.fullmatch(number)]
        undrawn = max(0, max(numbers, default=-1) + 1 - len(numbers))
        slides = is_around(layout.cells[0], SLIDES)
        swallowed = max(0, mentions - layout.code)
        lost = LOST_IN.search(lean[-ENDING:])
        unseen = 0 if family.drawn or slides else _count_unseen(layout)
        return cls(undrawn, bool(numbers), mentions, swallowed, slides, lost[1].decode() if lost else "", unseen)

    def __bool__(self) -> bool:
        """Whether cells are or may be missing."""
        return bool(self.bit_by_bit or self.swallowed or self.slides or self.left_open or self.unseen)

    def told(self, notebooks: int) -> Iterator[str]:
        """It in plain words; ``notebooks`` is how many are in the page."""
        if notebooks > 1:
            yield f"The page holds {notebooks} notebooks; only the one in sight was read."
        if self.undrawn:
            cells = "cell" if self.undrawn == 1 else "cells"
            yield f"The browser had not drawn at least {self.undrawn} {cells} of the notebook at all."
        elif self.bit_by_bit:
            yield "JupyterLab draws a notebook bit by bit: nobody can see whether these are all of its cells."
        if self.slides:
            yield "These are slides: what they skip is not in them. Hand in the .ipynb file or its HTML export."
        if self.swallowed:
            yield (
                f"The file mentions {self.mentions} code cells, but only {self.mentions - self.swallowed} could be "
                "found: unclosed markup in an output may have swallowed some."
            )
        if self.left_open:
            yield f"A <{self.left_open}> is left open in a text, and the exporter lost all that was after it."
        if self.unseen:
            cells = "cell" if self.unseen == 1 else "cells"
            yield f"The page hides {self.unseen} {cells}: a person who opens it does not see them."


def _count_unseen(layout: Layout) -> int:
    """The cells that a style around them hides; each element around them is looked at once."""
    known: dict[int, bool] = {}
    found = 0
    for cell in layout.cells:
        node: LexborNode | None = cell
        passed, hidden = [], False
        while node is not None and node.tag != "html":
            if node.mem_id in known:
                hidden = known[node.mem_id]
                break
            passed.append(node.mem_id)
            attributes = node.attributes
            if ("style" in attributes or "hidden" in attributes) and hides(style_of(node, ""), Style()).gone:
                hidden = True
                break
            node = node.parent
        known |= dict.fromkeys(passed, hidden)
        found += hidden
    return found


def told_cells(cells: Sequence[RecoveredCell], family: Family) -> Iterator[str]:
    """What the cells lack, as the reader noted it."""
    linked = sum(output.picture == "linked" for cell in cells for output in cell.outputs)
    if linked:
        pictures = "1 picture is" if linked == 1 else f"{linked} pictures are"
        yield f"{pictures} only linked: missing from this file, not from the work."
    hidden = [cell for cell in cells if cell.hidden]
    if not family.drawn:
        if hidden:
            yield f"The export left out the source of {len(hidden)} cell{'' if len(hidden) == 1 else 's'}."
        return
    cut = [cell for cell in cells if not cell.survived.source and not cell.hidden]
    folded = [cell for cell in cells if cell.cell_type == "code" and not cell.survived.outputs]
    for what, which in (("the text", hidden), ("a part of the text", cut), ("the outputs", folded)):
        if which:
            yield f"The browser had not drawn {what} of {_numbered(which)}."


def told_layout(layout: Layout) -> Iterator[str]:
    """What was strange about the places of the cells."""
    if layout.lookalikes:
        yield (
            f"{layout.lookalikes} things that look like cells are inside outputs or other formats; "
            "they were not read as cells."
        )
    if layout.held:
        yield f"A tag is left open before {len(layout.held)} of the cells; they were found all the same."


def _numbered(cells: Sequence[RecoveredCell], most: int = 12) -> str:
    """``cell 3``, ``cells 3, 4 and 9``, counted from one; long lists are cut."""
    numbers = [str(cell.position + 1) for cell in cells]
    if len(numbers) == 1:
        return f"cell {numbers[0]}"
    if len(numbers) > most:
        return f"{len(numbers)} cells ({', '.join(numbers[:most])} …)"
    return f"cells {', '.join(numbers[:-1])} and {numbers[-1]}"
