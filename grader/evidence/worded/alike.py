"""The same in every one: seeds, losses and tiers that are all said to be or to go alike, and do not."""

import re
from collections.abc import Iterator

from grader.evidence.groups import COUNTED, Group, epoch_metrics
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Place, Values
from grader.reading import vocabulary
from grader.reading.claimed import claimed, pattern

CLOSE = 1e-9
SEEN = 0.0005
"""A difference that four printed decimals show."""
TIERS = ("head", "mid", "tail")


def unlike_in_seeds(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“In each of the three seeds both arms had the same accuracy”, where they differ in one."""
    if reading.doubtful:
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        every = claimed("sameness", "every", clause) or _right_before(reading.lower[:start])
        same = claimed("sameness", "same", clause)
        if every is None or same is None or claimed("sameness", "doubtful", clause.replace(every[0], " ")):
            continue
        named = {item.name for item in reading.sentence.metrics if start <= item.start < end}
        names = named or set(reading.sentence.metric_names) or set(reading.sentence.implied_metrics)
        if len(names) != 1 or not _are_compared(reading, start, end):
            continue
        (name,) = names
        judged = []
        for first, second in _meant(reading, values):
            a, b = values.seeds(name, first.key), values.seeds(name, second.key)
            apart = {seed: b[seed] - a[seed] for seed in a if seed in b}
            if len(apart) > 1:
                judged.append((max(map(abs, apart.values())) < SEEN, apart))
        if judged and not any(alike for alike, _ in judged):
            told = ", ".join(f"seed {seed}: {change:+.4f}" for seed, change in judged[0][1].items())
            yield reading.doubt(f"{every[0]!r}: {vocabulary.title('metric_titles', name)} differs, {told}")
            return


def _right_before(lower: str) -> re.Match[str] | None:
    """“Seed by seed, the accuracy is the same”: what opens the sentence in front of the clause."""
    hit = claimed("sameness", "every", lower)
    return hit if hit is not None and not lower[hit.end() :].strip(" ,") else None


def _are_compared(reading: Reading, start: int, end: int) -> bool:
    """The two arms are what is the same, not the seeds' values."""
    named = [keys for first, _, keys in reading.sentence.groups if start <= first < end]
    return len(set(named)) > 1 or claimed("sameness", "both", reading.lower[start:end]) is not None


def _meant(reading: Reading, values: Values) -> list[tuple[Group, Group]]:
    """The experiments whose arms or setting are named, else those of the question, else all."""
    named = values.varied(reading.sentence.text) | reading.sentence.group_keys
    for keys in (named, values.about):
        found = [pair for pair in values.measured.experiments if {group.key for group in pair} & keys]
        if found:
            return found
    return list(values.measured.experiments)


def not_identical(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The losses of both arms are the same to the last digit”, where they differ."""
    if reading.doubtful:
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        exact = claimed("sameness", "exact", clause)
        if exact is None or claimed("sameness", "doubtful", clause.replace(exact[0], " ")):
            continue
        if not _are_compared(reading, start, end):
            continue
        named = {item.name for item in reading.sentence.metrics if start <= item.start < end}
        if not named and claimed("sameness", "losses", clause) is not None:
            named = {name for name in epoch_metrics() if name.endswith("_loss")}
        judged = [
            (abs(a - b) < CLOSE, f"{vocabulary.title('metric_titles', name)}: {a:.5g} and {b:.5g}")
            for first, second in _meant(reading, values)
            for name in sorted(named - COUNTED)
            for a, b in _last(values, name, first, second)
        ]
        if judged and not any(alike for alike, _ in judged):
            yield reading.doubt(f"{exact[0]!r}: {judged[0][1]}")
            return


def _last(values: Values, name: str, first: Group, second: Group) -> Iterator[tuple[float, float]]:
    """What two arms scored, and what their logs ended with."""
    a, b = first.mean(name), second.mean(name)
    if a is not None and b is not None:
        yield a, b
    for one, other in zip(values.epochs(name, first.key), values.epochs(name, second.key), strict=False):
        yield one[-1], other[-1]


def wrong_of_every_tier(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“No tier had to pay anything”, where one lost."""
    if reading.doubtful:
        return
    tier, none, everyone = (pattern("tiers", name).pattern for name in ("tier", "none", "all"))
    said = re.search(rf"(?:(?P<none>{none})|(?P<all>{everyone})) (?:{tier})", reading.lower)
    if said is None:
        return
    start, end = reading.clause_at(said.end() - 1)
    behind = reading.lower[said.end() : end]
    lost, gained = claimed("tiers", "lost", behind), claimed("tiers", "gained", behind)
    if (lost is None) == (gained is None) or re.search(
        r"\bnot\b|n't\b|\bor\b", reading.lower[start:end].replace(said[0], "")
    ):
        return
    judged = []
    for first, second in _meant(reading, values):
        changes = {tier: b - a for tier in TIERS
                   if (a := values.value(Place("f1", first.key, tier))) is not None
                   and (b := values.value(Place("f1", second.key, tier))) is not None}  # fmt: skip
        if len(changes) == len(TIERS):
            went = [change < -SEEN if lost else change > SEEN for change in changes.values()]
            judged.append((not any(went) if said["none"] else all(went), changes))
    if judged and not any(right for right, _ in judged):
        told = ", ".join(f"{tier} {change:+.3f}" for tier, change in judged[0][1].items())
        yield reading.doubt(f"{said[0]!r}: {told}")
