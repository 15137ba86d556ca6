"""Exports with "Sanitize HTML output" switched on: nbconvert then escapes the tags of rendered markdown itself.

JupyterLab 4.6's export dialog offers the switch and remembers it. Markdown's own tags are put back, so that a
paragraph is a paragraph again; what a student typed as a tag stays text.
"""

import re

_ESCAPED = re.compile(r"^\s*&lt;(?:h[1-6]|p|ul|ol|dl|table|blockquote|pre|hr|div)\b", re.IGNORECASE)
_TAG = re.compile(
    r"&lt;(/?(?:h[1-6]|p|ul|ol|li|table|thead|tbody|tr|th|td|blockquote|pre|hr|br|div|dl|dt|dd|del|s|sup|sub|"
    r"em|strong|code|a)"
    r"(?:\s[^<>&]{0,300})?/?)&gt;",
    re.IGNORECASE,
)


def is_sanitised(html: str) -> bool:
    """Rendered markdown begins with an escaped tag of its own."""
    return _ESCAPED.match(html[:200]) is not None


def restored(html: str) -> str:
    """Rendered markdown with its own tags put back."""
    return _TAG.sub(r"<\1>", html)
