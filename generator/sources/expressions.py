"""Expressions in a source: ``{{ release }}`` and ``{{ reference("lab", "tfidf.accuracy") }}``.

Code keeps its own double braces (they are common in format strings); there only ``{{ name … }}`` with blanks
inside the braces counts as an expression. A reference in code stands in a string: the number takes its place as
text, "" where none is recorded. So a later week falls back on the numbers of an earlier one.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass

from paribus.course.errors import SourceError

RELEASE = "{{ release }}"
DEFAULT_FORMAT = ".3f"
_IN_MARKDOWN = re.compile(r"\{\{(?P<inner>.*?)\}\}", re.DOTALL)
_IN_CODE = re.compile(r"\{\{ (?P<inner>[A-Za-z_]\w*(?:\([^{}\n]*\))?) \}\}")
_EXPECTED = '{{ release }} or {{ reference("assignment", "name") }} with an optional format such as ".1%"'


@dataclass(frozen=True)
class ReferenceCall:
    """One number in prose: which assignment's reference, which name, and how to write it."""

    assignment: str
    name: str
    format: str = DEFAULT_FORMAT


def check_expressions(text: str, *, markdown: bool, file: str, line: int) -> tuple[ReferenceCall, ...]:
    """Every reference a cell uses; SourceError at an expression that nobody knows."""
    calls = []
    for match in (_IN_MARKDOWN if markdown else _IN_CODE).finditer(text):
        if match["inner"].strip() == "release":
            continue
        call = _parse(match["inner"])
        if call is None or (not markdown and not _quoted(text, match)):
            number = line + text.count("\n", 0, match.start())
            expected = _EXPECTED if markdown else f"{_EXPECTED}, a reference between quotation marks"
            raise SourceError(file, number, f"`{match[0]}`", expected)
        calls.append(call)
    return tuple(calls)


def substitute_references(
    text: str, value_of: Callable[[ReferenceCall], float | None], *, markdown: bool = True
) -> str:
    """Text with every reference replaced by its number; where none is recorded, prose says so and code has ""."""

    def replace(match: re.Match[str]) -> str:
        call = _parse(match["inner"])
        if call is None:
            return match[0]
        value = value_of(call)
        if value is None:
            return "" if not markdown else f"**[no reference recorded: {call.name} of {call.assignment}]**"
        return format(value, call.format)

    return (_IN_MARKDOWN if markdown else _IN_CODE).sub(replace, text)


def _quoted(text: str, match: re.Match[str]) -> bool:
    """Whether an expression is all that stands between two quotation marks."""
    before, after = text[: match.start()][-1:], text[match.end() :][:1]
    return before == after and before in ('"', "'")


def _parse(inner: str) -> ReferenceCall | None:
    try:
        node = ast.parse(" ".join(inner.split()), mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "reference":
        return None
    values = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
    texts = [value for value in values if isinstance(value, str)]
    if node.keywords or len(texts) != len(node.args) or len(texts) not in {2, 3}:
        return None
    try:
        format(0.5, texts[2] if len(texts) == 3 else DEFAULT_FORMAT)
    except ValueError:
        return None
    return ReferenceCall(*texts)
