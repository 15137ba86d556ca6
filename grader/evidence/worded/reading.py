"""A sentence's words, marked: relations, groups, metrics, tiers, epochs, with their clauses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from grader.evidence.settings import loose_names
from grader.evidence.statements import Sentence
from grader.reading import vocabulary
from grader.reading.vocabulary import Mention, Relation

_CLAUSE = re.compile(
    r";|:\s|\.\s|[，。；：、]|\s[–—]\s|,?\s+(?:but|while|whereas|although|though|however|because|since|so that|und|"
    r"aber|während|et|mais|y|pero|mientras|mentre|mas|enquanto|és|míg|ale|natomiast|но|тогда|obwohl|bien que|"
    r"alors que|aunque|dennoch|pourtant|jedoch)\s|"
    r",\s+yet\s|,?\s+and\s|,\s+(?=(?:so|which|where|as|the|it|with|only|this|that)\b)"
)
_EPOCH = re.compile(
    r"\b(?:(?P<word>first|second|third|fourth|fifth|last|final|(?<=after )(?:one|two|three))\s+epochs?|"
    r"epochs?\s*(?P<number>\d{1,2}|one|two|three|four))\b"
)
_ORDINAL = re.compile(
    r"\b(?:the|its|my) (first|second|third|fourth|fifth|last|final)\b(?! (?:arm|seed|run|line|story|"
    r"one is the (?:arm|seed)|step|time|split|thing))"
)
_DENIAL = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|nothing|nobody|hardly|nicht|kein\w*|nie|pas|non|ninguna?)\b|n't\b"
)
_NO_DENIAL = re.compile(
    r"never[- ]predicted|never predicts?|not predicted|not only|not just|whether or not|no doubt|no further|"
    r"no more|no longer improv\w+|without improvement|"
    r"without (?:an? )?(?:further )?(?:gain|improvement|higher score)|not improve\w*|no improvement|"
    r"nothing (?:more )?was (?:gained|improving)"
)
_KINDS = re.compile(r"never[- ]predicted|not predicted|never predicts?")
_WOULD = re.compile(r"\bwould be\b|\bwould have\b", re.IGNORECASE)
_REMEDY = re.compile(r"\bthreshold[- ]moving\b", re.IGNORECASE)
"""A remedy for imbalance, and no bound that somebody set."""
_DENIED = re.compile(
    r"(?:\b(?:is|was|are|were|did|does|do|has|have|had) not|n't|\bno|\bnever|\bneither)\s+(?:yet |any |a |the |"
    r"been )?(?:have |get |show )?$"
)
_NUMBER = {
    "first": 1,
    "one": 1,
    "second": 2,
    "two": 2,
    "third": 3,
    "three": 3,
    "fourth": 4,
    "four": 4,
    "fifth": 5,
    "last": -1,
    "final": -1,
}


@dataclass(frozen=True)
class Hit:
    """A relation as it is in a sentence; ``denied``: with "not" right before it."""

    relation: Relation
    start: int
    end: int
    denied: bool = False


@dataclass(frozen=True)
class Doubt:
    """What a text says in words and the facts contradict, under every reading of it. ``kind``: the reader that
    found it, for those who count how often each is right.
    """

    sentence: str
    position: int
    why: str
    kind: str = ""


class Reading:
    """One sentence and what its words mark."""

    def __init__(self, sentence: Sentence, before: Sentence | None = None, earlier: str = "") -> None:
        """Look at ``sentence``; ``before`` is the one before it in the same paragraph, ``earlier`` the words of the
        few before it.
        """
        self.sentence = sentence
        self.before = before
        self.earlier = earlier.lower()
        self.lower = sentence.text.lower().replace("’", "'")

    def doubt(self, why: str) -> Doubt:
        """That the facts contradict the sentence, and why."""
        return Doubt(self.sentence.text, self.sentence.position, why)

    @cached_property
    def unsaid(self) -> bool:
        """It speaks of what might be, of what was expected or of what others found."""
        return vocabulary.says("worded", "unsaid", self.lower) is not None or vocabulary.has(
            "context", "elsewhere", _REMEDY.sub(" ", self.sentence.text)
        )

    @cached_property
    def doubtful(self) -> bool:
        """All of it is a forecast, a question, or about what others found."""
        return vocabulary.says("worded", "forecast", self.lower) is not None or vocabulary.has(
            "context", "elsewhere", _REMEDY.sub(" ", _WOULD.sub(" ", self.sentence.text))
        )

    @cached_property
    def clauses(self) -> tuple[tuple[int, int], ...]:
        """Where its clauses begin and end."""
        cuts = [hit.start() for hit in _CLAUSE.finditer(self.lower)]
        return tuple(zip([0, *cuts], [*cuts, len(self.lower)], strict=True))

    def clause_at(self, place: int) -> tuple[int, int]:
        """The clause in which a place is."""
        return next(((start, end) for start, end in self.clauses if start <= place < end), (0, len(self.lower)))

    @cached_property
    def tiers(self) -> tuple[Mention, ...]:
        """Where tiers are named."""
        return tuple(vocabulary.find_all("places", self.sentence.text))

    @cached_property
    def epochs(self) -> tuple[tuple[int, int, int], ...]:
        """Where epochs are named: start, end, which; -1 is the last."""
        found = []
        for hit in _EPOCH.finditer(self.lower):
            said = hit["word"] or hit["number"]
            found.append((hit.start(), hit.end(), int(said) if said.isdecimal() else _NUMBER[said]))
        return tuple(found)

    @cached_property
    def ordinals(self) -> tuple[tuple[int, int, int], ...]:
        """Where epochs are named, and where an ordinal alone may name one ("the third"), where epochs are spoken
        of.
        """
        if "epoch" not in self.lower and (self.before is None or "epoch" not in self.before.text.lower()):
            return ()
        spans = [(start, end) for start, end, _ in self.epochs]
        alone = [
            (hit.start(), hit.end(), _NUMBER[hit[1]])
            for hit in _ORDINAL.finditer(self.lower)
            if not any(start <= hit.start() < end for start, end in spans)
        ]
        return tuple(sorted([*self.epochs, *alone]))

    @cached_property
    def _names(self) -> list[tuple[int, int]]:
        """Where the names of groups and metrics are: "the lower learning rate" compares nothing."""
        spans = [(start, end) for start, end, _ in self.sentence.groups]
        return [
            *spans,
            *((item.start, item.end) for item in self.sentence.metrics if item.name not in ("lost", "rescued")),
        ]

    @cached_property
    def nameless(self) -> str:
        """Its words with the names of groups blanked: "with the small batch" speaks of no batch."""
        text = self.lower
        for start, end, _ in self.sentence.groups:
            text = text[:start] + " " * (end - start) + text[end:]
        return text

    @cached_property
    def _settings(self) -> list[Mention]:
        """Where settings are named in scripts without spaces: what follows may be what was done to one."""
        return (
            [] if self.lower.isascii() else [item for item in loose_names(self.lower) if item.end - item.start < 5]
        )

    def without(self, start: int, end: int) -> "Reading":
        """The same sentence with some words blanked, such as a "no" that has been read."""
        text = self.sentence.text
        blank = text[:start] + " " * (end - start) + text[end:]
        return Reading(replace(self.sentence, text=blank), self.before, self.earlier)

    def is_denied(self, start: int, end: int) -> bool:
        """An odd number of words of denial is between two places."""
        text = _NO_DENIAL.sub(" ", self.lower[start:end])
        return len(_DENIAL.findall(text)) % 2 == 1

    def hits(self) -> tuple[Hit, ...]:
        """Its relations, none of which is denied, in order."""
        return self._hits

    @cached_property
    def _hits(self) -> tuple[Hit, ...]:
        return tuple(self._related())

    def _related(self) -> Iterator[Hit]:
        found = [
            Hit(relation, hit.start(), hit.end())
            for relation in vocabulary.relations()
            for hit in relation.pattern.finditer(self.lower)
        ]
        free = 0
        for hit in sorted(found, key=lambda item: (item.start, -item.end)):
            if hit.start < free or any(start <= hit.start < end for start, end in self._names):
                continue
            free = hit.end
            start, _ = self.clause_at(hit.start)
            if any(item.end <= hit.start <= item.end + 2 for item in self._settings):
                continue  # "after raising the rate"
            before = _KINDS.sub(" ", self.lower[max(start, hit.start - 30) : hit.start])
            if _DENIED.search(before):
                yield replace(hit, denied=True)
            elif not vocabulary.says("worded", "negated", before):
                yield hit
