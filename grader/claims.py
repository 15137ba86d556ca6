"""What a student concludes from an experiment, and whether the runs support it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from grader import vocabulary
from grader.answers import sentences
from grader.measured import labels_of, unpacked
from grader.model import Case, Outcome
from grader.runs import Arms, Run, by_seed
from grader.statistics import Interval, item_interval, paired, welch


class Claim(StrEnum):
    """The three conclusions there are, and a text that is none of them."""

    EFFECT = "effect"
    NO_EFFECT = "no effect"
    CANNOT_TELL = "cannot tell"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Judgement:
    """Whether a claim is supported, and the numbers that say so."""

    outcome: Outcome
    because: str
    values: Mapping[str, Any] = field(default_factory=dict)


def read_claim(text: str) -> tuple[Claim, str]:
    """The conclusion of a text and the sentence that states it.

    Caution wins: a text that says it cannot tell is read so even where another sentence names a difference. A
    sentence that is neither, or a claim that is taken back ("not", "if"), is not read.
    """
    found: list[tuple[Claim, str]] = []
    for sentence in sentences(text):
        claim = _read_sentence(sentence.lower().replace("’", "'"))
        if claim is not Claim.UNREADABLE:
            found.append((claim, sentence))
    for wanted in (Claim.CANNOT_TELL, Claim.NO_EFFECT, Claim.EFFECT):
        first = next((item for item in found if item[0] is wanted), None)
        if first is not None:
            return first
    return Claim.UNREADABLE, ""


def _read_sentence(sentence: str) -> Claim:
    if vocabulary.says("claims", "cannot", sentence):
        return Claim.CANNOT_TELL
    if vocabulary.says("claims", "none", sentence):
        return Claim.NO_EFFECT
    effect = vocabulary.says("claims", "effect", sentence)
    if effect is None:
        return Claim.UNREADABLE
    before = sentence[max(0, effect.start() - 40) : effect.end()]
    return Claim.UNREADABLE if vocabulary.says("claims", "negation", before) else Claim.EFFECT


def judge_claim(case: Case, arms: Arms, claim: Claim, *, metric: str, margin: float | None, text: str) -> Judgement:
    """Hold a claim against the intervals over seeds and over items.

    An effect is supported where the Welch, the paired and the item interval all exclude zero in the claimed
    direction, unsupported where both seed intervals hold zero, else undecided; "no effect" needs both seed
    intervals inside the margin; "cannot tell" is right whenever a seed interval holds zero. One run an arm
    supports neither an effect nor its absence.
    """
    baseline, changed = by_seed(arms.baseline), by_seed(arms.changed)
    values: dict[str, Any] = {"seeds": {"baseline": _seeds(baseline), "changed": _seeds(changed)}}
    a = [float(run.metrics[metric]) for run in baseline.values() if metric in run.metrics]
    b = [float(run.metrics[metric]) for run in changed.values() if metric in run.metrics]
    if not a or not b:
        return Judgement(
            Outcome.UNDECIDED, f"The runs do not record {metric}, which your conclusion is about.", values
        )
    if min(len(a), len(b)) < 2:
        return _one_run(claim, values)
    shared = [seed for seed in baseline if seed in changed]
    over_seeds = welch(a, b)
    over_pairs = paired([changed[s].metrics[metric] - baseline[s].metrics[metric] for s in shared
                         if metric in changed[s].metrics and metric in baseline[s].metrics])  # fmt: skip
    intervals = {"welch": over_seeds, "paired": over_pairs}
    values |= {name: [item.low, item.high] for name, item in intervals.items() if item is not None}
    if over_seeds is None or over_pairs is None:
        return Judgement(Outcome.UNDECIDED, "The arms share fewer than two seeds, so a person judges.", values)
    if claim is Claim.CANNOT_TELL:
        return _cannot_tell(over_seeds, over_pairs, values)
    if claim is Claim.NO_EFFECT:
        return _no_effect(over_seeds, over_pairs, margin, values)
    items = _items(case, baseline, changed, metric)
    if items is not None:
        values["items"] = [items.low, items.high]
    return _effect(over_seeds, over_pairs, items, _direction(text), values)


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


def _cannot_tell(over_seeds: Interval, over_pairs: Interval, values: Mapping[str, Any]) -> Judgement:
    if over_seeds.holds_zero or over_pairs.holds_zero:
        return Judgement(Outcome.PASSED, "Right: an interval over the seeds contains zero.", values)
    return Judgement(
        Outcome.UNDECIDED, "Both intervals over the seeds exclude zero; a person reads why you doubt it.", values
    )


def _no_effect(
    over_seeds: Interval, over_pairs: Interval, margin: float | None, values: Mapping[str, Any]
) -> Judgement:
    if margin is None:
        return Judgement(
            Outcome.UNDECIDED, "The assignment declares no margin for “no effect”; a person judges.", values
        )
    if over_seeds.within(margin) and over_pairs.within(margin):
        return Judgement(Outcome.PASSED, f"Both intervals over the seeds lie within ±{margin:g}.", values)
    return Judgement(
        Outcome.FAILED,
        f"“No effect” needs both intervals over the seeds within ±{margin:g}; they reach from {_shown(over_seeds)} "
        f"and {_shown(over_pairs)}. Write that you cannot tell.",
        values,
    )


def _effect(
    over_seeds: Interval, over_pairs: Interval, items: Interval | None, direction: int, values: Mapping[str, Any]
) -> Judgement:
    if over_seeds.holds_zero and over_pairs.holds_zero:
        return Judgement(
            Outcome.FAILED,
            f"You claim an effect, but both intervals over the seeds contain zero ({_shown(over_seeds)} and "
            f"{_shown(over_pairs)}). Write that you cannot tell.",
            values,
        )
    known = [item for item in (over_seeds, over_pairs, items) if item is not None]
    if all(item.excludes_zero(direction) for item in known) and items is not None:
        return Judgement(Outcome.PASSED, "The intervals over seeds and over items all exclude zero.", values)
    if direction and all(item.excludes_zero(-direction) for item in (over_seeds, over_pairs)):
        return Judgement(Outcome.FAILED, "The runs went the other way than you claim.", values)
    why = "the predictions to judge items by are not in the file" if items is None else "the intervals do not agree"
    return Judgement(Outcome.UNDECIDED, f"Whether the effect is supported is for a person: {why}.", values)


def _items(
    case: Case, baseline: Mapping[int | None, Run], changed: Mapping[int | None, Run], metric: str
) -> Interval | None:
    """The item-level interval, None where labels or predictions are missing or do not fit."""
    if metric not in ("accuracy", "macro_f1"):
        return None
    found = labels_of(case, next(iter(baseline.values())))
    labels = unpacked(found[0]) if found is not None else None
    arms = [[unpacked(run.record.predictions) for run in runs.values()] for runs in (baseline, changed)]
    if found is None or labels is None or labels.size < 2:
        return None
    clean = [[item for item in arm if item is not None and item.shape == labels.shape] for arm in arms]
    top = max((int(item.max()) for arm in clean for item in arm), default=0)
    if (
        any(len(kept) != len(arm) for kept, arm in zip(clean, arms, strict=True))
        or max(top, int(labels.max())) >= found[1]
    ):
        return None
    return item_interval(labels, clean[0], clean[1], n_classes=found[1], metric=metric)


def _direction(text: str) -> int:
    """Whether a claim says up or down; 0 where it says neither or both."""
    up, down = (vocabulary.has("context", name, text) for name in ("upward", "downward"))
    return int(up) - int(down)


def _seeds(runs: Mapping[int | None, Run]) -> list[int | None]:
    return list(runs)


def _shown(interval: Interval) -> str:
    return f"{interval.low:+.3f} to {interval.high:+.3f}"
