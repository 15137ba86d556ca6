"""`make course`: every solution on smoke, and whether each phenomenon that a notebook speaks of shows.

    python -m tools.course_runs [NAME …] [--profile smoke] [--seeds 3] [--record]

Each notebook runs once under each of a few seeds, for its seconds and memory, and once with ten reference seeds,
which repeat the training runs that a phenomenon rests on and nothing else. ``course/phenomena.toml`` says what is
claimed:

    [[phenomenon]]
    assignment = "week4_homework"
    claim = "threshold moving raises macro-F1"
    before = "confirmed.baseline.macro_f1"   # the name of a reference, or a number
    after = "confirmed.changed.macro_f1"
    direction = "up"                         # of after against before, seed by seed

The blind models that a notebook asks about are built first, for a term that no course uses.

A run that was measured is kept beside its notebook and is not run again while the notebook, paribus and the
libraries stay as they are. So the command may be stopped at any time. ``--record`` keeps the table in the course's
solutions after every notebook; the rows of notebooks that were not asked for stay as they were measured last.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from generator.building.blind import zoos_of
from generator.errors import RunError
from generator.project import shipped_course
from generator.sources.source import Source, load_source
from paribus.course.assignment import Role
from paribus.course.catalog import load_course
from paribus.files import write_atomic

SEEDS = 3
PHENOMENON_SEEDS = 10
FIRST_SEED = 13
NO_SEED = 0
"""The seed of a notebook that takes none: it runs once."""
TERM = "2000S"
SCHEMA = "paribus.course-runs/1"
# In a folder of its own: every file beside the folder holds an assignment's references.
TABLE = Path("course") / "runs.json"
TIME_LIMIT = 6 * 3600


@dataclass(frozen=True)
class Phenomenon:
    """One claim: ``after`` lies above or below ``before`` (``direction``), seed by seed."""

    assignment: str
    claim: str
    before: str | float
    after: str
    direction: Literal["up", "down"]


@dataclass(frozen=True)
class Shown:
    """In how many of its seeds a phenomenon showed, and the differences after − before, one a seed."""

    assignment: str
    claim: str
    seeds: int
    shown: int
    differences: tuple[float, ...]


@dataclass(frozen=True)
class Measured:
    """A whole notebook under one seed: seconds by the clock and of the processor, memory of its largest process."""

    assignment: str
    seed: int
    reference_seeds: int
    seconds: float
    cpu: float
    memory_mb: float


def read_phenomena(path: Path) -> tuple[Phenomenon, ...]:
    """The claims of a file, in its order; RunError names the file and the claim where a field is wrong."""
    if not path.is_file():
        return ()
    found = []
    for number, raw in enumerate(tomllib.loads(path.read_text(encoding="utf-8")).get("phenomenon", []), 1):
        fields = set(Phenomenon.__dataclass_fields__)
        if set(raw) != fields or raw["direction"] not in ("up", "down"):
            raise RunError(
                f"{path}: phenomenon {number} has {', '.join(sorted(raw))}; expected {', '.join(sorted(fields))}, "
                'direction "up" or "down".'
            )
        found.append(Phenomenon(**raw))
    return tuple(found)


def judge(claim: Phenomenon, values: Mapping[str, Sequence[float]]) -> Shown:
    """A claim against references' values by name, one value a seed in the same order of seeds.

    RunError where a name was not recorded, or the two have unequal numbers of seeds.
    """
    after = _values(claim, claim.after, values)
    before = _values(claim, claim.before, values) if isinstance(claim.before, str) else [claim.before] * len(after)
    if len(before) != len(after):
        raise RunError(
            f"{claim.assignment}: {claim.before} has {len(before)} seeds and {claim.after} has {len(after)}; "
            "a phenomenon is judged seed by seed."
        )
    differences = tuple(float(last - first) for first, last in zip(before, after, strict=True))
    sign = 1 if claim.direction == "up" else -1
    shown = sum(sign * difference > 0 for difference in differences)
    return Shown(claim.assignment, claim.claim, len(after), shown, differences)


def _values(claim: Phenomenon, name: str, values: Mapping[str, Sequence[float]]) -> list[float]:
    """The values of ``name``, and of ``name.seed_N`` where a notebook wrote one a reference seed."""
    each = sorted(key for key in values if key.startswith(f"{name}.seed_"))
    found = [*values.get(name, ()), *(value for key in each for value in values[key])]
    if not found:
        raise RunError(f"{claim.assignment}: no run recorded {name}, which {claim.claim!r} rests on.")
    return found


def takes_seed(source: Source) -> bool:
    """Whether a notebook's parameters cell has a SEED."""
    return any(
        re.search(r"^SEED\b", cell.text, re.MULTILINE) for cell in source.cells if cell.role is Role.PARAMETERS
    )


def build_zoo(zoo: str, profile: str, out: Path) -> None:
    """Build a zoo for the notebooks that ask about it, or go on with it; RunError where it cannot be built."""
    command = [sys.executable, "-m", "paribus.cli", "zoo", "build", zoo, "--profile", profile, "--term", TERM]
    built = subprocess.run([*command, "--out", str(out)], check=False, stdout=subprocess.DEVNULL)
    if built.returncode:
        raise RunError(f"The zoo {zoo} was not built, so no notebook that asks about it can run.")


