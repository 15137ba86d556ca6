"""What a student wrote or showed, cleaned for pages that open with the rights of the person who grades."""

import re

import nh3

from grader.recover.excess import without_excess
from grader.recover.text import harmless

MAX_SOURCE = 200_000
URL_SCHEMES = {"http", "https", "mailto", "data"}
LINK_SCHEMES = ("http:", "https:", "mailto:", "#")
PICTURE_STARTS = tuple(f"data:image/{kind};base64," for kind in ("png", "jpeg", "gif"))
_BLANK_LINES = re.compile(r"\n[ \t]*(?=\n)")


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
