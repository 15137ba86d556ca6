"""A sentence with numbers: the metrics and runs it names; and a claim: one number with what it is bound to."""

import re
from dataclasses import dataclass
from functools import cached_property

from grader.evidence import cues
from grader.reading import vocabulary
from grader.reading.asides import asides
from grader.reading.numbers import Number
from grader.reading.stems import stems
from grader.reading.vocabulary import Mention
from paribus.metrics.registry import registry

TIERS = stems("head mid tail similar other never always found expected size sizes chance")
"""Words that tell values of one kind apart."""
Groups = tuple[tuple[int, int, frozenset[str]], ...]


@dataclass(frozen=True)
class Sentence:
    """A sentence or a table's cell. ``stems`` are those of its words, its row and column and its heading.

    ``implied_…`` is taken from the text before it. ``label`` is set where a table's row or column names the group;
    ``block`` counts the answer's blocks; ``titles`` are what its row and its column are called.
    """

    text: str
    position: int
    numbers: tuple[Number, ...]
    metrics: tuple[Mention, ...]
    groups: Groups
    implied_metrics: frozenset[str] = frozenset()
    implied_groups: frozenset[str] = frozenset()
    more_stems: frozenset[str] = frozenset()
    row: bool = False
    label: frozenset[str] = frozenset()
    block: int = -1
    titles: tuple[str, str] = ("", "")

    @cached_property
    def stems(self) -> frozenset[str]:
        """Of everything that names something here."""
        return stems(self.text) | self.more_stems

    @cached_property
    def metric_names(self) -> frozenset[str]:
        """All metrics that are named."""
        return frozenset(mention.name for mention in self.metrics)

    @cached_property
    def group_keys(self) -> frozenset[str]:
        """All groups that are named."""
        return frozenset(key for _, _, keys in self.groups for key in keys) | self.label

    @cached_property
    def seeds(self) -> bool:
        """It speaks of single runs."""
        return cues.SEEDS.search(self.text) is not None or self.is_series

    @cached_property
    def means(self) -> bool:
        """It speaks of means over the runs."""
        return cues.MEAN.search(self.text) is not None

    @cached_property
    def is_series(self) -> bool:
        """Three numbers or more are side by side."""
        joined = 0
        for first, second in zip(self.numbers, self.numbers[1:], strict=False):
            joined = joined + 1 if cues.SIDE_BY_SIDE.match(self.text[first.end : second.start]) else 0
            if joined >= 2:
                return True
        return False

    @cached_property
    def unnamed(self) -> str:
        """Its text with the names of metrics dotted out: "a log loss of 3" is no change by 3, nor of an epoch."""
        text, known = self.text, registry()
        for item in self.metrics:
            if item.start >= 0 and item.name in known and known[item.name].compute is not None:
                text = f"{text[: item.start]}{'·' * (item.end - item.start)}{text[item.end :]}"
        return text

    @cached_property
    def epochs(self) -> bool:
        """It speaks of epochs."""
        return (cues.EPOCHS.search(self.unnamed) is not None or "epoch" in self.more_stems) and cues.CHOSEN.search(
            self.text
        ) is None

    @cached_property
    def logs(self) -> bool:
        """It speaks of epochs, and not only in the name of runs ("with one epoch")."""
        text, named = self.unnamed, False
        for start, end, _ in self.groups:
            named = named or cues.EPOCHS.search(text[start:end]) is not None
            text = f"{text[:start]}{'·' * (end - start)}{text[end:]}"
        return self.epochs and (not named or cues.EPOCHS.search(text) is not None)

    @cached_property
    def named_seeds(self) -> frozenset[int]:
        """The seeds that it names."""
        return frozenset(
            int(text) for found in cues.NAMED_SEED.finditer(self.text) for text in re.findall(r"\d+", found[1])
        )

    @cached_property
    def named_epochs(self) -> frozenset[int]:
        """The epochs that it names."""
        return frozenset(
            int(text) for found in cues.NAMED_EPOCH.finditer(self.text) for text in re.findall(r"\d+", found[1])
        )

    @cached_property
    def interval(self) -> bool:
        """It speaks of an interval."""
        return vocabulary.has("context", "interval", self.text) or cues.INTERVAL.search(self.text) is not None

    @cached_property
    def percents(self) -> bool:
        """Some number in it is a percentage."""
        return any(number.percent or number.points for number in self.numbers)

    @cached_property
    def clauses(self) -> tuple[tuple[int, int], ...]:
        """Where its clauses begin and end."""
        ends = [found.start() for found in cues.CLAUSE.finditer(self.text)]
        return tuple(zip([0, *ends], [*ends, len(self.text)], strict=True))

    def clause_of(self, number: Number) -> tuple[int, int]:
        """The clause of a number."""
        return next((span for span in self.clauses if span[0] <= number.start < span[1]), (0, len(self.text)))

    def is_aside(self, number: Number) -> bool:
        """The digits are a date's, a version's, or belong to the name of a metric or of a group."""
        if any(start < number.end and number.start < end for start, end in asides(self.text)):
            return True
        spans = [(mention.start, mention.end) for mention in self.metrics]
        spans += [(start, end) for start, end, _ in self.groups if end > start]
        return any(start < number.end and number.start < end for start, end in spans)

    def is_forecast(self, number: Number) -> bool:
        """The last word before it that says what the number is says that it was predicted."""
        start, end = self.clause_of(number)
        before = self.text[max(0, start - 60) : number.start]
        predicted = [
            found.end()
            for found in cues.PREDICTING.finditer(cues.AS_PREDICTED.sub(lambda hit: " " * len(hit[0]), before))
        ]
        if predicted:
            between = before[predicted[-1] :]
            return (
                cues.OUTCOME.search(between) is None
                or cues.FORETOLD.match(between) is not None
                or re.search(r"\b(?:is|was|were) (?:that|to|between|by)\b", between) is not None
            )
        behind = self.text[number.end : min(end, number.end + 30)]
        return (
            re.match(
                r"\s*(?:%\s*)?(?:,\s*)?(?:was |were |had been |as |is |I )*(?:predicted|expected)\b",
                behind,
                re.IGNORECASE,
            )
            is not None
        )


