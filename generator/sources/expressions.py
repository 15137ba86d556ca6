"""Expressions in a source: ``{{ release }}`` and ``{{ reference("lab", "tfidf.accuracy") }}``.

Code keeps its own double braces (they are common in format strings); there only ``{{ name … }}`` with blanks
inside the braces counts as an expression. A reference in code is a whole string: the number takes its place as
text, "0.657 on smoke" where only another profile than the students' was recorded, "" where none was. So a later
week falls back on the numbers of an earlier one, and says whose they are. Prose never falls back.
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


@dataclass(frozen=True)
class Known:
    """What a reference run measured; ``elsewhere`` names the profile where it is not the students' own."""

    value: float
    elsewhere: str = ""


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


ValueOf = Callable[[ReferenceCall], Known | None]
"""The number of a reference; None where no run recorded it."""


def substitute_references(text: str, value_of: ValueOf, *, markdown: bool = True) -> str:
    """Text with every reference replaced by its number; where none is recorded, prose says so and code has ""."""

    def replace(match: re.Match[str]) -> str:
        call = _parse(match["inner"])
        if call is None:
            return match[0]
        known = value_of(call)
        if markdown and (known is None or known.elsewhere):
            return f"**[no reference recorded: {call.name} of {call.assignment}]**"
        if known is None:
            return ""
        number = format(known.value, call.format)
        return f"{number} on {known.elsewhere}" if known.elsewhere else number

    return (_IN_MARKDOWN if markdown else _IN_CODE).sub(replace, text)


def _quoted(text: str, match: re.Match[str]) -> bool:
    """Whether an expression is all that is between two quotation marks."""
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
