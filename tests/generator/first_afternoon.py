"""An instructor's first afternoon, from an installed wheel in an empty folder: what is typed, and what comes of it.

`make installed` does it in an environment whose libraries all come from the package index (minutes, and a network);
the test of the same name takes the libraries that are here.
"""

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = ("paribus build week1", "paribus run week1", "paribus rehearse week1_homework", "paribus release week1")
SOLUTION = "build/instructor/solution/jupyter/week1_homework.ipynb"
HAND_IN = (
    f"jupyter nbconvert --to notebook --execute {SOLUTION} --output-dir handed_in --output ada",
    "jupyter nbconvert --to html handed_in/ada.ipynb --output-dir handed_in --output grace",
)
GRADE = "paribus grade handed_in/ --assignment week1_homework --out graded"


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel: where its commands are, and what they are run with."""

    folder: Path
    variables: Mapping[str, str]

    def type(self, line: str, where: Path) -> str:
        """What a command line prints; it has to succeed. Its program is one of the environment's own."""
        program, *arguments = line.split()
        command = [str(self.folder / "bin" / program), *arguments]
        done = subprocess.run(
            command, cwd=where, env=dict(self.variables), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"`{line}` ended with {done.returncode}.\n{done.stdout}\n{done.stderr}")
        return done.stdout


def install(scratch: Path, *, from_index: bool) -> Installed:
    """A fresh environment with the wheel that this checkout builds. Without ``from_index`` its libraries are those
    of the running interpreter, and only paribus itself comes from the wheel.
    """
    dist, folder = scratch / "dist", scratch / "environment"
    variables = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    variables |= {
        "PARIBUS_CACHE": str(scratch / "cache"),
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    subprocess.run(build, cwd=ROOT, env=variables, check=True, capture_output=True)
    (wheel,) = dist.glob("*.whl")
    venv.create(folder, with_pip=True)
    if not from_index:  # nbconvert's templates are beside the libraries, and not in the environment
        variables["JUPYTER_PATH"] = str(Path(sys.prefix) / "share" / "jupyter")
    installed = Installed(folder, variables)
    if from_index:
        constraints = ROOT / "constraints.txt"
        installed.type(f"python -m pip install --quiet -c {constraints} {wheel}[instructor]", scratch)
        return installed
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = folder / "lib" / version / "site-packages"
    installed.type(f"python -m pip install --quiet --no-deps --no-index {wheel}", scratch)
    # A line in a .pth file adds a folder to the path and nothing more: the editable paribus there stays unknown.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    for name, module in (("jupyter", "jupyter_core.command"), ("jupyter-nbconvert", "nbconvert.nbconvertapp")):
        command = folder / "bin" / name
        command.write_text(f"#!{folder}/bin/python\nfrom {module} import main\n\nmain()\n", encoding="utf-8")
        command.chmod(0o755)
    return installed


def check(installed: Installed, empty: Path) -> None:
    """Type every line in an empty folder, and hold what comes of it against what the page promises."""
    where = _where(installed, empty)
    if not where.startswith(str(installed.folder)):
        raise RuntimeError(f"paribus comes from {where}, and not from the wheel in {installed.folder}.")
    installed.type("paribus new mycourse", empty)
    course = empty / "mycourse"
    for line in LINES:
        installed.type(line, course)
    matrix = json.loads((course / "build/rehearsal/week1_homework/rehearsal.json").read_text(encoding="utf-8"))
    missed = [row["fault"] for row in matrix["faults"] if row["outcome"] != "caught"]
    wronged = [row["variant"] for row in matrix["honest"] if row["failed_checks"]]
    for line in (*HAND_IN, GRADE):
        installed.type(line, course)
    lines = (course / "graded" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    results = [json.loads(line) for line in lines]
    names = sorted(Path(result["source"]).name for result in results)
    outcomes = {item["outcome"] for result in results for cell in result["cells"] for item in cell["verdicts"]}
    remarks = [remark for result in results for remark in result["remarks"]]
    if (
        missed
        or wronged
        or remarks
        or names != ["ada.ipynb", "grace.html"]
        or outcomes - {"passed", "not_applicable"}
    ):
        raise RuntimeError(f"missed {missed}, wronged {wronged}, graded {names} as {outcomes}, remarks {remarks}")


def _where(installed: Installed, empty: Path) -> str:
    code = "import grader; print(grader.__file__)"
    command = [str(installed.folder / "bin" / "python"), "-c", code]
    return subprocess.run(
        command, cwd=empty, env=dict(installed.variables), capture_output=True, text=True, check=True
    ).stdout


def main() -> int:
    """`make installed`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--here", action="store_true", help="take the libraries that are here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paribus-installed-") as name:
        scratch = Path(name)
        (scratch / "empty").mkdir()
        check(install(scratch, from_index=not arguments.here), scratch / "empty")
    sys.stdout.write("The first afternoon works from the installed wheel.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