@dataclass(frozen=True)
class Claim:
    """One number and what it is bound to. ``…_firm``: the words right around it leave nothing else possible;
    ``series``: it is one of as many numbers as groups were named before it, in the same order.
    """

    number: Number
    sentence: Sentence
    metrics: frozenset[str]
    metric_firm: bool
    groups: frozenset[str]
    group_firm: bool
    series: bool = False

    @cached_property
    def _around(self) -> str:
        start, end = self.sentence.clause_of(self.number)
        return self.sentence.unnamed[max(start, self.number.start - 60) : min(end, self.number.end + 40)]

    @cached_property
    def unit(self) -> str:
        """The unit of time or of size right behind the number, in lower case: ms or MB."""
        found = cues.UNIT.match(self.sentence.text[self.number.end : self.number.end + 5])
        return found[1].lower() if found is not None else ""

    @cached_property
    def label_stems(self) -> frozenset[str]:
        """Of the label right beside it: behind it ("0.58 in the head"), else before it ("head: 0.58")."""
        text, number = self.sentence.text, self.number
        after = cues.LABEL_AFTER.match(text[number.end : number.end + 40])
        if after is not None and (found := stems(after["label"]) & TIERS):
            return found
        first = max(0, number.start - 45)
        before = cues.LABEL_BEFORE.search(text[first : number.start])
        if before is None or cues.JOINED_LABEL.search(text[first : number.start]):
            behind = cues.LABEL_BEHIND.match(text[number.end : number.end + 30])
            return stems(behind["label"]) & TIERS if behind is not None else frozenset()
        start, end = first + before.start(), first + before.end()
        if any(start <= item.start < end for item in self.sentence.metrics):
            return frozenset()  # a metric's name labels no class: "F1 media" is the mean F1
        return stems(before["label"]) & TIERS

    @cached_property
    def of_difference(self) -> bool:
        """A spread that its words call that of the differences."""
        before = self.sentence.text[max(0, self.number.start - 110) : self.number.start]
        return (
            re.search(
                r"\b(?:differences?|paired|seed by seed|changes?|Δ|differenz\w*|écarts)\b[^.;]{0,80}$",
                before,
                re.IGNORECASE,
            )
            is not None
        )

    @cached_property
    def is_spread(self) -> bool:
        """Its words call it a standard deviation."""
        if self.number.text.startswith("±"):
            return True
        before = self.sentence.text[max(0, self.number.start - 90) : self.number.start]
        hits = list(cues.SPREAD.finditer(before))
        after = self.sentence.text[self.number.end : self.number.end + 30]
        return bool(hits) or cues.SPREAD.search(after) is not None

    @cached_property
    def says_mean(self) -> bool:
        """The words around it call it a mean, and no spread is there."""
        return cues.MEAN.search(self._around) is not None and not re.search(r"±|\+/-", self._around)

    @cached_property
    def is_difference(self) -> bool:
        """Its sign, its unit or the words around it make it a change."""
        number = self.number
        return number.points or number.signed or cues.DIFFERENCE.search(self._around) is not None

    @cached_property
    def says_difference(self) -> bool:
        """Its sign or the word right before or after it can only mean a change."""
        number, text = self.number, self.sentence.text
        before, after = text[max(0, number.start - 28) : number.start], text[number.end : number.end + 24]
        return (
            number.points
            or number.text[:1] == "+"
            or (number.signed and number.value < 0)
            or bool(
                re.search(
                    r"(?:\bby|\bdifferences?(?: of| is| was|:)?|\bgap of|\bΔ\s*=?|\bchange of)\s*(?:only|"
                    r"about|just)?\s*$",
                    before,
                    re.IGNORECASE,
                )
            )
            or bool(re.match(r"\s*(?:higher|lower|more|less|better|worse|apart)\b", after, re.IGNORECASE))
        )

    @cached_property
    def is_ratio(self) -> bool:
        """It is a factor, or a change relative to where it started."""
        return self.number.times or cues.RATIO.search(self._around) is not None
