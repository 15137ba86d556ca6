"""What people gave stays with its person and file, whatever changes between two gradings."""

import json
import lzma
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from grader.classrun.entering import Decided
from grader.classrun.grade_class import Order, with_gradebook
from grader.classrun.work import Work
from grader.gradebook.owners import remember_owners
from grader.gradebook.rebuilt_files import Kept
from grader.grading.grade import judge_safely
from grader.grading.results import from_line
from grader.intake.inbox import iter_submissions
from paribus.course.assignment import Cell
from paribus.course.policy import Policy
from paribus.course.release import Release, read_release
from tests.grader.classroom import CELLS, make_assignment, make_release
from tests.grader.test_grade_command import submission

FIXTURE = Path(__file__).parent / "fixtures" / "gradebook"
RELEASE = make_release()
MEMO = "## The trade-off\n\n{} gave up accuracy for macro-F1, and says why."


def work(word: str, release: Release = RELEASE) -> str:
    begin = f'import paribus\nnotebook = paribus.begin("week1_homework", release="{release.digest}")'
    return submission(setup=begin, trade_off=MEMO.format(word)).decode()


def grade(folder: Path, files: Mapping[str, str], *releases: Release, anonymous: bool = False) -> Decided:
    """Grade exactly these files into ``folder/out``, as `grade_class` does but in this process alone."""
    shutil.rmtree(folder / "in", ignore_errors=True)
    for name, content in files.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    order = Order(folder / "in", releases or (RELEASE,), folder / "out", policy=Policy(anonymous=anonymous))
    remember_owners(order.out)
    work, kept, results = Work(judge_safely, order.releases), Kept(), []
    files_in = tuple(iter_submissions(order.submissions, anonymous=anonymous))
    for item in files_in:
        answer = work(item)
        results.append(from_line(answer.line))
        kept.put(results[-1], answer.notebook)
    return with_gradebook(order, results, files_in, kept=kept)


def decide(folder: Path, score: float = 1.5, cell: str = "trade_off") -> None:
    """A person gives every submission a score and a word that names it, as formgrader stores them."""
    with Gradebook(f"sqlite:///{folder / 'out' / 'gradebook.db'}", "") as book:
        for assignment in book.assignments:
            for item in book.assignment_submissions(assignment.name):
                for notebook in item.notebooks:
                    for grade in notebook.grades:
                        if grade.name == cell:
                            grade.manual_score, grade.needs_manual_grade = score, False
                    for comment in notebook.comments:
                        if comment.name == cell:
                            comment.manual_comment = f"A word to {item.student.id}."
        book.db.commit()


def words(handback: Decided) -> dict[str, str]:
    """What a person wrote to each submission, "" where nobody decided: by the submission's name."""
    return {
        result.submission: next(
            (item.because for cell in result.cells for item in cell.verdicts if item.check == "person.decided"), ""
        )
        for result in handback.results
    }


def values(handback: Decided) -> list[str]:
    return sorted(words(handback).values())


ANN = {
    "Ann A_4101_assignsubmission_file_/a.ipynb": work("Ann"),
    "Bob_4102_assignsubmission_file_/a.ipynb": work("Bob"),
}
GIVEN = ["A word to ann-a-4101.", "A word to bob-4102."]


def renamed(old: str, new: str, files: Mapping[str, str] = ANN) -> dict[str, str]:
    return {name.replace(old, new): content for name, content in files.items()}


