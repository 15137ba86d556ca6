"""What an experiment holds constant, read from the records: everything but the declared variable."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from paribus.display.markup import Table
from paribus.records.code import OWN_CLASS, TRAINING
from paribus.records.environment import OTHERS, as_entry, other_libraries
from paribus.records.record import Record

Value = TypeVar("Value")


@dataclass(frozen=True)
class Held:
    """What all runs of an experiment share, and where they did not run alike.

    ``settings`` are the knobs with one value in every run; ``seeds`` those of each arm; ``environment`` is
    the part of it that all runs share, and ``elsewhere`` the rest, with every value.
    """

    vary: str
    settings: Mapping[str, object]
    data: str
    code: tuple[str, ...]
    seeds: Mapping[str, tuple[int, ...]]
    environment: Mapping[str, str]
    elsewhere: Mapping[str, tuple[str, ...]]

    def sentence(self) -> str:
        """The list in words, for the memo's template."""
        settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.settings.items())
        seeds = sorted(set(self.seeds.values()))
        told = f"seeds {', '.join(map(str, seeds[0]))} in both arms" if len(seeds) == 1 else "each arm's own seeds"
        parts = [settings, self.data, "the training code" if self.code else "", told]
        return "; ".join(part for part in parts if part)

    def table(self) -> Table:
        """The list as a table."""
        rows = [(name, str(value)) for name, value in self.settings.items()]
        if self.data:
            rows.append(("data", self.data))
        if self.code:
            rows.append(("code", ", ".join(("the training function", *self.code[1:]))))
        rows += [(f"seeds, {arm} arm", ", ".join(map(str, seeds))) for arm, seeds in self.seeds.items() if seeds]
        rows += [(name, value) for name, value in self.environment.items()]
        note = f"{self.vary} is what changes; everything above is held."
        if self.elsewhere:
            places = "; ".join(f"{name}: {', '.join(values)}" for name, values in self.elsewhere.items())
            note += f" Not held, the runs were made in different places: {places}."
        return Table("Held constant", ("", ""), tuple(rows), note)

    def __repr__(self) -> str:
        """One line for people."""
        return f"Held constant: {self.sentence()}"


def held(vary: str, arms: Mapping[str, Sequence[Record]]) -> Held:
    """What the start records of both arms have in common."""
    starts = [start for runs in arms.values() for start in runs]
    knobs = [{name: value for name, value in start.knobs().items() if name != vary} for start in starts]
    digests = [start.code for start in starts]
    # A method that calls super() reaches its class a second time, under Python's own name for it.
    common = [name for name in _common(digests) if not name.startswith(OWN_CLASS)]
    code = [name for name in common if name.lower() != vary.lower()] if vary != "code" else []
    places = [_place(start) for start in starts]
    shared = _common(places)
    names = dict.fromkeys(name for place in places for name in place)
    libraries = [other_libraries(start.environment) for start in starts]
    alike = {OTHERS: as_entry(of_all)} if (of_all := _common(libraries)) else {}
    data = {start.data for start in starts}
    identity = next(iter(data)) if len(data) == 1 else None
    told = "" if identity is None else f"{identity.source}, {identity.train_rows:,} training items"
    return Held(
        vary=vary,
        settings=_common(knobs),
        data=f"data {told}, split {identity.split}" if identity is not None else "",
        code=tuple(sorted(code, key=lambda name: (name != TRAINING, name))),
        seeds={arm: tuple(sorted(start.seed or 0 for start in runs)) for arm, runs in arms.items()},
        environment={**shared, **alike},
        elsewhere={
            name: tuple(dict.fromkeys(place.get(name, "not recorded") for place in places))
            for name in names
            if name not in shared
        }
        | _of_several_versions(libraries),
    )


def _place(start: Record) -> dict[str, str]:
    """Where a run was made: its environment, and the settings that say so."""
    settings = {name: str(item.value) for name, item in start.config.items() if item.role == "environment"}
    return {name: value for name, value in start.environment.items() if name != OTHERS} | settings


def _of_several_versions(libraries: Sequence[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """The libraries that runs had in several versions. One that only some of them had imported is none."""
    found: dict[str, dict[str, None]] = {}
    for name, told in (item for imported in libraries for item in imported.items()):
        found.setdefault(name, {})[told] = None
    return {name: tuple(versions) for name, versions in found.items() if len(versions) > 1}


def _common(groups: Iterable[Mapping[str, Value]]) -> dict[str, Value]:
    """The entries that every mapping has, with one value."""
    first, *others = groups
    return {
        name: value
        for name, value in first.items()
        if all(name in other and other[name] == value for other in others)
    }
