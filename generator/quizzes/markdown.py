"""An author's Markdown as HTML for Moodle and for paper."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup


def html_of(text: str) -> Markup:
    """Markdown as HTML of harmless elements, "" for no text; one paragraph alone is left without its element."""
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text).strip()
    if html.startswith("<p>") and html.count("<p>") == 1 and html.endswith("</p>"):
        html = html[3:-4]
    return Markup(nh3.clean(html))  # noqa: S704 - nh3 cleaned it