@pytest.mark.parametrize(
    ("what", "files", "anonymous"),
    [
        pytest.param("nothing changed", ANN, False, marks=pytest.mark.long),
        ("a name was corrected", renamed("Ann A", "Ann Brown"), False),
        ("names were hidden by Moodle", renamed("Bob", "Participant", renamed("Ann A", "Participant")), False),
        ("[grading] anonymous was switched on", ANN, True),
        pytest.param(
            "the files were renamed", renamed("a.ipynb", "homework.ipynb"), False, marks=pytest.mark.long
        ),
        pytest.param(
            "the folders lie in another one", {f"unpacked/{name}": content for name, content in ANN.items()}, False,
            marks=pytest.mark.long,
        ),
    ],
)  # fmt: skip
def test_what_people_gave_stays_when(tmp_path: Path, what: str, files: dict[str, str], anonymous: bool) -> None:
    grade(tmp_path, ANN)
    decide(tmp_path)
    again = grade(tmp_path, files, anonymous=anonymous)
    assert values(again) == GIVEN, what
    assert again.notes == ()
    back = grade(tmp_path, ANN)
    assert words(back) == {"ann-a-4101": GIVEN[0], "bob-4102": GIVEN[1]}
    autograded = tmp_path / "out" / "autograded"
    assert sorted(path.name for path in autograded.iterdir()) == ["ann-a-4101", "bob-4102"]


def test_a_second_file_leaves_the_first_its_grade(tmp_path: Path) -> None:
    one = {"Ann A_4101_assignsubmission_file_/a.ipynb": work("Ann")}
    two = {**one, "Ann A_4101_assignsubmission_file_/a (1).ipynb": work("Ann later")}
    grade(tmp_path, one)
    decide(tmp_path)
    both = grade(tmp_path, two)
    of_file = {result.source.rpartition("/")[2]: words(both)[result.submission] for result in both.results}
    assert of_file == {"a.ipynb": "A word to ann-a-4101.", "a (1).ipynb": ""}
    assert words(grade(tmp_path, one)) == {"ann-a-4101": "A word to ann-a-4101."}


def test_a_file_that_comes_back_makes_another_one_room(tmp_path: Path) -> None:
    """The plain name belongs to whichever file is alone; nothing of the other one's is lost or lent."""
    first, second = (f"Ann A_4101_assignsubmission_file_/{name}.ipynb" for name in "ab")
    grade(tmp_path, {first: work("one")})
    decide(tmp_path)
    both = {first: work("one"), second: work("two")}
    grade(tmp_path, both)
    decide(tmp_path, 1.0)
    alone = grade(tmp_path, {second: work("two")})
    told = values(alone)
    assert "not in this batch: 4101 (a.ipynb)" in alone.notes[0]
    assert len(told) == 1
    assert told != ["A word to ann-a-4101."]
    assert told == [words(grade(tmp_path, both))[name] for name in words(alone_names(tmp_path, both, second))]


def alone_names(folder: Path, files: dict[str, str], member: str) -> Decided:
    """The batch again, with only the results of one member."""
    handback = grade(folder, files)
    return replace(handback, results=tuple(item for item in handback.results if item.source == member))


def test_people_whose_names_are_alike_in_ascii_keep_their_own(tmp_path: Path) -> None:
    olga = {"Ольга Smith/a.ipynb": work("The same words")}
    grade(tmp_path, olga)
    decide(tmp_path)
    both = grade(tmp_path, {**olga, "Анна Smith/a.ipynb": work("The same words")})
    of_person = {result.student: bool(words(both)[result.submission]) for result in both.results}
    assert of_person == {"Ольга Smith": True, "Анна Smith": False}


def test_graded_students_who_are_missing_are_named(tmp_path: Path) -> None:
    grade(tmp_path, ANN)
    decide(tmp_path)
    ann = dict(list(ANN.items())[:1])
    assert grade(tmp_path, ann).notes == (
        "People graded 1 submission that is not in this batch: 4102 (a.ipynb). The gradebook keeps what they gave.",
    )
    assert grade(tmp_path, ANN).notes == ()


def of_older_version(folder: Path) -> dict[str, str]:
    """A graded folder as the version before owners wrote it, and the files it was made of."""
    out = folder / "out"
    out.mkdir()
    with closing(sqlite3.connect(out / "gradebook.db")) as database:
        database.executescript(lzma.decompress((FIXTURE / "gradebook.sql.xz").read_bytes()).decode())
    (out / "results.jsonl").write_bytes(lzma.decompress((FIXTURE / "results.jsonl.xz").read_bytes()))
    files: dict[str, str] = json.loads(lzma.decompress((FIXTURE / "submissions.json.xz").read_bytes()))
    return files


