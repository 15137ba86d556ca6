"""Reading an HTML page by a row of the families' table.

Only cells outside of other cells' contents count: an output may hold markup that looks like a cell. HTML
cannot prove who wrote it; whatever is read here is a claim.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from selectolax.lexbor import LexborHTMLParser, LexborNode

from grader.errors import UnreadableError
from grader.model import Recovered, RecoveredCell
from grader.recover.families import FAMILIES, Family
from grader.recover.lean import parse_lean
from grader.recover.limits import RecoverLimits
from grader.recover.outputs import merge_streams
from grader.recover.pictures import PictureBudget
from grader.recover.sanitised import is_sanitised, restored
from grader.recover.seems import page_without_cells
from grader.recover.shown import OutputReader
from grader.recover.text import keep_carriage_returns, line_ends
from grader.recover.visible import tidy, visible_of, visible_text

# What marks a cell has "cell" in the name of its class everywhere: asking for that first spares the parser from
# trying every family's selector on every element.
ANY_CELL = f"[class*=cell i]:is({', '.join(dict.fromkeys(family.cell for family in FAMILIES))})"
TAG_PREFIX = "celltag_"
JSON_STRING = re.compile(r'"([\w.:-]+)"')  # a tag that needs no escapes
TOP = re.compile(r"top:\s*(\d{1,7})px")
COUNT = re.compile(r"\[\s*(\d{1,6})\s*\]")
# How many cells that leave many tags open are seen through in one page.
MOST_UNFOLDED = 5
UNSEEN_BETWEEN = frozenset({"script", "style", "link", "meta", "button", "template", "head", "title", "noscript"})


@dataclass(frozen=True)
class Layout:
    """Where a page's cells are.

    ``cells`` are the cells that count, in order, each with "code" or "markdown" in ``kinds`` and its place in
    ``index_of`` by node; ``held`` are the indices of those that came to stand inside an earlier one, because
    something in it left a tag open; ``around`` gives, for every node above a cell, the cell around it or 0;
    ``lookalikes`` counts what looks like a cell but stands inside the contents of one, ``code`` all code cells
    of either sort.
    """

    cells: tuple[LexborNode, ...]
    kinds: tuple[str, ...]
    index_of: Mapping[int, int]
    held: frozenset[int]
    around: Mapping[int, int]
    lookalikes: int
    code: int


def read_page(content: bytes, name: str, limits: RecoverLimits) -> Recovered:
    """Read a page, in UTF-8. UnreadableError, which says what the page seems to be, where it holds no cells."""
    page, lean, lifted = parse_lean(keep_carriage_returns(content))
    found = page.css(ANY_CELL)
    head = page.css_first("title")
    title = tidy(head.text()) if head is not None else ""
    if not found:
        raise page_without_cells(page, title, content, name)
    if len(found) > 2 * limits.cells:
        raise _too_many(len(found), limits)
    family = _family(page, found[0], title)
    if family is None:
        raise page_without_cells(page, title, content, name)
    layout = _layout(found, family)
    # Where tags are left open, the last cell of all stands inside another's contents.
    swallowed = found[-1].mem_id not in layout.index_of
    if swallowed and lean.count(b"<div") > lean.count(b"</div"):
        layout = _unfold(found, family, layout)
    if len(layout.cells) > limits.cells:
        raise _too_many(len(layout.cells), limits)
    if page.css_first("pre br") is not None:
        _end_drawn_lines(layout, family)
    budget = PictureBudget(limits, lifted)
    outputs = OutputReader(family, budget)
    between = _texts_between(layout)
    last = len(layout.cells) + len(between) - 1
    read: list[RecoveredCell] = []
    # Backwards, so that held cells are read and taken out of the page before the cell that holds them.
    for index in reversed(range(len(layout.cells))):
        if index + 1 in between:
            read.append(_between(last - len(read), between[index + 1], family))
        read.append(_cell(last - len(read), layout.cells[index], layout.kinds[index], family, outputs))
        if index in layout.held:
            layout.cells[index].decompose()
    if 0 in between:
        read.append(_between(last - len(read), between[0], family))
    cells = lifted.back_in(reversed(read))
    remarks = (*_remarks(lean, family, layout, cells), *budget.remarks())
    return Recovered(family.name, cells, remarks, title)


def _between(position: int, text: str, family: Family) -> RecoveredCell:
    """What stands between cells: a raw cell, or the markdown of a family that marks code cells alone."""
    if family.words_between:
        return RecoveredCell(position, "markdown", tidy(text), rendered=True)
    return RecoveredCell(position, "raw", text)


def _too_many(cells: int, limits: RecoverLimits) -> UnreadableError:
    advice = f"At most {limits.cells:,} are read. Hand in the notebook of this assignment alone."
    return UnreadableError(f"a page of {cells:,} cells", advice)


# --- which cells count ------------------------------------------------------------------------------------


def _family(page: LexborHTMLParser, first: LexborNode, title: str) -> Family | None:
    """The row that the page's first cell belongs to; None where it only looked like a cell."""
    classes = _classes(first)
    for family in FAMILIES:
        fits = _kind(classes, family) and (not family.title or family.title == title)
        if fits and (not family.sign or page.css_first(family.sign) is not None):
            return family
    return None


