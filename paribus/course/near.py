"""Near misses: the name that somebody probably meant."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """`` Did you mean 'hidden'?`` with a blank in front, or nothing where no name is as near as ``cutoff``,
    between 0 and 1.
    """
    near = difflib.get_close_matches(word.lower(), [item for item in known if item != word], n=1, cutoff=cutoff)
    return f" Did you mean {near[0]!r}?" if near else ""
