"""The blind models that a lab's rehearsal works with: a small zoo, really trained, and the key that grades it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.building.blind import read_editions, zoos_of
from generator.rehearsal.table import Table
from generator.running.kernel import Kernel
from generator.running.run import Observe
from generator.sources.source import load_source
from generator.zoo.build import Order, build_zoo
from generator.zoo.plan import make_plan
from paribus.course.catalog import Course
from paribus.course.zoo import load_zoo

TERM = "2027S"
FOLDER = "zoo"
"""As what a notebook finds the zoos in its working folder."""


@dataclass(frozen=True)
class Blind:
    """What every run is given by name, and the sealed keys by zoo; both empty where there are no blind models."""

    files: Mapping[str, Path] = field(default_factory=dict)
    editions: Mapping[str, Any] = field(default_factory=dict)


def train_zoos(
    course: Course,
    table: Table,
    out: Path,
    *,
    workers: int,
    kernel: Kernel | None = None,
    observe: Observe = lambda progress: None,
    say: Callable[[str], None] = lambda words: None,
) -> Blind:
    """Build the zoos that an assignment asks about, in the profile its class works with; kept by their content.

    Nothing gates: what is rehearsed is the grading, and small models need not show what recipes do.
    """
    names = zoos_of(load_source(course.entry(table.assignment).source, course))
    for name in names:
        say(f"the zoo {name} to train (profile {table.profile})")
        plan = make_plan(load_zoo(course, name), TERM, course.profile(table.profile))
        build_zoo(
            plan, out, Order(workers=workers), course=course, solutions=out / "none", kernel=kernel, observe=observe
        )
    return Blind({FOLDER: (out / "student" / "zoo").resolve()} if names else {}, read_editions(out, names))