def _kind(classes: frozenset[str], family: Family) -> str:
    if family.code <= classes:
        return "code"
    return "markdown" if family.markdown & classes else ""


def _layout(found: Sequence[LexborNode], family: Family, holding: frozenset[int] = frozenset()) -> Layout:
    """Tell cells from lookalikes by what stands around them.

    A cell inside another one counts only outside of that one's contents: it came to stand there because
    something before it left a tag open. Inside the contents (``payload``) it is a lookalike, except in the
    cells ``holding`` later ones even there.
    """
    ids = {node.mem_id for node in found}
    known: dict[int, tuple[int, bool]] = {}
    cells: list[LexborNode] = []
    kinds: list[str] = []
    held: set[int] = set()
    lookalikes: set[int] = set()
    code = 0
    kind_of: dict[str | None, str] = {}
    for node in found:
        written = node.attrs.get("class")
        kind = kind_of.get(written)
        if kind is None:
            kind = kind_of[written] = _kind(_classes(node), family)
        code += kind == "code"
        parent = node.parent
        if parent is None or (surroundings := known.get(parent.mem_id)) is None:
            surroundings = _surroundings(parent, family, ids, known)
        around, covered = surroundings
        if (around and covered and around not in holding) or around in lookalikes or not kind:
            lookalikes.add(node.mem_id)
            continue
        if around:
            held.add(len(cells))
        cells.append(node)
        kinds.append(kind)
    index_of = {node.mem_id: index for index, node in enumerate(cells)}
    above = {key: around for key, (around, _) in known.items()}
    return Layout(tuple(cells), tuple(kinds), index_of, frozenset(held), above, len(lookalikes), code)


def _unfold(found: Sequence[LexborNode], family: Family, layout: Layout) -> Layout:
    """The layout of a page in which so many tags are left open that all later cells stand inside the contents of
    one. That one is then the last cell found; there may be another such one among those it held.
    """
    holding: frozenset[int] = frozenset()
    for _ in range(MOST_UNFOLDED):
        holding |= {layout.cells[-1].mem_id}
        unfolded = _layout(found, family, holding)
        if len(unfolded.cells) == len(layout.cells):
            break
        layout = unfolded
    return layout


def _surroundings(
    current: LexborNode | None, family: Family, ids: set[int], known: dict[int, tuple[int, bool]]
) -> tuple[int, bool]:
    """The nearest cell around a node whose parent is ``current`` (0 for none) and whether contents lie between.

    ``known`` remembers the answer for every node passed on the way up, so that all cells together walk at most
    once through each node: deep nesting costs no more than the page is long.
    """
    passed: list[tuple[int, bool]] = []
    around, covered = 0, False
    while current is not None:
        key = current.mem_id
        if key in ids:
            around, covered = key, bool(family.payload & _classes(current))
            break
        if key in known:
            around, covered = known[key]
            break
        passed.append((key, bool(family.payload & _classes(current))))
        current = current.parent
    for key, is_payload in reversed(passed):
        covered = covered or is_payload
        known[key] = (around, covered)
    return around, covered


def _texts_between(layout: Layout) -> dict[int, str]:
    """Text between cells, by the index of the cell it stands before: raw cells have no markup of their own."""
    index_of = layout.index_of
    texts: dict[int, list[str]] = {}
    parents = {parent.mem_id: parent for node in layout.cells if (parent := node.parent) is not None}
    for key, parent in parents.items():
        if layout.around.get(key) != 0:
            continue  # inside a cell
        before = -1
        for child in parent.iter(include_text=True, skip_empty=True):
            if child.mem_id in index_of:
                before = index_of[child.mem_id] + 1
            elif child.mem_id not in layout.around and child.tag not in UNSEEN_BETWEEN:
                text = (child.text() or "").strip()
                if text:
                    before = before if before >= 0 else _next_cell(child, index_of)
                    texts.setdefault(before, []).append(text)
    return {before: "\n".join(pieces) for before, pieces in texts.items()}


