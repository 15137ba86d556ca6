"""Near misses: the name that somebody probably meant."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` Did you mean 'hidden'?`` with a blank in front, or nothing where no name is near."""
    near = difflib.get_close_matches(word.lower(), [item for item in known if item != word], n=1, cutoff=0.6)
    return f" Did you mean {near[0]!r}?" if near else ""
