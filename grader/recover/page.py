"""Reading an HTML page by a row of the families' table.

HTML cannot prove who wrote it; whatever is read here is a claim.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from grader.errors import UnreadableError
from grader.model import ALL_SURVIVED, CellType, Recovered, RecoveredCell, Survived
from grader.recover.drawn import FOLDED, SHADOW, drawn_text, open_shadows, put_formulas_back
from grader.recover.families import FAMILIES, QUARTO
from grader.recover.family import Family
from grader.recover.layout import (
    Layout,
    classes_of,
    in_sight,
    is_around,
    kind_of,
    lay_out,
    texts_between,
    unfold,
    without_wrappers,
    words_between,
)
from grader.recover.missing import UNSHOWN, Missing, told_cells, told_layout
from grader.recover.outputs import merge_streams
from grader.recover.pictures import PictureBudget
from grader.recover.quarto import settle_hoisted_code
from grader.recover.refused import page_without_cells
from grader.recover.sanitised import is_sanitised, restored
from grader.recover.saved_pages import COLAB
from grader.recover.shown import OutputReader
from grader.recover.survival import mark_survival
from grader.recover.text import keep_carriage_returns, line_ends
from grader.recover.visible import tidy, visible_of, visible_text
from grader.recover.without_pictures import parse_lean
from paribus.course.limits import Limits

# What marks a cell has "cell" in the name of its class everywhere: asking for that first spares the parser from
# trying every family's selector on every element.
ANY_CELL = f"[class*=cell i]:is({', '.join(dict.fromkeys(family.cell for family in FAMILIES))})"
TAG_PREFIX = "celltag_"
JSON_STRING = re.compile(r'"([\w.:-]+)"')  # a tag that needs no escapes
COUNT = re.compile(r"\[\s*(\d{1,6})\s*\]")
NEVER_RAN = re.compile(r"\[\s*\]")
ONLY_RAW = "body.jp-Notebook[data-jp-theme-name]"  # nbconvert's lab template


def read_page(content: bytes, name: str, limits: Limits) -> Recovered:
    """Read a page, in UTF-8. UnreadableError, which says what the page seems to be, where it holds no cells."""
    page, lean, lifted = parse_lean(keep_carriage_returns(content))
    found = page.css(ANY_CELL)
    title = _title(page)
    if not found and page.css_first(ONLY_RAW) is not None and (text := _only_raw(page, lean)):
        return Recovered("nbconvert-lab", (RecoveredCell(0, "raw", text),), (), title)
    if len(found) > 2 * limits.cells:
        raise _too_many(len(found), limits)
    family = _family(page, found[0], title) if found else None
    if family is None:
        raise page_without_cells(page, title, content, name)
    if family is COLAB and SHADOW in lean:
        return read_page(open_shadows(content), name, limits)
    if family is QUARTO and settle_hoisted_code(page, family.cell):
        found = page.css(ANY_CELL)
    found, notebooks = in_sight(found, family.around) if family.around else (found, 1)
    layout = _lay_out(found, family, lean)
    if len(layout.cells) > limits.cells:
        raise _too_many(len(layout.cells), limits)
    missing = Missing.of(lean, family, layout)
    budget = PictureBudget(limits, lifted)
    cells = lifted.back_in(_read_cells(layout, family, OutputReader(family, budget)))
    remarks = (
        *((family.remark,) if family.remark else ()),
        *missing.told(notebooks),
        *told_cells(cells, family),
        *told_layout(layout),
        *budget.remarks(),
    )
    return Recovered(family.name, mark_survival(cells, family.keeps), remarks, title, whole=not missing)


def _title(page: LexborHTMLParser) -> str:
    """The page's title; a title may also be in a picture."""
    first = page.css_first("title")
    if first is not None and first.parent is not None and first.parent.tag not in ("head", "body"):
        first = next(
            (item for item in page.css("title") if item.parent and item.parent.tag in ("head", "body")), None
        )
    return tidy(first.text()) if first is not None else ""


def _only_raw(page: LexborHTMLParser, lean: bytes) -> str:
    """The text of an export that holds raw cells alone, which have no markup of their own."""
    if any(family.raw_marker in lean for family in FAMILIES if family.raw_marker):
        return ""  # something unclosed hides the cells
    body = page.css_first("body main") or page.body
    return "" if body is None else visible_text(body.html or "")


def _too_many(cells: int, limits: Limits) -> UnreadableError:
    advice = f"At most {limits.cells:,} are read. Hand in the notebook of this assignment alone."
    return UnreadableError(f"a page of {cells:,} cells", advice)


def _family(page: LexborHTMLParser, first: LexborNode, title: str) -> Family | None:
    """The row that the page's first cell belongs to; None where it only looked like a cell."""
    classes = classes_of(first)
    for family in FAMILIES:
        fits = kind_of(classes, family) and (not family.title or family.title == title)
        fits = fits and (not family.around or is_around(first, family.around))
        if fits and (not family.sign or page.css_first(family.sign) is not None):
            return family
    return None


def _lay_out(found: Sequence[LexborNode], family: Family, lean: bytes) -> Layout:
    """Where the cells are, also in a page of wrappers and in one whose tags are left open."""
    layout = lay_out(found, family)
    if layout.held:
        found = without_wrappers(found, family)
        layout = replace(lay_out(found, family), code=layout.code)
    # Where tags are left open, the last cell of all is inside another's contents.
    swallowed = found[-1].mem_id not in layout.index_of
    if swallowed and lean.count(b"<div") > lean.count(b"</div"):
        layout = unfold(found, family, layout)
    return layout


