"""paribus/records/schema.json, derived from the record's own types.

    python -m tools.record_schema        # write it anew after a field was added or changed

Names, types and choices come from the dataclasses. Words and narrower bounds (descriptions, patterns, lengths, the
fields that a kind needs) are written in the file by hand, and stay.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from paribus.files import write_atomic
from paribus.records.record import SCHEMA, Record

BY_HAND = ("$id", "$schema", "allOf", "description", "maxLength", "maxProperties", "minItems", "minimum", "pattern",
           "propertyNames", "title")  # fmt: skip
_PLAIN: Mapping[object, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema_file() -> Path:
    """The file in the package."""
    return Path(str(files("paribus.records") / "schema.json"))


def derive(written: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a record, with what is by hand in the one that was ``written``."""
    made = _Derived(written["$defs"])
    body = made.of_fields(Record, written, required=written["required"])
    body["properties"]["schema"] = {"const": SCHEMA}
    body["properties"]["digest"] = written["properties"]["digest"]
    return {**_by_hand(written), **body, "$defs": made.used | {"digest": written["$defs"]["digest"]}}


class _Derived:
    """Schemas of dataclasses by name, as fields ask for them; lives for one `derive` call."""

    def __init__(self, written: Mapping[str, Any]) -> None:
        self._written = written
        self.used: dict[str, Any] = {}

    def of_fields(self, kind: type, written: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
        """An object with a dataclass's fields."""
        hints, known = get_type_hints(kind), written.get("properties", {})
        names = [item.name for item in fields(kind)]
        return {
            "type": "object", "required": required, "additionalProperties": False,
            "properties": {
                name: self._of(hints[name], known.get(name, {}), absent=kind is Record) for name in names
            },
        }  # fmt: skip

    def _of(self, hint: object, written: Mapping[str, Any], *, absent: bool = False) -> dict[str, Any]:
        """The schema of one value; ``absent``: where it would be None, it is left out."""
        return {**self._shape(hint, written, absent=absent), **_by_hand(written)}

    def _shape(  # noqa: PLR0911 - one way out a type
        self, hint: object, written: Mapping[str, Any], *, absent: bool
    ) -> dict[str, Any]:
        origin, inside = get_origin(hint), get_args(hint)
        if hint is str and "$ref" in written:  # a text of a kind that has a name, such as a digest
            name = written["$ref"].removeprefix("#/$defs/")
            self.used[name] = self._written[name]
            return {"$ref": written["$ref"]}
        if hint is str and "enum" in written:
            return {"enum": written["enum"]}
        if origin is Literal:
            return {"enum": list(inside)}
        if origin is tuple:
            return {"type": "array", "items": self._of(inside[0], written.get("items", {}))}
        if isinstance(origin, type) and issubclass(origin, Mapping):
            values = self._of(inside[1], written.get("additionalProperties", {}))
            return {"type": "object", "additionalProperties": values}
        if origin in (types.UnionType, Union):
            kinds = [item for item in inside if not (absent and item is type(None))]
            if len(kinds) == 1:
                return self._shape(kinds[0], written, absent=False)
            # JSON's integers are numbers.
            return {"type": [_PLAIN[item] for item in kinds if not (item is int and float in kinds)]}
        if isinstance(hint, type) and is_dataclass(hint):
            return {"$ref": f"#/$defs/{self._define(hint)}"}
        return {"type": _PLAIN[hint]}

    def _define(self, kind: type) -> str:
        name = str(_NAMES.get(kind.__name__, kind.__name__.lower()))
        before = self._written.get(name, {})
        required = before.get("required", [item.name for item in fields(kind)])
        self.used[name] = {**_by_hand(before), **self.of_fields(kind, before, required)}
        return name


_NAMES = {"ConfigField": "setting", "DataIdentity": "data"}
"""What the schema calls a dataclass, where it is not the name in small letters."""


def _by_hand(written: Mapping[str, Any]) -> dict[str, Any]:
    return {name: written[name] for name in BY_HAND if name in written}


def main() -> int:
    """Write the file anew."""
    path = schema_file()
    made = derive(json.loads(path.read_text(encoding="utf-8")))
    write_atomic(path, json.dumps(made, indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
