"""No run replaces what it was not given: smaller and other batches, other assignments, and `--only`."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from grader.output.storage import MARKER, STARTED
from paribus.cli import main
from paribus.course.release import write_release
from tests.grader.classroom import CELLS, make_assignment, make_release
from tests.robust.small_class import OLD, command, decide, hand_in_again, make_class, state

STUDENTS = 4
ONE = "Student 1_1001_assignsubmission_file_"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of four, graded once, in which people have decided; one of them has handed in again since."""
    folder = tmp_path_factory.mktemp("room")
    make_class(folder, STUDENTS)
    assert main(command(folder, folder / "out", "--json")) == 0
    decide(folder / "out", every=1)
    hand_in_again(folder, [1])
    return folder


@pytest.fixture
def copy(room: Path, tmp_path: Path) -> Path:
    """A copy of the room, to be changed."""
    shutil.copytree(room, tmp_path / "room")
    return tmp_path / "room"


def take_away(folder: Path, *numbers: int) -> None:
    """The files of these students are not in the batch."""
    for number in numbers:
        shutil.rmtree(folder / "submissions" / f"Student {number}_{1000 + number}_assignsubmission_file_")


def grade(folder: Path, *more: str) -> int:
    return main(command(folder, folder / "out", "--json", *more))


def refused(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """What is said of a run that is refused; the folder is as it was."""
    before = state(folder / "out")
    with pytest.raises(SystemExit) as stopped:
        grade(folder, *more)
    assert stopped.value.code == 2
    assert state(folder / "out") == before
    return " ".join(capsys.readouterr().err.split())


def lines(out: Path) -> dict[str, str]:
    """The lines of results.jsonl by submission, in their order."""
    found = (out / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return {str(json.loads(line)["submission"]): line for line in found}


def differing(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The names of files that are not as they were."""
    names = before["files"].keys() | after["files"].keys()
    return {name for name in names if before["files"].get(name) != after["files"].get(name)}


# --- batches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gone", "there"), [((1, 2, 3), "1 of them is"), ((0,), "3 of them are")])
def test_a_smaller_batch_is_refused_with_the_numbers_and_what_to_type(
    copy: Path, capsys: pytest.CaptureFixture[str], gone: tuple[int, ...], there: str
) -> None:
    take_away(copy, *gone)
    told = refused(copy, capsys)
    assert f"holds 4 submissions of week1_homework; {there} in this batch." in told
    for words in ("`--only STUDENT`", "another --out", "--replace"):
        assert words in told


def test_another_class_is_refused_and_replaces_it_where_that_is_meant(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take_away(copy, 0, 1, 2, 3)
    other = copy / "submissions" / "Zoe_7_assignsubmission_file_"
    other.mkdir()
    shutil.copy(copy / "sheet.csv", other / "homework.ipynb")
    assert "none of them are in this batch" in refused(copy, capsys)
    sheet = (copy / "sheet.csv").read_text(encoding="utf-8")
    (copy / "sheet.csv").write_text(sheet.replace("Participant 1000", "Participant 7"), encoding="utf-8")
    assert grade(copy, "--replace") == 0
    assert list(lines(copy / "out")) == ["zoe-7"]
    assert [path.stem for path in (copy / "out" / "feedback").iterdir()] == ["zoe-7"]


def test_late_additions_are_an_ordinary_second_run(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everyone who was there, and more: those who were graded are not graded again."""
    for name in ("Zoe_7", "Adam_8"):
        shutil.copytree(copy / "submissions" / ONE, copy / "submissions" / f"{name}_assignsubmission_file_")
    assert grade(copy) == 0
    assert json.loads(capsys.readouterr().out)["reused"] == STUDENTS - 1
    assert set(lines(copy / "out")) == {*(f"student-{n}-{1000 + n}" for n in range(STUDENTS)), "zoe-7", "adam-8"}


def test_a_student_who_took_one_of_two_files_back_is_in_the_batch(copy: Path) -> None:
    second = copy / "submissions" / ONE / "second.ipynb"
    shutil.copy(copy / "submissions" / ONE / "homework.ipynb", second)
    assert grade(copy) == 0
    assert len(lines(copy / "out")) == STUDENTS + 1
    second.unlink()
    assert grade(copy) == 0
    assert len(lines(copy / "out")) == STUDENTS


def test_an_interrupted_run_goes_on_and_is_no_other_batch(copy: Path) -> None:
    """What it had not reached is not there yet."""
    kept = (copy / "out" / "results.jsonl").read_bytes().splitlines(keepends=True)[:2]
    (copy / "out" / "results.jsonl").write_bytes(b"".join([*kept, b'{"cut": "\xe2\x80']))
    (copy / "out" / MARKER).unlink()
    assert grade(copy) == 0
    assert len(lines(copy / "out")) == STUDENTS


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("more", [(), ("--replace",), ("--collect",), ("--only", "1001")])
def test_another_assignments_folder_is_refused(
    copy: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], ended: bool
) -> None:
    """Whatever was asked for, and also where the other one's last run did not end."""
    if not ended:
        (copy / "out" / MARKER).unlink()
    lab = make_release(make_assignment(CELLS[:-1]))
    text = lab.assignment.to_json().replace("week1_homework", "week1_lab")
    lab = type(lab)(type(lab.assignment).from_json(text), lab.notebook)
    write_release(copy / "lab", lab)
    arguments = ["grade", str(copy / "submissions"), "--assignment", "week1_lab", "--release", str(copy / "lab"),
                 "--out", str(copy / "out"), *more]  # fmt: skip
    before = state(copy / "out")
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "holds week1_homework, and this is week1_lab" in " ".join(capsys.readouterr().err.split())
    assert state(copy / "out") == before


# --- one student ---------------------------------------------------------------------------------------------


LONG = pytest.mark.long  # the words are told apart in the same place, whoever is alone


@pytest.mark.parametrize(
    ("word", "alone"),
    [
        ("1001", True), ("student-1-1001", False), pytest.param(ONE, True, marks=LONG), ("student  1", True),
        pytest.param("Student 1", True, marks=LONG), pytest.param("1001", False, marks=LONG),
        pytest.param(ONE, False, marks=LONG), pytest.param("Student 1", False, marks=LONG),
    ],
)  # fmt: skip
def test_one_student_is_graded_again_and_the_rest_stays_as_it_was(copy: Path, word: str, alone: bool) -> None:
    """Named by number, folder or name; given alone, or as one of the class."""
    out = copy / "out"
    assert main(command(copy, out, "--json", "--collect")) == 0
    before, earlier = state(out), lines(out)
    if alone:
        take_away(copy, 0, 2, 3)
    assert grade(copy, "--only", word) == 0
    after = state(out)
    changed = "student-1-1001"
    assert differing(before, after) == {
        f"feedback/{changed}.html", f"submitted/{changed}/week1_homework/week1_homework.ipynb",
        f"autograded/{changed}/week1_homework/week1_homework.ipynb", "feedback.zip", "worksheet.csv", "report.html",
        "grades.json", "complete.json", "results.complete.json", "results.started.json",
    }  # fmt: skip
    assert list(lines(out)) == list(earlier)
    assert {name for name, line in lines(out).items() if line != earlier[name]} == {changed}
    for name in before["gradebook"]:
        assert [row for row in before["gradebook"][name] if changed not in row] == [
            row for row in after["gradebook"][name] if changed not in row
        ]
    rows = (out / "worksheet.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == STUDENTS + 1


def test_afterwards_the_class_is_graded_on_as_if_all_had_been_graded_together(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is graded again, and every file is as after one run over the class."""
    shutil.copytree(copy / "out", copy / "together")
    assert main(command(copy, copy / "together", "--json")) == 0
    assert grade(copy, "--only", "1001") == 0
    capsys.readouterr()
    assert grade(copy) == 0
    assert json.loads(capsys.readouterr().out)["reused"] == STUDENTS
    assert state(copy / "out") == state(copy / "together")


def test_what_was_graded_with_something_else_is_graded_again_with_the_class(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One student with other codes: the rest's lines are not taken for such, nor the student's for the class's."""
    codes = copy / "codes.csv"
    codes.write_text("student,code\n1001,G1KE-EJW3-FNAH\n", encoding="utf-8")
    reused = []
    for more in (("--only", "1001", "--commitments", str(codes)), (), ("--commitments", str(codes)), ()):
        capsys.readouterr()
        assert grade(copy, *more) == 0
        reused.append(json.loads(capsys.readouterr().out)["reused"])
    assert reused == [STUDENTS - 1, STUDENTS - 1, 0, 0]


def test_a_new_student_is_graded_beside_the_class(copy: Path) -> None:
    shutil.copytree(copy / "submissions" / ONE, copy / "submissions" / "Zoe_7_assignsubmission_file_")
    take_away(copy, 0, 1, 2, 3)
    assert grade(copy, "--only", "Zoe", "--only", "7") == 0
    assert list(lines(copy / "out"))[-1] == "zoe-7"
    assert len(lines(copy / "out")) == STUDENTS + 1


def test_whom_nobody_or_several_are_called_is_refused(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(copy / "submissions" / ONE, copy / "submissions" / "Student 1_7_assignsubmission_file_")
    assert "--only 'Student 1' fits 2 students: 1001 (Student 1), 7 (Student 1)" in refused(
        copy, capsys, "--only", "Student 1"
    )
    told = refused(copy, capsys, "--only", "1001", "--only", "Zoe")
    assert "--only 'Zoe': no submission of this batch is called so. It holds" in told
    assert "student-0-1000, student-1-1001, student-1-7" in told


def test_only_needs_a_class_that_was_graded_to_the_end(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "out" / MARKER).unlink()
    told = refused(copy, capsys, "--only", "1001")
    assert "did not end, and some of the class may be missing. Run it again without --only." in told
    shutil.rmtree(copy / "out")
    with pytest.raises(SystemExit):
        grade(copy, "--only", "1001")
    assert "holds no class. Grade it without --only first." in " ".join(capsys.readouterr().err.split())


def test_one_student_who_was_interrupted_goes_on_and_nobody_else_before(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its answer may be judged and not yet be in the gradebook."""
    assert grade(copy, "--only", "1001") == 0
    expected = state(copy / "out")
    (copy / "out" / MARKER).unlink()
    told = refused(copy, capsys, "--only", "1002")
    assert "Run it again with --only student-1-1001." in told
    assert grade(copy, "--only", "1001") == 0
    assert state(copy / "out") == expected


def test_a_class_that_was_begun_anew_is_not_taken_for_a_student_who_was_interrupted(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run over the class forgets, first of all, that one student had been graded alone."""
    assert grade(copy, "--only", "1001") == 0
    assert json.loads((copy / "out" / STARTED).read_text())["chosen"] == ["student-1-1001"]
    assert grade(copy) == 0
    assert "chosen" not in json.loads((copy / "out" / STARTED).read_text())


@pytest.mark.parametrize("more", [("--collect",), ("--only", "1001")])
def test_results_that_cannot_be_read_are_not_gone_on_from(
    copy: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    """Of another version, or edited: the class is graded again."""
    with (copy / "out" / "results.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"schema": "paribus.result/0", "submission": "old", "student": "1001"}\n')
    told = refused(copy, capsys, *more)
    assert "holds no batch to go on from" in told
    assert "has schema 'paribus.result/0'" in told
    assert "Run `paribus grade` without --collect and --only." in told
    assert grade(copy) == 0


@pytest.mark.parametrize("flag", ["--collect", "--replace"])
def test_only_is_no_word_beside_those_that_mean_the_class(
    copy: Path, capsys: pytest.CaptureFixture[str], flag: str
) -> None:
    assert f"{flag} cannot be given with it" in refused(copy, capsys, "--only", "1001", flag)


@pytest.mark.parametrize("more", [("--collect",), ("--only", "1001")])
def test_a_release_that_others_were_graded_with_is_asked_for(
    copy: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    """Student 3's is the older one; without it no page of theirs could be written."""
    given = command(copy, copy / "out", *more)
    older = given.index(str(copy / "older"))
    before = state(copy / "out")
    with pytest.raises(SystemExit):
        main([*given[: older - 1], *given[older + 1 :]])
    told = " ".join(capsys.readouterr().err.split())
    assert f"graded with the release {OLD.digest}, which was not given. Add --release DIR" in told
    assert state(copy / "out") == before


# --- an output folder among the submissions ------------------------------------------------------------------


def test_an_output_folder_within_the_submissions_stays_out_of_them(
    room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The natural thing to do after unpacking: `paribus grade . --out graded`, three times."""
    shutil.copytree(room / "submissions", tmp_path / "week1")
    monkeypatch.chdir(tmp_path / "week1")
    shutil.copy(room / "sheet.csv", "Grades.csv")
    given = ["grade", ".", "--assignment", "week1_homework", "--release", str(room / "release"), "--release",
             str(room / "older"), "--json"]  # fmt: skip
    for _ in range(3):
        assert main([*given, "--out", "graded"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["submissions"] == STUDENTS
        assert "Grades.csv lies among the submissions" in told["notes"][0]
    assert "Grades.csv lies among the submissions" in Path("graded/report.html").read_text(encoding="utf-8")
    for out in (".", "../week1"):
        with pytest.raises(SystemExit):
            main([*given, "--out", out])
        assert "is the folder of the submissions" in " ".join(capsys.readouterr().err.split())
    assert not Path(".paribus.lock").exists()