def _read_cells(layout: Layout, family: Family, outputs: OutputReader) -> Iterator[RecoveredCell]:
    """The cells and what is between them, in order."""
    find = {"raw": texts_between, "words": words_between}.get(family.between)
    between = {} if find is None else find(layout)
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
    return reversed(read)


def _between(position: int, text: str, family: Family) -> RecoveredCell:
    """What is between cells: a raw cell, or the markdown of a family that marks code cells alone."""
    if family.between == "words":
        return RecoveredCell(position, "markdown", tidy(text), rendered=True)
    return RecoveredCell(position, "raw", text)


# --- one cell -----------------------------------------------------------------------------------------------


def _cell(position: int, node: LexborNode, kind: str, family: Family, outputs: OutputReader) -> RecoveredCell:
    """One cell."""
    attributes = node.attributes
    anchor = attributes.get("id") or ""
    identity = anchor.removeprefix(family.id_prefix) if anchor.startswith(family.id_prefix) else ""
    tags = _tags(attributes, family)
    if kind != "code":
        return _text_cell(position, node, kind, family, identity=identity, tags=tags)
    source, whole = _source(node, family)
    count, counted = _count(node, attributes, family)
    area = node.css_first(family.outputs) if family.outputs else node
    shown = not family.drawn or (area is not None and node.css_first(UNSHOWN) is None)
    return RecoveredCell(
        position,
        "code",
        source or "",
        count=count,
        outputs=merge_streams(outputs.read(area)),
        id=identity,
        tags=tags,
        hidden=source is None,
        survived=ALL_SURVIVED if whole and counted and shown else Survived(whole, counted, shown),
    )


def _source(node: LexborNode, family: Family) -> tuple[str | None, bool]:
    """A code cell's source, None where the page left it out, and whether that is all of it."""
    if family.drawn:
        editor = node.css_first(family.source)
        if editor is None:
            folded = node.css_first(FOLDED)
            return (folded.text(), False) if folded is not None else (None, False)
        text, whole = drawn_text(editor)
        return (text if text.strip() else ""), whole
    if family is QUARTO:  # knitr shows a cell's code in pieces, each above its outputs
        pieces = node.css(family.source)
        return ("\n".join(map(_source_text, pieces)), True) if pieces else (None, True)
    element = node.css_first(family.source)
    return (_source_text(element), True) if element is not None else (None, True)


def _source_text(element: LexborNode) -> str:
    r"""Code as written: the highlighter adds one line end, and ``\r`` is never a progress bar here."""
    text = line_ends(element.text_lexbor()).removesuffix("\n")
    return text if text.strip() else ""


def _count(node: LexborNode, attributes: Mapping[str, str | None], family: Family) -> tuple[int | None, bool]:
    """A cell's execution count, and whether the page says that there is none where it shows none."""
    if family.count_attribute:
        written = attributes.get(family.count_attribute)
        found = COUNT.search(f"[{written}]")
        return (int(found[1]) if found else None), written != ""
    prompt = node.css_first(family.prompt)
    if prompt is None:
        return None, False
    text = prompt.text_lexbor()
    found = COUNT.search(text)
    return (int(found[1]), True) if found else (None, NEVER_RAN.search(text) is not None)


def _text_cell(
    position: int, node: LexborNode, kind: str, family: Family, *, identity: str, tags: tuple[str, ...]
) -> RecoveredCell:
    """One markdown or raw cell: its own source where an editor had drawn all of that, else what a reader sees."""
    drawn = _drawn_source(node, kind, family)
    if drawn is not None and drawn[1]:
        cell_type: CellType = "raw" if kind == "raw" else "markdown"
        return RecoveredCell(position, cell_type, drawn[0], id=identity, tags=tags)
    rendered = node.css_first(family.rendered) if family.rendered else node
    if rendered is None or kind == "raw":
        text = drawn[0] if drawn is not None else ""
        return RecoveredCell(
            position, "raw" if kind == "raw" else "markdown", text, id=identity, tags=tags, rendered=True,
            hidden=drawn is None, survived=Survived(source=False),
        )  # fmt: skip
    tags = tags or _tags(rendered.attributes, family)  # lab puts them there
    if family.drawn:
        put_formulas_back(rendered)
    html = rendered.inner_html or ""
    if is_sanitised(html):
        html = restored(html)
        words = visible_text(html)
    else:
        words = visible_of(rendered, html)
    return RecoveredCell(position, "markdown", words, id=identity, tags=tags, html=html, rendered=True)


def _drawn_source(node: LexborNode, kind: str, family: Family) -> tuple[str, bool] | None:
    """What an editor had drawn of a text cell's own source, and whether that is all.

    The editor of CodeMirror 5 behind rendered text may have drawn a single line and shows no sign of it: it counts
    only where it is what one sees.
    """
    editor = node.css_first(family.source) if family.drawn and family is not COLAB else None
    if editor is None:
        return None
    in_sight = kind == "raw" or "cm-content" in classes_of(editor) or "unrendered" in classes_of(node)
    return drawn_text(editor) if in_sight else None


def _tags(attributes: Mapping[str, str | None], family: Family) -> tuple[str, ...]:
    if family.tags_attribute:
        return tuple(re.findall(JSON_STRING, attributes.get(family.tags_attribute) or ""))
    classes = attributes.get("class") or ""
    if TAG_PREFIX not in classes:
        return ()
    return tuple([name.removeprefix(TAG_PREFIX) for name in classes.split() if name.startswith(TAG_PREFIX)])
