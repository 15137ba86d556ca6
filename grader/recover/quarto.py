"""Quarto moves the code of a cell out of the figure that the cell makes; here it is put back."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

OUTSIDE = "div.cell-code:not(.cell .cell-code)"
CODE = "div.cell-code, pre.cell-code"
FOLD = "code-fold"


def settle_hoisted_code(page: LexborHTMLParser, cell: str) -> bool:
    """Put code that is outside of any cell into the next cell where that has none, else make a cell of it.

    ``cell`` is the selector of a cell. Says whether anything was changed.
    """
    if page.css_first(OUTSIDE) is None:
        return False
    waiting: LexborNode | None = None
    for node in page.css(f"{cell}, {OUTSIDE}"):
        outside = "cell-code" in (node.attributes.get("class") or "").split()
        if outside and node.css_first(".cell-code .cell, .cell-code .cell-code") is not None:
            continue  # Quarto's own code holds nothing but text
        if waiting is not None and not outside and node.css_first(CODE) is None:
            node.insert_child(waiting)
            _take_out(waiting)
        elif waiting is not None:
            _make_a_cell(waiting)
        waiting = node if outside else None
    if waiting is not None:
        _make_a_cell(waiting)
    return True


def _make_a_cell(code: LexborNode) -> None:
    """Mark code as a cell of its own; whether it ran cannot be told."""
    code.attrs["class"] = "cell cell-code"
    code.attrs["data-execution_count"] = ""


def _take_out(code: LexborNode) -> None:
    """Take code out of the page, and the fold with its button around it."""
    parent = code.parent
    folded = parent is not None and FOLD in (parent.attributes.get("class") or "").split()
    if parent is not None and folded and len(parent.css(".cell, .cell-code")) == 1:
        parent.decompose()
    else:
        code.decompose()
