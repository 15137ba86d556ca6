"""Definition lists: a term and, below it, what is said of it. They are read as items of a list, "term: text".

Markdown writes a term and a line that begins with a colon (PHP Markdown Extra, Pandoc, MyST); HTML writes ``dt``
and ``dd``. Notebooks show the former as it was typed, so both forms come back from an export.
"""

import re

_DEFINED = re.compile(r"^ {0,3}:[ \t]+(?=\S)")
_COLON = re.compile(r"^ {0,3}:[ \t]", re.MULTILINE)
_NO_TERM = re.compile(r"^\s*(?:[-*+#>|:]|\d{1,3}[.)]\s|```|~~~|$)")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_TAGS = re.compile(
    r"<dt\b[^<>]{0,200}>(?P<term>(?:(?!</?d[tdl]\b).){0,500})(?:</dt\s*>)?\s*"
    r"<dd\b[^<>]{0,200}>(?P<text>(?:(?!</?d[tdl]\b).){0,8000})(?:</dd\s*>)?",
    re.IGNORECASE | re.DOTALL,
)


def as_item(term: str, text: str) -> str:
    """A term and its text in one line; the mark that ends the term is its own, or a colon.

    >>> as_item("Prediction", "it falls"), as_item("Meaningful?", "no"), as_item("", "more")
    ('Prediction: it falls', 'Meaningful? no', 'more')
    """
    term, text = term.strip(), text.strip()
    if not term:
        return text
    return f"{term} {text}" if term.endswith((":", "?", "：", "？")) else f"{term}: {text}"


def with_items(source: str) -> str:
    """Markdown whose definition lists are lists of items; a definition after a blank line loses its colon alone."""
    if "<dd" in source.lower():
        source = _TAGS.sub(lambda hit: f"\n\n- {as_item(hit['term'], ' '.join(hit['text'].split()))}\n\n", source)
    if _COLON.search(source) is None:
        return source
    lines: list[str] = []
    fenced = item = False
    for line in source.splitlines():
        fenced ^= _FENCE.match(line) is not None
        defined = not fenced and _DEFINED.match(line)
        if not defined:
            item = False
            lines.append(line)
        elif item or not lines or _NO_TERM.match(lines[-1]):
            lines.append(line[defined.end() :])
        else:
            lines[-1], item = f"- {as_item(lines[-1], line[defined.end() :])}", True
    return "\n".join(lines)
