"""The former and the latter: of two runs that were just named, the first and the second."""

import re
from collections.abc import Sequence

from grader.evidence.statements import Sentence

Spans = tuple[tuple[int, int, frozenset[str]], ...]
"""Where runs are named, and the groups that are meant."""
_WORDS = re.compile(
    r"\bthe (?:(?P<former>former)|latter)\b|\b(?:(?P<erster>erster(?:e[rsn]?)?)|letzter(?:e[rsn]?))\b",
    re.IGNORECASE,
)


def with_former(sentence: Sentence, before: Spans) -> Spans:
    """The places where a sentence names runs, with "the former" and "the latter" as the two that it names before
    them, or that the sentence ``before`` names. With two metrics named as well, nobody can tell which is meant.
    """
    found = list(sentence.groups)
    for hit in _WORDS.finditer(sentence.text):
        two = _two([item for item in sentence.groups if item[1] <= hit.start()]) or _two(before)
        metrics = {item.name for item in sentence.metrics if item.end <= hit.start()}
        if two is not None and len(metrics) != 2:
            found.append((hit.start(), hit.end(), two[0 if hit["former"] or hit["erster"] else 1]))
    return tuple(sorted(found, key=lambda item: item[:2]))


def _two(named: Sequence[tuple[int, int, frozenset[str]]]) -> tuple[frozenset[str], frozenset[str]] | None:
    """The two that are named, in order; None where it is one, or more."""
    once = list(dict.fromkeys(keys for _, _, keys in named))
    return (once[0], once[1]) if len(once) == 2 else None
