"""A student's outputs as formgrader shows them: cleaned, and bounded, since the gradebook keeps every notebook."""

import base64
from collections.abc import Iterator, Sequence
from typing import Any

from grader.model import Output
from grader.recover.clean import clean_html
from grader.recover.outputs import PICTURES, is_record
from grader.recover.text import harmless

MOST = 300_000
"""Characters of outputs in one notebook; figures count as they are written, in base 64."""
MOST_OF_ONE = 100_000
LEFT_OUT = "More outputs are in the file as it was handed in; `paribus desk` shows all of them."


class Room:
    """What one notebook still has room for; lives while it is rebuilt."""

    def __init__(self) -> None:
        self.left = MOST

    def outputs(self, found: Sequence[Output]) -> list[dict[str, Any]]:
        """The outputs of one cell that fit. Records are left out: they are evidence, and nothing to read."""
        kept = []
        for output, size in _written(item for item in found if not is_record(item)):
            if size > self.left:
                if self.left >= 0:
                    kept.append({"output_type": "stream", "name": "stdout", "text": LEFT_OUT})
                self.left = -1  # it is said once
                break
            self.left -= size
            kept.append(output)
        return kept


def _written(found: Iterator[Output]) -> Iterator[tuple[dict[str, Any], int]]:
    """Each output as a notebook has it, and its size."""
    for output in found:
        if output.picture == "embedded" and output.picture_bytes and output.mime in PICTURES:
            data = base64.b64encode(output.picture_bytes).decode()
            yield _display({output.mime: data}), len(data)
        elif output.html:
            markup = clean_html(output.html[:MOST_OF_ONE])
            yield _display({"text/html": markup}), len(markup)
        elif output.text.strip():
            text = harmless(output.text[:MOST_OF_ONE])
            name = "stderr" if output.kind == "error" or output.name == "stderr" else "stdout"
            yield {"output_type": "stream", "name": name, "text": text}, len(text)


def _display(data: dict[str, str]) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": data}
