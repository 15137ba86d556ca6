"""A key for every cell: what the author called it, or a slug of its heading, first words or place."""

import re
import unicodedata
from collections.abc import Sequence

KEY_SHAPE = re.compile(r"^[A-Za-z0-9-_]{1,64}$")
_SLUG_LENGTH = 40
_HEADING = re.compile(r"^#{1,6}\s+(?P<words>.+)$", re.MULTILINE)
_DEFINITION = re.compile(r"^(?:def|class)\s+(?P<name>\w+)", re.MULTILINE)
_COMMENT = re.compile(r"\A#+\s*(?P<words>.+)$", re.MULTILINE)


def slug(words: str) -> str:
    """Lower-case ASCII words joined by hyphens, at most 40 characters, cut at a word."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    result = ""
    for part in re.findall(r"[a-z0-9]+", plain.lower()):
        longer = f"{result}-{part}" if result else part[:_SLUG_LENGTH]
        if len(longer) > _SLUG_LENGTH:
            break
        result = longer
    return result


def suggest(text: str, *, markdown: bool, position: int) -> str:
    """A key for a cell that its author did not name, from what it says."""
    found = _HEADING.search(text) if markdown else _COMMENT.match(text)
    if found:
        words = slug(found["words"])
    elif not markdown and (definition := _DEFINITION.search(text)):
        words = slug(definition["name"])
    else:
        words = slug(text.split("\n", 1)[0])
    return words or f"cell-{position}"


def assign(suggestions: Sequence[tuple[str, bool]], reserved: Sequence[str]) -> list[str]:
    """Keys from (suggestion, named by the author); unnamed ones give way with -2, -3, …

    Names that authors gave are returned as they are, duplicates included: the caller refuses those.
    """
    taken = {name for name, named in suggestions if named} | set(reserved)
    keys: list[str] = []
    for name, named in suggestions:
        key, number = name, 2
        while not named and key in taken:
            key, number = f"{name}-{number}", number + 1
        taken.add(key)
        keys.append(key)
    return keys
