"""Whether a sentence of a memo tells how the work went, and not what the evidence shows."""

import re

from grader.reading import vocabulary
from grader.reading.answers import normal
from grader.reading.nouns import ITEMS

_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|(?<!\w)'[^'\n]*'(?!\w)|‘[^’\n]*’(?!\w)")
_OF_OTHERS = re.compile(rf"\b(?:{ITEMS}|customers?|consumers?|users?|clients?|people|callers?)\b", re.IGNORECASE)
_UNCERTAIN = re.compile(r"\bseeds?\b", re.IGNORECASE)


def is_diary(sentence: str, prompt: str, *, excuses: bool) -> bool:
    """With ``excuses``: the writer excuses the work, and can mean nothing else. Without: it may be so.

    What is quoted is somebody else's, and the prompt's own words are the question's. A sentence that names the
    texts or their writers is at most in doubt; one that names them before the excuse is about them.
    """
    lower = _QUOTED.sub(" ", sentence).lower().replace("’", "'")
    hit = vocabulary.says("diary", "excuses", lower)
    if not excuses:
        hit = hit or (None if _UNCERTAIN.search(lower) else vocabulary.says("diary", "perhaps", lower))
    if hit is None or normal(hit[0]) in normal(prompt):
        return False
    return _OF_OTHERS.search(lower if excuses else lower[: hit.start()]) is None
