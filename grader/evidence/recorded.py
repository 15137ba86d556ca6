"""The facts that records give: exact, and complete for every run that is in the file."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from grader.evidence.facts import UNIT_COUNT, UNIT_FRACTION, UNIT_PLAIN, Fact, Kind
from grader.evidence.groups import COUNTED, Group, epoch_metrics, fractions
from grader.evidence.runs import CASES, Run, by_seed, finished
from grader.evidence.scores import class_names, score_run
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.stems import stems
from paribus.metrics import Metrics
from paribus.metrics.registry import per_registry, registry

QUOTE = "quote"
"""Begins the names of the values that `notebook.quote` recorded."""
_SPREAD = stems("standard deviation")
_GENERIC = frozenset({"value", "number", "result", "audit", "experiment"})


def recorded_facts(case: Case, groups: Sequence[Group]) -> Iterator[Fact]:
    """Levels, spreads, seeds, epochs, classes and counts of every group of runs."""
    for keys, group in distinct(groups):
        yield from _of_group(case, group, keys)


@per_registry(16 * CASES)
def _of_group(case: Case, group: Group, keys: frozenset[str]) -> tuple[Fact, ...]:
    operands = (keys,)
    return tuple(
        chain(
            (fact for metric in registry().metrics for fact in _levels(metric, group, operands)),
            _epochs(group, operands),
            (fact for run in finished(group.runs) for fact in _scores(case, run, group, operands)),
        )
    )


def distinct(groups: Sequence[Group]) -> list[tuple[frozenset[str], Group]]:
    """Groups by the runs they hold, each with all of its keys: a run that is also an arm is one group."""
    found: dict[tuple[str, ...], tuple[set[str], Group]] = {}
    for group in groups:
        runs = tuple(sorted(run.record.run for run in group.runs))
        keys, _ = found.setdefault(runs, (set(), group))
        keys.add(group.key)
    return [(frozenset(keys), group) for keys, group in found.values()]


def unit_of(metric: str) -> str:
    """Whether a metric is a fraction, a count or a plain number."""
    if metric in fractions():
        return UNIT_FRACTION
    return UNIT_COUNT if metric in COUNTED else UNIT_PLAIN


def _levels(metric: str, group: Group, operands: tuple[frozenset[str], ...]) -> Iterator[Fact]:
    mean = group.mean(metric)
    if mean is None:
        return
    unit, what = unit_of(metric), vocabulary.title("metric_titles", metric)
    title = f"{what} of {group.title}"
    yield Fact(mean, Kind.LEVEL, metric, operands, group.position, title, unit)
    if unit == UNIT_FRACTION and metric == "accuracy":
        yield Fact(1 - mean, Kind.NAMED, "error_rate", operands, group.position, f"1 − {title}", unit)
    values = group.values(metric)
    if group.trials:
        for value in values:
            yield Fact(
                value,
                Kind.SEED,
                metric,
                operands,
                group.position,
                title,
                unit,
                stems("range between trials lowest highest"),
                rare=True,
            )
        return
    if len(values) < 2:
        return
    for seed, run in by_seed(group.runs).items():
        if (recorded := run.metrics.get(metric)) is not None:
            yield Fact(
                float(recorded), Kind.SEED, metric, operands, run.position, f"{title}, seed {seed}", unit, seed=seed
            )
    yield Fact(statistics.median(values), Kind.SEED, metric, operands, group.position, f"the median {title}", unit)
    sample, population = statistics.stdev(values), statistics.pstdev(values)
    spreads = {
        "standard deviation": sample,
        "standard deviation with n": population,
        "standard error": sample / len(values) ** 0.5,
        "range": max(values) - min(values),
    }
    for name, value in spreads.items():
        words = {"standard error": stems("standard error sem"), "range": stems("range apart lowest highest")}.get(
            name
        )
        yield Fact(
            value,
            Kind.SPREAD,
            metric,
            operands,
            group.position,
            f"{name} of {title}",
            spread_unit(unit),
            words or frozenset(),
            rare=words is not None,
        )


def spread_unit(unit: str) -> str:
    return UNIT_PLAIN if unit == UNIT_COUNT else unit


def _epochs(group: Group, operands: tuple[frozenset[str], ...]) -> Iterator[Fact]:
    for run in finished(group.runs):
        for line in run.record.epochs:
            for metric in epoch_metrics():
                if (value := line.get(metric)) is not None:
                    title = f"{vocabulary.title('metric_titles', metric)} of {group.title}, epoch {line.epoch}"
                    yield Fact(
                        value,
                        Kind.EPOCH,
                        metric,
                        operands,
                        run.position,
                        title,
                        unit_of(metric),
                        seed=run.seed,
                        epoch=line.epoch,
                    )


def _scores(case: Case, run: Run, group: Group, operands: tuple[frozenset[str], ...]) -> Iterator[Fact]:
    """What a run's predictions say: the F1 of every class, and counts of classes and items."""
    scores = score_run(case, run)
    if not isinstance(scores, Metrics):
        return
    for name, value, predicted, count in zip(
        class_names(case, run),
        scores.per_class_f1.tolist(),
        scores.predicted.tolist(),
        scores.counts.tolist(),
        strict=False,
    ):
        if count:
            title = f"F1 of {name} in {group.title}"
            yield Fact(value, Kind.CLASS, "f1", operands, run.position, title, words=stems(name), seed=run.seed)
            if predicted:
                yield Fact(
                    float(predicted),
                    Kind.CLASS,
                    "predicted",
                    operands,
                    run.position,
                    f"predictions of {name}",
                    UNIT_COUNT,
                    stems(name),
                    seed=run.seed,
                )
    occurring, items = int((scores.counts > 0).sum()), int(scores.counts.sum())
    counts = {
        ("accuracy", "correct", "right"): round(scores.accuracy * items),
        ("error_rate", "wrong", "errors"): items - round(scores.accuracy * items),
        ("never_predicted", "never predicted"): scores.never_predicted,
        ("always_wrong", "always wrong"): scores.zero_f1 - scores.never_predicted,
        ("above_zero", "above zero", "nonzero"): occurring - scores.zero_f1,
        ("predicted_classes", "predicted"): int((scores.predicted > 0).sum()),
    }
    for (metric, *names), value in counts.items():
        yield Fact(
            float(value),
            Kind.NAMED,
            metric,
            operands,
            run.position,
            f"{names[0]} in {group.title}",
            UNIT_COUNT,
            stems(" ".join(names)),
            seed=run.seed,
        )
    if occurring:
        yield Fact(
            scores.zero_f1 / occurring,
            Kind.NAMED,
            "zero_f1_classes",
            operands,
            run.position,
            f"share of classes at F1 = 0 in {group.title}",
            words=stems("share classes"),
            seed=run.seed,
        )


