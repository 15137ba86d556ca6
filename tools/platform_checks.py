"""`make platforms`: does what students run work with each image's pinned libraries?

For every pin file ``kaggle/<name>.txt`` it makes build/platforms/<name>/venv with those pins, runs the student
package's tests there, and both solutions on the micro profile with a kernel of that environment and the students'
wheel installed. The image's Python and torch are not installed: this interpreter and the pinned CPU build of torch
take their place, and the report says so. A finished environment is kept until its pins change.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from generator.building.blind import find_zoo
from generator.building.notebooks import solution_notebook
from generator.errors import RunError
from generator.project import CHECK_NEEDS, ROOT, shipped_course
from generator.running.given import given_files
from generator.running.kernel import WorkerKernel
from generator.running.run import Job, RunResult, run_jobs
from generator.running.run_inputs import choose_parameters
from generator.sources.source import load_source
from generator.wheels.wheel import build_wheel
from paribus.course.catalog import load_course
from paribus.files import write_atomic

TORCH = "torch==2.13.0"
EXTRA = (
    "hypothesis", "ipykernel", "jsonschema", "matplotlib", "optuna", "papermill", "pyarrow", "pytest",
    "safetensors", "statsmodels", *CHECK_NEEDS,
)  # fmt: skip
"""What the tests and a kernel need beyond an image's pins."""
TEST_FOLDERS = ("tests/paribus", "tests/data", "tests/course/library", "tests/training")
NO_TESTS_LEFT = 5
"""pytest's exit status where it found no test."""


@dataclass(frozen=True)
class Image:
    """One pin file: its name, the image's own Python and torch (for the report), the pins."""

    name: str
    python: str
    torch: str
    pins: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What was found in one environment."""

    image: str
    stands_in: str
    tests: str
    notebooks: dict[str, str]

    @property
    def passed(self) -> bool:
        """Whether everything that was run passed."""
        return self.tests.startswith("passed") and all(
            word.startswith("passed") for word in self.notebooks.values()
        )


def read_image(path: Path) -> Image:
    """Read a pin file; RunError where a line is no exact pin or the image's Python and torch are not stated."""
    about: dict[str, str] = {}
    pins = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if stated := re.fullmatch(r"# (python|torch) (\S+)", text):
            about[stated[1]] = stated[2]
        elif text and not text.startswith("#"):
            if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", text):
                raise RunError(f"{path}:{number}: found {text!r}, expected an exact pin such as numpy==2.0.2.")
            pins.append(text)
    if set(about) != {"python", "torch"}:
        raise RunError(f"{path}: needs the lines '# python X.Y' and '# torch X.Y' of the image.")
    return Image(path.stem, about["python"], about["torch"], tuple(pins))


def stands_in(image: Image) -> str:
    """What differs from the image, in words."""
    here = platform.python_version()
    return f"Python {here} for the image's {image.python}, {TORCH} (CPU) for its torch {image.torch}"


def make_environment(image: Image, folder: Path, wheel: Path) -> Path:
    """The environment's interpreter; installed anew only where pins or wheel have changed, the marker last."""
    home = folder / "venv"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    marker = folder / "installed.json"
    pins = "\n".join([*image.pins, TORCH, *EXTRA])
    wanted = {
        "pins": hashlib.sha256(pins.encode()).hexdigest(),
        "wheel": hashlib.sha256(wheel.read_bytes()).hexdigest(),
    }
    found = json.loads(marker.read_text(encoding="utf-8")) if marker.is_file() else {}
    if found == wanted and python.exists():
        return python
    marker.unlink(missing_ok=True)
    log = folder / "install.log"
    if found.get("pins") != wanted["pins"] or not python.exists():
        venv.EnvBuilder(with_pip=True, clear=True).create(home)
        _pip(python, log, TORCH)
        _pip(python, log, TORCH, *image.pins, *EXTRA)
    _pip(python, log, "--no-deps", "--force-reinstall", str(wheel))
    write_atomic(marker, json.dumps(wanted, sort_keys=True, indent=1) + "\n")
    return python


