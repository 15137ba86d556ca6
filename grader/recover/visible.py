"""The plain text a reader sees in a piece of HTML. Parsed, never rendered."""

import re
from collections.abc import Iterable, Iterator, Set

from selectolax.lexbor import LexborNode

from grader.recover.excess import parse
from grader.recover.styles import Style, hides, style_of

UNSEEN = ("script", "style", "template", "button", "noscript", "title")
REMOVED = frozenset({*UNSEEN, "table"})
# What starts and ends a line of its own.
BLOCKS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "div", "pre", "blockquote", "br", "hr", "dt", "dd"}
    | {"summary", "details"}
)
# Is in the place of the tab between two cells while blanks are tidied; a private character, no blank.
COLUMN = "\ue0f1"
CELLS = frozenset({"td", "th"})
_MAY_HIDE = re.compile(
    r"<[^<>]{0,2000}(?:display\s*:\s*none|opacity\s*:\s*[0.]|clip|overflow|-\d{3,}|\shidden[\s=>/])", re.IGNORECASE
)


def visible_text(html: str) -> str:
    r"""The words of a piece of HTML: each block and each table row on a line of its own, tabs between a row's
    cells. Scripts, styles, buttons and the anchors of headings are left out.

    >>> visible_text("<p>two <b>words</b></p><table><tr><th>F1<td>0.5</table>")
    'two words\nF1\t0.5'
    """
    if "<" not in html and "&" not in html:
        return html.strip()
    body = parse(html).body
    return "" if body is None else visible_of(body, html)


def visible_of(node: LexborNode, html: str) -> str:
    """`visible_text` of a node whose markup is ``html``. Takes the node apart: read everything else before."""
    if "<" in html:
        # One walk over the tree is cheaper than asking it with a selector, or looking for tags in the markup.
        elements = [(item.tag, item) for item in node.traverse()]
        hidden = _MAY_HIDE.search(html) is not None and _remove_hidden(item for _, item in elements)
        if _remove(node, {tag for tag, _ in elements}, html) or hidden:
            elements = [(item.tag, item) for item in node.traverse()]
        for tag, block in elements:
            if tag in BLOCKS:
                block.insert_before("\n")
                block.insert_after("\n")
    text = tidy(node.text_lexbor())
    if COLUMN in text:
        text = text.replace(f" {COLUMN}", COLUMN).replace(f"{COLUMN} ", COLUMN).replace(COLUMN, "\t")
    return text


def _remove_hidden(elements: Iterable[LexborNode]) -> bool:
    """Take away what a style of its own hides; False where there is nothing of it."""
    gone: list[LexborNode] = []
    inner: set[int] = set()
    for item in elements:
        if item.mem_id not in inner and item.attributes and hides(style_of(item, ""), Style()).gone:
            inner.update(below.mem_id for below in item.traverse())  # they go with it
            gone.append(item)
    for item in gone:
        item.decompose()
    return bool(gone)


def _remove(node: LexborNode, tags: Set[str | None], html: str) -> bool:
    """Take away what is not seen, and put tables as text; False where there is nothing of either."""
    anchored = "anchor-link" in html or "AnchorLink" in html  # the second in JupyterLab itself
    if not anchored and tags.isdisjoint(REMOVED):
        return False
    node.strip_tags([tag for tag in UNSEEN if tag in tags])
    if anchored:
        for anchor in node.css("a.anchor-link, a.jp-InternalAnchorLink"):
            anchor.decompose()
    if "table" in tags:
        _flatten_tables(node)
    return True


def _flatten_tables(node: LexborNode) -> None:
    """Put each table's rows, as text, in the table's place."""
    inner: set[int] = set()
    tables = node.css("table")
    for table in tables:
        if table.mem_id in inner:
            continue  # went with the table around it
        if len(tables) > 1:
            inner.update(nested.mem_id for nested in table.css("table"))
        rows = [_row(row) for row in _rows(table)]
        table.replace_with("\n" + "\n".join(rows) + "\n")


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    """A table's own rows; a table within a cell is that cell's text."""
    for part in table.iter():
        if part.tag == "tr":
            yield part
        elif part.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in part.iter() if row.tag == "tr")


def _row(row: LexborNode) -> str:
    """A row on one line, its blanks still as they were written."""
    cells = [cell.text_lexbor() for cell in row.iter() if cell.tag in CELLS]
    return COLUMN.join(cells).replace("\n", " ")


def tidy(text: str) -> str:
    """Runs of blanks become one, blank lines go."""
    return "\n".join([line for line in map(_tidy_line, text.split("\n")) if line])


def _tidy_line(line: str) -> str:
    if line.isprintable() and "  " not in line:  # most lines: no blank in it but single ones
        return line.strip()
    return " ".join(line.split())
