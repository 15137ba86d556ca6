"""Which of a page's elements are its cells, and what is between them.

Only cells outside of other cells' contents count: an output may hold markup that looks like a cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from grader.recover.family import Family
from grader.recover.saved_pages import HIDDEN_TAB
from grader.recover.visible import visible_text

# How many cells that leave many tags open are seen through in one page.
MOST_UNFOLDED = 5
UNSEEN_BETWEEN = frozenset(
    {"script", "style", "link", "meta", "button", "template", "head", "title", "noscript", "svg", "-comment"}
    | {"figcaption"}  # of a figure that a cell is in, and gave its caption
)
FURNITURE = "breadcrumb"  # nbviewer's path to the notebook


@dataclass(frozen=True)
class Layout:
    """Where a page's cells are.

    ``cells`` are the cells that count, in order, each with "code", "markdown" or "raw" in ``kinds`` and its place
    in ``index_of`` by node; ``held`` are the indices of those that came to be inside an earlier one, because
    something in it left a tag open; ``around`` gives, for every node above a cell, the cell around it or 0;
    ``lookalikes`` counts what looks like a cell but is inside the contents of one, ``code`` all code cells
    of either sort.
    """

    cells: tuple[LexborNode, ...]
    kinds: tuple[str, ...]
    index_of: Mapping[int, int]
    held: frozenset[int]
    around: Mapping[int, int]
    lookalikes: int
    code: int


def classes_of(node: LexborNode) -> frozenset[str]:
    """An element's classes."""
    return frozenset((node.attributes.get("class") or "").split())


def kind_of(classes: frozenset[str], family: Family) -> str:
    """What an element of these classes is: "code", "markdown" or "raw", or "" where it is no cell of the family."""
    if family.code <= classes:
        return "code"
    if family.markdown & classes:
        return "markdown"
    return "raw" if family.raw & classes else ""


def in_sight(found: Sequence[LexborNode], around: str) -> tuple[list[LexborNode], int]:
    """The cells of the notebook in sight, and how many notebooks are in the page: JupyterLab keeps those in other
    tabs in it, hidden. ``around`` is the class of the element around a notebook.
    """
    notebooks: dict[int, tuple[bool, list[LexborNode]]] = {}
    known: dict[int, tuple[int, bool]] = {}
    for node in found:
        notebook, hidden = _notebook_around(node.parent, around, known)
        if notebook:
            notebooks.setdefault(notebook, (hidden, []))[1].append(node)
    shown = [cells for hidden, cells in notebooks.values() if not hidden]
    everything = [cells for _, cells in notebooks.values()]
    return next(iter(shown or everything), []), len(notebooks)


def is_around(node: LexborNode, around: str) -> bool:
    """Whether an element of a class is around a node."""
    return bool(_notebook_around(node.parent, around, {})[0])


def _notebook_around(
    current: LexborNode | None, around: str, known: dict[int, tuple[int, bool]]
) -> tuple[int, bool]:
    """The outermost element of a class from a node upwards (0 for none), and whether anything there is hidden."""
    passed: list[LexborNode] = []
    while current is not None and current.mem_id not in known:
        passed.append(current)
        current = current.parent
    notebook, hidden = known[current.mem_id] if current is not None else (0, False)
    for node in reversed(passed):
        classes = classes_of(node)
        notebook = notebook or (node.mem_id if around in classes else 0)
        hidden = hidden or not HIDDEN_TAB.isdisjoint(classes)
        known[node.mem_id] = notebook, hidden
    return notebook, hidden


def lay_out(found: Sequence[LexborNode], family: Family, holding: frozenset[int] = frozenset()) -> Layout:
    """Tell cells from lookalikes by what is around them.

    A cell inside another one counts only outside of that one's contents: it came to be there because
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
    known_kinds: dict[str | None, str] = {}
    for node in found:
        written = node.attrs.get("class")
        kind = known_kinds.get(written)
        if kind is None:
            kind = known_kinds[written] = kind_of(classes_of(node), family)
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


def unfold(found: Sequence[LexborNode], family: Family, layout: Layout) -> Layout:
    """The layout of a page in which so many tags are left open that all later cells are inside the contents of
    one. That one is then the last cell found; there may be another such one among those it held.
    """
    holding: frozenset[int] = frozenset()
    for _ in range(MOST_UNFOLDED):
        holding |= {layout.cells[-1].mem_id}
        unfolded = lay_out(found, family, holding)
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
            around, covered = key, bool(family.payload & classes_of(current))
            break
        if key in known:
            around, covered = known[key]
            break
        passed.append((key, bool(family.payload & classes_of(current))))
        current = current.parent
    for key, is_payload in reversed(passed):
        covered = covered or is_payload
        known[key] = (around, covered)
    return around, covered


def without_wrappers(found: Sequence[LexborNode], family: Family) -> list[LexborNode]:
    """The cells but for those that mkdocs-jupyter puts around code cells: the first thing in them is the cell."""
    inner = [node for node in found if _is_first(node) and kind_of(classes_of(node), family)]
    wrappers = {parent.mem_id for node in inner if (parent := node.parent) is not None}
    return [node for node in found if node.mem_id not in wrappers]


def _is_first(node: LexborNode) -> bool:
    """Whether no element is before a node in the element around it."""
    before = node.prev
    while before is not None and before.tag in ("-text", "-comment"):
        before = before.prev
    return before is None


def words_between(layout: Layout) -> dict[int, str]:
    """The words between code cells, by the index of the cell they are before, of all that is in the element
    around the page's contents.
    """
    first = layout.cells[0]
    root = next((node for node in _upwards(first) if node.tag in ("main", "article", "body")), first)
    texts: dict[int, list[str]] = {}
    before = 0
    waiting = [root.iter(include_text=True, skip_empty=True)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif child.mem_id in layout.index_of:
            before = layout.index_of[child.mem_id] + 1
        elif child.mem_id in layout.around:
            waiting.append(child.iter(include_text=True, skip_empty=True))
        elif text := _words_of(child):
            texts.setdefault(before, []).append(text)
    return {before: "\n".join(pieces) for before, pieces in texts.items()}


def _upwards(node: LexborNode) -> Iterator[LexborNode]:
    """The elements around a node, the nearest first."""
    current = node.parent
    while current is not None:
        yield current
        current = current.parent


def texts_between(layout: Layout) -> dict[int, str]:
    """Text between cells, by the index of the cell it is before: raw cells have no markup of their own."""
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
            elif child.mem_id not in layout.around and (text := _words_of(child)):
                before = before if before >= 0 else _next_cell(child, index_of)
                texts.setdefault(before, []).append(text)
    return {before: "\n".join(pieces) for before, pieces in texts.items()}


def _words_of(node: LexborNode) -> str:
    """What a reader sees of a text or an element between cells."""
    if node.tag in UNSEEN_BETWEEN or (node.tag != "-text" and FURNITURE in classes_of(node)):
        return ""
    return (node.text() or "").strip() if node.tag == "-text" else visible_text(node.html or "")


def _next_cell(node: LexborNode, index_of: Mapping[int, int]) -> int:
    """The index of the first cell among the following siblings."""
    following = node.next
    while following is not None:
        if following.mem_id in index_of:
            return index_of[following.mem_id]
        following = following.next
    return 0
