"""The settings of a training call: what it is given, and what the function that it calls uses beside that."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.evidence.unrecorded.names import WORDS_ALONE, Means, Value, key_of, plain_value
from grader.evidence.unrecorded.operations import UNKNOWN
from grader.evidence.unrecorded.values import Thing, scalars
from paribus.check.code.facts import Scope

LEAST_ENTRIES = 2
"""Settings that a dictionary or an object holds which is a configuration."""
_DEEPEST = 3
"""How many local names an expression is followed through."""


@dataclass(frozen=True)
class Given:
    """What a call is given: settings, those whose value the code does not write out, a seed and a label;
    ``complete``: all of it could be followed.
    """

    settings: Mapping[str, Value]
    unknown: frozenset[str]
    seed: int | None
    label: str
    complete: bool


@dataclass
class Used:
    """What a training function uses while its body is followed: filled by the walk, and read when it is left.

    ``known`` are the settings that it was given, ``renamed`` its parameters that are another's name for a setting.
    """

    scope: Scope
    known: frozenset[str]
    settings: dict[str, Value] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)
    seeds: list[int] = field(default_factory=list)
    renamed: set[str] = field(default_factory=set)

    def keep(self, name: str, value: Any, source: ast.expr | None = None) -> None:  # any value
        """A setting with its value, unless it follows from another one that was given."""
        if name in self.known or not _is_setting_value(value) or self._follows(source):
            return
        if source is not None:
            mentioned = {key_of(item.id) for item in ast.walk(source) if isinstance(item, ast.Name)
                         and item.id in self.scope.params}  # fmt: skip
            self.renamed |= {key.name for key in mentioned if key.means is Means.OTHER}
        plain = plain_value(value)
        if name in self.settings and repr(self.settings[name]) != repr(plain):
            self.twice.add(name)
        self.settings.setdefault(name, plain)

    def keep_all(self, made: Iterable[Any]) -> None:
        """The entries of the configurations that it made inside."""
        for item in made:
            entries = list(scalars(item)) if isinstance(item, dict | Thing) else []
            keys = [(key_of(name), value) for name, value in entries]
            if sum(key.means is Means.SETTING for key, _ in keys) < LEAST_ENTRIES:
                continue
            for key, value in keys:
                if key.means is Means.SETTING:
                    self.keep(key.name, value)
                elif key.means is Means.SEED and isinstance(value, int):
                    self.seeds.append(value)

    def _follows(self, source: ast.expr | None) -> bool:
        """It is worked out of a setting that was given, or chosen by something that is none."""
        if source is None:
            return False
        if isinstance(source, ast.IfExp):
            return not self._mentions(source.test) or self._mentions(source.body) or self._mentions(source.orelse)
        return self._mentions(source)

    def _mentions(self, node: ast.expr, depth: int = 0) -> bool:
        return any(key_of(word).name in self.known for word in _words(node)) or (
            depth < _DEEPEST
            and any(
                self._mentions(store.value, depth + 1)
                for item in ast.walk(node)
                if isinstance(item, ast.Name)
                for store in self.scope.stores
                if store.path == (item.id,) and store.value is not None
            )
        )

    @property
    def left(self) -> Mapping[str, Value]:
        """The settings that have one value in the function."""
        return {name: value for name, value in self.settings.items() if name not in self.twice}


def _words(node: ast.expr) -> Iterator[str]:
    """The names by which an expression reads something."""
    for item in ast.walk(node):
        if isinstance(item, ast.Name):
            yield item.id
        elif isinstance(item, ast.Attribute):
            yield item.attr
        elif isinstance(item, ast.Constant) and isinstance(item.value, str) and len(item.value) < 40:
            yield item.value


def _is_setting_value(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | list)


def read_given(given: Mapping[str, Any]) -> Given:
    """The settings among the arguments of a call, and in the configurations that it is given."""
    settings, unknown = dict[str, Value](), set[str]()
    seed, label, complete = None, "", True
    for name, item in given.items():
        whole = isinstance(item, dict | Thing)
        if isinstance(item, dict) and not any(key_of(str(key)).means is Means.SETTING for key in item):
            continue  # no configuration
        for entry, value in scalars(item) if whole else ((name, item),):
            key = key_of(entry)
            if value is UNKNOWN:
                complete &= entry != "**"
                unknown |= {key.name} if key.means is Means.SETTING and key.name not in WORDS_ALONE else set()
            elif key.means is Means.SEED and isinstance(value, int) and not isinstance(value, bool):
                seed = value if seed is None or not whole else seed
            elif key.means is Means.NAME:
                label = label or (value if isinstance(value, str) else "")
            elif key.means is Means.EPOCH and isinstance(value, int) and value > 0 and not whole:
                settings.setdefault("epochs", value)
            elif isinstance(value, str | int | float | bool) or value is None:
                if whole and isinstance(item, Thing) and item.scope is None and key.means is not Means.SETTING:
                    continue  # what a library calls its own
                settings.setdefault(key.name, plain_value(value))
            elif isinstance(value, list) and key.means is Means.SETTING:
                settings.setdefault(key.name, plain_value(value))
    return Given(settings, frozenset(unknown - set(settings)), seed, label, complete)
