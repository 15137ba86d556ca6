"""What a student concludes from an experiment, and whether the runs support it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any

from grader.evidence.direction import said_direction
from grader.evidence.hedged import takes_back
from grader.evidence.intervals import item_interval
from grader.evidence.runs import Arms, by_seed
from grader.model import Case, Outcome
from grader.reading import vocabulary
from grader.reading.claimed import claimed, pattern
from paribus.experiments.conclusion import Claim as Spoken
from paribus.experiments.conclusion import judge
from paribus.metrics.registry import registry, title
from paribus.statistics.intervals import Interval, paired_interval, welch_interval


class Claim(StrEnum):
    """The three conclusions there are, a text that leans to one, and a text that is none of them."""

    EFFECT = "effect"
    NO_EFFECT = "no effect"
    CANNOT_TELL = "cannot tell"
    TAKEN_BACK = "an effect or none, taken back"
    LEANING = "leaning to an effect, or to none"
    MIXED = "mixed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Judgement:
    """Whether a claim is supported, and the numbers; not ``firm`` where only a word's direction says so."""

    outcome: Outcome
    because: str
    values: Mapping[str, Any] = field(default_factory=dict)
    firm: bool = True


_BOLD = (Claim.EFFECT, Claim.NO_EFFECT)
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|(?<=[。！？])|\n+|;\s+|\s[–—]\s")


def read_claim(text: str) -> tuple[Claim, str]:
    """The conclusion of a text and the sentence that states it.

    Who writes that one cannot tell says so, even where a sentence before it claims an effect; who claims an effect
    in so many words after it says both, and a person reads it. Caution without such words ("one seed", "a lead")
    counts where nothing bolder is said. A claim that is asked or quoted ("not", "if", "would") is none; one that is
    taken back behind it ("only if it survives more seeds", "nothing more") is `TAKEN_BACK`, with the claim.
    """
    found: dict[Claim, str] = {}
    cautious, wary, last = "", "", Claim.UNREADABLE
    behind: list[tuple[str, str]] = []  # the last bold sentence from its claim on, and what follows it
    for sentence in (piece.strip() for piece in _SENTENCE.split(text) if piece.strip()):
        lower = _lower(sentence)
        claim = _read_sentence(lower)
        if claim in _BOLD and Claim.CANNOT_TELL in found and vocabulary.find("measures", "unscored", lower):
            continue  # nobody can tell of the score, and a latency is another matter
        if claim in _BOLD:
            behind = [(lower[_bold_at(lower, claim) :], sentence)]
        elif behind:
            behind.append((lower, sentence))
        if claim is not Claim.UNREADABLE:
            found.setdefault(claim, sentence)
            last = claim if claim in (*_BOLD, Claim.CANNOT_TELL) else last
        if not wary and claim not in _BOLD and vocabulary.says("claims", "wary", lower):
            wary = sentence
        if not cautious and claim not in _BOLD and vocabulary.says("claims", "caution", lower):
            cautious = sentence
    bold = [claim for claim in _BOLD if claim in found]
    if Claim.CANNOT_TELL in found:
        return (
            (Claim.MIXED, found[bold[0]])
            if bold and last is not Claim.CANNOT_TELL
            else (Claim.CANNOT_TELL, found[Claim.CANNOT_TELL])
        )
    back = next((sentence for lower, sentence in behind if takes_back(lower)), "")
    if back:
        return Claim.TAKEN_BACK, found[bold[0]] if bold else back
    if bold:
        return (Claim.LEANING if cautious else bold[0]), found[bold[0]]
    if Claim.LEANING in found and not cautious:
        return Claim.LEANING, found[Claim.LEANING]
    cautious = cautious or wary
    return (Claim.CANNOT_TELL, cautious) if cautious else (Claim.UNREADABLE, "")


def _bold_at(lower: str, claim: Claim) -> int:
    """Where a sentence that claims begins to."""
    hit = vocabulary.says("claims", "effect" if claim is Claim.EFFECT else "none", lower)
    return hit.start() if hit is not None else 0


_NO_APOSTROPHE = re.compile(r"\b((?:do|does|did|is|was|are|were|ca|could|would|wo|should|has|have|had)n)t\b")


def _lower(sentence: str) -> str:
    """A sentence in lower case, with the apostrophes that people leave out: "doesnt prove"."""
    lower = sentence.lower().replace("’", "'")[: vocabulary.LONGEST_SENTENCE]
    return _NO_APOSTROPHE.sub(r"\1't", lower)


