"""The courses that the generator's tests read: a small one that ships with them, and the real one."""

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from generator.building.build import Built, Options, build_assignment
from generator.running.references import Entry as ReferenceEntry
from generator.running.references import Reference, References
from paribus.course.catalog import Course, Entry, load_course
from tests.shipped import COURSE

FIXTURE = Path(__file__).with_name("fixtures") / "course" / "course.toml"
REAL = COURSE
SMALL = load_course(FIXTURE)
ENTRIES: Mapping[str, tuple[Course, Entry]] = {
    entry.name: (course, entry) for course in (SMALL, REAL) for entry in course.entries()
}
NAMES = tuple(ENTRIES)


def reference(mean: float) -> Reference:
    """One measured value of one run."""
    return Reference(mean, None, 1, None, None, (mean,), deterministic=False)


def small_references() -> References:
    """What the small course's prose asks for."""
    values = {"model.macro_f1": reference(0.13249), "model.accuracy": reference(0.5421)}
    entry = ReferenceEntry("micro", "0" * 16, "none", "synthetic", {}, values)
    return References({"week0_tiny": (entry,)})


def every_reference(name: str) -> References:
    """A made-up value for every reference that an assignment's prose uses, so that a release is complete."""
    built = build_one(name)
    values: dict[str, dict[str, Reference]] = {name: {"any.value": reference(math.pi)}}
    for call in built.source.references:
        values.setdefault(call.assignment, {})[call.name] = reference(0.123)
    return References(
        {
            assignment: (ReferenceEntry("micro", "0" * 16, "none", "synthetic", {}, given),)
            for assignment, given in values.items()
        }
    )


@cache
def build_one(name: str) -> Built:
    """One assignment on micro, without references; built once for all tests, since nothing changes it."""
    return build_assignment(*ENTRIES[name], Options(profile="micro"))
