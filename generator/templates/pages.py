"""What pages of the generator share: filling in a template, the style that a page carries, an author's Markdown."""

import base64
import hashlib

import jinja2
import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from generator.templates import TEMPLATES


def environment() -> jinja2.Environment:
    """Templates of this folder; everything is escaped, and a name that is missing is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def style_and_policy(name: str) -> tuple[Markup, str]:
    """The style sheet ``name``, and the content policy of a page that carries it between lines of its own."""
    style = Markup((TEMPLATES / name).read_text(encoding="utf-8").strip())  # noqa: S704 - our own file
    digest = base64.b64encode(hashlib.sha256(f"\n{style}\n".encode()).digest()).decode()
    return style, f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def render_markdown(text: str) -> Markup:
    """Markdown as HTML of harmless elements; pictures are shown only where they are part of the page."""
    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    return Markup(nh3.clean(html, url_schemes={"http", "https", "mailto", "data"}))
