"""Every platform's table. Functions that a package adds are called so that their faults end in a sentence.

Paribus's own functions are called as they are: their errors are errors of paribus.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType, TracebackType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from paribus.course.platforms import OWN, Kind, broken, homes, part_of
from paribus.errors import ParibusError, UsageError

Table = TypeVar("Table", bound=Any)
"""A dataclass with a ``name`` and functions."""


@dataclass(frozen=True)
class Added:
    """A function of an added platform: what it is called there and what it has to give, as a type.

    A call raises UsageError where it fails or gives anything else. Errors of paribus pass as they are: a platform
    raises them on purpose, or uses what paribus has.
    """

    kind: Kind
    platform: str
    called: str
    function: Any
    gives: Any

    def __call__(self, *given: Any) -> Any:  # whatever the function takes and gives
        """What the function gives; what it gives one by one is watched as well."""
        result = self._call(self.function, *given)
        if get_origin(self.gives) is Callable:
            return replace(self, called=f"{self.called}(…)", function=result, gives=get_args(self.gives)[1])
        if not _is(result, self.gives):
            raise self._broken(f"gives {result!r:.80} in {self.called}{_of(given)}; expected {_said(self.gives)}")
        return self._each(result, given) if get_origin(self.gives) is Iterator else result

    def _each(self, items: Iterator[Any], given: tuple[Any, ...]) -> Iterator[Any]:
        end = object()
        while (item := self._call(next, items, end, about=given)) is not end:
            yield item

    def _call(self, function: Any, *given: Any, about: tuple[Any, ...] | None = None) -> Any:
        try:
            return function(*given)
        except ParibusError:
            raise
        except (Exception, SystemExit) as error:
            place = self._place(error.__traceback__)
            if place is None:
                raise
            what = f"{type(error).__name__}: {error}".rstrip(": ")
            raise self._broken(f"fails in {self.called}{_of(about or given)} ({place}{what})") from error

    def _place(self, trace: TracebackType | None) -> str | None:
        """Where the package failed; "" where the call itself did; None where the package has no part in it."""
        frames = []
        while trace is not None and (trace := trace.tb_next) is not None:
            frames.append(trace)
        package = homes(self.kind)[self.platform].package.partition(".")[0]
        own = [at for at in frames if at.tb_frame.f_globals["__name__"].partition(".")[0] == package]
        if frames and not own:
            return None
        return f"{Path(own[-1].tb_frame.f_code.co_filename).name}, line {own[-1].tb_lineno}, " if own else ""

    def _broken(self, wrong: str) -> UsageError:
        return broken(self.kind, self.platform, homes(self.kind)[self.platform], wrong)


def watched(kind: Kind, platform: str, called: str, function: Any, signature: Any) -> Any:
    """A function whose type is ``signature``: as it is where the platform is paribus's own, else `Added`."""
    if homes(kind)[platform].installed == OWN:
        return function
    return Added(kind, platform, called, function, get_args(signature)[1])


def tables(kind: Kind, table: type[Table]) -> Mapping[str, Table]:
    """The ``PLATFORM`` of every platform of a kind by its name, the functions of added ones `watched`.

    UsageError where one has none, calls itself by another name than its folder or entry point, or holds a value of
    another type than the table's.
    """
    return MappingProxyType({name: _read(kind, name, table) for name in homes(kind)})


def _read(kind: Kind, name: str, table: type[Table]) -> Table:
    home, item = homes(kind)[name], part_of(kind, name, "platform", "PLATFORM")
    if not isinstance(item, table):
        raise broken(kind, name, home, f"needs a value PLATFORM of {table.__module__} in its platform.py")
    if item.name != name:
        raise broken(kind, name, home, f"calls itself {item.name!r} in its platform.py; expected {name!r}")
    if home.installed == OWN:
        return item
    hints, functions = get_type_hints(table), dict[str, Any]()
    for part in (field.name for field in fields(item)):
        value, hint = getattr(item, part), hints[part]
        if get_origin(hint) is Callable:
            functions[part] = watched(kind, name, part, value, hint)
        elif not _is(value, hint):
            raise broken(kind, name, home, f"has {part} = {value!r} in its platform.py; expected {_said(hint)}")
    return replace(item, **functions)


def _is(value: object, hint: Any) -> bool:  # whatever an annotation may be
    """Whether a value is of a type, as far as a glance tells: tuples are looked into, all else is not."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any or isinstance(hint, TypeVar):
        return True
    if hint is None:
        return value is None
    if origin is tuple and isinstance(value, tuple):
        each = [inner[0]] * len(value) if inner[1:] == (...,) else inner
        return len(each) == len(value) and all(map(_is, value, each))
    return isinstance(value, hint if origin is None or origin is UnionType else origin)


def _said(hint: Any) -> str:
    return (
        hint.__name__
        if isinstance(hint, type) and not get_args(hint)
        else str(hint).replace("collections.abc.", "")
    )


def _of(given: tuple[Any, ...]) -> str:
    """The text among what a function was given: a path, or the name of a file."""
    text = next((item for item in given if isinstance(item, str)), None)
    return "" if text is None else f" for {text!r}"