def _pip(python: Path, log: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    with log.open("ab") as file:
        done = subprocess.run(command, stdout=file, stderr=file, check=False)
    if done.returncode != 0:
        raise RunError(f"pip could not install {' '.join(arguments)} (exit status {done.returncode}). See {log}.")


def run_tests(python: Path, log: Path) -> str:
    """The student package's tests with that interpreter: "passed" or "failed", and pytest's last line."""
    folders = [name for name in TEST_FOLDERS if any((ROOT / name).glob("test_*.py"))]
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", *folders]
    with log.open("wb") as file:
        done = subprocess.run(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, check=False)
    last = (log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no output"])[-1]
    return f"{'passed' if done.returncode in (0, NO_TESTS_LEFT) else 'failed'}: {last.strip('= ')}"


def run_notebooks(python: Path, folder: Path, week: str) -> dict[str, str]:
    """The week's solutions on micro, with a kernel of that environment."""
    spec = {"argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], "language": "python",
            "display_name": folder.name}  # fmt: skip
    write_atomic(folder / "jupyter" / "kernels" / "python3" / "kernel.json", json.dumps(spec, indent=1) + "\n")
    kernel = WorkerKernel(environment={"JUPYTER_PATH": str(folder / "jupyter")})
    jobs = []
    course = load_course(shipped_course())
    profile = course.profile("micro")
    entries = course.select(week)
    zoos = find_zoo({entry.name: load_source(entry.source, course) for entry in entries}, None)
    given = given_files(course, entries)
    for entry in entries:
        notebook = solution_notebook(course, entry.name)
        parameters, _ = choose_parameters(notebook, profile)
        files = {**given[entry.name], **({"zoo": zoos[entry.name]} if entry.name in zoos else {})}
        jobs.append(Job(entry.name, notebook, parameters, files, label=folder.name, limit=900.0))
    words = {}
    for job, answer in zip(jobs, run_jobs(jobs, folder / "run", kernel=kernel, force=True), strict=True):
        if isinstance(answer, RunResult):
            words[job.name] = f"passed: {answer.seconds:.0f} s"
        else:
            words[job.name] = f"failed: {str(answer).splitlines()[0]}"
    return words


def check_image(image: Image, out: Path, week: str) -> Outcome:
    """Everything for one image; result.json is written last."""
    folder = out / image.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").unlink(missing_ok=True)
    built = build_wheel()
    wheel = folder / built.name
    write_atomic(wheel, built.content)
    python = make_environment(image, folder, wheel)
    tests = run_tests(python, folder / "tests.log")
    outcome = Outcome(image.name, stands_in(image), tests, run_notebooks(python, folder, week))
    write_atomic(folder / "result.json", json.dumps(asdict(outcome), sort_keys=True, indent=1) + "\n")
    return outcome


def main(arguments: Sequence[str]) -> int:
    """Check every image, or those named; 0 only where all passed."""
    from rich.console import Console

    parser = argparse.ArgumentParser(prog="python -m tools.platform_checks", description=__doc__)
    parser.add_argument("names", nargs="*", help="pin files' names, such as kaggle-2026-08 (default: all)")
    parser.add_argument("--week", default="week1", help="whose solutions are run (default: week1)")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "platforms", help="default: build/platforms")
    chosen = parser.parse_args(arguments)
    paths = {path.stem: path for path in sorted((ROOT / "kaggle").glob("*.txt"))}
    unknown = [name for name in chosen.names if name not in paths]
    if unknown:
        parser.error(f"there is no kaggle/{unknown[0]}.txt. Choose from: {', '.join(paths)}.")
    console = Console()
    passed = True
    for name in chosen.names or paths:
        image = read_image(paths[name])
        console.print(f"{name}: {stands_in(image)}", highlight=False)
        with console.status(f"{name}: installing, then tests and notebooks; logs in {chosen.out / name}"):
            outcome = check_image(image, chosen.out.absolute(), chosen.week)
        console.print(f"  tests: {outcome.tests}", highlight=False, markup=False)
        for notebook, words in outcome.notebooks.items():
            console.print(f"  {notebook}: {words}", highlight=False, markup=False)
        passed = passed and outcome.passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
