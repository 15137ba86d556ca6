"""Tables from a local parquet or CSV file."""

from pathlib import Path

import pandas as pd

from paribus.errors import DataError
from paribus.hosts.option_words import setting

READERS = (".parquet", ".csv")


def is_table(source: str) -> bool:
    """Whether a source is called as a file that `read_table` reads."""
    return Path(source).suffix.lower() in READERS


def read_table(path: Path, small: str = "") -> pd.DataFrame:
    """The table of a .parquet or .csv file; a CSV file's columns are texts.

    ``small`` is a value of the setting DATA that needs no file, for the message. Raises DataError where the file is
    missing or unreadable.
    """
    suffix = path.suffix.lower()
    if suffix not in READERS:
        kinds = " or ".join(READERS)
        raise DataError(f"{path.name} is no {kinds} file. Convert it, or pass another: {setting('DATA', 'FILE')}.")
    if not path.is_file():
        instead = f", or {setting('DATA', small)}" if small else ""
        raise DataError(f"There is no file {path}. Pass one that exists: {setting('DATA', 'FILE')}{instead}.")
    try:
        return pd.read_parquet(path) if suffix == ".parquet" else pd.read_csv(path, dtype=str)
    except (OSError, ValueError) as error:
        raise DataError(f"{path.name} could not be read as {suffix[1:]}: {error}") from error
