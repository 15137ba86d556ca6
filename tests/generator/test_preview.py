"""`paribus preview`: the three views with points and checks, built anew on save, on loopback alone."""

import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from generator.preview.server import HOST, make_app
from generator.preview.watch import Watched
from generator.templates.pages import render_markdown
from paribus.cli import main

NAME = "week1_homework"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course that `paribus new` writes."""
    folder = tmp_path_factory.mktemp("course") / "mine"
    with as_file(files("generator.templates") / "course") as template:
        shutil.copytree(template, folder)
    return folder


@pytest.fixture
def client(course: Path, tmp_path: Path) -> Iterator[tuple[FlaskClient, Path]]:
    shutil.copytree(course, tmp_path / "mine")
    with make_app(Watched(tmp_path / "mine" / "course.toml", NAME)).test_client() as client:
        yield client, tmp_path / "mine" / "week1" / "homework.py"


def page(client: FlaskClient, name: str) -> str:
    answer = client.get(f"/{name}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_each_view_shows_what_its_reader_gets_with_points_beside_it(client: tuple[FlaskClient, Path]) -> None:
    browser, _ = client
    assert browser.get("/").headers["Location"] == "/student"
    student, solution, released = (page(browser, name) for name in ("student", "solution", "released"))
    secret = "return 1 - model / baseline"
    assert secret in solution
    assert secret not in student
    assert secret not in released
    assert "<code>one_change-evidence</code>" in released
    assert "one_change-evidence" not in student
    for html in (student, solution, released):
        assert "<code>experiments.one_change</code> 4" in html
        assert '<p class="points">10 points</p>' in html
        assert "a person 5" in html


def test_a_saved_source_is_built_anew_and_the_version_says_so(client: tuple[FlaskClient, Path]) -> None:
    browser, source = client
    first = browser.get("/version").get_json()
    assert browser.get("/version").get_json() == first
    source.write_text(
        source.read_text(encoding="utf-8").replace("# ## Part 1.", "# ## Section one."), encoding="utf-8"
    )
    assert browser.get("/version").get_json()["version"] == first["version"] + 1
    assert "Section one." in page(browser, "student")


def test_a_mistake_is_shown_over_the_last_version_that_built(client: tuple[FlaskClient, Path]) -> None:
    browser, source = client
    page(browser, "student")
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("### END SOLUTION", "### END SOLUTON", 1), encoding="utf-8")
    html = page(browser, "student")
    assert "This does not build" in html
    assert "homework.py:" in html
    assert "Part 1. The forest" in html
    source.write_text(text, encoding="utf-8")
    assert "This does not build" not in page(browser, "student")


def test_a_course_that_never_built_says_why(client: tuple[FlaskClient, Path]) -> None:
    browser, source = client
    source.write_text("# %% nonsense\n", encoding="utf-8")
    assert "This does not build" in page(browser, "solution")


def test_what_a_run_writes_is_no_save(client: tuple[FlaskClient, Path]) -> None:
    browser, source = client
    first = browser.get("/version").get_json()
    for name in ("build", ".paribus"):
        (source.parents[1] / name).mkdir()
        (source.parents[1] / name / "new.txt").write_text("new", encoding="utf-8")
    assert browser.get("/version").get_json() == first


def test_the_pages_are_read_only_careful_and_for_this_machine_alone(client: tuple[FlaskClient, Path]) -> None:
    browser, _ = client
    answer = browser.get("/student")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert browser.get("/student", base_url="http://evil.example").status_code == 400
    assert browser.post("/student").status_code == 405
    assert browser.get("/../course.toml").status_code == 404
    assert HOST == "127.0.0.1"
    for name in ("preview.css", "preview.js"):
        assert browser.get(f"/{name}").status_code == 200


def test_markdown_cannot_run_or_load() -> None:
    html = render_markdown('# Title\n\n| a |\n| --- |\n| b |\n\n<script>alert(1)</script><img src=x onerror="a()">')
    assert "<h1>Title</h1>" in html
    assert "<table>" in html
    assert "script" not in html
    assert "onerror" not in html


def test_the_command_serves_until_it_is_interrupted(course: Path) -> None:
    command = [sys.executable, "-m", "paribus.cli", "preview", NAME, "--course", str(course)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        first = process.stdout.readline()
        address = first.rpartition(" ")[2].strip()
        assert address.startswith(f"http://{HOST}:")
        with urllib.request.urlopen(f"{address}student") as answer:  # noqa: S310 - its own address
            assert "Part 1. The forest" in answer.read().decode()
        process.send_signal(2)
        assert process.wait() == 0


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_cannot_be_is_refused(course: Path, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["preview", NAME, "--course", str(course), "--port", port])
    assert "is no port" in capsys.readouterr().err


def test_a_week_with_several_notebooks_is_asked_for_one(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["preview", "week1", "--course", str(course)])
    assert "week1 has several notebooks: week1_lab, week1_homework. Name one" in " ".join(
        capsys.readouterr().err.split()
    )


def test_a_port_in_use_is_said(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        with pytest.raises(SystemExit):
            main(["preview", NAME, "--course", str(course), "--port", str(taken.getsockname()[1])])
    assert "is in use here" in capsys.readouterr().err
