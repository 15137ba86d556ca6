"""Remake the fixtures of `recover`: run a notebook that has everything in it, export it for real.

    .venv/bin/python tests/grader/exporters/remake.py            # all of it
    .venv/bin/python tests/grader/exporters/remake.py --no-run   # keep the executed notebook, export again

Each exporter of `EXPORTERS` gets an environment of its own below build/exporters, from the pins beside this
file ("" is the environment that runs this script). Exports go to tests/grader/fixtures/exports as
``<notebook>.<exporter>.<template>.html.xz`` (the style sheets make them large); a test picks up every file
it finds there.
"""

import argparse
import lzma
import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FIXTURES = HERE.parent / "fixtures" / "exports"
NOTEBOOK = FIXTURES / "everything.ipynb"

# Exporter, its pins, the templates that are exported with it.
EXPORTERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("nbconvert-7.17.2", "", ("lab", "classic", "basic")),
    ("nbconvert-7.13.1", "nbconvert-7.13.1.txt", ("lab", "classic", "basic")),
    ("nbconvert-7.7.4", "nbconvert-7.7.4.txt", ("lab", "classic", "basic")),
    ("nbconvert-7.6.0", "nbconvert-7.6.0.txt", ("lab", "classic", "basic")),
    ("nbconvert-7.2.8", "nbconvert-7.2.8.txt", ("lab", "classic", "basic")),
    ("nbconvert-7.0.0", "nbconvert-7.0.0.txt", ("lab", "classic", "basic")),
    ("nbconvert-6.5.4", "nbconvert-6.5.4.txt", ("lab", "classic", "basic")),
    ("nbconvert-6.4.5", "nbconvert-6.4.5.txt", ("lab", "classic", "basic")),
    ("nbconvert-6.0.7", "nbconvert-6.0.7.txt", ("lab", "classic", "basic")),
    ("nbconvert-5.6.1", "nbconvert-5.6.1.txt", ("full", "basic")),
)

OPTION = re.compile(r'(\w+)="([^"]*)"')


def read_source(path: Path) -> nbformat.NotebookNode:
    """The notebook that a small py:percent file describes: ``# %% [type] key="…" tags="a,b"``.

    Unlike jupytext, every character of a cell is kept, blank first lines and trailing blanks included.
    """
    text = path.read_text(encoding="utf-8").partition("\n# %%")[2]
    cells = []
    for chunk in ("\n# %%" + text).split("\n# %%")[1:]:
        header, _, body = chunk.partition("\n")
        options = dict(OPTION.findall(header))
        tags = [f"paribus-{options['key']}", *filter(None, options.get("tags", "").split(","))]
        if "[markdown]" in header or "[raw]" in header:
            body = "\n".join(line[2:] if line.startswith("# ") else line[1:] for line in body.split("\n"))
            make = new_markdown_cell if "[markdown]" in header else new_raw_cell
        else:
            make = new_code_cell
        cells.append(make(body.removesuffix("\n"), id=options["key"], metadata={"tags": tags}))
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})


KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def run(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Execute the notebook in a real kernel; cells tagged ``raises-exception`` may fail."""
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # wall-clock times
    notebook.metadata.pop("language_info", None)
    return notebook


def exporter_python(name: str, pins: str) -> Path:
    """The interpreter of an exporter's environment, made where it is missing."""
    if not pins:
        return Path(sys.executable)
    home = ROOT / "build" / "exporters" / name
    python = home / "bin" / "python"
    marker = home / "complete"
    if not marker.is_file():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "-r", HERE / pins], check=True)
        marker.write_text("installed\n", encoding="utf-8")
    return python


def export(python: Path, notebook: Path, target: Path, template: str) -> None:
    """One export, as a person would make it: `jupyter nbconvert --to html --template …`."""
    options = ["--to", "html", "--template", template, "--stdout", "--log-level=ERROR"]
    command = [str(python), "-m", "nbconvert", *options, str(notebook)]
    environment = {**os.environ, "JUPYTER_PLATFORM_DIRS": "1"}
    result = subprocess.run(command, check=False, capture_output=True, env=environment)
    if result.returncode:
        raise SystemExit(f"{target.name} could not be made:\n{result.stderr.decode()}")
    if any(str(place).encode() in result.stdout for place in (ROOT, Path.home(), tempfile.gettempdir())):
        raise SystemExit(f"{target.name} holds a path of this machine; change the notebook.")
    target.write_bytes(lzma.compress(result.stdout))


def main() -> None:
    """Run and export."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--no-run", action="store_true", help="export the executed notebook that is there")
    arguments = parser.parse_args()
    FIXTURES.mkdir(parents=True, exist_ok=True)
    if not arguments.no_run:
        nbformat.write(run(read_source(HERE / "everything.py.txt")), NOTEBOOK)
    for name, pins, templates in EXPORTERS:
        python = exporter_python(name, pins)
        for template in templates:
            target = FIXTURES / f"everything.{name}.{template}.html.xz"
            export(python, NOTEBOOK, target, template)
            print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1024} kB")  # noqa: T201 - a script prints


if __name__ == "__main__":
    main()
