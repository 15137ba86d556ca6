"""Which of one student's files came last: only where the files' times can tell it."""

import os
import zipfile
from pathlib import Path

import pytest

from grader.intake.inbox import iter_unread
from grader.intake.times import NUMBERED

ADA, BOB = "Ada_1_assignsubmission_file/", "Bob_2_assignsubmission_file/"
NOON = (2027, 3, 1, 12, 0, 0)


def attempts(path: Path, times: dict[str, tuple[int, int, int, int, int, int]]) -> dict[str, int]:
    with zipfile.ZipFile(path / "all.zip", "w") as archive:
        for name, when in times.items():
            archive.writestr(zipfile.ZipInfo(name, when), name)
    return {item.source.removeprefix(ADA): item.attempt for item in iter_unread(path / "all.zip")}


def later(hour: int, minute: int = 0, second: int = 0) -> tuple[int, int, int, int, int, int]:
    return (*NOON[:3], hour, minute, second)


@pytest.mark.parametrize(
    ("bob", "first", "second"),
    [
        (NOON, NOON, NOON),
        (later(12, 0, 8), NOON, later(12, 0, 2)),  # a download, as Moodle packs it
        (later(12, 59), NOON, later(12, 30)),
        (later(20), NOON, NOON),
        (later(20), NOON, later(12, 0, 2)),  # two downloads in one zip
        ((1980, 0, 0, 0, 0, 0), (1980, 0, 0, 0, 0, 0), (1980, 0, 0, 0, 0, 0)),
    ],
)
def test_times_of_a_download_and_ties_do_not_tell(tmp_path: Path, bob: tuple[int, int, int, int, int, int],
                                                  first: tuple[int, int, int, int, int, int],
                                                  second: tuple[int, int, int, int, int, int]) -> None:  # fmt: skip
    found = attempts(tmp_path, {ADA + "a.ipynb": first, ADA + "b.ipynb": second, BOB + "c.ipynb": bob})
    assert (found["a.ipynb"], found["b.ipynb"]) == (0, 0)
    assert found[BOB + "c.ipynb"] == 1


def test_times_that_are_far_apart_tell(tmp_path: Path) -> None:
    found = attempts(tmp_path, {ADA + "a.ipynb": later(14), ADA + "b.ipynb": NOON, ADA + "c.ipynb": later(13)})
    assert found == {"a.ipynb": 3, "b.ipynb": 1, "c.ipynb": 2}


def test_files_of_a_folder_are_told_by_the_disk(tmp_path: Path) -> None:
    for name, age in (("a.ipynb", 0), ("b.ipynb", 7200)):
        path = tmp_path / "in" / ADA / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        os.utime(path, (1_800_000_000 - age, 1_800_000_000 - age))
    assert [item.attempt for item in iter_unread(tmp_path / "in")] == [2, 1]


@pytest.mark.parametrize(("other", "said"), [("a (1).ipynb", True), ("a(2).ipynb", True), ("b (1).ipynb", False)])
def test_a_number_behind_a_name_is_said_and_decides_nothing(tmp_path: Path, other: str, said: bool) -> None:
    attempts(tmp_path, {ADA + "a.ipynb": NOON, ADA + other: NOON})
    for item in iter_unread(tmp_path / "all.zip"):
        assert item.attempt == 0
        assert item.remarks[0].endswith(NUMBERED) == said
