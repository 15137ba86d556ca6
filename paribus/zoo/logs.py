"""A model's training log: tables of plain numbers, as JSON and as CSV."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from paribus.errors import DataError

SCHEMA = "paribus.zoolog/1"
ROWS = ("epoch", "step", "train_loss", "validation_loss", "accuracy", "macro_f1")
STEPS = ("step", "loss", "gradient_norm", "learning_rate")
LAYERS = ("step", "layer", "gradient_norm", "update_ratio", "weight_mean", "weight_sd", "histogram")
TABLES: Mapping[str, tuple[str, ...]] = {"rows": ROWS, "steps": STEPS, "layers": LAYERS}


@dataclass(frozen=True)
class Log:
    """What training logged.

    ``rows`` has a line an evaluation: ``epoch`` (1.5 is halfway through the second), ``step``, the mean training
    loss since the line before (of the whole epoch where ``epoch`` is whole), and the validation part's loss,
    accuracy and macro-F1. Validation losses are unweighted. ``steps`` and ``layers`` are empty unless the zoo
    came with instruments. A number that was not finite is None.
    """

    rows: tuple[tuple[Any, ...], ...]
    steps: tuple[tuple[Any, ...], ...] = ()
    layers: tuple[tuple[Any, ...], ...] = ()

    def column(self, name: str, table: str = "rows") -> list[Any]:
        """One column by its name; DataError lists the names."""
        names = TABLES[table]
        if name not in names:
            raise DataError(f"The table {table!r} of a log has no column {name!r}; it has {', '.join(names)}.")
        return [row[names.index(name)] for row in getattr(self, table)]

    def epochs(self) -> tuple[dict[str, Any], ...]:
        """The lines at the ends of epochs, each by column name."""
        return tuple(dict(zip(ROWS, row, strict=True)) for row in self.rows if float(row[0]).is_integer())

    def frame(self, table: str = "rows") -> Any:  # a pandas DataFrame
        """One table as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(getattr(self, table)), columns=list(TABLES[table]))

    def to_json(self) -> str:
        """The log as a file's text: the same log gives the same bytes."""
        plain = {"schema": SCHEMA, "columns": {name: list(columns) for name, columns in TABLES.items()},
                 **{name: [list(row) for row in getattr(self, name)] for name in TABLES}}  # fmt: skip
        return json.dumps(plain, sort_keys=True) + "\n"

    def to_csv(self) -> str:
        """The table of evaluations as CSV, a number that was not finite left empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(ROWS)
        writer.writerows([["" if value is None else value for value in row] for row in self.rows])
        return out.getvalue()


def log_from(raw: Mapping[str, Sequence[Sequence[Any]]]) -> Log:
    """The log of plain tables, as training gives them."""
    return Log(*(tuple(tuple(row) for row in raw.get(name, ())) for name in TABLES))


def read_log(text: str, where: str) -> Log:
    """Read what `Log.to_json` wrote; DataError says where a log is damaged or of another version."""
    try:
        raw = json.loads(text)
        if raw["schema"] != SCHEMA:
            raise DataError(f"{where}: a log of schema {raw['schema']!r}; this paribus reads {SCHEMA!r}.")
        log = log_from({name: raw[name] for name in TABLES})
        sound = log.rows and all(
            len(row) == len(names) for name, names in TABLES.items() for row in getattr(log, name)
        )
        if not sound or not all(math.isfinite(float(row[0])) for row in log.rows):
            raise ValueError("a line does not fit its columns")
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{where}: is no training log ({error}). Take the zoo's folder anew.") from error
    return log