def claim_after_caution(text: str) -> str:
    """What a text claims in so many words behind a "yet" or a "but" that follows its caution; "" where
    nothing is.
    """
    cautious = False
    for sentence in (piece.strip() for piece in _SENTENCE.split(text) if piece.strip()):
        lower = sentence.lower().replace("’", "'")[: vocabulary.LONGEST_SENTENCE]
        turns = [0, *(hit.start() for hit in pattern("contrast", "words").finditer(lower)), len(lower)]
        for place, (start, end) in enumerate(pairwise(turns)):
            clause = lower[start:end]
            if cautious and place and _asserts(clause):
                return sentence[start:end].strip()
            if cautious and (none := _denies(clause)):
                return none
            cautious = cautious or any(vocabulary.says("claims", name, clause) for name in ("cannot", "caution"))
            cautious = cautious or claimed("contrast", "careful", clause) is not None
    return ""


def _denies(clause: str) -> str:
    """That there is no effect, as it follows from caution: "zero is inside, so the rate makes no difference"."""
    for hit in pattern("contrast", "so").finditer(clause):
        said = clause[hit.start() :]
        none = vocabulary.says("claims", "none", said)
        weak = claimed("contrast", "weak", said.replace(none[0], " ")) if none is not None else None
        if none is not None and weak is None and not _taken_back(said, none):
            return said.strip()
    return ""


def _asserts(clause: str) -> bool:
    """An effect is stated, and nothing in the clause takes it back."""
    hit = claimed("contrast", "asserted", clause) or vocabulary.says("claims", "effect", clause)
    if hit is None or _taken_back(clause, hit) or vocabulary.find("measures", "unscored", clause):
        return False  # what a latency did is no claim about a score
    return claimed("contrast", "weak", clause.replace(hit[0], " ")) is None


def bold_claim(sentence: str) -> Claim:
    """The bold claim of a sentence that `read_claim` quoted: an effect unless it says that there is none."""
    lower = _lower(sentence)
    none = _read_sentence(lower) is Claim.NO_EFFECT or vocabulary.says("claims", "leaning_none", lower) is not None
    return Claim.NO_EFFECT if none else Claim.EFFECT


def _read_sentence(sentence: str) -> Claim:
    effect = vocabulary.says("claims", "effect", sentence)
    cannot = vocabulary.says("claims", "cannot", sentence)
    said = effect is not None and not _taken_back(sentence, effect)
    # "Cannot be luck" is an effect in the words of caution; "… cannot be answered" beside an effect takes it back.
    if said and effect is not None and (cannot is None or effect.start() <= cannot.start() < effect.end()):
        return Claim.EFFECT
    if cannot:
        return Claim.CANNOT_TELL
    none = vocabulary.says("claims", "none", sentence)
    if none is not None and not _taken_back(sentence, none):
        return Claim.NO_EFFECT
    for name in ("leaning", "leaning_none"):
        leaning = vocabulary.says("claims", name, sentence)
        if leaning is not None and not _taken_back(sentence, leaning):
            return Claim.LEANING
    return Claim.UNREADABLE


def _taken_back(sentence: str, hit: re.Match[str]) -> bool:
    """A word before the claim, one right behind it ("would"), or a question mark at its end, takes it back."""
    before = re.split(r"[,;:]", sentence[max(0, hit.start() - 60) : hit.start()])[-1]
    asked = sentence.rstrip().endswith("?") or re.match(
        r"\W*(?:is|are|was|were|does|do|did|whether|how)\b", sentence
    )
    turned = re.search(r"\b(?:but|although|(?<!even )though|however|yet|still)\b", sentence[hit.end() :])
    might = re.match(
        r"(?: \w+){0,2} (?:would(?! have)|could|might|may|is possible|was possible)\b", sentence[hit.end() :]
    )
    return bool(asked or turned or might or vocabulary.says("claims", "negation", before))


_SPOKEN: Mapping[Claim, Spoken] = {
    Claim.EFFECT: "effect", Claim.NO_EFFECT: "no effect", Claim.CANNOT_TELL: "cannot tell",
}  # fmt: skip
_OUTCOMES = {"supported": Outcome.PASSED, "unsupported": Outcome.FAILED, "undecided": Outcome.UNDECIDED}


