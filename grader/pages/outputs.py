"""A student's outputs as pages show them: cleaned, bounded, and told apart from records."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.model import Output
from grader.recover.clean import clean_html
from grader.recover.outputs import PICTURES, is_record
from grader.recover.text import harmless

MOST_TEXT = 20_000
"""Characters of one output that a page shows."""


@dataclass(frozen=True)
class OutputView:
    """One output: ``markup`` is clean; ``evidence`` says that it is a record's table, which is folded."""

    markup: Markup
    kind: str
    evidence: bool = False


def views(outputs: Sequence[Output], most: int = MOST_TEXT) -> Iterator[OutputView]:
    """What is shown of a cell's outputs, each of at most ``most`` characters of text."""
    for output in outputs:
        if output.picture == "embedded" and output.picture_bytes and output.mime in PICTURES:
            data = base64.b64encode(output.picture_bytes).decode()
            yield OutputView(
                Markup('<img alt="a figure of the student\'s" src="data:{};base64,{}">').format(output.mime, data),
                "picture",
            )
        elif output.html:
            markup = Markup(clean_html(output.html[: 10 * most]))
            yield OutputView(markup, "table", is_record(output))
        elif output.picture:
            yield OutputView(Markup("<p>{}</p>").format("A picture, which only the student's file shows."), "text")
        elif output.text.strip():
            kind = "error" if output.kind == "error" else "text"
            yield OutputView(Markup("<pre>{}</pre>").format(harmless(output.text[:most])), kind)
