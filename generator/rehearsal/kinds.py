"""How often each kind of contradiction is found where there is one, and where there is none.

A rehearsal prints this beside its account of texts by other hands: a kind whose proposals are wrong on honest work
is to be narrowed, and one that finds nothing is to go.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.rehearsal.others import Text, verdicts_of

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"['“\"](.{12,}?)['”\"](?=[:,. ]|$)")
_CUT = re.compile(r"\s*….*$")
OVERLAP = 0.6
"""The share of the words of the shorter of two sentences that must be in the other, to be about the same place."""


@dataclass(frozen=True)
class Finding:
    """One contradiction that a check told, with the sentences that it may be about; ``failed``: it cost points."""

    kind: str
    sentences: tuple[str, ...]
    why: str
    failed: bool

    def is_at(self, marked: str) -> bool:
        """Whether one of its sentences is the marked one, or a part of it."""
        return any(at_mark(sentence, marked) for sentence in self.sentences)


@dataclass
class Kind:
    """What one kind found, by writer: in true texts (wrong), in faulty ones at the marked sentence (right) and
    elsewhere in faulty ones (beside it); ``alone``: right where no other kind found that text.
    """

    name: str
    wrong: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)


def findings(verdicts: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Everything that failed, or that a check proposes to fail, in some verdicts of results.jsonl."""
    for verdict in verdicts:
        failed = verdict["outcome"] == "failed"
        told = verdict["values"].get("contradicted", ())
        for item in told:
            yield Finding(item["kind"], (item["sentence"],), item["why"], failed)
        if not told and (failed or verdict.get("proposal") == "failed"):
            why = verdict["because"] if failed else verdict["proposed_because"]
            quoted = tuple(item["text"] for item in verdict["evidence"])
            yield Finding(verdict["check"], (*_QUOTED.findall(why), *quoted), why, failed)


def at_mark(sentence: str, marked: str) -> bool:
    """Whether a told sentence and the marked one are about the same place: the shorter is mostly in the other."""
    first, second = (set(_WORD.findall(_CUT.sub("", text).lower())) for text in (sentence, marked))
    return bool(first and second) and len(first & second) >= OVERLAP * min(len(first), len(second))


def found_at_mark(text: Text, verdicts: Sequence[Mapping[str, Any]]) -> bool:
    """A faulty text was failed, or proposed to be failed, at its marked sentence."""
    return any(item.is_at(text.marked) for item in findings(verdicts))


def by_kind(texts: Sequence[Text], results: Mapping[str, Mapping[str, Any]]) -> tuple[Kind, ...]:
    """Every kind that found something in true or faulty texts, by the lines of results.jsonl under their names."""
    kinds: dict[str, Kind] = {}
    for text in texts:
        if text.kind == "random" or text.name not in results:
            continue
        told = list(findings(verdicts_of(text, results[text.name])))
        marked = {item.kind for item in told if text.kind == "faulty" and item.is_at(text.marked)}
        for name in {item.kind for item in told}:
            kind = kinds.setdefault(name, Kind(name))
            if text.kind != "faulty":
                kind.wrong[text.writer] += 1
            elif name in marked:
                kind.right[text.writer] += 1
                kind.alone[text.writer] += len(marked) == 1
            else:
                kind.beside[text.writer] += 1
    return tuple(kinds[name] for name in sorted(kinds))
