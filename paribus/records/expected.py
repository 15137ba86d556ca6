"""What a field of a record has to be. Each raises RecordError that names the field, and what was found in it."""

import sys

from paribus.errors import RecordError
from paribus.records.simple import is_number


def expect_text(name: str, value: object) -> None:
    """A text."""
    if not isinstance(value, str):
        raise RecordError(f"The record's field {name!r} is not text.")


def expect_whole(name: str, value: object, *, optional: bool = False) -> None:
    """A whole number, no boolean; None too where it is ``optional``."""
    if value is None and optional:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise RecordError(f"The record's {name} is {short(value)}, expected a whole number.")


def expect_number(name: str, value: object, *, optional: bool = False) -> None:
    """A finite number that a float can hold; JSON can write integers that none can."""
    if value is None and optional:
        return
    if not is_number(value) or not abs(value) <= sys.float_info.max:
        raise RecordError(f"The record's value {name!r} is {short(value)}, expected a finite number.")


def short(value: object) -> str:
    """A value as an error shows it."""
    return repr(value)[:80]
