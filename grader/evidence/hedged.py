"""What takes a bold conclusion back, or makes it less than plain.

Honest people claim an effect in so many words as well: "it is meaningful only if it survives more seeds", "a clear
drop in one run, nothing more". Such words behind the claim take it back. A condition, a "might", a "but" or a word
of caution anywhere in the text leaves more than one reading, so that a person reads it.
"""

import re

from grader.reading import vocabulary
from grader.reading.claimed import claimed, pattern

_BOLD = ("effect", "none")


def takes_back(lower: str) -> bool:
    """Lower-case words behind a claim say that it needs more, or that it holds for this run alone."""
    return any(
        claimed("doubt", "none", lower[max(0, hit.start() - 25) : hit.end() + 25]) is None
        for hit in pattern("doubt", "behind").finditer(lower)
    )


def is_plain(text: str) -> bool:
    """Besides the words that claim, nothing in a lower-case text softens or turns them, and it asks nothing."""
    return "?" not in text and claimed("doubt", "soft", _without_claims(text)) is None


def _without_claims(text: str) -> str:
    """The text with every phrase dotted out that claims an effect or none: "cannot be luck" is no caution."""
    for name in _BOLD:
        for phrase in vocabulary.phrases("claims", name):
            text = re.sub(phrase, lambda hit: "·" * len(hit[0]), text)
    return text
