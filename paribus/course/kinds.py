"""What an option's value may be. A check's decorator names the kind: ``options={"least": "whole"}``."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from paribus.records.simple import is_number


@dataclass(frozen=True)
class Kind:
    """One kind of value: what a refusal calls it, and whether a value is one."""

    words: str
    fits: Callable[[object], bool]


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _number(value: object) -> bool:
    return is_number(value) and 0 <= value < math.inf


def _list(value: object, *items: Callable[[object], bool]) -> bool:
    return isinstance(value, list | tuple) and all(any(fits(item) for fits in items) for item in value)


KINDS: Mapping[str, Kind] = {
    "text": Kind("a text", _text),
    "texts": Kind("a list of texts", lambda value: _list(value, _text)),
    "text or texts": Kind("a text or a list of texts", lambda value: _text(value) or _list(value, _text)),
    "names": Kind("a list of names and whole numbers", lambda value: _list(value, _text, _whole)),
    "whole": Kind("a whole number from 0 on", _whole),
    "number": Kind("a number from 0 on", _number),
    "truth": Kind("true or false", lambda value: isinstance(value, bool)),
}
