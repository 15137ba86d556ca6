"""Whether a sentence may speak of a score over other items, or of another run, than those that the file holds."""

from functools import lru_cache

from grader.reading.claimed import claimed


@lru_cache(maxsize=4096)
def is_of_others(text: str) -> bool:
    """“On its own training texts”, “only classes with five or more”, “in a second session”, “yesterday”.

    Nothing in the file need be a rounding of such a number, so that it is never called wrong.
    """
    lower = text.lower().replace("’", "'")
    return any(claimed("others", name, lower) for name in ("items", "run"))
