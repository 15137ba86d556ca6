"""What texts about data call the items of a data set, in patterns and in lists of phrases.

Files of words hold ``<items>`` and ``<item>`` where a regular expression may have any of these nouns; a phrase with
``{items}`` or ``{item}`` is one phrase a noun.
"""

import re
from collections.abc import Iterable, Iterator

_NOUNS = ("item", "example", "row", "text", "sample", "instance", "document", "review", "complaint")
ITEM = f"(?:{'|'.join(_NOUNS)})"
"""One of the nouns, as a regular expression; with an ``s`` after it, the plural."""
ITEMS = f"(?:{'|'.join(f'{noun}s' for noun in _NOUNS)})"
"""One of the plurals, as a regular expression."""


def filled(text: str) -> str:
    """A file of words with the nouns in its regular expressions."""
    return text.replace("<items>", ITEMS).replace("<item>", ITEM)


def spelled_out(phrases: Iterable[str]) -> Iterator[str]:
    """The phrases of a list, one for each noun where a phrase holds the placeholder."""
    for phrase in phrases:
        if "{item}" in phrase or "{items}" in phrase:
            yield from (phrase.format(item=noun, items=f"{noun}s") for noun in _NOUNS)
        else:
            yield phrase


def is_plural(name: str) -> bool:
    """Whether a name is one of the plurals, as variables and classes are called."""
    return re.fullmatch(ITEMS, name, re.IGNORECASE) is not None
