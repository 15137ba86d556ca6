"""`make kills`: kill -9 at random moments of a batch, run again, and compare with an undisturbed run.

    python -m tests.robust.kills --kills 100 --students 200

A third of the runs start from nothing; a third from a graded class in which people have decided and a quarter of
the students have handed in again; a third grade some of those with ``--only``. A run is killed up to ``--chain``
times before it may finish. After every kill the gradebook must be sound and no file may be half; at the end
everything must be as after the undisturbed run. A run that hangs ends the measurement and says where it hung.
"""

import argparse
import contextlib
import faulthandler
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from grader.output.storage import UNFINISHED
from paribus.cli import main as main_command
from tests.robust.small_class import command, decide, hand_in_again, make_class, state

ROOT = Path(__file__).parents[2]
HANGS = 1200
"""Seconds after which a run is taken to hang; one of 200 submissions takes half a minute."""


@dataclass(frozen=True)
class Scene:
    """A class in a folder, what its output folder holds at the start, and what an undisturbed run makes of it; with
    what ``more`` the command is given.
    """

    name: str
    folder: Path
    start: Path | None
    expected: dict[str, object]
    seconds: float
    more: tuple[str, ...] = ()


def main() -> int:
    """Kill, run again, compare; 1 where anything differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--chain", type=int, default=5, help="kills before a run may finish")
    parser.add_argument("--seed", type=int, default=13)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        told = disturb(Path(name), arguments.kills, arguments.students, arguments.chain, arguments.seed)
    sys.stdout.write(f"{told}\n")
    return 0


def disturb(folder: Path, kills: int, students: int, chain: int, seed: int) -> str:
    """Do it all below ``folder``. AssertionError where a disturbed run ends otherwise than an undisturbed one."""
    random_moment = random.Random(seed)  # noqa: S311  # no secret
    scenes = prepare(folder, students)
    chain = max(1, min(chain, kills // len(scenes)))  # each scene at least once
    done = rounds = 0
    moments: list[str] = []
    while done < kills:
        scene = scenes[rounds % len(scenes)]
        rounds += 1
        out = folder / "disturbed"
        shutil.rmtree(out, ignore_errors=True)
        if scene.start is not None:
            shutil.copytree(scene.start, out)
        for _ in range(min(chain, kills - done)):
            after = random_moment.uniform(0.02, 1.0) * scene.seconds
            if not kill_after(scene, out, after):
                break  # it was done before
            done += 1
            moments.append(where(out))
            check_whole(out)
        run(scene.folder, out, *scene.more)
        found = state(out)
        for part, expected in scene.expected.items():
            assert found[part] == expected, f"{scene.name}: {part} is not as after an undisturbed run"
        sys.stderr.write(f"{done} kills, {rounds} runs as undisturbed\n")
    counts = {moment: moments.count(moment) for moment in sorted(set(moments))}
    return (
        f"{done} kills in {rounds} runs of {students} submissions; every run ended as the undisturbed one. "
        f"Killed while: {json.dumps(counts)}"
    )


def prepare(folder: Path, students: int) -> tuple[Scene, ...]:
    """The scenes with their undisturbed runs."""
    first = folder / "first"
    make_class(first, students)
    began = time.monotonic()
    run(first, folder / "undisturbed")
    seconds = time.monotonic() - began
    fresh = Scene("from nothing", first, None, state(folder / "undisturbed"), seconds)
    again = folder / "again"
    shutil.copytree(first, again)
    graded = folder / "graded"
    shutil.copytree(folder / "undisturbed", graded)
    decide(graded)
    hand_in_again(again, [number for number in range(students) if number % 4 == 1])
    shutil.copytree(graded, folder / "graded-undisturbed")
    before = _undisturbed("graded before", again, graded, folder / "graded-undisturbed")
    shutil.copytree(graded, folder / "only-undisturbed")
    some = tuple(word for number in range(1, students, 8) for word in ("--only", str(1000 + number)))
    return fresh, before, _undisturbed("some of them", again, graded, folder / "only-undisturbed", *some)


def _undisturbed(name: str, folder: Path, start: Path, out: Path, *more: str) -> Scene:
    began = time.monotonic()
    run(folder, out, *more)
    return Scene(name, folder, start, state(out), time.monotonic() - began, more)


def start(scene: Scene, out: Path) -> "subprocess.Popen[bytes]":
    """`paribus grade` in a process group of its own."""
    code = "import sys; from paribus.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, *command(scene.folder, out, "-j", "2", "--json", *scene.more)], cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def run(folder: Path, out: Path, *more: str) -> None:
    """To the end, undisturbed; in this process, which has loaded everything already."""
    told = io.StringIO()
    faulthandler.dump_traceback_later(HANGS, exit=True, file=sys.__stderr__ or 2)
    with contextlib.redirect_stdout(told):
        assert main_command(command(folder, out, "--json", *more)) == 0, told.getvalue()
    faulthandler.cancel_dump_traceback_later()


def kill_after(scene: Scene, out: Path, seconds: float) -> bool:
    """Start a run and kill it with all its workers; False where it was done before."""
    process = start(scene, out)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=HANGS)
        return True
    assert process.returncode == 0
    return False


def where(out: Path) -> str:
    """What the run was at when it was killed."""
    if not (out / "results.complete.json").exists():
        return "checking" if (out / "results.started.json").exists() else "starting"
    if (out / "complete.json").exists():
        return "done"
    names = (out / "unfinished.json").read_text(encoding="utf-8") if (out / "unfinished.json").exists() else ""
    return "writing pages" if "report.html" in names else "gradebook"


def check_whole(out: Path) -> None:
    """Right after a kill: no half file under a final name, and a database that is sound."""
    for path in out.rglob("*"):
        if path.is_file() and not UNFINISHED.fullmatch(path.name):
            if path.suffix in (".ipynb", ".json"):
                json.loads(path.read_text(encoding="utf-8"))
            if path.suffix == ".html":
                assert path.read_text(encoding="utf-8").rstrip().endswith("</html>"), path
    if (out / "gradebook.db").exists():
        with closing(sqlite3.connect(out / "gradebook.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


if __name__ == "__main__":
    sys.exit(main())
