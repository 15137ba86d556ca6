"""Blind labs at the generator's edges: where a run finds its zoo, what a release refuses, where a key goes."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from generator.building.blind import find_zoo, read_editions, sealed_part, zoos_of
from generator.building.build import Options
from generator.building.release import Conditions, release
from generator.errors import BuildError, ZooBuildError
from generator.running.headless import Settings, make_jobs
from generator.sources.source import load_source
from paribus.cli import main
from paribus.course.release import read_release
from paribus.errors import DataError, UsageError
from tests.paribus.test_zoo import write_zoo
from tests.shipped import COURSE, PROFILES, solution_of

LAB = COURSE.entry("week2_lab")
SOURCES = {entry.name: load_source(entry.source, COURSE) for entry in COURSE.select("week2")}
QUICK = Conditions(skip_hidden=True, proofs=None)


def write_reveal(out: Path, term: str, edition: str, *, complete: bool = True) -> Path:
    """A term's folder as `paribus zoo build` leaves it, with as much in it as is read here."""
    folder = out / "instructor" / "zoo" / "week2" / term
    folder.mkdir(parents=True)
    model = {"recipe": "starved", "seed": 4242424242, "story": "once", "statistics": {"accuracy": 0.25125}}
    raw = {"schema": "paribus.reveal/1", "term": term, "edition": edition, "models": {"Alpha": model}}
    content = json.dumps(raw).encode()
    (folder / "reveal.json").write_bytes(content)
    if complete:
        marker = {"reveal": hashlib.sha256(content).hexdigest()}
        (folder / "complete.json").write_text(json.dumps(marker), encoding="utf-8")
    return folder


def test_a_source_says_which_zoos_it_needs() -> None:
    assert {name: zoos_of(source) for name, source in SOURCES.items()} == {
        "week2_lab": ("week2",), "week2_homework": (),
    }  # fmt: skip


def test_a_run_finds_the_zoo_that_is_named_that_the_variable_names_or_that_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    named = write_zoo(tmp_path / "named" / "zoo")
    said = write_zoo(tmp_path / "said")
    built = write_zoo(tmp_path / "build" / "student" / "zoo" / "week2")
    assert find_zoo(SOURCES, tmp_path / "named", environment={"PARIBUS_ZOO": str(said)}) == {"week2_lab": named}
    assert find_zoo(SOURCES, None, environment={"PARIBUS_ZOO": str(said)}) == {"week2_lab": said}
    assert find_zoo(SOURCES, None, environment={}) == {"week2_lab": built}


def test_a_zoo_that_is_nowhere_is_named_with_the_command_that_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"week2_lab needs the zoo 'week2'.*paribus zoo build week2"):
        find_zoo(SOURCES, None, environment={})
    with pytest.raises(SystemExit, match="2"):
        main(["run", "week2_lab", "--profile", "micro", "--course", str(COURSE.file), "--zoo", str(tmp_path)])
    assert "needs the zoo 'week2'" in capsys.readouterr().err


def test_two_editions_in_one_place_are_told(tmp_path: Path) -> None:
    write_zoo(tmp_path / "spring")
    write_zoo(tmp_path / "autumn", term="2027A")
    with pytest.raises(DataError, match="several editions"):
        find_zoo(SOURCES, tmp_path)


def test_the_zoo_is_linked_into_the_folder_of_its_lab_alone(tmp_path: Path) -> None:
    settings = Settings(PROFILES["micro"], zoos={"week2_lab": tmp_path})
    jobs = make_jobs(list(SOURCES), solution_of, settings)
    assert {job.name: job.files.get("zoo") for job in jobs} == {"week2_lab": tmp_path, "week2_homework": None}


def test_a_release_holds_every_finished_terms_key_and_nothing_else_of_the_reveal(tmp_path: Path) -> None:
    for term, edition in (("2027S", "a" * 16), ("2026A", "b" * 16)):
        write_reveal(tmp_path, term, edition)
    write_reveal(tmp_path, "2028S", "c" * 16, complete=False)
    options = Options(profile="micro", editions=read_editions(tmp_path, ["week2", "pathologies"]))
    release(COURSE, [LAB], tmp_path, options, replace(QUICK, allow_missing=False))
    folder = tmp_path / "instructor" / "release" / "week2_lab"
    model = {"Alpha": {"recipe": "starved", "statistics": {"accuracy": 0.25125}}}
    assert read_release(folder).sealed == {
        "revealed": False,
        "zoos": {
            "week2": [
                {"term": "2026A", "edition": "b" * 16, "models": model},
                {"term": "2027S", "edition": "a" * 16, "models": model},
            ]
        },
    }
    assert "sealed.json" in {path.name for path in folder.iterdir()}
    students = [path.read_bytes() for path in (tmp_path / "student").rglob("*") if path.is_file()]
    assert students
    assert not any(b"a" * 16 in content or b"0.25125" in content for content in students)


def test_revealing_changes_the_key_and_not_the_digest(tmp_path: Path) -> None:
    write_reveal(tmp_path, "2027S", "a" * 16)
    arguments = [
        "release",
        "week2_lab",
        "--profile",
        "micro",
        "--course",
        str(COURSE.file),
        "--skip-hidden",
        "--skip-solution",
        "--out",
        str(tmp_path),
    ]
    folder = tmp_path / "instructor" / "release" / "week2_lab"
    assert main(arguments) == 0
    before = read_release(folder)
    assert main([*arguments, "--revealed"]) == 0
    after = read_release(folder)
    assert (before.sealed["revealed"], after.sealed["revealed"]) == (False, True)
    assert before.digest == after.digest


def test_a_release_without_a_key_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = Options(profile="micro")
    with pytest.raises(BuildError, match=r"(?s)week2_lab: week2.*paribus zoo build.*--zoos.*--allow-missing"):
        release(COURSE, [LAB], out, options, QUICK)
    assert not out.exists()
    report = release(COURSE, [LAB], out, options, replace(QUICK, allow_missing=True))
    assert report.build.built[0].unsealed == ("week2",)
    assert read_release(out / "instructor" / "release" / "week2_lab").sealed == {"revealed": False, "zoos": {}}


def test_a_damaged_reveal_is_told(tmp_path: Path) -> None:
    (write_reveal(tmp_path, "2027S", "a" * 16) / "reveal.json").write_text("{", encoding="utf-8")
    with pytest.raises(ZooBuildError, match="cannot be read"):
        read_editions(tmp_path, ["week2"])


def test_an_assignment_without_blind_models_has_no_sealed_part() -> None:
    assert sealed_part((), {"week2": []}, revealed=True) == {}
