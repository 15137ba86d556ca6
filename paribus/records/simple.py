"""Settings that one can write down: plain values, small collections and namespaces of them, as text."""

import argparse
import collections
import dataclasses
import types
from collections.abc import Collection
from typing import Any, TypeGuard

MAX_ITEMS = 1_000
_MAX_DEPTH = 3
_MAX_REPR = 20_000
_NAMESPACES = (argparse.Namespace, types.SimpleNamespace)
_EMPTY = (list, dict, set, tuple, int, float, str)
"""What a `defaultdict` makes of a key that is only looked up."""


def is_simple(value: object, depth: int = 0) -> bool:
    """Whether a value is a setting one can write down: plain values, small collections and namespaces of them."""
    if value is None or isinstance(value, bool | int | float | str):
        return True
    if depth >= _MAX_DEPTH:
        return False
    if isinstance(value, tuple | list | set | frozenset):
        return len(value) <= MAX_ITEMS and all(is_simple(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return len(value) <= MAX_ITEMS and all(
            is_simple(key, depth + 1) and is_simple(item, depth + 1) for key, item in value.items()
        )
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return all(is_simple(getattr(value, item.name), depth + 1) for item in dataclasses.fields(value))
    return isinstance(value, _NAMESPACES) and is_simple(vars(value), depth)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number, which a truth value is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_text(value: Any) -> str:  # any simple value
    """A simple value as text, sets in order."""
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(as_text(item) for item in value)) + "}"
    if isinstance(value, tuple | list):
        return f"{type(value).__name__}({', '.join(as_text(item) for item in value)})"
    if isinstance(value, collections.defaultdict) and value.default_factory in _EMPTY:
        # Looking a key up makes an entry of it, which says nothing.
        value = {key: item for key, item in value.items() if item or item != value.default_factory()}
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_text(key)}: {as_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, _NAMESPACES):
        return f"namespace({', '.join(f'{name}={as_text(item)}' for name, item in sorted(vars(value).items()))})"
    return repr(value)[:_MAX_REPR]


def only(value: Any, parts: Collection[str]) -> dict[str, object]:  # any simple value
    """Of a dictionary, a namespace or a dataclass, these entries or attributes, as far as it has them."""
    held: Any = value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        held = {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    elif isinstance(value, _NAMESPACES):
        held = vars(value)
    return {name: held[name] for name in sorted(parts) if name in held} if isinstance(held, dict) else {}
