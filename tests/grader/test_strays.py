"""What lies among the submissions and is none: an earlier output, worksheets, Moodle's own zip and feedback."""

import zipfile
from pathlib import Path

import pytest

from grader.errors import InboxError
from grader.intake.inbox import iter_submissions, open_inbox

ANN, BEN = "Ann_1_assignsubmission_file_/a.ipynb", "Ben_2_assignsubmission_file_/b.ipynb"
OUTPUT = ("results.jsonl", "complete.json", "report.html", "feedback/ann-1.html", "autograded/ann-1/w/w.ipynb")


def lay(folder: Path, *names: str, content: bytes = b"x") -> Path:
    """Files of these names below a folder."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def pack(path: Path, *names: str) -> Path:
    """A zip with members of these names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return path


def students(path: Path) -> list[str]:
    return [item.student for item in iter_submissions(path)]


@pytest.mark.parametrize("marks", [(".paribus.lock",), OUTPUT[:2], ("results.jsonl", "results.started.json")])
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_an_output_folder_among_the_submissions_is_none_of_them(
    tmp_path: Path, marks: tuple[str, ...], packed: bool
) -> None:
    """By its marks, wherever it lies and whatever it is called; a copy of it, too."""
    names = [ANN, BEN, *(f"{place}/{name}" for place in ("graded", "old/copy") for name in (*marks, *OUTPUT[2:]))]
    where = pack(tmp_path / "all.zip", *names) if packed else lay(tmp_path / "in", *names)
    assert students(where) == ["1", "2"]
    assert open_inbox(where).left_out == ()


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_what_lies_in_a_students_folder_was_handed_in_whatever_it_is(tmp_path: Path, packed: bool) -> None:
    """Nobody loses a submission by its name."""
    names = ("Ann_1_assignsubmission_file_/.paribus.lock", ANN, "Ben_2_assignsubmission_file_/table.csv",
             "Cem_3_assignsubmission_file_all.csv", "all/Dee_4_assignsubmission_file_/.paribus.lock")  # fmt: skip
    where = pack(tmp_path / "all.zip", *names) if packed else lay(tmp_path / "in", *names)
    assert students(where) == ["1", "2", "3", "all"]
    assert open_inbox(where).left_out == ()


@pytest.mark.parametrize(
    ("inside", "table"),
    [("", "Grades.csv"), ("submissions/", "Grades.csv"), ("submissions/", "submissions/Grades.csv"),
     ("week1/submissions/", "week1/Grades.csv")],
)  # fmt: skip
def test_a_worksheet_and_moodles_own_zips_are_left_out_with_a_note(tmp_path: Path, inside: str, table: str) -> None:
    """Beside the submissions or above them; they hide no folder around the submissions either."""
    lay(tmp_path, inside + ANN, inside + BEN, table)
    pack(tmp_path / "download.zip", ANN, BEN)
    pack(tmp_path / "feedback.zip", "Ann_1_assignsubmission_file_/feedback-week1.html")
    assert students(tmp_path) == ["1", "2"]
    notes = open_inbox(tmp_path).left_out
    assert len(notes) == 3
    assert "Grades.csv lies among the submissions and was left out: it is a table." in " ".join(notes)
    assert "download.zip lies among the submissions and was left out: it holds submissions" in " ".join(notes)


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("students_handed_in", [1, 2])
def test_the_list_in_gradescopes_download_is_no_submission(
    tmp_path: Path, packed: bool, students_handed_in: int
) -> None:
    """One in a student's own folder was handed in, like whatever else is there."""
    top = "assignment_1_export"
    names = [f"{top}/submission_{n}/work.ipynb" for n in range(1, students_handed_in + 1)]
    names += [
        f"{top}/submission_metadata.yml",
        *([f"{top}/submission_2/submission_metadata.yml"] * (len(names) - 1)),
    ]
    where = pack(tmp_path / "all.zip", *names) if packed else lay(tmp_path / "in", *names)
    found = students(where)
    assert [name for name in found if "metadata" in name] == []
    assert len(found) == students_handed_in
    (note,) = open_inbox(where).left_out
    assert note.startswith(f"{top}/submission_metadata.yml lies among the submissions and was left out: a platform")


def test_a_students_zip_that_moodle_did_not_name_is_a_submission_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder of files that students named: one zipped the work, another sent half a zip."""
    lay(tmp_path, "ann.html", "half.zip", "folder/ben.html", "folder/table.csv")
    pack(tmp_path / "cem.zip", "work/homework.ipynb")
    assert sorted(students(tmp_path)) == ["ann", "cem", "folder", "half"]
    assert open_inbox(tmp_path).left_out == ()


def test_a_folder_with_nothing_but_moodles_zip_says_what_to_name(tmp_path: Path) -> None:
    pack(tmp_path / "download.zip", ANN)
    with pytest.raises(InboxError, match=r"no submission in it. download.zip lies .* Name it itself"):
        students(tmp_path)


def test_an_output_folder_is_not_graded(tmp_path: Path) -> None:
    lay(tmp_path / "graded", ".paribus.lock", *OUTPUT)
    with pytest.raises(InboxError, match="is what an earlier `paribus grade` wrote"):
        students(tmp_path / "graded")
    zipped = pack(tmp_path / "graded.zip", *OUTPUT)
    assert open_inbox(zipped).left_out == ()
    with pytest.raises(InboxError, match="no submission in it"):
        students(zipped)