def named_facts(values: Mapping[str, tuple[float, int]], groups: Sequence[Group]) -> Iterator[Fact]:
    """Value records: their dotted names say which arm, which metric and what else they are of."""
    keys = {group.key for group in groups}
    titles = {group.title.lower(): group.key for group in groups}
    for name, (value, position) in values.items():
        parts = name.split(".")
        if parts[0] == QUOTE and len(parts) > 2:
            unit = UNIT_FRACTION if abs(value) <= 1 else UNIT_PLAIN
            words = _SPREAD if name.endswith("_sd") else frozenset[str]()
            yield Fact(value, Kind.QUOTE, parts[1], (), position, f"the quote {name}", unit, words)
            continue
        operand = frozenset[str]()
        if f"{parts[0]}:{parts[1] if len(parts) > 1 else ''}" in keys:
            operand, parts = frozenset({f"{parts[0]}:{parts[1]}"}), parts[2:]
        else:
            found = [part for part in parts if part in ("baseline", "changed") or part.lower() in titles]
            operand = frozenset(
                key for part in found for key in keys if key.endswith(f":{part}") or key == titles.get(part.lower())
            )
            parts = [part for part in parts if part not in found]
        rest = "_".join(parts)
        spread = rest.endswith("_sd")
        metric = rest.removesuffix("_sd") if rest.removesuffix("_sd") in registry() else _metric_in(rest)
        words = stems(rest.replace("_", " ")) - _GENERIC
        whole = float(value).is_integer() and (abs(value) > 1 or metric in COUNTED)
        unit = UNIT_COUNT if whole else UNIT_FRACTION if abs(value) <= 1 else UNIT_PLAIN
        fact = Fact(
            value,
            Kind.SPREAD if spread else Kind.NAMED,
            metric,
            (operand,) if operand else (),
            position,
            f"the recorded value {name}",
            unit,
            words,
            place=vocabulary.one_of("places", rest),
            column=vocabulary.one_of("columns", rest),
            series=_families(name.split(".")),
        )
        yield fact
        if unit == UNIT_FRACTION and "share" in words:
            yield fact._replace(value=1 - value, title=f"1 − {fact.title}")


def _families(parts: Sequence[str]) -> tuple[str, ...]:
    """The rows and columns of a table that the names of value records make: those that differ in one part."""
    if len(parts) < 2:
        return ()
    return tuple(".".join([*parts[:index], "*", *parts[index + 1 :]]) for index in range(len(parts)))


def _metric_in(name: str) -> str:
    if "f1" in name.split("_"):
        return "f1"
    for metric in ("lost", "rescued", "tail_probability", "never_predicted", "always_wrong", "predicted_classes"):
        if metric in name:
            return metric
    return ""
