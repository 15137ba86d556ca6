"""Reference metrics: what recorded runs of the solutions measured, keyed by profile, data and model.

``solutions/<assignment>.json`` holds one entry a key. A value's name is ``<run_name>.<metric>`` for a result
record, and the record's own dotted name for a value record. Runs of one name with different seeds are
pooled into one value.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from generator.errors import RunError
from generator.running.errors_of_runs import errors_of
from paribus.course.near import did_you_mean
from paribus.files import write_atomic
from paribus.metrics.registry import registry
from paribus.records.block import displayed
from paribus.records.record import Record
from paribus.statistics.intervals import t_quantile
from paribus.training.profiles import Profile

SCHEMA = "paribus.references/1"
ALPHA = 0.001
ENOUGH_SEEDS = 10
TOLERANCE = 1e-6
"""What a deterministic model may differ by between machines at least."""
NO_MODEL = "none"
"""The model of a notebook that has no MODEL parameter."""


@dataclass(frozen=True)
class Reference:
    """One measured value. ``sd`` is None for one run; ``low`` and ``high`` bound what an honest run of another
    seed gives, and are None where too few seeds were run to say.
    """

    mean: float
    sd: float | None
    n: int
    low: float | None
    high: float | None
    values: tuple[float, ...]
    deterministic: bool


@dataclass(frozen=True)
class Entry:
    """All values of one key. ``source`` is what ``--data`` was (a name, or a file's bare name); ``errors`` are its
    trained runs' (`errors_of`), empty where they were recorded before there was such a field.
    """

    profile: str
    data: str
    model: str
    source: str
    versions: Mapping[str, str]
    values: Mapping[str, Reference]
    errors: tuple[Mapping[str, Any], ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """Profile, data fingerprint and model."""
        return (self.profile, self.data, self.model)

    def usual(self, profile: Profile) -> bool:
        """Whether this is what students run: the profile's own data and model. A notebook without the parameter
        DATA or MODEL runs on nothing else.
        """
        own = (profile.settings.get("data"), profile.settings.get("model"))
        return self.profile == profile.name and self.source in ("", own[0]) and self.model in (NO_MODEL, own[1])

    def plain(self) -> dict[str, Any]:
        """The entry as JSON values, sorted by name."""
        values = {name: {**asdict(item), "values": list(item.values)} for name, item in sorted(self.values.items())}
        plain = {**asdict(self), "versions": dict(sorted(self.versions.items())), "values": values}
        return plain if self.errors else {name: value for name, value in plain.items() if name != "errors"}

    @classmethod
    def from_plain(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `plain` wrote."""
        values = {
            name: within_range(name, Reference(**{**item, "values": tuple(item["values"])}))
            for name, item in raw["values"].items()
        }
        return cls(**{**raw, "values": values, "errors": tuple(raw.get("errors", ()))})


def prediction_interval(values: Sequence[float], alpha: float = ALPHA) -> tuple[float, float]:
    r"""Where one further independent run falls with probability 1 − alpha, if runs are normal.

    mean ± t(1 − alpha/2, n − 1) · s · sqrt(1 + 1/n), with s the sample standard deviation (n − 1 in the
    denominator): the t prediction interval for one new observation (Geisser, *Predictive Inference*, 1993).
    It is wider than mean ± 2 sd on purpose: with few seeds that rejects every fifth honest run.
    """
    n = len(values)
    mean, sd = _mean(values), _sd(values)
    half = t_quantile(1 - alpha / 2, n - 1) * sd * math.sqrt(1 + 1 / n)
    return mean - half, mean + half


def pool(values: Sequence[float], *, deterministic: bool = False) -> Reference:
    """One Reference from the values of a name, one a seed.

    A model is deterministic where it is declared so, or gave one value for at least two seeds. It gets the spread
    that was seen (over row orders, where the seeds were those), widened on both sides by that spread or TOLERANCE.
    Others get the prediction interval from ENOUGH_SEEDS seeds on. ``values`` is not empty.
    """
    same = deterministic or (len(values) > 1 and len(set(values)) == 1)
    low: float | None = None
    high: float | None = None
    if same:
        margin = max(TOLERANCE, max(values) - min(values))
        low, high = min(values) - margin, max(values) + margin
    elif len(values) >= ENOUGH_SEEDS:
        low, high = prediction_interval(values)
    sd = _sd(values) if len(values) > 1 else None
    return Reference(_mean(values), sd, len(values), low, high, tuple(values), same)


def within_range(name: str, reference: Reference) -> Reference:
    """A reference whose band ends where its metric does; ``name`` ends in the metric's."""
    metric = registry().metrics.get(name.rpartition(".")[2])
    if metric is None or reference.low is None or reference.high is None:
        return reference
    low, high = metric.clipped(reference.low, reference.high)
    return replace(reference, low=low, high=high)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _sd(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def records_in(notebook: Mapping[str, Any]) -> list[Record]:
    """The records in an executed notebook's outputs, in order; RunError where one cannot be read."""
    found: list[Record] = []
    for cell, item in displayed(notebook):
        if item.record is None:
            raise RunError(f"Cell {cell!r} shows a damaged record: {item.problem}")
        found.append(item.record)
    return found


def measure(records: Iterable[Record], where: str) -> dict[str, Reference]:
    """The references in ``records`` by name.

    Of several results with one run name and seed the last counts, as a re-run does in a notebook. RunError
    where two configurations have one run name: their mean would mean nothing.
    """
    runs: dict[str, dict[int | None, Record]] = {}
    values: dict[str, float] = {}
    by_run: dict[str, Record] = {}
    served: list[tuple[str, str]] = []
    for record in records:
        if record.kind == "result":
            runs.setdefault(record.run_name, {})[record.seed] = by_run[record.run] = record
        elif record.kind == "value":
            served += [(f"{key}.baseline", run) for key, run in record.served()]
            values.update(record.numbers())
    for arm, run in served:  # an earlier run is one seed of a baseline arm whose other seeds were trained for it
        if arm in runs and run in by_run:
            runs[arm].setdefault(by_run[run].seed, by_run[run])
    found = {name: pool([value]) for name, value in values.items()}
    for run_name, by_seed in runs.items():
        results = list(by_seed.values())
        _require_one_configuration(run_name, results, where)
        declared = any(_declares_deterministic(record) for record in results)
        for metric in sorted(set.intersection(*(set(record.values) for record in results))):
            pooled = pool([float(record.values[metric]) for record in results], deterministic=declared)
            found[f"{run_name}.{metric}"] = within_range(metric, pooled)
    return found


def _require_one_configuration(run_name: str, results: Sequence[Record], where: str) -> None:
    first = results[0].knobs()
    for record in results[1:]:
        knobs = record.knobs()
        changed = sorted(name for name in {*first, *knobs} - {"seed"} if first.get(name) != knobs.get(name))
        if changed:
            raise RunError(
                f"{where}: the runs called {run_name!r} differ in {', '.join(changed)} and cannot be pooled "
                "into one reference. Give each configuration a run name of its own."
            )


def _declares_deterministic(record: Record) -> bool:
    """A field ``deterministic`` that is true, in the role derived or environment."""
    item = record.config.get("deterministic")
    return item is not None and item.value is True and item.role in ("derived", "environment")


def entry_from(
    notebooks: Sequence[Mapping[str, Any]], *, profile: str, model: str, source: str, versions: Mapping[str, str],
    where: str,
) -> Entry:  # fmt: skip
    """The entry that executed notebooks of one key give together; RunError where they name no data, or two. Data
    that were made of others (`paribus.data.texts.made_of`) count as those.
    """
    records = [record for notebook in notebooks for record in records_in(notebook)]
    named = (record.data.fingerprint.partition("+")[0] for record in records if record.data is not None)
    prints = list(dict.fromkeys(named))
    if len(prints) != 1:
        raise RunError(
            f"{where}: the run names {len(prints)} data sets ({', '.join(prints) or 'none'}), expected one. "
            "Call notebook.use(data) once, with the data every run is measured on."
        )
    return Entry(profile, prints[0], model, source, dict(versions), measure(records, where), errors_of(records))


@dataclass(frozen=True)
class References:
    """Every assignment's entries."""

    entries: Mapping[str, tuple[Entry, ...]]

    def lookup(self, assignment: str, name: str, *, profile: Profile) -> Reference | None:
        """The value that prose and bands use: of the entry with the profile's own data and model, or None."""
        for entry in self.entries.get(assignment, ()):
            if entry.usual(profile) and name in entry.values:
                return entry.values[name]
        return None

    def why_missing(self, assignment: str, name: str, *, profile: Profile) -> str:
        """Why `lookup` has no answer: never recorded, recorded for something else, or no such name."""
        entries = self.entries.get(assignment, ())
        if not entries:
            return f"no run of {assignment} was ever recorded"
        elsewhere = [entry for entry in entries if name in entry.values]
        if elsewhere:
            listed = "; ".join(
                f"profile {entry.profile}, data {entry.source or 'of the notebook'}, model {entry.model}"
                for entry in elsewhere
            )
            own = " and ".join(
                f"{key} {profile.settings[key]}" for key in ("data", "model") if key in profile.settings
            )
            return f"it was recorded for {listed}, and students run the profile {profile.name}{own and f' ({own})'}"
        known = sorted({key for entry in entries for key in entry.values})
        here = [entry for entry in entries if entry.usual(profile)]
        if not here:
            return (
                f"no run of {assignment} on the profile {profile.name} was recorded, and no run has this name"
                + (f".{did_you_mean(name, known)}".rstrip("."))
            )
        return f"no recorded run has this name.{did_you_mean(name, known)}".rstrip(".")

    def for_release(self, assignments: Iterable[str], profile: str) -> dict[str, list[dict[str, Any]]]:
        """The entries of ``profile`` for a release's references.json; assignments without are left out."""
        chosen = {
            name: [
                replace(entry, errors=()).plain()
                for entry in self.entries.get(name, ())
                if entry.profile == profile
            ]
            for name in sorted(assignments)
        }
        return {name: entries for name, entries in chosen.items() if entries}

    def for_audit(self, assignment: str) -> dict[str, list[dict[str, Any]]]:
        """The entries of every profile, with errors, for a release's audit.json."""
        entries = self.entries.get(assignment, ())
        return {assignment: [entry.plain() for entry in entries]} if entries else {}


def load_references(folder: Path) -> References:
    """Every ``*.json`` of ``folder``; an absent folder holds none. RunError names a file that cannot be read."""
    found = {}
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        assignment, entries = _read(path)
        found[assignment] = entries
    return References(found)


def _read(path: Path) -> tuple[str, tuple[Entry, ...]]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["schema"] != SCHEMA:
            raise RunError(f"{path}: has schema {raw['schema']!r}, expected {SCHEMA!r}. Record it again.")
        return str(raw["assignment"]), tuple(Entry.from_plain(item) for item in raw["entries"])
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{path}: is no references file ({type(error).__name__}: {error}). "
            "Remove it, or record it again with `paribus run … --record`."
        ) from error


def record_entry(folder: Path, assignment: str, entry: Entry) -> Path:
    """Merge ``entry`` into ``folder/<assignment>.json`` by key and return the path.

    An entry of the same profile, source and model with another fingerprint is dropped: the data behind that
    name has changed, and nobody can run on the old any more.
    """
    path = folder / f"{assignment}.json"
    kept = _read(path)[1] if path.is_file() else ()
    replaced = (entry.profile, entry.source, entry.model)
    entries = [
        item for item in kept if item.key != entry.key and (item.profile, item.source, item.model) != replaced
    ]
    entries = sorted([*entries, entry], key=lambda item: item.key)
    plain = {"schema": SCHEMA, "assignment": assignment, "entries": [item.plain() for item in entries]}
    write_atomic(path, json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")
    return path