def judge_claim(case: Case, arms: Arms, claim: Claim, *, metric: str, margin: float | None, text: str) -> Judgement:
    """Hold a claim against the intervals over seeds and over items, as `paribus.experiments.conclusion` does.

    An effect is supported where the Welch, the paired and the item interval all exclude zero in the claimed
    direction, unsupported where both seed intervals hold zero, else undecided; "no effect" needs both seed
    intervals inside the margin; "cannot tell" is right whenever a seed interval holds zero. One run an arm
    supports neither an effect nor its absence.
    """
    baseline, changed = by_seed(arms.baseline), by_seed(arms.changed)
    values: dict[str, Any] = {"seeds": {"baseline": list(baseline), "changed": list(changed)}}
    a = {seed: float(run.metrics[metric]) for seed, run in baseline.items() if metric in run.metrics}
    b = {seed: float(run.metrics[metric]) for seed, run in changed.items() if metric in run.metrics}
    if not a or not b:
        return Judgement(
            Outcome.UNDECIDED, f"The runs do not record {title(metric)}, which your conclusion is about.", values
        )
    if min(len(a), len(b)) < 2:
        return _one_run(claim, values)
    shared = [seed for seed in a if seed in b]
    if len(shared) < 2:
        return Judgement(Outcome.UNDECIDED, "The arms share fewer than two seeds, so a person judges.", values)
    found = _Intervals(
        welch=welch_interval(list(a.values()), list(b.values())),
        paired=paired_interval([a[seed] for seed in shared], [b[seed] for seed in shared]),
        items=item_interval(case, baseline, changed, metric) if claim is Claim.EFFECT else None,
    )
    values |= found.values()
    support = judge(
        _SPOKEN[claim],
        found.welch,
        found.paired,
        found.items,
        direction=said_direction(text, metric, arms),
        margin=margin,
    ).support
    because = _because(claim, _OUTCOMES[support], found, margin, metric)
    return Judgement(_OUTCOMES[support], because, values, firm=claim is not Claim.EFFECT or found.welch.holds_zero)


@dataclass(frozen=True)
class _Intervals:
    """The three intervals of changed − baseline; ``items`` is None where it is not needed or cannot be had."""

    welch: Interval
    paired: Interval
    items: Interval | None

    def values(self) -> dict[str, Any]:
        named = {"welch": self.welch, "paired": self.paired, "items": self.items}
        return {name: [item.low, item.high] for name, item in named.items() if item is not None}

    @property
    def seeds(self) -> str:
        """Both intervals over seeds, in words."""
        return f"{_shown(self.welch)} and {_shown(self.paired)}"


def _one_run(claim: Claim, values: Mapping[str, Any]) -> Judgement:
    if claim is Claim.CANNOT_TELL:
        return Judgement(Outcome.PASSED, "Right: one run an arm cannot tell an effect from the seed.", values)
    what = "an effect" if claim is Claim.EFFECT else "that there is no effect"
    return Judgement(
        Outcome.FAILED,
        f"You claim {what}, and an arm has a single run. One run cannot tell a difference from the luck of a seed: "
        "write that you cannot tell, or run more seeds in both arms.",
        values,
    )


def _because(claim: Claim, outcome: Outcome, found: _Intervals, margin: float | None, metric: str) -> str:
    """The sentence to the student for a claim about several runs an arm."""
    if outcome is Outcome.PASSED:
        return {
            Claim.CANNOT_TELL: "Right: an interval over the seeds contains zero.",
            Claim.EFFECT: "The intervals over seeds and over items all exclude zero.",
            Claim.NO_EFFECT: f"Both intervals over the seeds lie within ±{margin or 0.0:g}.",
        }[claim]
    if claim is Claim.CANNOT_TELL:
        return "Both intervals over the seeds exclude zero; a person reads why you doubt it."
    if claim is Claim.EFFECT:
        return _no_support(outcome, found, metric)
    if margin is None:
        return "The assignment declares no margin for “no effect”; a person judges."
    return (
        f"“No effect” needs both intervals over the seeds within ±{margin:g}; they reach from {found.seeds}. "
        "Write that you cannot tell."
    )


def _no_support(outcome: Outcome, found: _Intervals, metric: str) -> str:
    """Why an effect is refuted, or left to a person."""
    if outcome is Outcome.FAILED and found.welch.holds_zero:
        return (
            f"You claim an effect, but both intervals over the seeds contain zero ({found.seeds}). "
            "Write that you cannot tell."
        )
    if outcome is Outcome.FAILED:
        return "The runs went the other way than you claim."
    why = "the intervals do not agree"
    if found.items is None:
        known = metric in registry() and registry()[metric].over_items
        why = (
            "the predictions to judge items by are not in the file"
            if known
            else "no interval over items exists for this metric"
        )
    return f"A person decides whether the effect is supported: {why} (over the seeds {found.seeds})."


def _shown(interval: Interval) -> str:
    return f"{interval.low:+.3f} to {interval.high:+.3f}"
