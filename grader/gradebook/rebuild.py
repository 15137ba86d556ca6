"""A submission rebuilt from the release notebook, with the student's sources put in by key.

nbgrader grades nothing that lacks its metadata, and an HTML export has none. So the release notebook is the
frame; locked cells and prose stay as released; what a student wrote goes in sanitised, because formgrader
renders it with the rights of the person who grades.
"""

import functools
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import nh3

from grader.model import Match, RecoveredCell
from grader.recover.excess import without_excess
from grader.recover.text import harmless
from paribus.course.release import Release

MAX_SOURCE = 200_000
MAX_EXTRA_CELLS = 200
URL_SCHEMES = {"http", "https", "mailto", "data"}
LINK_SCHEMES = ("http:", "https:", "mailto:", "#")
PICTURE_STARTS = tuple(f"data:image/{kind};base64," for kind in ("png", "jpeg", "gif"))
_BLANK_LINES = re.compile(r"\n[ \t]*(?=\n)")


def rebuild(release: Release, matches: Mapping[str, Match], unmatched: Sequence[RecoveredCell] = ()) -> str:
    """The submission as an ipynb that nbgrader can grade, as JSON text.

    A cell that is missing, or stands as it was released, keeps the released source to the letter, so that
    nbgrader's own test for "no answer" works. Cells that belong to no cell of the assignment are kept where
    they stood, after the cell they followed.
    """
    notebook: dict[str, Any] = json.loads(release.notebook)
    rebuilt: list[dict[str, Any]] = []
    extras = _extras_by_key(matches, unmatched)
    rebuilt.extend(extras.pop("", []))
    for cell in notebook["cells"]:
        key = str(cell.get("id", ""))
        rebuilt.append(_with_source(cell, matches.get(key)))
        rebuilt.extend(extras.pop(key, []))
    for left in extras.values():
        rebuilt.extend(left)
    return to_text({**notebook, "cells": rebuilt})


def to_text(notebook: Mapping[str, Any]) -> str:
    """A notebook as nbformat reads it, in one line: indented, it would take many times as long to write."""
    return json.dumps(notebook, ensure_ascii=False, sort_keys=True) + "\n"


def rebuild_rendered(
    release: Release, matches: Mapping[str, Match], unmatched: Sequence[RecoveredCell] = ()
) -> str:
    """As `rebuild`, but "" where markdown would have to be rendered: that may take as long as a student likes."""
    code = _code_keys(release.notebook)
    told = [found.recovered for key, found in matches.items() if found.recovered is not None and key not in code]
    told += [found for found in unmatched if found.cell_type != "code"]
    return rebuild(release, matches, unmatched) if all(cell.rendered and cell.html for cell in told) else ""


@functools.lru_cache(maxsize=8)
def _code_keys(notebook: str) -> frozenset[str]:
    """The release's code cells."""
    return frozenset(
        str(cell.get("id", "")) for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"
    )


def clean_html(markup: str) -> str:
    """Markup that cannot run, load or pretend: nh3's allow-list, pictures only from within the file."""
    bounded = without_excess(markup.encode()).decode()
    # Made harmless afterwards: a character reference writes what turns text around as well.
    cleaned = harmless(
        nh3.clean(bounded, attributes=_ATTRIBUTES, attribute_filter=_keep_attribute, url_schemes=URL_SCHEMES)
    )
    # A blank line would end the HTML block, and the rest would be read as markdown again.
    return cleaned if "<pre" in cleaned else _BLANK_LINES.sub("", cleaned)


def clean_markdown(source: str) -> str:
    """Markdown, rendered and cleaned: markdown itself can carry scripts and javascript: links."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    return clean_html(markdown2html_mistune(source[:MAX_SOURCE]))


def clean_code(source: str) -> str:
    """Code as text: it reads in the order in which Python would, length bounded."""
    return harmless(source[:MAX_SOURCE])


_ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"src", "alt", "width", "height"}, "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"}, "ol": {"start"},
}  # fmt: skip


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    if (tag, name) == ("a", "href"):
        return value if value.startswith(LINK_SCHEMES) else None
    if (tag, name) == ("img", "src"):
        return value if value.startswith(PICTURE_STARTS) else None
    return value


def _with_source(cell: dict[str, Any], match: Match | None) -> dict[str, Any]:
    """The release's cell with the student's source, where a student may write there."""
    fresh = {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else dict(cell)
    if match is None or match.recovered is None or match.unchanged or match.recovered.hidden:
        return fresh
    nbgrader = cell.get("metadata", {}).get("nbgrader", {})
    locked = nbgrader and not nbgrader.get("solution")
    if locked or (cell["cell_type"] == "markdown" and not nbgrader):
        return fresh
    return {**fresh, "source": _student_source(match.recovered, cell["cell_type"])}


def _student_source(found: RecoveredCell, cell_type: str) -> str:
    if cell_type == "code":
        return clean_code(found.source)
    return clean_html(found.html[:MAX_SOURCE]) if found.rendered and found.html else clean_markdown(found.source)


def _extras_by_key(
    matches: Mapping[str, Match], unmatched: Sequence[RecoveredCell]
) -> dict[str, list[dict[str, Any]]]:
    """The cells of the student's own, by the key of the assignment's cell they followed."""
    places = sorted(
        (match.recovered.position, key) for key, match in matches.items() if match.recovered is not None
    )
    extras: dict[str, list[dict[str, Any]]] = {}
    for number, found in enumerate(unmatched[:MAX_EXTRA_CELLS], 1):
        before = [key for position, key in places if position < found.position]
        extra: dict[str, Any] = {
            "cell_type": "code" if found.cell_type == "code" else "markdown",
            "id": f"added-{number}",
            "metadata": {"tags": ["paribus-added"]},
            "source": _student_source(found, found.cell_type),
        }
        if extra["cell_type"] == "code":
            extra |= {"outputs": [], "execution_count": None}
        extras.setdefault(before[-1] if before else "", []).append(extra)
    return extras
