"""How long a new user waits: a fresh clone in a temporary folder, each step by the clock, as a table.

    python -m tools.first_run                 # clone, make demo twice: some five minutes on two quiet cores
    python -m tools.first_run --tests         # and make test, then make long

The clone holds what is committed. Its environment is new, so packages come from the index, or from the installer's
cache where it has one. Nothing else should run on the machine: these are times, and no ratios.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.project import ROOT

INSTALLED, PAGE = Path(".venv/.ready"), Path("build/demo/graded/report.html")
"""Written last by the installation, and the first page with grades."""
Run = Callable[[Sequence[str], Path], None]


@dataclass(frozen=True)
class Step:
    """One row: ``seconds`` by the clock, ``bound`` what is promised (None: nothing)."""

    what: str
    command: str
    seconds: float
    bound: float | None

    @property
    def row(self) -> str:
        """In Markdown."""
        bound = "–" if self.bound is None else f"{self.bound:.0f} s"
        return f"| {self.what} | `{self.command}` | {self.seconds:.0f} s | {bound} |"


def measure(folder: Path, run: Run, *, tests: bool, clock: Callable[[], float] = time.time) -> list[Step]:
    """Clone into ``folder`` and go through the steps; CalledProcessError where one of them fails."""
    began = clock()
    run(("git", "clone", "--quiet", str(ROOT), str(folder)), ROOT)
    cloned = clock()
    run(("make", "demo"), folder)
    done = clock()
    first_page = (folder / PAGE).stat().st_mtime  # the second run writes it anew
    run(("make", "demo"), folder)
    again = clock()
    found = [
        Step("installation", "make demo", (folder / INSTALLED).stat().st_mtime - cloned, 75),
        Step("clone to the first graded page", "git clone; make demo", first_page - began, 240),
        Step("the whole demo, installation included", "make demo", done - cloned, 300),
        Step("a second run", "make demo", again - done, 20),
    ]
    for what, target, bound in (("the tests", "test", 540.0), ("the long tests", "long", None)) if tests else ():
        started = clock()
        run(("make", target), folder)
        found.append(Step(what, f"make {target}", clock() - started, bound))
    return found


def table(steps: Sequence[Step]) -> str:
    """The table of docs/running.md."""
    head = ["| what | command | measured | bound |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *(step.row for step in steps)])


def _run(command: Sequence[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)


def main() -> int:
    """Measure and print; 1 where a bound is not held."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tests", action="store_true", help="make test and make long as well")
    tests = parser.parse_args().tests
    with tempfile.TemporaryDirectory() as name:
        steps = measure(Path(name) / "paribus", _run, tests=tests)
    print(table(steps))  # noqa: T201 - a command
    return 0 if all(step.bound is None or step.seconds <= step.bound for step in steps) else 1


if __name__ == "__main__":
    raise SystemExit(main())
