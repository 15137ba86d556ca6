"""Style sheets that are in text cells: which rules of them hold on a screen, and whether that is sure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from grader.model import RecoveredCell

MAX_RULES = 300
MAX_CHARACTERS = 40_000
"""Of all sheets of a notebook."""
CODE = re.compile(r"^([ \t]*)(```|~~~).*?(?:^[ \t]*\2|\Z)|(`+)(?!`).*?(?<!`)\3(?!`)", re.MULTILINE | re.DOTALL)
"""Code in markdown: what is in it is shown as it is."""
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_MARK = re.compile(r"([{};])")
_AT = re.compile(r"@([\w-]+)\s*(.*)", re.DOTALL)
_LONGEST = 300
"""Characters of a selector."""


class Holds(IntEnum):
    """Whether a rule holds where a person reads the page."""

    NEVER = 0
    PERHAPS = 1
    ALWAYS = 2


@dataclass(frozen=True)
class Rule:
    """One rule of a sheet; ``sure`` where it holds on every screen."""

    selector: str
    declarations: str
    sure: bool = True


@dataclass
class _Open:
    """A block that is not closed yet."""

    selector: str
    holds: Holds
    declarations: list[str] = field(default_factory=list)

    def rule(self) -> Rule | None:
        """It as a rule; None where it holds nowhere, or says nothing."""
        said = ";".join(item for item in self.declarations if ":" in item)
        if not self.selector or not said or self.holds is Holds.NEVER or len(self.selector) > _LONGEST:
            return None
        return Rule(self.selector, said, self.holds is Holds.ALWAYS)


def rules(sheet: str) -> Iterator[Rule]:
    """The rules of a style sheet that may hold on a screen, at most ``MAX_RULES``.

    >>> [rule.selector for rule in rules("@media print{p{display:none}} .x{color:red}")]
    ['.x']
    """
    return iter([rule for rule in map(_Open.rule, _blocks(sheet)) if rule is not None][:MAX_RULES])


def _blocks(sheet: str) -> Iterator[_Open]:
    """The blocks of a sheet in the order in which they close; what is left open closes at its end."""
    waiting = [_Open("", Holds.ALWAYS)]
    parts = _MARK.split(_COMMENT.sub(" ", sheet[:MAX_CHARACTERS]))
    for text, mark in zip(parts[::2], parts[1::2], strict=False):
        if mark == "{":
            waiting.append(_opened(text.strip(), waiting[-1]))
            continue
        waiting[-1].declarations.append(text)
        if mark == "}" and len(waiting) > 1:
            yield waiting.pop()
    waiting[-1].declarations.append(parts[-1])
    yield from reversed(waiting[1:])


def _opened(begin: str, around: _Open) -> _Open:
    """The block that begins with these words, within another one."""
    if (at := _AT.match(begin)) is not None:
        return _Open(around.selector, min(around.holds, _condition(at[1].lower(), at[2].lower())))
    if not around.selector:
        return _Open(begin, around.holds)
    within = f":is({around.selector})"
    nested = begin.replace("&", within) if "&" in begin else f"{within} {begin}"
    return _Open(nested[: _LONGEST + 1], around.holds)


def _condition(name: str, condition: str) -> Holds:
    """Where a block holds that begins with ``@name``."""
    if name == "media":
        return max(map(_media, condition.split(",")))
    if name == "layer":
        return Holds.ALWAYS
    return Holds.PERHAPS if name in ("supports", "container", "scope") else Holds.NEVER


def _media(query: str) -> Holds:
    """Whether a screen is meant: on paper nobody reads it, and how wide a screen is nobody knows."""
    words = query.strip().removeprefix("only ").split()
    negated = words[:1] == ["not"]
    kind = next((word for word in words[negated:] if word[0] != "("), "all")
    meant = (kind in ("all", "screen")) is not negated
    if "(" in query:
        return Holds.PERHAPS if meant or negated else Holds.NEVER
    return Holds.ALWAYS if meant else Holds.NEVER


def with_sheets(cells: Sequence[RecoveredCell]) -> tuple[RecoveredCell, ...]:
    """Text cells with the style sheets of all of them: a page applies each to the whole of it."""
    sheets = "".join(_sheets(cell for cell in cells if cell.cell_type == "markdown"))[:MAX_CHARACTERS]
    if not sheets:
        return tuple(cells)
    return tuple(replace(cell, sheets=sheets) if cell.cell_type == "markdown" else cell for cell in cells)


def _sheets(cells: Iterable[RecoveredCell]) -> Iterator[str]:
    for cell in cells:
        text = cell.html if cell.rendered and cell.html else cell.source
        if "<style" in text.lower():
            yield from _elements(text if cell.rendered else CODE.sub(" ", text))


def _elements(text: str) -> Iterator[str]:
    """The style elements of a text; each place is looked at once."""
    small, end = text.lower(), 0
    while (start := small.find("<style", end)) >= 0 and (end := small.find("</style", start)) >= 0:
        yield f"{text[start:end]}</style>"
