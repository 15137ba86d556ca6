"""`paribus run`: execute solution notebooks headless, with progress, and collect their references."""

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.cli import Command
from paribus.course.locate import add_course, course_of, example_names
from paribus.errors import UsageError

if TYPE_CHECKING:
    from generator.running.headless import Finished
    from generator.running.run import Observe


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", help="a week or an assignment of the course")
    add_course(parser)
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="a profile of the course (default: run_profile in course.toml, or the first)",
    )
    parser.add_argument("--data", metavar="NAME|FILE", help="another data set than the profile's")
    parser.add_argument(
        "--zoo", type=Path, metavar="DIR",
        help="the students' folder of the blind zoo that a lab needs (default: PARIBUS_ZOO, or build/student/zoo)",
    )  # fmt: skip
    parser.add_argument("--model", metavar="NAME|PATH", help="another model than the profile's")
    parser.add_argument("--seed", type=int, metavar="N", help="another seed than the notebook's")
    parser.add_argument(
        "--reference-seeds", type=int, metavar="N",
        help="further seeds for references, where the solution offers them (default: 10 with --record, else none)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("build/run"), metavar="DIR", help="default: %(default)s")
    parser.add_argument(
        "--record", action="store_true", help="put the references into the course's solutions instead of --out"
    )
    parser.add_argument("--force", action="store_true", help="run again what an earlier run has already done")
    parser.add_argument("-j", "--jobs", type=int, default=1, metavar="N", help="notebooks side by side (default 1)")
    parser.add_argument(
        "--time-limit", type=float, metavar="S",
        help="seconds a notebook may take (default: the profile's time_limit)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the result as JSON, and no progress")


def run(arguments: argparse.Namespace) -> int:
    """Run what was asked for; 0 only where every notebook ran to its end."""
    for name, least in (("jobs", 1), ("reference_seeds", 0), ("time_limit", 1)):
        value = getattr(arguments, name)
        if value is not None and value < least:
            raise UsageError(f"--{name.replace('_', '-')} is {value:g}; give {least} or more.")
    from generator.building.blind import find_zoo
    from generator.building.known import values_of
    from generator.building.notebooks import solution_notebook
    from generator.running.given import given_files
    from generator.running.headless import Settings, run_assignments
    from generator.running.references import load_references
    from generator.sources.source import load_source

    course = course_of(arguments)
    entries = course.select(arguments.name)
    sources = {entry.name: load_source(entry.source, course) for entry in entries}
    zoos = find_zoo(sources, arguments.zoo)
    settings = Settings(
        profile=course.profile(arguments.profile), data=arguments.data, model=arguments.model, seed=arguments.seed,
        reference_seeds=arguments.reference_seeds, time_limit=arguments.time_limit, workers=arguments.jobs,
        force=arguments.force, record=arguments.record, zoos=zoos, given=given_files(course, entries),
        sources=sources,
    )  # fmt: skip
    value_of = values_of(course, load_references(course.folders.solutions), settings.profile)
    with show_progress(quiet=arguments.json) as observe:
        finished = run_assignments(
            [entry.name for entry in entries], partial(solution_notebook, course, value_of=value_of), settings,
            arguments.out,
            solutions=course.folders.solutions, observe=observe,
        )  # fmt: skip
    print(as_json(finished) if arguments.json else as_lines(finished))
    return 0


def as_json(finished: "Sequence[Finished]") -> str:
    """The result for a program."""
    rows = [
        {
            "assignment": item.run.name, "notebook": str(item.run.notebook), "seconds": round(item.run.seconds, 1),
            "reused": item.run.reused, "references": str(item.references), "values": item.count,
        }
        for item in finished
    ]  # fmt: skip
    return json.dumps(rows, indent=1)


def as_lines(finished: "Sequence[Finished]") -> str:
    """The result for a person."""
    lines = []
    for item in finished:
        how = "unchanged, not run again" if item.run.reused else f"{item.run.seconds:.0f} s"
        lines.append(f"{item.run.name}: {how}")
        lines.append(f"  notebook    {item.run.notebook}")
        lines.append(f"  references  {item.references} ({item.count} values)")
    return "\n".join(lines)


@contextmanager
def show_progress(*, quiet: bool = False) -> "Iterator[Observe]":
    """A live line a notebook: cell k of n, its key, the heading above it, the time so far."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from generator.running.run import Progress as Step

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(bar_width=24), TextColumn("{task.fields[cells]}"),
        TimeElapsedColumn(), TextColumn("{task.fields[cell]}"), console=Console(stderr=True), disable=quiet,
    )  # fmt: skip
    rows: dict[str, TaskID] = {}

    def observe(step: Step) -> None:
        name = step.job.name
        row = rows.get(name)
        if row is None:
            row = rows[name] = bar.add_task(name, total=None, cells="", cell="starting")
        if step.kind == "cell" and step.cell is not None:
            cell = step.cell
            where = f"{cell.key} · {cell.heading}" if cell.heading else cell.key
            bar.update(
                row, total=cell.of, completed=cell.number - 1, cells=f"cell {cell.number} of {cell.of}",
                cell=escape(where),
            )  # fmt: skip
        elif step.kind == "restarted":
            bar.update(row, cell="an earlier run was cut short; starting again")
        elif step.kind in ("done", "reused", "failed"):
            words = {"done": "done", "reused": "unchanged, not run again", "failed": "[red]failed[/red]"}
            bar.update(row, cell=words[step.kind])
            if step.kind != "failed":
                total = bar.tasks[bar.task_ids.index(row)].total or 1
                bar.update(row, total=total, completed=total)
            bar.stop_task(row)

    with bar:
        yield observe


COMMAND = Command(
    name="run",
    summary="Execute solution notebooks headless and collect reference metrics.",
    example="paribus run {assignment} --profile {profile}",
    configure=configure,
    run=run,
    names=example_names,
)
