"""`paribus zoo build|verify|reveal`: a blind lab for a term, the proof that it teaches, and its key."""

import argparse
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paribus.cli import Command
from paribus.course.locate import add_course, course_of, example_names
from paribus.errors import UsageError

if TYPE_CHECKING:
    from generator.running.run import Observe

LOOK = 0.5
"""Seconds between looks at the runs' progress."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("action", choices=("build", "verify", "reveal"), help="what to do with the zoo")
    parser.add_argument("name", help="a zoo of the course: a name under [zoos] in course.toml")
    add_course(parser)
    parser.add_argument("--term", metavar="TERM", help="the term, such as 2027S: decides seeds and codenames")
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="a profile of the course (default: run_profile in course.toml, or the first)",
    )
    parser.add_argument("--data", metavar="NAME|FILE", help="build: another data set than the profile's")
    parser.add_argument("--secret", default="", metavar="TEXT", help="keeps codenames from who knows this program")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="verify, reveal: a student's folder elsewhere")
    parser.add_argument("--model", metavar="CODENAME", help="reveal: one model alone")
    parser.add_argument("--out", type=Path, default=Path("build"), metavar="DIR", help="default: %(default)s")
    parser.add_argument("--force", action="store_true", help="build: train again what an earlier build has trained")
    parser.add_argument(
        "-j",
        "--jobs",
        type=int,
        metavar="N",
        help="models at a time (default: as cores and memory allow; on a GPU 1)",
    )
    parser.add_argument("--time-limit", type=float, metavar="S", help="seconds a model may take")
    parser.add_argument("--json", action="store_true", help="print the result as JSON, and no progress")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for; 0 only where the zoo is complete, or holds what it promises."""
    for name in ("jobs", "time_limit"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise UsageError(f"--{name.replace('_', '-')} is {value:g}; give 1 or more.")
    if arguments.action != "verify" and arguments.term is None:
        raise UsageError(f"`paribus zoo {arguments.action}` needs the term: add --term 2027S.")
    actions: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
        "build": build, "verify": verify, "reveal": reveal,
    }  # fmt: skip
    result = actions[arguments.action](arguments)
    print(json.dumps(result, indent=1) if arguments.json else as_lines(result))
    return 0


def build(arguments: argparse.Namespace) -> dict[str, Any]:
    """Train, prove and hand out."""
    from generator.running.gpu import require_gpu
    from generator.zoo.build import Order, build_zoo
    from generator.zoo.plan import make_plan
    from generator.zoo.training import workers_for
    from paribus.course.zoo import load_zoo

    course = course_of(arguments)
    profile = course.profile(arguments.profile)
    plan = make_plan(load_zoo(course, arguments.name), arguments.term, profile, arguments.secret)
    require_gpu(profile)
    order = Order(arguments.data, workers_for(arguments.jobs, profile), arguments.force, arguments.time_limit)
    with show_progress(arguments.out, quiet=arguments.json) as (observe, say):
        built = build_zoo(plan, arguments.out, order, course=course, observe=observe, say=say)
    gates = [item for item in built.found if item.gates]
    return {
        "zoo": plan.zoo.name, "term": plan.term, "edition": built.edition, "student": str(built.student),
        "reveal": str(built.instructor / "reveal.html"), "gates": len(gates),
        "informing": len(built.found) - len(gates), "held": sum(item.held for item in built.found),
        "keys_that_fit": built.fitting, "seconds": round(sum(item.seconds for item in built.trained), 1),
        "reused": sum(item.reused for item in built.trained),
    }  # fmt: skip


def verify(arguments: argparse.Namespace) -> dict[str, Any]:
    """The evidence again, from the student's folder alone; with the key where --term says which."""
    from generator.zoo.build import instructor_folder, read_reveal, student_folder
    from generator.zoo.data import loader_of
    from generator.zoo.verify import verify_zoo
    from paribus.course.zoo import load_zoo

    course = course_of(arguments)
    zoo = load_zoo(course, arguments.name)
    folder = arguments.folder or student_folder(arguments.out, zoo.name)
    told = None
    if arguments.term is not None:
        told = read_reveal(instructor_folder(arguments.out, zoo.name, arguments.term))
    found = verify_zoo(folder, zoo, loader_of(course, zoo), course.folders.solutions, told)
    return {
        "zoo": zoo.name, "folder": str(folder), "edition": found.edition, "gates": found.gates,
        "keys_that_fit": len(found.fitting), "against_key": told is not None,
        "tests": [{"recipe": item.recipe, "test": item.test, "held": item.held, "gates": item.gates}
                  for item in found.found],
    }  # fmt: skip


