"""Files that attack whoever opens a page made from them, by the payloads of attacks.json; `make attacks` opens all.

    python -m tests.robust.attacks --files 200

Each file holds one payload wherever a student can write: their name, the file's, answers, cells of their own,
outputs, tags, the title. It comes as a notebook or as an HTML export. Every page that grading makes of it is opened
in a real browser; whatever runs or is fetched reaches a canary, marks the page or shows in the browser's own log.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from paribus.cli import main as paribus
from paribus.course.release import write_release
from tests.grader.classroom import CELLS, make_release
from tests.robust.browser import formgrader_pages, open_browser, open_canary, open_formgrader, requested

NAME = "week1_homework"
RELEASE = make_release()
# JS marks the page and calls home; URL is the canary. Both are filled in for each file.
JS = "window.__ran=1;new Image().src='URL/js'"
PAYLOADS: tuple[str, ...] = tuple(json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8")))
CARRIERS = ("ipynb", "lab", "classic")


def make_attacks(folder: Path, numbers: Iterable[int], home: str) -> None:
    """A submission below ``folder`` for each number: the payloads one after another, in every carrier."""
    exporters = _exporters()
    for number in numbers:
        payload = PAYLOADS[number % len(PAYLOADS)]
        carrier = CARRIERS[number // len(PAYLOADS) % len(CARRIERS)]
        payload = payload.replace("JS", JS.replace("'", "&#39;") if "'JS" in payload else JS)
        payload = payload.replace("URL", f"{home}/{number}")
        notebook = everywhere(payload)
        content = json.dumps(notebook) if carrier == "ipynb" else exporters[carrier].from_notebook_node(notebook)[0]
        # A name on disk holds neither slashes nor zeros; Moodle's own would not either.
        owner = payload.replace("/", "∕").replace("\x00", "").replace("\n", " ").replace("_", " ")[:60]
        ending = "ipynb" if carrier == "ipynb" else "html"
        place = folder / f"{owner}_{5000 + number}_assignsubmission_file_" / f"{owner[:30]}.{ending}"
        place.parent.mkdir(parents=True)
        place.write_text(content, encoding="utf-8", errors="surrogatepass")


def _exporters() -> dict[str, Any]:
    from nbconvert import HTMLExporter

    return {name: HTMLExporter(template_name=name) for name in CARRIERS[1:]}


def everywhere(payload: str) -> Any:
    """The class's notebook with the payload wherever a student can write."""
    begin = f'import paribus\nnotebook = paribus.begin("{NAME}", release="{RELEASE.digest}")\n# {payload}'
    cells = []
    answers = {
        "setup": begin,
        "tail_share": f"def tail_share(counts):\n    return {payload!r}\n{payload}",
        "trade_off": f"## The trade-off\n\nMany words {payload} and more\n\n{payload}\n",
    }
    for count, cell in enumerate(CELLS, 1):
        source = answers.get(cell.key, cell.source)
        if cell.cell_type == "markdown":
            cells.append(new_markdown_cell(source, id=cell.key))
            continue
        cells.append(new_code_cell(source, id=cell.key, execution_count=count, outputs=_outputs(payload)))
    cells.append(new_markdown_cell(payload, id="own-words"))
    tag = payload.replace(",", ";")
    cells.append(new_code_cell(payload, id="own-code", metadata={"tags": [tag]}, outputs=_outputs(payload)))
    return new_notebook(cells=cells, metadata={"title": payload})


def _outputs(payload: str) -> list[Any]:
    record = f"-----BEGIN PARIBUS RECORD-----\n{{{payload}\n-----END PARIBUS RECORD-----"
    return [
        new_output("stream", text=f"{payload}\n0.5\n"),
        new_output("display_data", data={"text/html": f"{payload}<pre>{record}</pre>", "text/plain": payload}),
        new_output("display_data", data={"text/markdown": payload}),
        new_output("error", ename=payload[:80], evalue=payload, traceback=[f"{payload}: {payload}"]),
    ]


def grade_attacks(folder: Path, files: int, home: str) -> Path:
    """Make the files and grade them; returns the output folder."""
    make_attacks(folder / "in", range(files), home)
    write_release(folder / "release", RELEASE)
    out = folder / "out"
    status = paribus(["grade", str(folder / "in"), "--assignment", NAME, "--release", str(folder / "release"),
                      "--out", str(out), "-j", "2", "--json"])  # fmt: skip
    assert status == 0
    return out


def open_all(folder: Path, files: int) -> tuple[int, list[str]]:
    """Open every page; returns how many, and what ran or was fetched. The browser is shown to be a working trap."""
    found: list[str] = []
    with open_canary() as canary, open_browser() as browser:
        home = f"http://127.0.0.1:{canary.port}"
        _prove(folder, browser, canary.heard, home)
        out = grade_attacks(folder, files, home)
        pages = [path.as_uri() for path in [out / "report.html", *sorted((out / "feedback").iterdir())]]
        scratch = folder / "server"
        scratch.mkdir()
        with open_formgrader(out, scratch) as address:
            own = formgrader_pages(address, NAME)
            assert len(own) >= files * 0.9, f"only {len(own)} of {files} files were graded"
            lists = [
                f"manage_submissions/{NAME}",
                "gradebook",
                f"gradebook/{NAME}",
                f"gradebook/{NAME}/{NAME}",
                "manage_students",
            ]
            pages += [*own.values(), *(f"{address}/{name}" for name in lists)]
            host = address.removesuffix("/formgrader")
            for page in pages:
                browser.get(page)
                found += _trouble(browser, page, host)
        found += [f"the canary heard {path}" for path in canary.heard]
    return len(pages), found


def _prove(folder: Path, browser: Any, heard: list[str], home: str) -> None:
    """A page without defence sets the trap off: a silent trap proves nothing."""
    bare = folder / "bare.html"
    bare.write_text(f"<script>{JS.replace('URL', home)}</script><img src={home}/png>", encoding="utf-8")
    browser.get(bare.as_uri())
    assert browser.execute_script("return window.__ran") == 1
    assert any(address.startswith(home) for address in requested(browser))
    assert heard
    heard.clear()


def _trouble(browser: Any, page: str, host: str) -> list[str]:
    """What ran or was fetched while a page was open. formgrader's own scripts and MathJax's address are its own."""
    own = (host, page, "https://cdnjs.cloudflare.com/ajax/libs/mathjax/", "data:image/", "file:///favicon")
    found = [f"{page} asked for {address}" for address in requested(browser) if not address.startswith(own)]
    if browser.execute_script("return window.__ran"):
        found.append(f"{page} ran a script")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Open everything and say what happened; 1 where anything ran or was fetched."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=200)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        pages, found = open_all(Path(name), options.files)
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(
        f"{pages} pages of {options.files} attack files opened; {len(found)} of them ran or fetched anything.\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