def test_a_gradebook_of_the_version_before_is_carried_over(tmp_path: Path) -> None:
    """There the name was the key: a blind student, one of two files, and one of two people alike in ASCII."""
    release = read_release(FIXTURE / "release")
    files = of_older_version(tmp_path)
    files["Ann A_4101_assignsubmission_file_/a.ipynb"] = files.pop(
        "Participant_4101_assignsubmission_file_/a.ipynb"
    )
    files["Two_4103_assignsubmission_file_/a (1).ipynb"] = work("Two a third time", release)
    files["Анна Smith/a.ipynb"] = files["Ольга Smith/a.ipynb"]
    after = grade(tmp_path, files, release)
    told = {result.source: words(after)[result.submission] for result in after.results}
    assert told == {
        "Ann A_4101_assignsubmission_file_/a.ipynb": "A word to 4101.",
        "Cem Ak_4102_assignsubmission_file_/b.ipynb": "A word to cem-ak-4102.",
        "Two_4103_assignsubmission_file_/a.ipynb": "A word to two-4103.",
        "Two_4103_assignsubmission_file_/b.ipynb": "A word to two-4103-2.",
        "Two_4103_assignsubmission_file_/a (1).ipynb": "",
        "Ольга Smith/a.ipynb": "A word to smith.",
        "Анна Smith/a.ipynb": "",
    }
    assert after.notes == ()


def with_cell(key: str, **changes: object) -> Release:
    """The release with something else in one cell."""
    cells = tuple(replace(cell, **changes) if cell.key == key else cell for cell in CELLS)  # type: ignore[arg-type]
    return make_release(make_assignment(cells))


MORE_POINTS = with_cell("tail_share-tests", points=6.0, checks=(replace(CELLS[3].checks[0], points=6.0),))
OTHER_WORDS = with_cell("trade_off", source="## The trade-off\n\nWhat did you gain?\n\n*Write your answer here.*")


def memo_points(release: Release) -> Release:
    memo: Cell = CELLS[5]
    return with_cell("trade_off", points=memo.points + 2, manual=memo.manual + 2) if release is RELEASE else release


@pytest.mark.parametrize(
    ("what", "release", "kept"),
    [
        ("another cell's points changed", MORE_POINTS, True),
        ("the question changed", OTHER_WORDS, False),
        ("the memo's own points changed", memo_points(RELEASE), False),
    ],
)
def test_under_a_new_release_a_score_stays_where_the_same_is_asked(
    tmp_path: Path, what: str, release: Release, kept: bool
) -> None:
    grade(tmp_path, ANN)
    decide(tmp_path)
    after = grade(tmp_path, ANN, release)
    assert values(after) == (GIVEN if kept else ["", ""]), what
    (note,) = after.notes
    assert ("2 scores that people gave under another release are taken over" in note) == kept
    assert ("not taken over" in note) == (not kept)
    with Gradebook(f"sqlite:///{tmp_path / 'out' / 'gradebook.db'}", "") as book:
        name = f"week1_homework-{release.digest[:8]}"
        notebook = book.find_submission(name, "bob-4102").notebooks[0]
        (comment,) = [item for item in notebook.comments if item.name == "trade_off"]
        told = "a person gave 1.5 of 2 points here: A word to bob-4102." in comment.auto_comment
        assert told == (not kept)
    assert grade(tmp_path, ANN, release).notes == ()


def test_an_answer_that_changed_with_the_release_waits_with_its_score_beside_it(tmp_path: Path) -> None:
    grade(tmp_path, ANN)
    decide(tmp_path)
    changed = {name: content.replace("gave up", "thought again and gave up") for name, content in ANN.items()}
    after = grade(tmp_path, changed, MORE_POINTS)
    assert values(after) == ["", ""]
    with Gradebook(f"sqlite:///{tmp_path / 'out' / 'gradebook.db'}", "") as book:
        notebook = book.find_submission(f"week1_homework-{MORE_POINTS.digest[:8]}", "bob-4102").notebooks[0]
        assert [grade.manual_score for grade in notebook.grades if grade.name == "trade_off"] == [1.5]
