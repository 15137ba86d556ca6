"""What people read above the evidence: starts, results and predictions as tables and sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from paribus.display.markup import Table
from paribus.metrics.registry import in_order, registry, title
from paribus.records.environment import place_of
from paribus.records.record import DataIdentity, Epoch, Prediction, Record

FEW_VALUES = 6
_DIRECTIONS = {"up": "goes up", "down": "goes down", "none": "does not change"}


def number(metric: str, value: float, *, signed: bool = False) -> str:
    """A metric as people write it: counts whole, shares to four digits; a name that nobody registered to four."""
    if metric in registry():
        return registry()[metric].shown(value, signed=signed)
    return format(value, f"{'+' if signed else ''}.4f")


def data_table(data: DataIdentity, items: int, classes: int) -> Table:
    """What people see of a data record; ``items`` is the size of the validation split."""
    rows = (
        ("source", data.source),
        ("training items", f"{data.train_rows:,}"),
        ("validation items", f"{items:,}"),
        ("classes", str(classes)),
        ("fingerprint", data.fingerprint),
        ("split", data.split),
    )
    return Table("Data of this notebook", ("", ""), rows)


def start_table(record: Record) -> Table:
    """What people see of a start: what was chosen, in one line, and the prediction in force."""
    chosen = {name: str(value) for name, value in record.knobs().items()}
    rows = [(record.vary, chosen.pop(record.vary))] if record.vary in chosen else []
    if chosen:
        rows.append(
            ("other settings" if rows else "chosen", ", ".join(f"{name} {chosen[name]}" for name in chosen))
        )
    place = f" ({record.experiment}, {record.arm} arm)" if record.experiment else ""
    note = "" if record.prediction is None else f"Prediction in force: {prediction_sentence(record.prediction)}"
    return Table(f"Start of {record.run_name}, seed {record.seed}{place}", ("", ""), tuple(rows), note)


def settings_table(record: Record) -> Table:
    """Every setting of a start with its role."""
    rows: list[tuple[str, ...]] = [("seed", str(record.seed), "")]
    for name, item in record.config.items():
        role = "" if item.role == "knob" else item.role
        rows.append((name, str(item.value), f"{role} from {', '.join(item.of)}" if item.of else role))
    if record.data is not None:
        rows.append(("training items", f"{record.data.train_rows:,}", ""))
    if "device" in record.environment:
        rows.append(("device", record.environment["device"], "environment"))
    return Table("every setting, and where it ran", ("setting", "value", "role"), tuple(rows))


def values_tables(values: Mapping[str, float]) -> tuple[Table, Table | None]:
    """What people see of recorded values, and what is folded: a long list repeats the table it was made of."""
    full = Table("", ("", ""), tuple((name, f"{value:,.6g}") for name, value in values.items()))
    if len(values) <= FEW_VALUES:
        return full, None
    names = list(values)
    return (
        Table("", (), (), f"{len(values)} values written down: {names[0]} to {names[-1]}"),
        replace(full, title="every value"),
    )


def served_table(experiment: str, results: Sequence[Record]) -> Table:
    """What people see of a record that makes finished runs the baseline of an experiment."""
    told = "; ".join(f"{result.run_name}, seed {result.seed} (run {result.run})" for result in results)
    return Table(f"Baseline of {experiment}", (), (), told)


def reused_table(name: str, result: Record) -> Table:
    """What people see of a record that a finished run was taken in place of another one."""
    told = f"{result.run_name}, seed {result.seed} (run {result.run}); not trained again"
    return Table(f"In place of {name}", (), (), told)


def result_table(record: Record, never_predicted: int | None) -> Table:
    """What people see of a result: its metrics and which epoch was chosen."""
    rows = [(title(name), number(name, value)) for name, value in sorted(record.values.items())]
    if never_predicted is not None:
        rows.append(("of these never predicted", str(never_predicted)))
    if record.chosen_epoch is not None:
        rows.append(("chosen epoch", f"{record.chosen_epoch} of {len(record.epochs)} logged"))
    if place := place_of(record.config):
        rows.append(("measured on", place))
    note = "A loss was not a finite number in this run." if "nonfinite" in record.config else ""
    return Table(
        f"Result of {record.run_name}, seed {record.seed} (run {record.run})",
        ("metric", "value"),
        tuple(rows),
        note,
    )


def epoch_line(line: Epoch, lost: Sequence[str] = ()) -> str:
    """One line of a log, missing values left out; ``lost`` names losses that were no finite numbers."""
    losses = [name for name in ("train_loss", "validation_loss") if name in line.metrics]
    parts = [
        f"{title(name)} {number(name, line.metrics[name])}"
        for name in (*losses, *in_order(line.metrics.keys() - set(losses)))
    ]
    parts += [f"{title(name)} is not a finite number" for name in lost]
    return f"epoch {line.epoch}: {', '.join(parts) or 'nothing measured'}"


def summary_table(records: Sequence[Record]) -> Table:
    """Every run of a notebook on one page: finished ones with their metrics, and those that only began."""
    measured = {name for record in records if record.kind == "result" for name in record.values}
    metrics = [name for name in in_order(measured) if not name.endswith("_loss")]
    finished = {record.start for record in records if record.kind == "result"}
    names = {name for record in records if record.kind == "value" for name in record.numbers()}
    served = [link for record in records for link in record.served()]
    rows: list[tuple[str, ...]] = []
    for record in records:
        head = (record.run, record.run_name, _place(record, served), str(record.seed))
        if record.kind == "result":
            values = (number(name, record.values[name]) if name in record.values else "" for name in metrics)
            rows.append((*head, *values))
        elif record.kind == "start" and record.digest() not in finished:
            rows.append((*head, "begun, not finished", *[""] * (len(metrics) - 1)))
    header = ("id", "run", "experiment", "seed", *(title(name) for name in metrics))
    note = f"{len(records)} records in this notebook, {len(names)} values among them."
    return Table("This notebook's runs", header, tuple(rows), note)


def _place(record: Record, served: Sequence[tuple[str, str]]) -> str:
    """Where a run is in an experiment, also one that was made a baseline after it had finished."""
    if record.experiment:
        return f"{record.experiment}: {record.arm}"
    return ", ".join(dict.fromkeys(f"{key}: baseline" for key, run in served if run == record.run))


def prediction_range(prediction: Prediction) -> str:
    """The predicted change as a range, for a cell of a table."""
    low, high = prediction.low, prediction.high
    if low is None and high is None:
        return _DIRECTIONS[prediction.direction]
    if low is None or high is None:
        bound = f"at most {_change(high)}" if low is None else f"at least {_change(low)}"
        return f"{_DIRECTIONS[prediction.direction]}, {bound}"
    return f"{_change(low)} to {_change(high)}"


def prediction_sentence(prediction: Prediction) -> str:
    """A prediction in words, with the time it was first written."""
    metric = title(prediction.metric)
    bounds = ""
    if prediction.low is not None or prediction.high is not None:
        bounds = f", change {prediction_range(prediction)}"
    return (
        f"{metric} {_DIRECTIONS[prediction.direction]}{bounds}; because: {prediction.why} "
        f"(first written {prediction.written})"
    )


def _change(value: float | None) -> str:
    """A change with its sign; no change has none."""
    return f"{value:+g}" if value else "0"
