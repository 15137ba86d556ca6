"""An author's Markdown as HTML for Moodle and for paper."""

from markupsafe import Markup

from generator.templates.pages import render_markdown


def html_of(text: str) -> Markup:
    """Markdown as HTML of harmless elements, "" for no text; one paragraph alone is left without its element."""
    html = render_markdown(text).strip()
    alone = html.startswith("<p>") and html.count("<p>") == 1 and html.endswith("</p>")
    return html[3:-4] if alone else html
