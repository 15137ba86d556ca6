"""`paribus audit`: a sample of a graded class run again in a sandbox, and records that look unlike the others'."""

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.cli import Command
from paribus.errors import UsageError

if TYPE_CHECKING:
    from grader.audit.class_audit import Finished


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("graded", type=Path, metavar="GRADED", help="the --out of a finished `paribus grade`")
    parser.add_argument(
        "--sample", type=int, default=5, metavar="N", help="how many are drawn by chance (default 5)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another number draws others (default 0)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="STUDENT",
        help="run this student's work again and nobody else's: a number, a folder or a name; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--no-flagged", action="store_true", help="leave out those whose records look unlike the class's"
    )
    parser.add_argument(
        "--profile", default="", metavar="NAME", help="run at this profile (default: the one each notebook names)"
    )
    parser.add_argument("--minutes", type=float, default=60.0, metavar="N", help="for one notebook (default 60)")
    parser.add_argument(
        "--budget",
        type=float,
        default=0.0,
        metavar="MINUTES",
        help="begin nothing new after so long (default: no end)",
    )
    parser.add_argument("--memory-mb", type=int, default=6_000, metavar="N", help="for one notebook (default 6000)")
    parser.add_argument(
        "--disk-mb", type=int, default=1_000, metavar="N",
        help="that one notebook may write; it lies in memory (default 1000)",
    )  # fmt: skip
    parser.add_argument(
        "--cache", type=Path, metavar="DIR",
        help="a Hugging Face cache, as HF_HOME names it: models and data of the hub, read-only in the sandbox",
    )  # fmt: skip
    parser.add_argument(
        "--zoo", type=Path, metavar="DIR", help="the students' folder of the blind models, read-only in the sandbox"
    )
    parser.add_argument(
        "--sandbox", default="bwrap", metavar="NAME",
        help="where students' code runs: bwrap (default), docker:IMAGE or podman:IMAGE",
    )  # fmt: skip
    parser.add_argument(
        "--no-gpu", action="store_true", help="compute on the processor alone, also where there is an NVIDIA GPU"
    )
    parser.add_argument("-j", "--jobs", type=int, default=1, metavar="N", help="notebooks side by side (default 1)")
    parser.add_argument(
        "--submissions", type=Path, metavar="PATH", help="what was handed in, where it was moved since"
    )
    parser.add_argument(
        "--release",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="the release folder, if it was moved",
    )
    parser.add_argument("--course", type=Path, metavar="DIR", help="the course's folder (default: the nearest)")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where the audit is written (default: GRADED/audit)"
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Audit; 0 where the whole sample was reached, whatever came of it, 1 where the time was used up before."""
    from grader.audit.brought import bring
    from grader.audit.choose import library_of, sandbox_of
    from grader.audit.class_audit import Sample, audit_class, write_page
    from grader.audit.gpu import find_gpu
    from grader.audit.page import audit_page
    from grader.audit.rerun import Rerun
    from grader.commands.grade_told import show_progress
    from grader.desk.folder import DeskFolder
    from grader.errors import SandboxError
    from paribus.course.locate import nearest_course

    _check(arguments)
    brought = bring(arguments.cache, arguments.zoo)
    sandbox = sandbox_of(arguments.sandbox)
    if why := sandbox.refusal():
        raise SandboxError(why)
    graded = DeskFolder(arguments.graded, arguments.submissions, arguments.release)
    releases = tuple(graded.batch.releases.values())
    assignment = releases[0].assignment
    if arguments.profile and arguments.profile not in assignment.profiles:
        known = ", ".join(assignment.profiles) or "none"
        raise UsageError(f"--profile {arguments.profile}: {assignment.name} has the profiles {known}.")
    course = nearest_course(arguments.course)
    rerun = Rerun(
        releases, sandbox, arguments.profile, 60 * arguments.minutes, arguments.memory_mb,
        library_of(course), files_of(course, assignment.name),
        None if arguments.no_gpu else find_gpu(os.environ), arguments.disk_mb, brought,
    )  # fmt: skip
    sample = Sample(arguments.sample, arguments.seed, tuple(arguments.only), arguments.no_flagged)
    out = arguments.out or arguments.graded / "audit"
    with show_progress(quiet=arguments.json) as observe:
        finished = audit_class(
            graded, rerun, sample, out, jobs=arguments.jobs, budget=60 * arguments.budget, observe=observe
        )
    write_page(out, audit_page(finished, assignment), finished)
    if arguments.json:
        print(json.dumps(as_plain(finished, out), sort_keys=True, indent=1))
    else:
        print_summary(finished, out)
    return 1 if finished.not_reached else 0


def _check(arguments: argparse.Namespace) -> None:
    if not arguments.graded.is_dir():
        raise UsageError(f"there is no folder {arguments.graded}. Name the --out of a finished `paribus grade`.")
    for name, least in (("sample", 0), ("jobs", 1), ("memory_mb", 1), ("disk_mb", 1)):
        if getattr(arguments, name) < least:
            option = name.replace("_", "-")
            raise UsageError(f"--{option} {getattr(arguments, name)}: expected {least} or more.")
    if arguments.minutes <= 0:
        raise UsageError(f"--minutes {arguments.minutes:g}: expected more than 0.")


def files_of(course: "Path | None", assignment: str) -> "Mapping[str, Path]":
    """What the assignment's notebook finds beside it, by name; nothing where no course is at hand."""
    if course is None:
        return {}
    from paribus.course.catalog import load_course

    entries = [entry for entry in load_course(course).entries() if entry.name == assignment]
    return {path.name: path for entry in entries for path in entry.files}


def as_plain(finished: "Finished", out: Path) -> dict[str, object]:
    """The summary as JSON values."""
    return {
        "out": str(out),
        "audited": {item.submission: item.status.value for item in finished.audited},
        "why": {item.submission: item.why for item in finished.audited if item.why},
        "unusual": [item.submission for item in finished.plausible if item.flagged],
        "not_reached": list(finished.not_reached),
        "reused": finished.reused,
    }


def print_summary(finished: "Finished", out: Path) -> None:
    """A line a submission, and where the page is."""
    from rich.console import Console
    from rich.markup import escape

    from grader.pages.shared import who
    from grader.recover.text import harmless

    console = Console()
    names = {result.submission: who(result) for result in finished.results}
    for item in finished.audited:
        why = f": {item.why}" if item.why else ""
        where = f" on {item.device}" if item.device else ""
        words = harmless(f"{names[item.submission]}  {item.status.value}{where} ({item.chosen}){why}")
        console.print(f"  {escape(words)}")
    if finished.not_reached:
        console.print(f"  {len(finished.not_reached)} were not begun in time; the same command goes on.")
    console.print(
        f"{len(finished.audited)} run again. The page is {escape(str(out / 'audit.html'))}; no points changed."
    )


COMMAND = Command(
    name="audit",
    summary="Run a sample of a graded class again in a sandbox, and compare with what the records claim.",
    example="paribus audit build/graded --sample 5",
    configure=configure,
    run=run,
)
