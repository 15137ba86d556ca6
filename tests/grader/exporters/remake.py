"""Remake the fixtures of `recover`: run notebooks that have everything in them, export them for real.

    .venv/bin/python tests/grader/exporters/remake.py            # all of it
    .venv/bin/python tests/grader/exporters/remake.py --no-run   # keep the executed notebooks, export again
    .venv/bin/python tests/grader/exporters/remake.py --no-run --only vscode

The notebooks are run, and each exporter of `EXPORTERS` runs, in an environment of its own below build/exporters,
made from the pins beside this file ("" is the environment that runs this script). Exports go to
tests/grader/fixtures/exports as ``<notebook>.<exporter>.<template>.html.xz`` (the style sheets make them large);
a test picks up every file it finds there.
"""

import argparse
import lzma
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FIXTURES = HERE.parent / "fixtures" / "exports"
# Each notebook, and whether it is kept compressed.
NOTEBOOKS = {"everything": False, "large": True}

NBCONVERT = ("-m", "nbconvert", "{notebook}", "--to", "html", "--template", "{template}", "--log-level=ERROR")
# What VS Code's Jupyter extension runs (src/notebooks/export/exportBase.node.ts of microsoft/vscode-jupyter).
VS_CODE = ("-m", "jupyter", "nbconvert", "{notebook}", "--to", "html", "--debug")
# What the log of a Kaggle notebook says that it does: pictures go to files beside the page.
KAGGLE = ("-m", "nbconvert", "{notebook}", "--to", "html", "--template", "classic",
          "--ExtractOutputPreprocessor.enabled=True")  # fmt: skip
TO_PAGE = ("--output", "{page}", "--output-dir", "{folder}")
PANDOC = (
    "-c", "import os, pypandoc, sys; path = pypandoc.get_pandoc_path(); os.execv(path, [path, *sys.argv[1:]])",
    "--standalone", "--embed-resources", "--from=ipynb", "--output={folder}/{page}", "{notebook}",
)  # fmt: skip


@dataclass(frozen=True)
class Exporter:
    """One way to export: its pins, the templates that it exports each notebook with, Python's arguments, and the
    names of notebook and page where they are always the same.
    """

    name: str
    pins: str
    templates: tuple[str, ...]
    large: tuple[str, ...] = ()
    arguments: tuple[str, ...] = NBCONVERT + TO_PAGE
    names: tuple[str, str] = ("", "")


LAB, CLASSIC, FULL, BASIC = "lab", "classic", "full", "basic"
EXPORTERS = (
    Exporter("nbconvert-7.17.2", "", (LAB, CLASSIC, BASIC), (LAB, CLASSIC)),
    Exporter("nbconvert-7.13.1", "nbconvert-7.13.1.txt", (LAB, CLASSIC, BASIC), (BASIC,)),
    Exporter("nbconvert-7.7.4", "nbconvert-7.7.4.txt", (LAB, CLASSIC, BASIC)),
    Exporter("nbconvert-7.6.0", "nbconvert-7.6.0.txt", (LAB, CLASSIC, BASIC)),
    Exporter("nbconvert-7.2.8", "nbconvert-7.2.8.txt", (LAB, CLASSIC, BASIC)),
    Exporter("nbconvert-7.0.0", "nbconvert-7.0.0.txt", (LAB, CLASSIC, BASIC)),
    Exporter("nbconvert-6.5.4", "nbconvert-6.5.4.txt", (LAB, CLASSIC, BASIC)),
    Exporter("nbconvert-6.4.5", "nbconvert-6.4.5.txt", (LAB, CLASSIC, BASIC), (CLASSIC,)),
    Exporter("nbconvert-6.0.7", "nbconvert-6.0.7.txt", (LAB, CLASSIC, BASIC)),
    Exporter("nbconvert-5.6.1", "nbconvert-5.6.1.txt", (FULL, BASIC), (BASIC,)),
    Exporter("kaggle", "nbconvert-6.4.5.txt", ("",), (), KAGGLE + TO_PAGE, ("__notebook__", "__results__")),
    Exporter("vscode", "", ("",), arguments=VS_CODE + TO_PAGE),
    Exporter("pandoc-3.9", "pandoc.txt", ("",), arguments=PANDOC),
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


def run(source: Path, target: Path) -> None:
    """Execute a notebook in a real kernel; cells tagged ``raises-exception`` may fail."""
    python = environment_python("notebook.txt")
    nbformat.write(read_source(source), target)
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"  # the kernel's command is just "python"
    command = [str(python.parent / "jupyter-execute"), "--inplace", "--timeout=300", str(target)]
    subprocess.run(command, check=True, env={**os.environ, "PATH": path, "JUPYTER_PLATFORM_DIRS": "1"})
    notebook = nbformat.read(target, as_version=4)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # wall-clock times
    notebook.metadata.pop("language_info", None)
    nbformat.write(notebook, target)


def environment_python(pins: str) -> Path:
    """The interpreter of an environment with these pins, made where it is missing."""
    if not pins:
        return Path(sys.executable)
    home = ROOT / "build" / "exporters" / pins.removesuffix(".txt")
    python = home / "bin" / "python"
    marker = home / "complete"
    if not marker.is_file():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "-r", HERE / pins], check=True)
        marker.write_text("installed\n", encoding="utf-8")
    return python


def export(exporter: Exporter, notebook: Path, target: Path, template: str) -> None:
    """One export, as a person would make it."""
    python = environment_python(exporter.pins)
    with tempfile.TemporaryDirectory() as folder:
        source, page = (name or notebook.stem for name in exporter.names)
        copied = Path(shutil.copy(notebook, Path(folder, f"{source}.ipynb")))
        places = {"notebook": copied, "template": template, "folder": folder, "page": f"{page}.html"}
        command = [str(python), *(argument.format_map(places) for argument in exporter.arguments)]
        environment = {**os.environ, "JUPYTER_PLATFORM_DIRS": "1"}
        result = subprocess.run(command, check=False, capture_output=True, env=environment)
        if result.returncode:
            raise SystemExit(f"{target.name} could not be made:\n{result.stderr.decode()}")
        content = Path(folder, f"{page}.html").read_bytes()
        if any(str(place).encode() in content for place in (ROOT, Path.home(), folder)):
            raise SystemExit(f"{target.name} holds a path of this machine; change the notebook.")
    target.write_bytes(lzma.compress(content))


def main() -> None:
    """Run and export."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--no-run", action="store_true", help="export the executed notebooks that are there")
    parser.add_argument("--only", metavar="EXPORTER", help="export with this one alone")
    arguments = parser.parse_args()
    FIXTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, packed in NOTEBOOKS.items():
            kept = FIXTURES / f"{name}.ipynb{'.xz' if packed else ''}"
            notebook = Path(folder, f"{name}.ipynb")
            if arguments.no_run:
                content = kept.read_bytes()
                notebook.write_bytes(lzma.decompress(content) if packed else content)
            else:
                run(HERE / f"{name}.py.txt", notebook)
                content = notebook.read_bytes()
                kept.write_bytes(lzma.compress(content) if packed else content)
            for exporter in EXPORTERS:
                if arguments.only not in (None, exporter.name):
                    continue
                for template in exporter.large if name == "large" else exporter.templates:
                    ending = f".{template}" if template else ""
                    target = FIXTURES / f"{name}.{exporter.name}{ending}.html.xz"
                    export(exporter, notebook, target, template)
                    print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1024} kB")  # noqa: T201


if __name__ == "__main__":
    main()
