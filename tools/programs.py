"""Programs by other hands, executed: folders that `python -m tests.red` measures.

    python -m tools.programs                         # every program, into build/programs
    python -m tools.programs FILE.jsonl --out DIR    # those of some files; a second call runs only what changed

A line of a file is a pair: an honest program, and its twin with one fault. `base` names an execution of the
rehearsal (tables/ASSIGNMENT). `honest` and `faulty` are what the writer put into it: {"cell": key, "source": text}
for a cell's whole text, {"after": key, "source": text} for a cell of one's own. `about` says what is wrong, `line`
where.

Each file gets a folder of its name: `release/`, `honest/`, `faulty/`, `labels.json`. Programs that do not run are
named, and left out with their twins.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from generator.errors import RunError
from generator.project import ROOT, shipped_course
from generator.rehearsal.edits import Edit, apply_edits
from generator.rehearsal.execute import LIMIT, Material, make_material
from generator.rehearsal.memos import as_the_student_has_it
from generator.rehearsal.others import OUTSIDERS, TEXT_CHECKS
from generator.rehearsal.table import Table, load_table
from generator.running.kernel import Kernel
from generator.running.references import load_references
from generator.running.run import Job, Progress, run_jobs
from grader.checks import CHECKS
from paribus.course.catalog import load_course
from paribus.course.release import write_release

OUT = ROOT / "build" / "programs"
SIDES = ("honest", "faulty")
EXPECTS = sorted(set(CHECKS) - TEXT_CHECKS)
"""Any check may find a fault in a program, but those that read sentences."""


@dataclass(frozen=True)
class Pair:
    """Two programs that differ by one fault."""

    name: str
    base: str
    about: str
    honest: tuple[Edit, ...]
    faulty: tuple[Edit, ...]

    @property
    def assignment(self) -> str:
        """What the base is an execution of."""
        return self.base.partition("-")[0]

    def edits(self, side: str) -> tuple[Edit, ...]:
        """What the writer put into the base."""
        return self.honest if side == "honest" else self.faulty


def load_pairs(path: Path) -> tuple[Pair, ...]:
    """The pairs of a file, in its order."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_pair(json.loads(line)) for line in lines if line.strip())


def _pair(raw: Mapping[str, Any]) -> Pair:
    honest, faulty = (tuple(map(_edit, raw[side])) for side in SIDES)
    return Pair(raw["id"], raw["base"], raw["about"], honest, faulty)


def _edit(raw: Mapping[str, str]) -> Edit:
    if "after" in raw:
        return {"do": "add_code", "after": raw["after"], "text": raw["source"]}
    return {"do": "source", "cell": raw["cell"], "text": raw["source"]}


@cache
def _assignment(name: str) -> tuple[Table, Material]:
    course = load_course(shipped_course())
    table = load_table(course, name)
    return table, make_material(course, table, load_references(ROOT / "solutions"))


def job_of(pair: Pair, side: str) -> Job:
    """One program as a run: today's solution, edited as the base's execution was and then by the writer."""
    table, material = _assignment(pair.assignment)
    execution = table.execution(pair.base.partition("-")[2])
    notebook = apply_edits(material.solution, (*execution.edits, *pair.edits(side)), material.wrong)
    return Job(f"{pair.name}-{side}", notebook, files=material.files, label=table.profile, limit=LIMIT)


def make_folder(pairs: Sequence[Pair], folder: Path, runs: Path, kernel: Kernel | None = None) -> Iterator[str]:
    """Run every program, one after the other on one thread, and write what `tests.red` reads; yields lines to
    say.
    """
    if folder.exists():
        shutil.rmtree(folder)
    for side in SIDES:
        (folder / side).mkdir(parents=True)
    for name in dict.fromkeys(pair.assignment for pair in pairs):
        write_release(folder / "release", _assignment(name)[1].release)
    labels = {}
    for pair in pairs:
        jobs = [job_of(pair, side) for side in SIDES]
        answers = run_jobs(jobs, runs, kernel=kernel, cores=1, observe=_tell)
        failed = [answer for answer in answers if isinstance(answer, RunError)]
        if failed:
            yield f"{pair.name} does not run: {failed[0]}"
            continue
        for side, answer in zip(SIDES, answers, strict=True):
            if not isinstance(answer, RunError):
                page = _handed_in(pair, answer.notebook)
                (folder / side / f"{pair.name}-{side}.ipynb").write_text(page, encoding="utf-8")
        about = {"about": pair.about, "expects": EXPECTS, "twin": f"{pair.name}-honest"}
        labels[f"{pair.name}-faulty"] = about
        (folder / "labels.json").write_text(json.dumps(labels, indent=1, ensure_ascii=False) + "\n", "utf-8")
    yield f"{folder.name}: {len(labels)} of {len(pairs)} pairs run"


def _handed_in(pair: Pair, path: Path) -> str:
    material = _assignment(pair.assignment)[1]
    executed = json.loads(path.read_text(encoding="utf-8"))
    page = as_the_student_has_it(executed, material.solution, material.released)
    return json.dumps(page, indent=1, ensure_ascii=False) + "\n"


def _tell(progress: Progress) -> None:
    if progress.kind != "cell":
        sys.stderr.write(f"{progress.job.name}: {progress.kind} {progress.seconds:.0f} s\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Execute the programs of some files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", help="files of pairs; the course's where none are given")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args(arguments)
    own = load_course(shipped_course()).folders.rehearsal / OUTSIDERS / "programs"
    for path in given.files or sorted(own.glob("*.jsonl")):
        for line in make_folder(load_pairs(path), given.out / path.stem, given.out / "runs"):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
