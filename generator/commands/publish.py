"""`paribus publish`: push a built week to Kaggle, wait for the solutions' runs, fetch their output."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.cli import Command
from paribus.course.locate import add_course, course_of, example_names
from paribus.errors import UsageError

if TYPE_CHECKING:
    from generator.publishing.kaggle_client import KaggleClient
    from generator.publishing.publish import Item, Observe, Published
    from paribus.course.catalog import Course, Entry


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", help="a week, an assignment or a zoo of the course")
    add_course(parser)
    parser.add_argument("--out", type=Path, default=Path("build"), metavar="DIR", help="the build (default: build)")
    parser.add_argument("--owner", metavar="NAME", help="push for another account than kaggle/settings.toml names")
    parser.add_argument("--notes", default="", metavar="TEXT", help="what the new version of the data set brings")
    parser.add_argument("--poll", type=float, metavar="S", help="seconds between questions to Kaggle (default: 20)")
    parser.add_argument("--time-limit", type=float, metavar="S", help="seconds to wait for a run (default: 43200)")
    parser.add_argument("--dry-run", action="store_true", help="show what would go where; push and write nothing")


def run(arguments: argparse.Namespace) -> int:
    """Publish with the official client, or show the plan."""
    return publish_with(arguments, None)


def publish_with(arguments: argparse.Namespace, client: "KaggleClient | None") -> int:
    """Publish with ``client`` (the official one where None)."""
    from dataclasses import replace

    from generator.building.placeholders import PLACEHOLDER
    from generator.platforms.kaggle.settings import KAGGLE_SETTINGS, kaggle_of, load_kaggle
    from generator.publishing.kaggle_client import CommandLineClient
    from generator.publishing.kaggle_metadata import SLUG
    from generator.publishing.publish import Publisher, make_plan
    from paribus import __version__

    for name in ("poll", "time_limit"):
        value = getattr(arguments, name)
        if value is not None and value <= 0:
            raise UsageError(f"--{name.replace('_', '-')} is {value:g}; give a number above 0.")
    if arguments.owner is not None and not SLUG.fullmatch(arguments.owner):
        raise UsageError(
            f"--owner {arguments.owner!r} is no name of a Kaggle account; expected the one in your profile's "
            "address, of a–z, 0–9 and -."
        )
    course = course_of(arguments)
    if load_kaggle(course) is None:
        raise UsageError(
            f"{course.folders.kaggle / KAGGLE_SETTINGS} is missing, so nothing of this course goes to Kaggle. "
            "docs/your-own-course.md shows one."
        )
    alone = arguments.name in course.zoos and arguments.name not in {week.name for week in course.weeks}
    entries = () if alone else course.select(arguments.name)
    zoos = {arguments.name: ()} if alone else zoos_for(course, arguments.out, entries)
    plan = make_plan(arguments.out, [entry.name for entry in entries], arguments.owner, zoos)
    show_plan(plan)
    nobody = f"{PLACEHOLDER} is a placeholder: publish with --owner NAME, your Kaggle account."
    unowned = any(item.ref.startswith(f"{PLACEHOLDER}/") for item in plan)
    if arguments.dry_run:
        print(*([nobody] if unowned else []), "Nothing was pushed. Leave out --dry-run to push.", sep="\n")
        return 0
    if unowned:
        raise UsageError(nobody)
    waiting = kaggle_of(course).waiting
    waiting = replace(
        waiting, poll=arguments.poll or waiting.poll, run_limit=arguments.time_limit or waiting.run_limit
    )
    with show_progress(plan) as observe:
        publisher = Publisher(
            client or CommandLineClient(), arguments.out / "instructor" / "publish", waiting,
            arguments.notes or f"paribus {__version__}", observe,
        )  # fmt: skip
        published = publisher.publish(plan)
    print(as_lines(published))
    return 0


def zoos_for(course: "Course", build: Path, entries: "Sequence[Entry]") -> dict[str, tuple[str, ...]]:
    """The zoos that were built and that these assignments ask about, with the assignments they are attached to."""
    from generator.building.blind import zoos_of
    from generator.publishing.publish import zoo_folder
    from generator.sources.source import load_source

    asked = {entry.name: zoos_of(load_source(entry.source, course)) for entry in entries}
    attached = {zoo: tuple(name for name, zoos in asked.items() if zoo in zoos) for zoo in course.zoos}
    return {zoo: labs for zoo, labs in attached.items() if labs and zoo_folder(build, zoo).is_dir()}


def show_plan(plan: "Sequence[Item]") -> None:
    """A table of what goes where."""
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "where", "who sees it", "machine", "internet", "files", title="To Kaggle")
    for item in plan:
        about = item.metadata
        private = about["isPrivate" if item.kind == "data set" else "is_private"]
        machine = "" if item.kind == "data set" else about.get("machine_shape", "CPU")
        internet = {None: "", True: "on", False: "off"}[about.get("enable_internet")]
        files = ", ".join(path.name for path in item.files)
        table.add_row(item.kind, item.ref, "you alone" if private else "everyone", machine, internet, files)
    Console(width=None if Console().is_terminal else 160).print(table)


@contextmanager
def show_progress(plan: "Sequence[Item]") -> "Iterator[Observe]":
    """A live line an item, with Kaggle's last word on it."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from generator.publishing.publish import Step

    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), TextColumn("{task.fields[words]}"),
        console=Console(stderr=True),
    )  # fmt: skip
    rows = {item.ref: bar.add_task(f"{item.kind} {item.ref}", total=None, words="waiting") for item in plan}

    def observe(step: Step) -> None:
        bar.update(rows[step.item.ref], words=step.words)
        pushed = step.item.kind == "notebook" and step.words.startswith("pushed")
        if pushed or step.words in ("ready", "complete", "error"):
            bar.stop_task(rows[step.item.ref])

    with bar:
        yield observe


def as_lines(published: "Sequence[Published]") -> str:
    """What was pushed, and where the output lies."""
    lines = []
    for done in published:
        version = f" version {done.version}" if done.version else ""
        lines.append(f"{done.item.kind}{version}: {done.item.url}")
        lines.extend(f"  fetched {path}" for path in done.fetched)
    return "\n".join(lines)


COMMAND = Command(
    name="publish",
    summary="Push a built week to Kaggle: the data set with the wheel, the notebooks, a run of each solution.",
    example="paribus publish {week} --dry-run",
    configure=configure,
    run=run,
    names=example_names,
)
