"""Typed access to parsed TOML: every refusal names the file, the table, what was found and what was expected."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from paribus.course.errors import CatalogError
from paribus.course.near import did_you_mean
from paribus.errors import ParibusError


def read_toml(
    path: Path, error: type[ParibusError] = CatalogError, what: str = "A course has a course.toml."
) -> dict[str, Any]:
    """A file as plain values; ``error`` where it cannot be read, with ``what`` there should be."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as cause:
        raise error(f"{path}: cannot be read ({cause.strerror}). {what}") from cause
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise error(f"{path}: is no TOML ({cause}).") from cause


@dataclass(frozen=True)
class Reader:
    """Reads the tables of one file; ``origin`` is how messages call it, ``error`` what is raised."""

    origin: str
    error: type[ParibusError] = CatalogError

    def refuse(self, where: str, found: str, expected: str, name: str = "") -> NoReturn:
        """Say what is where, and what was expected; ``name`` is on the line that is at fault."""
        place = f"{self.origin}{line_of(self.origin, name) if name else ''}"
        raise self.error(f"{place}: [{where}] holds {found}; expected {expected}.")

    def refuse_name(self, where: str, what: str, name: str, known: Iterable[str], more: str = "") -> NoReturn:
        """Refuse a name that is none of the known ones, and say which one was probably meant, and ``more``."""
        names = tuple(known)
        expected = f"expected one of {', '.join(names)}.{did_you_mean(name, names)}{more}"
        place = f"{self.origin}{line_of(self.origin, name)}"
        raise self.error(f"{place}: [{where}] holds the unknown {what} {name!r}; {expected}")

    def only(self, raw: Mapping[str, Any], known: Iterable[str], where: str) -> None:
        """Refuse a table with a name that nobody reads."""
        names = tuple(known)
        for name in sorted(set(raw) - set(names)):
            self.refuse_name(where, "name", name, names)

    def as_table(self, value: object, where: str) -> Mapping[str, Any]:
        """A value that must be a table."""
        if not isinstance(value, dict):
            self.refuse(where, repr(value), "a table")
        return value

    def table(self, raw: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
        """The table called ``name``, empty where it is left out."""
        value = raw.get(name, {})
        if not isinstance(value, dict):
            self.refuse(where, f"{name} = {value!r}", f"a table [{name}]")
        return value

    def tables(self, raw: Mapping[str, Any], name: str, where: str) -> Mapping[str, Mapping[str, Any]]:
        """A table that holds tables alone."""
        return {key: self.table(self.table(raw, name, where), key, name) for key in self.table(raw, name, where)}

    def text(self, raw: Mapping[str, Any], name: str, where: str, default: str | None = None) -> str:
        """A text that is not empty; ``default`` where it may be left out."""
        value = raw.get(name, default)
        if not isinstance(value, str) or not (value.strip() or value == default):
            self.refuse(where, f"{name} = {value!r}", f"{name} = a text")
        return value

    def texts(self, raw: Mapping[str, Any], name: str, where: str, what: str) -> tuple[str, ...]:
        """A list of texts, empty where it is left out."""
        value = raw.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.refuse(where, f"{name} = {value!r}", f"a list of {what}")
        return tuple(value)

    def rows(self, raw: Mapping[str, Any], name: str, where: str) -> tuple[Mapping[str, Any], ...]:
        """A list of tables, such as [[question]]; empty where it is left out."""
        value = raw.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.refuse(where, f"{name} = {value!r}", f"a list of tables, each [[{name}]] or {{…}}")
        return tuple(value)

    def number(self, raw: Mapping[str, Any], name: str, where: str) -> float | None:
        """A number; None where it is left out."""
        value = raw.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            self.refuse(where, f"{name} = {value!r}", "a number")
        return None if value is None else float(value)

    def whole(self, raw: Mapping[str, Any], name: str, where: str, default: int) -> int:
        """A whole number that is not negative; ``default`` where it is left out."""
        value = raw.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.refuse(where, f"{name} = {value!r}", "a whole number from 0 on")
        return value

    def truth(self, raw: Mapping[str, Any], name: str, where: str) -> bool:
        """True or false; false where it is left out."""
        value = raw.get(name, False)
        if not isinstance(value, bool):
            self.refuse(where, f"{name} = {value!r}", "true or false")
        return value


def line_of(origin: str, name: str) -> str:
    """``:12``, the first line of a file that says ``name`` outside of comments; tomllib tells no lines."""
    path = Path(origin)
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines() if path.is_file() else (), 1):
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line.partition("#")[0]):
            return f":{number}"
    return ""
