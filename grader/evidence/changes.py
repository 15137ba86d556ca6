"""The facts that follow from records: changes between runs, classes rescued, intervals."""

import statistics
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from grader.evidence.facts import UNIT_COUNT, UNIT_FRACTION, UNIT_PLAIN, Fact, Kind
from grader.evidence.groups import Group, fractions
from grader.evidence.intervals import intervals_of
from grader.evidence.recorded import distinct, spread_unit, unit_of
from grader.evidence.runs import by_seed, finished
from grader.evidence.scores import score_run
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.stems import stems
from paribus.metrics import Metrics
from paribus.metrics.registry import registry

MAX_PAIRED, MAX_LABELLED = 10, 4
"""Groups between which differences are looked at, and values of one label: more than any memo compares."""


def change_facts(groups: Sequence[Group], experiments: Sequence[tuple[Group, Group]]) -> Iterator[Fact]:
    """Differences, ratios and relative changes between any two groups, and seed by seed between two arms."""
    settled = [(keys, group) for keys, group in distinct(groups) if not group.trials][:MAX_PAIRED]
    for (keys, first), (others, second) in combinations(settled, 2):
        for metric in registry().metrics:
            a, b = first.mean(metric), second.mean(metric)
            if a is None or b is None:
                continue
            pair, unit = (keys, others), unit_of(metric)
            title = f"{vocabulary.title('metric_titles', metric)} of {second.title} against {first.title}"
            difference = UNIT_PLAIN if unit == UNIT_COUNT else unit
            yield Fact(b - a, Kind.DIFFERENCE, metric, pair, second.position, title, difference, signless=True)
            for start, end in ((a, b), (b, a)):
                if start:
                    yield Fact(end / start, Kind.RATIO, metric, pair, second.position, title, UNIT_PLAIN)
                    yield Fact(
                        (end - start) / start,
                        Kind.RATIO,
                        metric,
                        pair,
                        second.position,
                        title,
                        UNIT_FRACTION,
                        signless=True,
                    )
    for first, second in experiments:
        shared = by_seed(first.runs), by_seed(second.runs)
        for metric in registry().metrics:
            for seed in shared[0]:
                one, other = shared[0][seed], shared[1].get(seed)
                if other is None or metric not in one.metrics or metric not in other.metrics:
                    continue
                title = f"{vocabulary.title('metric_titles', metric)} of {second.title}, seed {seed}"
                yield Fact(
                    float(other.metrics[metric]) - float(one.metrics[metric]),
                    Kind.DIFFERENCE,
                    metric,
                    (frozenset({first.key}), frozenset({second.key})),
                    second.position,
                    title,
                    unit_of(metric),
                    seed=seed,
                    signless=True,
                )
        yield from _paired_spreads(first, second)
    yield from _gaps(settled)


def _paired_spreads(first: Group, second: Group) -> Iterator[Fact]:
    """The standard deviation and the standard error of the differences seed by seed."""
    before, after = by_seed(first.runs), by_seed(second.runs)
    for metric in registry().metrics:
        changes = [
            float(after[seed].metrics[metric]) - float(run.metrics[metric])
            for seed, run in before.items()
            if seed in after and metric in run.metrics and metric in after[seed].metrics
        ]
        if len(changes) < 2:
            continue
        pair = (frozenset({first.key}), frozenset({second.key}))
        sample = statistics.stdev(changes)
        title, unit = (
            f"the spread of the change in {vocabulary.title('metric_titles', metric)}",
            spread_unit(unit_of(metric)),
        )
        for value, words in (
            (sample, ""),
            (statistics.pstdev(changes), ""),
            (sample / len(changes) ** 0.5, "standard error sem"),
        ):
            yield Fact(
                value, Kind.SPREAD, metric, pair, second.position, title, unit, stems(words), rare=bool(words)
            )


def labelled_changes(facts: Sequence[Fact]) -> Iterator[Fact]:
    """Differences between values that carry the same words for two groups: a tier's F1 in two models, a share in
    two arms.
    """
    by_words: dict[tuple[frozenset[str], str], list[Fact]] = {}
    for fact in facts:
        if (
            fact.kind in (Kind.SHOWN, Kind.NAMED)
            and fact.words
            and len(fact.operands) == 1
            and fact.unit != UNIT_COUNT
        ):
            mine = by_words.setdefault((fact.words, fact.metric), [])
            if len(mine) < MAX_LABELLED and fact.operands not in [item.operands for item in mine]:
                mine.append(fact)
    for mine in by_words.values():
        for first, second in combinations(mine, 2):
            decimals = min((item.decimals for item in (first, second) if item.decimals is not None), default=None)
            yield Fact(
                second.value - first.value,
                Kind.DIFFERENCE,
                first.metric,
                (*first.operands, *second.operands),
                second.position,
                f"{second.title} against {first.title}",
                first.unit,
                first.words,
                decimals=decimals,
                signless=True,
            )


def _gaps(settled: Sequence[tuple[frozenset[str], Group]]) -> Iterator[Fact]:
    """The distance between two metrics of one group."""
    for keys, group in settled:
        for first, second in combinations(sorted(fractions()), 2):
            a, b = group.mean(first), group.mean(second)
            if a is not None and b is not None:
                title = (
                    f"{vocabulary.title('metric_titles', first)} less {vocabulary.title('metric_titles', second)}"
                )
                words = stems(f"{first} {second} gap")
                yield Fact(
                    a - b,
                    Kind.DIFFERENCE,
                    "",
                    (keys,),
                    group.position,
                    f"{title} of {group.title}",
                    words=words,
                    signless=True,
                )


def rescue_facts(case: Case, groups: Sequence[Group]) -> Iterator[Fact]:
    """The classes that left F1 = 0 between two groups, stayed there, or fell to it."""
    scored = []
    for keys, group in distinct(groups):
        runs = [
            score for run in reversed(finished(group.runs)) if isinstance(score := score_run(case, run), Metrics)
        ]
        if runs and not group.trials:
            scored.append((keys, group, runs[0]))
    for (keys, first, before), (others, second, after) in permutations(scored[:MAX_PAIRED], 2):
        if before.per_class_f1.shape != after.per_class_f1.shape:
            continue
        zero, up = before.per_class_f1 == 0, after.per_class_f1 > 0
        gained, total = int((zero & up).sum()), int(zero.sum())
        title = f"classes rescued by {second.title} against {first.title}"
        for name, value in (("rescued", gained), ("stayed", total - gained)):
            yield Fact(
                float(value), Kind.NAMED, name, (keys, others), second.position, title, UNIT_COUNT, stems(name)
            )
        if total:
            yield Fact(
                gained / total,
                Kind.NAMED,
                "rescued",
                (keys, others),
                second.position,
                title,
                words=stems("rescued"),
            )


def bound_facts(case: Case, experiments: Sequence[tuple[Group, Group]]) -> Iterator[Fact]:
    """The bounds of every interval that an experiment's runs give."""
    for pair in experiments:
        for metric in registry().metrics:
            for kind, interval in intervals_of(case, pair, metric):
                operands = (frozenset({pair[0].key}), frozenset({pair[1].key}))
                called = vocabulary.title("interval_titles", kind)
                for name, value in (("lower", interval.low), ("upper", interval.high)):
                    both = f"{interval.low:+.4f} to {interval.high:+.4f}"
                    what = vocabulary.title("metric_titles", metric)
                    title = f"the {name} end of {called} ({both}) for {what}"
                    yield Fact(
                        value,
                        Kind.BOUND,
                        metric,
                        operands,
                        pair[1].position,
                        title,
                        unit_of(metric),
                        frozenset({kind}),
                    )
