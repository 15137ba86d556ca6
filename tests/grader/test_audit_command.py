"""`paribus audit` and `paribus grade --run-tests` as a person types them, and one sentence where they refuse."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from grader.audit.bubblewrap import Bubblewrap
from grader.audit.choose import library_of, sandbox_of
from grader.audit.container import Container
from grader.audit.jobs import End, Job, Limits
from grader.audit.sandbox import Refuses, Scripted
from grader.errors import SandboxError
from paribus.cli import main
from paribus.course.release import write_release
from paribus.errors import UsageError
from tests.grader.audited_class import executed, graded_class, markup
from tests.grader.classroom import make_release
from tests.shipped import COURSE

needs_bubblewrap = pytest.mark.skipif(bool(Bubblewrap().refusal()), reason=Bubblewrap().refusal())


def shows(value: float, before: str = "") -> str:
    """Code that shows a record, as training would."""
    return f"{before}\nfrom IPython.display import HTML\ndisplay(HTML({markup(value)!r}))"


def status(words: list[str]) -> int:
    """The exit status of a command, also where the usage is wrong."""
    try:
        return main(words)
    except SystemExit as end:
        return int(end.code or 0)


def run_tests(tmp_path: Path, hidden: str, *more: str) -> int:
    tests = {"tail_share-tests": {"tests": hidden}} if hidden else {}
    folder = write_release(tmp_path / "release", replace(make_release(), hidden=tests))
    (tmp_path / "handed").mkdir()
    command = ["grade", str(tmp_path / "handed"), "--assignment", "week1_homework", "--release", str(folder)]
    return status([*command, "--out", str(tmp_path / "out"), "--run-tests", *more])


def test_a_release_without_hidden_tests_gives_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_tests(tmp_path, "") == 2
    assert "has no hidden tests, so --run-tests has nothing to run" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_hidden_tests_need_a_sandbox_before_anything_is_graded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_tests(tmp_path, "assert tail_share([1]) == 1", "--sandbox", "none") != 0
    assert "only in a sandbox" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["no-such-folder"], "there is no folder no-such-folder"),
        ([".", "--sample", "-1"], "--sample -1: expected 0 or more"),
        ([".", "-j", "0"], "--jobs 0: expected 1 or more"),
        ([".", "--minutes", "0"], "--minutes 0: expected more than 0"),
        ([".", "--sandbox", "chroot"], "--sandbox chroot: expected bwrap, docker:IMAGE or podman:IMAGE"),
    ],
)
def test_wrong_usage_gives_one_sentence(
    more: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert status(["audit", *more]) == 2
    assert message in capsys.readouterr().err


@needs_bubblewrap
def test_an_unknown_profile_names_those_that_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graded = graded_class(tmp_path, {"ann": executed(0.2)["cells"][0]})
    assert status(["audit", str(graded), "--profile", "huge"]) == 2
    assert "--profile huge: week1_homework has the profiles" in capsys.readouterr().err


@needs_bubblewrap
@pytest.mark.long  # six kernels start
def test_notebooks_are_run_again_and_each_ends_as_it_should(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = {
        "honest": shows(0.2),
        "forged": shows(0.9),
        "asks": "input()",
        "phones": "import urllib.request as u; u.urlopen('http://example.org')",
        "writes": "open('large', 'wb').truncate(10**10)",
        "needs": "import a_package_of_mine",
    }
    own = {name: executed(0.2, source)["cells"][0] for name, source in code.items()}
    graded = graded_class(tmp_path, own)
    assert main(["audit", str(graded), "--sample", "6", "--json", "--minutes", "3"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["audited"]["forged"] == "outside"
    assert told["audited"]["honest"] == "reproduced"
    for name, why in (
        ("asks", "waits for input"), ("phones", "URLError"), ("writes", "OSError"), ("needs", "ModuleNotFound"),
    ):  # fmt: skip
        assert told["audited"][name] == "could not run"
        assert why in told["why"][name]


def test_containers_have_no_network_no_rights_and_their_limits() -> None:
    container, job = Container("docker", "image:1"), Job(("python3", "x.py"))
    line = " ".join(container.arguments(job, Limits(memory_mb=500), "name"))
    for part in (
        "--network none",
        "--read-only",
        "--cap-drop ALL",
        "--memory 500m",
        "--pids-limit 64",
        "--pull never",
    ):
        assert part in line
    assert "no-new-privileges" in line


def program(folder: Path, text: str) -> None:
    """A container command that is a script."""
    path = folder / "docker"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


def test_a_container_runs_a_job_and_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, f'echo "$@" >> {tmp_path}/said; [ "$1" = run ] && cat; exit 0')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    done = Container("docker", "image:1").run(Job(("python3",), stdin=b"hello"), Limits(seconds=20))
    assert (done.end, done.output) == (End.FINISHED, b"hello")
    said = (tmp_path / "said").read_text()
    assert "image inspect image:1" in said
    assert "rm --force paribus-" in said


def test_a_container_that_cannot_be_had_refuses_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "there is no command podman-of-mine" in Container("podman-of-mine", "i").refusal()
    program(tmp_path, "echo 'No such image: i' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    container = Container("docker", "i")
    assert "No such image: i). Nothing is downloaded." in container.refusal()
    assert container.run(Job(("true",)), Limits()).end is End.REFUSED
    with pytest.raises(SandboxError, match="No such image"):
        container.open(Job(("true",)), Limits())


def test_a_container_command_that_does_not_answer_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "exec sleep 60")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("grader.audit.container.ANSWER_SECONDS", 0.2)
    assert "does not answer" in Container("docker", "i").refusal()


def test_a_sandbox_is_chosen_by_its_name_and_never_in_another_ones_place() -> None:
    assert sandbox_of("bwrap") == Bubblewrap()
    assert sandbox_of("podman:mine").name == "podman:mine"
    assert "--sandbox none names none" in sandbox_of("none").refusal()
    with pytest.raises(UsageError, match="--sandbox docker: expected"):
        sandbox_of("docker")


def test_the_courses_library_goes_into_the_sandbox() -> None:
    assert [path.name for path in library_of(COURSE.file)] == ["complaints", "digits", "intents"]
    assert library_of(None) == ()


def test_a_scripted_sandbox_answers_no_questions() -> None:
    with pytest.raises(SandboxError, match="answers no questions"):
        Scripted(Refuses("").run(Job(()), Limits())).open(Job(()), Limits())