def run_notebook(name: str, profile: str, seed: int, reference_seeds: int, out: Path) -> tuple[Measured, Path]:
    """Run one solution by ``paribus run``, or find it measured; with the file of references that it wrote."""
    folder = out / f"seed-{seed}-{reference_seeds}"
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "paribus.cli", "run", name, "--profile", profile, "--json",
        *(["--seed", str(seed)] if seed != NO_SEED else []),
        "--reference-seeds", str(reference_seeds), "--time-limit", str(TIME_LIMIT), "--out", str(folder),
        "--zoo", str(out / "student" / "zoo"),
    ]  # fmt: skip
    said, complaint = folder / f"{name}.out", folder / f"{name}.err"
    began = time.monotonic()
    with said.open("w") as stdout, complaint.open("w") as stderr:
        started = subprocess.Popen(command, stdout=stdout, stderr=stderr)
        _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        raise RunError(f"{name} (seed {seed}) did not run:\n{complaint.read_text(encoding='utf-8').strip()}")
    (row,) = json.loads(said.read_text(encoding="utf-8"))
    kept = Path(row["notebook"]).with_name("measured.json")
    if not kept.is_file():
        seconds, cpu, memory = time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
        measured = Measured(name, seed, reference_seeds, round(seconds, 1), round(cpu, 1), round(memory))
        write_atomic(kept, json.dumps(asdict(measured)) + "\n")
    return Measured(**json.loads(kept.read_text(encoding="utf-8"))), Path(row["references"])


def values_in(references: Path, profile: str) -> dict[str, list[float]]:
    """The values of every name in a file of references, one a seed."""
    entries = json.loads(references.read_text(encoding="utf-8"))["entries"]
    return {
        name: list(item["values"])
        for entry in entries
        if entry["profile"] == profile
        for name, item in entry["values"].items()
    }


def as_lines(runs: Sequence[Measured], shown: Sequence[Shown]) -> str:
    """What was measured, for a person."""
    lines = [f"{'notebook':<18} seed  further seeds  seconds      CPU   MB"]
    lines += [
        f"{run.assignment:<18} {run.seed:>4}  {run.reference_seeds:>13}  {run.seconds:>7.0f}  {run.cpu:>7.0f} "
        f"{run.memory_mb:>4.0f}"
        for run in runs
    ]
    lines += [f"{item.shown} of {item.seeds} seeds: {item.claim} ({item.assignment})" for item in shown]
    return "\n".join(lines)


def as_plain(profile: str, runs: Sequence[Measured], shown: Sequence[Shown]) -> dict[str, Any]:
    """What was measured, as JSON values."""
    return {
        "schema": SCHEMA,
        "profile": profile,
        "runs": [asdict(run) for run in runs],
        "phenomena": [{**asdict(item), "differences": [round(d, 6) for d in item.differences]} for item in shown],
    }


def merged(kept: Mapping[str, Any], found: Mapping[str, Any], course: Sequence[str]) -> dict[str, Any]:
    """A table with the rows of ``found`` in place of the same assignments' rows in ``kept``, in the course's order.

    A table of another schema or profile, and rows of assignments that the course no longer has, are left out.
    """
    if (kept.get("schema"), kept.get("profile")) != (found["schema"], found["profile"]):
        return dict(found)
    measured = {row["assignment"] for row in found["runs"]}
    rows = {
        part: [row for row in kept[part] if row["assignment"] not in measured] + found[part]
        for part in ("runs", "phenomena")
    }
    order = list(course)
    return dict(found) | {
        part: sorted(
            (row for row in those if row["assignment"] in order), key=lambda row: order.index(row["assignment"])
        )
        for part, those in rows.items()
    }


def record(file: Path, found: Mapping[str, Any], course: Sequence[str]) -> None:
    """Keep what was measured in ``file``, beside what it holds of other assignments."""
    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    write_atomic(file, json.dumps(merged(kept, found, course), indent=1) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, judge, show; 0 where every notebook ran and every phenomenon showed in more than half of its seeds."""
    parser = argparse.ArgumentParser(prog="python -m tools.course_runs", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="assignments (default: all of the course)")
    parser.add_argument("--profile", default="smoke")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="whole notebooks (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("build/course"))
    parser.add_argument("--record", action="store_true", help="keep the table in the course's solutions")
    given = parser.parse_args(arguments)
    course = load_course(shipped_course())
    of_course = [entry.name for entry in course.entries()]
    names = given.names or of_course
    claims = read_phenomena(course.file.with_name("phenomena.toml"))
    runs: list[Measured] = []
    shown: list[Shown] = []
    failed: list[str] = []
    for name in names:
        of_it = [claim for claim in claims if claim.assignment == name]
        source = load_source(course.entry(name).source, course)
        plan = [(FIRST_SEED + number, 0) for number in range(given.seeds)] if takes_seed(source) else [(NO_SEED, 0)]
        plan += [(FIRST_SEED, PHENOMENON_SEEDS)] if of_it else []
        ran, found = [], []
        try:
            for zoo in zoos_of(source):
                build_zoo(zoo, given.profile, given.out)
            for seed, further in plan:
                measured, references = run_notebook(name, given.profile, seed, further, given.out)
                ran.append(measured)
                if further:
                    found += [judge(claim, values_in(references, given.profile)) for claim in of_it]
        except RunError as error:  # what an earlier command measured of it stays
            failed.append(name)
            sys.stderr.write(f"{error}\n")
            continue
        runs, shown = [*runs, *ran], [*shown, *found]
        if given.record:
            record(course.folders.solutions / TABLE, as_plain(given.profile, runs, shown), of_course)
    sys.stdout.write(as_lines(runs, shown) + "\n")
    return int(bool(failed) or any(2 * item.shown <= item.seeds for item in shown))


if __name__ == "__main__":
    raise SystemExit(main())
