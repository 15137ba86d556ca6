"""What a formula does not show: letters that only keep a place, letters in white, commands of another meaning."""

import re

MOST = 50
"""Places of one text that are looked at."""
_FORMULA = re.compile(r"\$|\\\(|\\\[|\\begin\b")
_HIDING = re.compile(
    r"\\(?:[hv]?phantom\s*|(?:text)?color\s*\{\s*(?:white|transparent|#f{3}(?:f{3})?)\s*\}\s*|"
    r"style\s*\{[^{}]{0,200}(?:none|hidden|opacity|transparent|white)[^{}]{0,200}\}\s*)(?=\{)",
    re.IGNORECASE,
)
_DEFINES = re.compile(r"\\(?:def|g?let|(?:re)?newcommand)\b")


def without_phantoms(text: str) -> tuple[str, list[str]]:
    r"""A text without what its formulas hide, and what that was.

    >>> without_phantoms(r"$0.7\phantom{\text{not 0.8}}$")
    ('$0.7$', ['\\text{not 0.8}'])
    """
    hidden: list[str] = []
    kept, start = [], 0
    while len(hidden) < MOST and (found := _HIDING.search(text, start)) is not None:
        end = _end_of_group(text, found.end())
        kept.append(text[start : found.start()])
        hidden.append(text[found.end() + 1 : end - 1])
        start = end
    return "".join([*kept, text[start:]]), hidden


def _end_of_group(text: str, start: int) -> int:
    """Where the braces that open at a place close; the text's end where they do not."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    return len(text)


def defines(text: str) -> bool:
    """A formula in it gives commands another meaning, so nobody can tell here what they show."""
    return _FORMULA.search(text) is not None and _DEFINES.search(text) is not None
