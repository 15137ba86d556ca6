"""Which way a conclusion says that the judged metric went in the changed arm."""

import re
from functools import lru_cache
from itertools import pairwise

from grader.evidence.groups import arm_group
from grader.evidence.runs import Arms
from grader.reading import vocabulary
from grader.reading.claimed import pattern
from grader.reading.vocabulary import Mention, Phrases
from paribus.metrics.registry import registry

_SENTENCE = re.compile(r"[.!?\n。！？](?!\d)")
_CLAUSE = re.compile(
    r"[;:()\[\]；：，]|\s[–—]\s|\b(?:but|while|whereas|although|though|than|and|so|because|as|since)\b"
)
_MERIT = ("improv", "better", "worse")
"""How words begin that say which arm is better, and not which number is larger."""


def said_direction(text: str, metric: str, arms: Arms) -> int:
    """+1 or −1 where every word that says up or down is about the metric in the changed arm, 0 otherwise.

    A clause tells of it only where it names that metric or none, no other quantity (an error, a loss, classes at
    zero), and begins with the changed arm or with neither: "the baseline is better" tells of the baseline.
    """
    turned = metric in registry() and not registry()[metric].higher_is_better
    said = set()
    for sentence in _SENTENCE.split(text):
        for start, clause in _clauses(sentence):
            for name, sign in (("upward", 1), ("downward", -1)):
                for mention in vocabulary.find("context", name, clause):
                    before, after = sentence[: start + mention.start], clause[mention.end :]
                    if not _is_about(mention, clause, metric) or _is_of_baseline(before, after, arms):
                        continue
                    merit = clause[mention.start : mention.end].lower().startswith(_MERIT)
                    said.add(-sign if merit and turned else sign)
    return said.pop() if len(said) == 1 else 0


def _clauses(sentence: str) -> list[tuple[int, str]]:
    cuts = [0, *(hit.start() for hit in _CLAUSE.finditer(sentence)), len(sentence)]
    return [(start, sentence[start:end]) for start, end in pairwise(cuts)]


def _is_about(mention: Mention, clause: str, metric: str) -> bool:
    """The clause names the metric or none, and the word is neither a setting's ("the lower rate") nor another
    quantity's ("fewer errors").
    """
    named = {item.name for item in vocabulary.find_all("metrics", clause)}
    if pattern("direction", "setting").match(clause[mention.end :].lower().lstrip()):
        return False
    near = clause[: mention.end] + clause[mention.end :].partition(",")[0]
    other = pattern("direction", "quantity").search(near.lower()) or vocabulary.find("measures", "unscored", near)
    return not other and (not named or named == {metric})


_WHERE = re.compile(r"\s*(?:in|for|with|of|at|under|on)\s+(?:the\s+|my\s+|its\s+)?$", re.IGNORECASE)


def _is_of_baseline(before: str, after: str, arms: Arms) -> bool:
    """The last arm that is named before the word, or else the one right behind it, is the baseline."""
    named = _names(arms).find(before)
    if named:
        return named[-1][2] == {"baseline"}
    behind = _names(arms).find(after)
    return bool(behind) and behind[0][2] == {"baseline"} and _WHERE.fullmatch(after[: behind[0][0]]) is not None


@lru_cache(maxsize=64)
def _names(arms: Arms) -> Phrases:
    """What both arms are called."""
    return Phrases((name, arm) for arm in ("baseline", "changed") for name in arm_group(arms, arm).phrases)
