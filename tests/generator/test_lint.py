"""`paribus build --lint`: links and words of the sources, by file and line."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.errors import BuildError
from generator.linting.links import try_address
from generator.linting.lint import lint
from generator.linting.spelling import misspelt
from paribus.cli import main
from paribus.course.catalog import load_course
from tests.course.own_course import write_course
from tests.shipped import COURSE

LINKS = [
    ("[part](#A-heading-of-its-own)", "", "a heading as Jupyter writes its id"),
    ("[part](#a-heading-of-its-own)", "Did you mean 'A-heading-of-its-own'?", "as GitHub writes it"),
    ("[part](#Nowhere)", "found a link to the heading 'Nowhere'", ""),
    ('<a id="here"></a>[part](#here)', "", "an id in HTML"),
    ("[data](cars.csv)", "", "a file of the assignment"),
    ("[data](other.csv)", "found a link to the file 'other.csv', which students do not get", ""),
    ("[data](../cars.csv)", "found a link to the file '../cars.csv'", "a place that students lack"),
    ("![picture](plot.png)", "found a link to the file 'plot.png'", "a picture"),
    ('<img src="plot.png">', "found a link to the file 'plot.png'", "a picture in HTML"),
    ("[docs](https://scikit-learn.org/stable/)", "", "an address"),
    ("[docs](https:///stable/)", "found the address 'https:///stable/'", "no host"),
    ("[docs](https://sc_ikit/stable/)", "found the address", "no name of a host"),
    ('<a href="http://[stable/">docs</a>', "which cannot be read", "half of an address"),
    ("[docs](ftp://example.org/x)", "expected https, http, mailto", "another protocol"),
    ("[mail](mailto:someone@example.org)", "", "a mail"),
    ("`[code](nowhere.csv)`", "", "code is no link"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_course(tmp_path / "mine")
    return tmp_path / "mine"


def with_text(folder: Path, text: str) -> int:
    """Put a text cell at the end of the source; returns the line of ``text``."""
    source = folder / "week1" / "cars.py"
    before = source.read_text(encoding="utf-8").rstrip("\n")
    source.write_text(f"{before}\n\n# %% [markdown]\n# ## A heading of its own\n#\n# {text}\n", encoding="utf-8")
    return before.count("\n") + 6


@pytest.mark.parametrize(("text", "said", "why"), LINKS, ids=[text for text, _, _ in LINKS])
def test_a_link_that_leads_nowhere_is_a_finding_with_its_line(folder: Path, text: str, said: str, why: str) -> None:
    line = with_text(folder, text)
    course = load_course(folder / "course.toml")
    found = lint(course, course.entries())
    if not said:
        assert found == (), why
        return
    (finding,) = found
    assert said in finding.what
    assert str(finding).startswith(f"{folder / 'week1' / 'cars.py'}:{line}: ")


def test_a_misspelt_word_is_a_finding_unless_the_course_says_it_is_right(folder: Path) -> None:
    line = with_text(folder, "Recieve the data.")
    course = load_course(folder / "course.toml")
    (finding,) = lint(course, course.entries())
    assert (finding.line, finding.what.partition(",")[0]) == (line, "found 'Recieve'; expected 'Receive'")
    (folder / "spelling.txt").write_text("recieve\n", encoding="utf-8")
    assert lint(course, course.entries()) == ()


def test_codespell_that_cannot_run_is_said(tmp_path: Path) -> None:
    bad = tmp_path / "spelling.txt"
    bad.write_bytes(b"\xff\xfe")
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(BuildError, match="codespell could not check the spelling"):
        list(misspelt([tmp_path / "a.py"], bad))


def test_findings_end_the_build_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert main(["build", "week1", "--lint"]) == 0
    with_text(folder, "[data](other.csv)")
    capsys.readouterr()
    assert main(["build", "week1", "--lint", "--out", "new", "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["what"].startswith("found a link to the file 'other.csv'")
    assert not (folder / "new").exists()
    with pytest.raises(SystemExit):
        main(["build", "week1", "--online"])


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response({"/there": 200, "/only-get": 405}.get(self.path, 404))
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_addresses_are_tried_only_when_asked_for(folder: Path, site: str) -> None:
    with_text(folder, f"[a]({site}/there) [b]({site}/only-get) [c]({site}/gone)")
    course = load_course(folder / "course.toml")
    assert lint(course, course.entries()) == ()
    (finding,) = lint(course, course.entries(), reach=try_address)
    assert finding.what == f"found the address {site}/gone, which answers 404"


def test_an_address_that_nobody_answers_is_said() -> None:
    assert try_address("http://127.0.0.1:1/") == "cannot be reached (ConnectionError)"


def test_the_shipped_course_has_no_findings() -> None:
    assert lint(COURSE, COURSE.entries()) == ()
