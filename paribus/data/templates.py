"""Sentence templates: ``[a|b]`` is a choice, ``{name}`` a slot; compiled once, rendered many times."""

import re
from collections.abc import Callable, Mapping, Sequence

from paribus.errors import DataError

# A compiled template: parts that are plain text, or the options of a choice, each compiled in turn.
Template = tuple["str | tuple[Template, ...]", ...]

_TOKENS = re.compile(r"[\[\]|]|\{\w+\}|[^\[\]|{]+|\{")


def compile_template(text: str, slots: Mapping[str, Sequence[str]]) -> Template:
    """The template as parts; raises DataError where a bracket does not close or a slot is unknown."""
    tokens = _TOKENS.findall(text)
    options, end = _options(tokens, 0, text, slots)
    if end != len(tokens) or len(options) != 1:
        raise DataError(f"A template has an unbalanced bracket or a choice outside of brackets: {text!r}")
    return options[0]


def _options(
    tokens: Sequence[str], position: int, text: str, slots: Mapping[str, Sequence[str]]
) -> tuple[list[Template], int]:
    """The options from here to the closing bracket or the end, and where that is."""
    options: list[list[str | tuple[Template, ...]]] = [[]]
    while position < len(tokens) and tokens[position] != "]":
        piece = tokens[position]
        position += 1
        if piece == "|":
            options.append([])
        elif piece == "[":
            inner, position = _options(tokens, position, text, slots)
            if position == len(tokens):
                raise DataError(f"A template opens a bracket that never closes: {text!r}")
            options[-1].append(tuple(inner))
            position += 1
        elif len(piece) > 2 and piece[0] == "{":
            name = piece[1:-1]
            if name not in slots:
                raise DataError(f"A template uses the slot {piece}, which is not defined: {text!r}")
            options[-1].append(tuple(compile_template(choice, slots) for choice in slots[name]))
        else:
            options[-1].append(piece)
    return [tuple(option) for option in options], position


def phrase_pattern(thesaurus: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """What finds every phrase of a thesaurus in a text, the longest first."""
    longest_first = sorted(thesaurus, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


def reworded(template: Template, thesaurus: Mapping[str, Sequence[str]], pattern: re.Pattern[str]) -> Template:
    """The template with every phrase of the thesaurus replaced by a choice of it and its other wordings."""
    parts: list[str | tuple[Template, ...]] = []
    for part in template:
        if not isinstance(part, str):
            parts.append(tuple(reworded(option, thesaurus, pattern) for option in part))
            continue
        # Splitting by a pattern with one group gives text and phrase in turn.
        for position, piece in enumerate(pattern.split(part)):
            if position % 2 == 0:
                parts.append(piece)
            else:
                parts.append(tuple((wording,) for wording in _wordings(piece, thesaurus)))
    return tuple(part for part in parts if part)


def _wordings(phrase: str, thesaurus: Mapping[str, Sequence[str]]) -> list[str]:
    """The phrase and its other wordings, with a capital where it has one."""
    others = thesaurus[phrase.lower()]
    if phrase[0].isupper():
        others = [wording[0].upper() + wording[1:] for wording in others]
    return [phrase, *others]


def render(template: Template, draw: Callable[[], int], out: list[str]) -> None:
    """Append the template's text to ``out``, every choice made by the next number drawn."""
    for part in template:
        if isinstance(part, str):
            out.append(part)
        else:
            render(part[draw() % len(part)], draw, out)