def _next_cell(node: LexborNode, index_of: Mapping[int, int]) -> int:
    """The index of the first cell among the following siblings."""
    following = node.next
    while following is not None:
        if following.mem_id in index_of:
            return index_of[following.mem_id]
        following = following.next
    return 0


# --- one cell -----------------------------------------------------------------------------------------------


def _cell(position: int, node: LexborNode, kind: str, family: Family, outputs: OutputReader) -> RecoveredCell:
    """One cell."""
    attributes = node.attributes
    anchor = attributes.get("id") or ""
    identity = anchor.removeprefix(family.id_prefix) if anchor.startswith(family.id_prefix) else ""
    tags = _tags(attributes, family)
    if kind == "markdown":
        rendered = node.css_first(family.rendered) if family.rendered else node
        if rendered is None:
            return RecoveredCell(position, "markdown", "", id=identity, tags=tags, rendered=True, hidden=True)
        tags = tags or _tags(rendered.attributes, family)  # lab puts them there
        html = rendered.inner_html or ""
        if is_sanitised(html):
            html = restored(html)
            return RecoveredCell(
                position, "markdown", visible_text(html), id=identity, tags=tags, html=html, rendered=True
            )
        words = visible_of(rendered, html)
        return RecoveredCell(position, "markdown", words, id=identity, tags=tags, html=html, rendered=True)
    source = node.css_first(family.source)
    if family.count_attribute:
        count = COUNT.search(f"[{attributes.get(family.count_attribute)}]")
    else:
        prompt = node.css_first(family.prompt)
        count = COUNT.search(prompt.text_lexbor()) if prompt is not None else None
    area = node.css_first(family.outputs) if family.outputs else node
    return RecoveredCell(
        position,
        "code",
        "" if source is None else _source_text(source),
        count=int(count[1]) if count else None,
        outputs=merge_streams(outputs.read(area)),
        id=identity,
        tags=tags,
        hidden=source is None,
    )


def _source_text(element: LexborNode) -> str:
    r"""Code as written: the highlighter adds one line end, and ``\r`` is never a progress bar here."""
    if element.tag == "div" and element.css_first("div.view-line") is not None:
        return _edited_text(element)
    text = line_ends(element.text_lexbor()).removesuffix("\n")
    return text if text.strip() else ""


def _end_drawn_lines(layout: Layout, family: Family) -> None:
    """Put line ends where sources have only the breaks that an editor drew."""
    for node, kind in zip(layout.cells, layout.kinds, strict=True):
        source = node.css_first(family.source) if kind == "code" else None
        for end in source.css("br") if source is not None else ():
            end.replace_with("\n")


def _edited_text(editor: LexborNode) -> str:
    """Code as an editor on the screen had drawn it: a box a line, in any order, blanks as no-break spaces."""
    lines = []
    for line in editor.css("div.view-line"):
        top = TOP.search(line.attributes.get("style") or "")
        lines.append((int(top[1]) if top else 0, line.text().replace("\xa0", " ")))
    return "\n".join(text for _, text in sorted(lines, key=itemgetter(0)))


def _classes(node: LexborNode) -> frozenset[str]:
    return frozenset((node.attributes.get("class") or "").split())


def _tags(attributes: Mapping[str, str | None], family: Family) -> tuple[str, ...]:
    if family.tags_attribute:
        return tuple(re.findall(JSON_STRING, attributes.get(family.tags_attribute) or ""))
    classes = attributes.get("class") or ""
    if TAG_PREFIX not in classes:
        return ()
    return tuple([name.removeprefix(TAG_PREFIX) for name in classes.split() if name.startswith(TAG_PREFIX)])


# --- what has to be said ------------------------------------------------------------------------------------


def _remarks(lean: bytes, family: Family, layout: Layout, cells: Sequence[RecoveredCell]) -> Iterator[str]:
    if family.remark:
        yield family.remark
    linked = sum(output.picture == "linked" for cell in cells for output in cell.outputs)
    if linked:
        yield f"{linked} pictures are only linked: they are missing from this file, not from the work."
    hidden = sum(cell.hidden for cell in cells)
    if hidden:
        yield f"The export left out the source of {hidden} cells."
    if layout.lookalikes:
        yield (
            f"{layout.lookalikes} things that look like cells stand inside outputs or other formats; "
            "they were not read as cells."
        )
    if layout.held:
        yield f"A tag is left open before {len(layout.held)} of the cells; they were found all the same."
    written = lean.count(family.raw_marker)
    if written > layout.code:
        yield (
            f"The file mentions {written} code cells, but only {layout.code} could be found: unclosed markup in "
            "an output may have swallowed some."
        )
