"""A release over one that went out: what would change is listed, and the old one is kept."""

import dataclasses
import json
from pathlib import Path

import pytest

from generator.building.build import RELEASES, Options, build
from generator.building.release import Conditions, release
from generator.building.upgrade import differences, require_accepted
from generator.errors import ReleaseWouldChangeError
from grader.commands.grade import read_releases
from paribus.course.catalog import Entry
from paribus.course.release import MARKER, older_releases, read_release
from tests.generator.courses import SMALL, every_reference

ENTRY = SMALL.entry("week0_tiny")
OPTIONS = Options(profile="micro", references=every_reference("week0_tiny"))
CONDITIONS = Conditions(proofs=None, skip_hidden=True)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A release that went out."""
    release(SMALL, [ENTRY], tmp_path / "out", OPTIONS, CONDITIONS)
    return tmp_path / "out"


@pytest.fixture
def cheaper(tmp_path: Path) -> Entry:
    """The same source with a task that is worth one point less."""
    text = ENTRY.source.read_text(encoding="utf-8")
    assert text.count('task="double" points=3') == 1
    path = tmp_path / "tiny.source"
    path.write_text(text.replace('task="double" points=3', 'task="double" points=2'), encoding="utf-8")
    return dataclasses.replace(ENTRY, source=path)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_other_points_are_listed_and_nothing_is_written(out: Path, cheaper: Entry) -> None:
    before = files(out)
    with pytest.raises(ReleaseWouldChangeError) as caught:
        release(SMALL, [cheaper], out, OPTIONS, CONDITIONS)
    told = str(caught.value)
    assert "double-tests: 3 → 2 points" in told
    assert "double-tests, tasks.tests_passed: 3 → 2" in told
    assert "--accept" in told
    assert "other text" not in told
    assert files(out) == before


def test_an_accepted_release_keeps_the_one_that_went_out_for_grading(out: Path, cheaper: Entry) -> None:
    folder = out / RELEASES / ENTRY.name
    first = read_release(folder)
    release(SMALL, [cheaper], out, OPTIONS, dataclasses.replace(CONDITIONS, accept=True))
    second = read_release(folder)
    assert second.digest != first.digest
    assert [read_release(path) for path in older_releases(folder)] == [first]
    assert [item.digest for item in read_releases(ENTRY.name, [folder])] == [second.digest, first.digest]
    listed = json.loads((out / "complete.json").read_text(encoding="utf-8"))["files"]
    assert f"{RELEASES}/{ENTRY.name}/older/{first.digest}/{MARKER}" in listed


def test_the_same_release_again_asks_nothing_and_a_build_asks_too(out: Path, cheaper: Entry) -> None:
    release(SMALL, [ENTRY], out, OPTIONS, CONDITIONS)
    build(SMALL, [ENTRY], out, OPTIONS, require_accepted)
    with pytest.raises(ReleaseWouldChangeError):
        build(SMALL, [cheaper], out, OPTIONS, require_accepted)
    assert older_releases(out / RELEASES / ENTRY.name) == ()


def test_what_was_only_built_is_replaced_unasked(tmp_path: Path, cheaper: Entry) -> None:
    build(SMALL, [ENTRY], tmp_path / "out", OPTIONS, require_accepted)
    release(SMALL, [cheaper], tmp_path / "out", OPTIONS, CONDITIONS)
    assert older_releases(tmp_path / "out" / RELEASES / ENTRY.name) == ()


def test_a_release_that_was_changed_by_hand_is_replaced_only_when_accepted(out: Path) -> None:
    folder = out / RELEASES / ENTRY.name
    (folder / "references.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ReleaseWouldChangeError, match="cannot be compared"):
        release(SMALL, [ENTRY], out, OPTIONS, CONDITIONS)
    release(SMALL, [ENTRY], out, OPTIONS, dataclasses.replace(CONDITIONS, accept=True))
    assert read_release(folder).references
    assert older_releases(folder) == ()


def test_texts_settings_and_cells_are_named(out: Path) -> None:
    before = read_release(out / RELEASES / ENTRY.name)
    cells = before.assignment.cells
    changed = dataclasses.replace(
        before,
        references={},
        assignment=dataclasses.replace(
            before.assignment, title="Another", cells=(*cells[1:-1], dataclasses.replace(cells[-1], source="new"))
        ),
    )
    told = list(differences(before, changed))
    assert f"{cells[0].key}: gone" in told[0]
    assert told[-3:] == [f"other text in {cells[-1].key}", "other title", "other reference numbers"]
