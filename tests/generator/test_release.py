"""Releases: what may not go out, and that nothing is written then."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import jupytext
import pytest

from generator.building.build import Options
from generator.building.leaks import find_leaks
from generator.building.release import Conditions, release
from generator.errors import BuildError, ReferenceMissingError
from generator.sources.source import read_source
from paribus.cli import main
from paribus.course.catalog import Entry
from paribus.course.release import read_release
from tests.generator.courses import SMALL, every_reference

ENTRY = SMALL.entry("week0_tiny")
COMPLETE = Options(profile="micro", references=every_reference("week0_tiny"))
NO_CACHE = Conditions(proofs=None)


def changed(folder: Path, old: str, new: str) -> Entry:
    """The small course's entry with a source in which one thing is different."""
    text = ENTRY.source.read_text(encoding="utf-8")
    assert old in text
    path = folder / "tiny.source"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return dataclasses.replace(ENTRY, source=path)


def test_a_complete_release_is_written_with_its_references(tmp_path: Path) -> None:
    report = release(SMALL, [ENTRY], tmp_path, COMPLETE, NO_CACHE)
    read = read_release(tmp_path / "instructor" / "release" / "week0_tiny")
    assert read.references["week0_tiny"][0]["values"]["model.macro_f1"]["mean"] == 0.123
    assert [proof.assignment for proof in report.proofs] == ["week0_tiny"]
    assert (tmp_path / "complete.json").is_file()


def test_a_missing_reference_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ReferenceMissingError) as caught:
        release(SMALL, [ENTRY], out, Options(profile="micro"), NO_CACHE)
    assert "week0_tiny: model.macro_f1 of week0_tiny" in str(caught.value)
    assert "week0_tiny: the bands of metrics.near_reference" in str(caught.value)
    assert "--allow-missing" in str(caught.value)
    assert not out.exists()


def test_a_release_may_do_without_references_when_asked(tmp_path: Path) -> None:
    conditions = dataclasses.replace(NO_CACHE, allow_missing=True, skip_hidden=True)
    report = release(SMALL, [ENTRY], tmp_path, Options(profile="micro"), conditions)
    assert report.build.missing
    assert report.proofs == ()


def test_a_secret_line_is_found_wherever_it_stands() -> None:
    source = read_source(ENTRY.source.read_text(encoding="utf-8"), "tiny", SMALL.shares)
    notebook = json.dumps({"cells": [{"source": ["    twice_the_number = number + number"]}]}).encode()
    (leak,) = find_leaks([source], {"student/a.ipynb": notebook, "student/b.txt": b"nothing here"})
    assert str(leak) == (
        "student/a.ipynb holds a line of the cell 'double' of tiny: 'twice_the_number = number + number'"
    )


def test_a_hint_that_quotes_the_solution_stops_a_release(tmp_path: Path) -> None:
    hint = '# # Tiny\n#\n# A hint: "A model answer that no student should ever see before handing in."\n#'
    entry = changed(tmp_path, "# # Tiny\n#", hint)
    with pytest.raises(BuildError, match=r"A student would get these lines[^']*'thoughts'"):
        release(SMALL, [entry], tmp_path / "out", COMPLETE, NO_CACHE)
    assert not (tmp_path / "out").exists()


def test_unproven_tests_stop_a_release(tmp_path: Path) -> None:
    entry = changed(tmp_path, "double(-0.25), -0.5", "double(0.25), 0.5")
    with pytest.raises(BuildError, match=r"do not catch the wrong answer 'absolute'"):
        release(SMALL, [entry], tmp_path / "out", COMPLETE, NO_CACHE)
    assert not (tmp_path / "out").exists()


def test_a_colab_notebook_that_would_fetch_from_a_placeholder_is_said(tmp_path: Path) -> None:
    """`paribus publish --owner` fills in Kaggle's account; Colab's address is the course's."""
    course = dataclasses.replace(SMALL, wheel_url="https://github.com/paribus-course/paribus/{version}.whl")
    conditions = dataclasses.replace(NO_CACHE, skip_hidden=True)
    told = release(course, [ENTRY], tmp_path / "out", COMPLETE, conditions).build.placeholders
    assert any("[wheel] url still names paribus-course" in line for line in told)


def test_the_command_refuses_without_references(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "release",
        "week1",
        "--profile",
        "micro",
        "--references",
        str(tmp_path),
        "--out",
        str(tmp_path / "out"),
    ]
    assert main(arguments) == 1
    assert "--allow-missing" in capsys.readouterr().err
    assert main([*arguments, "--allow-missing", "--skip-hidden", "--skip-solution"]) == 0
    assert "Tests:             not tried" in capsys.readouterr().out
    assert main([*arguments, "--allow-missing", "--skip-hidden", "--skip-solution", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["wrong_answers_caught"] == 0


def released_from(text: str, folder: Path) -> str:
    """The release digest of the small course's notebook with this source."""
    path = folder / "tiny.source"
    path.write_text(text, encoding="utf-8")
    entry = dataclasses.replace(ENTRY, source=path)
    release(SMALL, [entry], folder / "out", COMPLETE, dataclasses.replace(NO_CACHE, skip_hidden=True))
    return read_release(folder / "out" / "instructor" / "release" / ENTRY.name).digest


def saved_by_jupytext(text: str) -> str:
    return str(jupytext.writes(jupytext.reads(text, fmt="py:percent"), fmt="py:percent"))


@pytest.mark.parametrize(
    ("what", "edit", "same"),
    [
        ("a blank line between cells", lambda text: text.replace("\n# %%", "\n\n# %%", 3), True),
        ("the source saved by jupytext", saved_by_jupytext, True),
        ("no header", lambda text: text[text.index("# %%") :], True),
        ("another solution", lambda text: text.replace("number + number", "2 * number"), True),
        ("another word for students", lambda text: text.replace("number", "numeral"), False),
    ],
)
def test_a_release_is_known_by_what_people_get(
    tmp_path: Path, what: str, edit: Callable[[str], str], same: bool
) -> None:
    text = ENTRY.source.read_text(encoding="utf-8")
    edited = edit(text)
    assert edited != text
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert (released_from(text, tmp_path / "a") == released_from(edited, tmp_path / "b")) == same, what