def reveal(arguments: argparse.Namespace) -> dict[str, Any]:
    """Write the page and the notebook anew, all models or one."""
    from generator.zoo.build import instructor_folder, read_reveal, student_folder
    from generator.zoo.reveal import write_reveal
    from paribus.course.zoo import load_zoo

    zoo = load_zoo(course_of(arguments), arguments.name)
    target = instructor_folder(arguments.out, zoo.name, arguments.term)
    models = read_reveal(target)["models"]
    if arguments.model is not None and arguments.model not in models:
        raise UsageError(f"--model {arguments.model}: the zoo has {', '.join(models)}.")
    folder = arguments.folder or student_folder(arguments.out, zoo.name)
    page, notebook = write_reveal(target, folder, zoo, arguments.model)
    return {"zoo": zoo.name, "term": arguments.term, "page": str(page), "notebook": str(notebook)}


def as_lines(result: Mapping[str, Any]) -> str:
    """The result for a person."""
    lines: list[str] = []
    for name, value in result.items():
        if name == "tests":
            lines.extend(
                f"  {'holds' if item['held'] else 'FAILS'}  {item['recipe']}: {item['test']}"
                f" ({'required' if item['gates'] else 'reported only'})"
                for item in value
            )
        else:
            lines.append(f"{name.replace('_', ' ')}: {value}")
    if result.get("gates") == 0:
        lines.append(
            "No test is required to pass: nobody has measured this profile and model over ten seeds (docs/zoo.md)."
        )
    return "\n".join(lines)


@contextmanager
def show_progress(out: Path, *, quiet: bool) -> "Iterator[tuple[Observe, Callable[[str], None]]]":
    """A line a model with its epoch and step, and a word on what the build itself is doing."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from generator.running.run import Progress as Step
    from generator.zoo.outcome import read_progress

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"), console=Console(stderr=True), disable=quiet,
    )  # fmt: skip
    rows: dict[str, TaskID] = {}
    running: dict[str, str] = {}
    over = threading.Event()

    def say(words: str) -> None:
        bar.console.print(words) if not quiet else None

    def observe(step: Step) -> None:
        name = step.job.name
        if name not in rows:
            rows[name] = bar.add_task(name.split("-", 2)[-1], total=None, now="starting")
        words = {"done": "done", "reused": "unchanged, not trained again", "failed": "[red]failed[/red]"}
        if step.kind in words:
            running.pop(name, None)
            bar.update(rows[name], now=words[step.kind], total=1, completed=1)
            bar.stop_task(rows[name])
        else:
            running[name] = step.job.label

    def look() -> None:
        while not over.wait(LOOK):
            for name, label in list(running.items()):
                now = read_progress(_latest(out / "instructor" / name, f"{label}-*/work"))
                if now:
                    steps = now["epochs"] * now["steps"]
                    done = (now["epoch"] - 1) * now["steps"] + now["step"]
                    resumed = f", resumed after epoch {now['resumed']}" if now["resumed"] else ""
                    bar.update(rows[name], total=steps, completed=done,
                               now=f"epoch {now['epoch']} of {now['epochs']}{resumed}")  # fmt: skip

    watcher = threading.Thread(target=look, daemon=True)
    with bar:
        watcher.start()
        try:
            yield observe, say
        finally:
            over.set()
            watcher.join()


def _latest(folder: Path, pattern: str) -> Path:
    """The newest folder that fits; ``folder`` itself where there is none yet."""
    return max(folder.glob(pattern), key=lambda path: path.stat().st_mtime, default=folder)


COMMAND = Command(
    name="zoo",
    summary="Build a blind zoo of models for a term, verify its evidence, or write its reveal.",
    example="paribus zoo build {zoo} --term 2027S --profile {profile}",
    configure=configure,
    run=run,
    names=example_names,
)
