"""What of a configuration goes into a record: plain values under their names, and paths as basenames.

Nothing is taken from the machine or the session by itself; a record holds what was named, so that no
home folder, token or user name travels with it.
"""

import dataclasses
import math
import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, Protocol, runtime_checkable

from paribus.errors import EvidenceError
from paribus.records.record import ConfigField, FieldRole

Plain = str | int | float | bool | None

MAX_FIELDS = 100
MAX_TEXT = 300
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,59}")
_SECRET = re.compile(r"(^|_)(token|secret|password|passwd|api_?key|credentials?)$", re.IGNORECASE)
_PATH = re.compile(r"(/|~|\.{1,2}[/\\]|[A-Za-z]:[/\\])")


@runtime_checkable
class HasFields(Protocol):
    """A configuration that says itself which of its fields are knobs and which follow from them."""

    def to_fields(self) -> Mapping[str, ConfigField]:
        """The fields by name."""
        ...


def config_fields(
    config: object,
    *,
    derived: Mapping[str, object] | None = None,
    outcome: Mapping[str, object] | None = None,
    environment: Mapping[str, object] | None = None,
) -> dict[str, ConfigField]:
    """A configuration's fields with their roles, sorted by name.

    ``config`` is a dataclass, a mapping, or has ``to_fields()``; its fields are knobs. ``derived`` holds values
    that follow from knobs, as ``value`` or ``(value, "knob", …)``; ``outcome`` what training found by
    itself; ``environment`` where it ran. A field named both in ``config`` and in one of these takes the
    latter's role and value. Raises EvidenceError that names a field which is not a plain value.
    """
    fields = {name: _as_field(name, value, "knob") for name, value in config_values(config).items()}
    groups: tuple[tuple[FieldRole, Mapping[str, object] | None], ...] = (
        ("derived", derived), ("outcome", outcome), ("environment", environment),
    )  # fmt: skip
    for role, group in groups:
        for name, value in (group or {}).items():
            fields[name] = _as_field(name, value, role)
    if len(fields) > MAX_FIELDS:
        raise EvidenceError(
            f"The configuration has {len(fields)} fields, a record takes {MAX_FIELDS}. "
            "Leave out what cannot change a result."
        )
    return dict(sorted(fields.items()))


def config_values(config: object) -> dict[str, object]:
    """A dataclass's or mapping's values by name, not looked into further."""
    if isinstance(config, HasFields):
        return dict(config.to_fields())
    if dataclasses.is_dataclass(config) and not isinstance(config, type):
        return {item.name: getattr(config, item.name) for item in dataclasses.fields(config)}
    if isinstance(config, Mapping):
        return dict(config)
    raise EvidenceError(
        f"A configuration is a dataclass or a dict of plain values; got {_kind(config)}. "
        'Example: config={"model": "tfidf", "C": 3.0}.'
    )


def plain(name: str, value: object) -> Plain:
    """``value`` as JSON can hold it; EvidenceError names the field where it cannot.

    numpy's scalars become Python's, a path its last part; a number that is not finite becomes the text
    "nan", "inf" or "-inf", so that even a failed run can be told.
    """
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, PurePath):
        return clean_text(value.name)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):
        text = basename(clean_text(value))
        if len(text) > MAX_TEXT:
            raise EvidenceError(
                f"The setting {name!r} is a text of {len(text):,} characters; a record takes {MAX_TEXT}. "
                "Give it a short name and record that."
            )
        return text
    if value is None or isinstance(value, bool | int | float):
        return value
    raise EvidenceError(
        f"The setting {name!r} is {_kind(value)}, and a record holds only text, numbers, True, False and None. "
        f'Leave it out, or write it as text, for example {name}="q_proj, v_proj".'
    )


def basename(text: str) -> str:
    """The last part of a text that is a local path; any other text, a hub's name included, as it is."""
    if _PATH.match(text) or _exists(text):
        return re.split(r"[/\\]", text.rstrip("/\\"))[-1] or text
    return text


def clean_text(text: str) -> str:
    """``text`` without lone surrogates, which no file could hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _exists(text: str) -> bool:
    try:
        return ("/" in text or "\\" in text) and Path(text).exists()
    except (OSError, ValueError):
        return False


def _as_field(name: str, value: object, role: FieldRole) -> ConfigField:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise EvidenceError(
            f"The setting {name!r} needs another name: letters, digits and _, at most 60, such as 'batch_size'."
        )
    if _SECRET.search(name):
        raise EvidenceError(
            f"The setting {name!r} looks like a secret, and records are handed in. Leave it out of the settings."
        )
    if isinstance(value, ConfigField):
        return ConfigField(plain(name, value.value), value.role, tuple(value.of))
    if isinstance(value, tuple) and role == "derived" and len(value) > 1:
        return ConfigField(plain(name, value[0]), role, _flat(value[1:]))
    return ConfigField(plain(name, value), role)


def _flat(names: tuple[Any, ...]) -> tuple[str, ...]:
    """("a", "b") from ("a", "b") as from (("a", "b"),)."""
    out: list[str] = []
    for item in names:
        out.extend([item] if isinstance(item, str) else [str(name) for name in item])
    return tuple(out)


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
