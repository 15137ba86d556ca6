"""What is kept of earlier terms: digests and nothing else, until a day, and no longer than a student wants."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import KeptError
from grader.grading.results import FILE, to_line
from grader.model import Result, Sketch
from grader.output.storage import MARKER
from grader.pages.feedback import feedback_page
from grader.pages.report import report_page
from grader.similarity.earlier import Earlier, add, forget, load, of_assignment, read_kept, still_kept, to_text
from grader.similarity.groups import groups_of
from grader.similarity.marks import pack, short
from grader.similarity.pairs import find_copies
from paribus.cli import main
from paribus.course.release import write_release
from tests.grader.build import CASES
from tests.grader.classroom import careful_result, make_assignment, make_release
from tests.grader.test_grade_command import submission

UNTIL = date(2030, 9, 30)
SALT = "5a" * 16


def handed(
    student: str, name: str = "", *, reason: str = "", nonce: str = "", team: tuple[str, ...] = ()
) -> Result:
    marks = {"reasons": pack([short(reason)])} if reason else {}
    sketch = Sketch((nonce or f"nonce of {student}",), {}, marks)
    return careful_result(f"file-of-{student}", student=student, name=name, sketch=sketch, team=team)


def keep(*results: Result, term: str = "2029", before: Earlier | None = None, until: date = UNTIL) -> Earlier:
    return add(before or Earlier(SALT), results, "week1_homework", term, until)


# --- comparing ------------------------------------------------------------------------------------------------


def test_a_class_is_compared_with_earlier_terms_and_the_report_says_which_and_until_when() -> None:
    """The term and the day; no student's page says a word of it."""
    earlier = keep(handed("1", "Ann Old", nonce="n1"), handed("2", "Ben Old"))
    results = find_copies([handed("11", "Cem New", nonce="n1"), handed("12", "Dee New")], earlier)
    (group,) = groups_of(results)
    assert group.members[0] == "file-of-11"
    page = report_page(results, make_assignment())
    assert re.search(r"<bdi>2029/[0-9a-f]{8}, kept until 2030-09-30</bdi>", page)
    assert "Records of one session" in page
    assert "Ann" not in page
    assert "2029" not in feedback_page(results[0], make_assignment())
    assert results[0].score == careful_result().score


def test_two_of_a_class_that_resemble_one_earlier_submission_are_one_group() -> None:
    earlier = keep(handed("1", reason="a reason"))
    found = find_copies(
        [
            handed("11", nonce="x"),
            handed("12", nonce="y", reason="a reason"),
            handed("13", nonce="z", reason="a reason"),
        ],
        earlier,
    )
    (group,) = groups_of(found)
    assert group.members[:2] == ("file-of-12", "file-of-13")
    assert len(group.members) == 3


@pytest.mark.parametrize(
    ("student", "name"),
    [("1", "Somebody Else"), ("99", "ann  OLD."), ("1", "")],
    ids=["number", "name", "nameless"],
)
def test_whoever_repeats_a_course_is_not_compared_with_their_own_work(student: str, name: str) -> None:
    """By Moodle's number, or by the name where the number is another."""
    earlier = keep(handed("1", "Ann Old", nonce="n1"))
    assert not find_copies([handed(student, name, nonce="n1")], earlier)[0].alike
    assert find_copies([handed("99", "Ben Old", nonce="n1")], earlier)[0].alike


def test_earlier_submissions_are_not_compared_with_each_other() -> None:
    earlier = keep(handed("1", nonce="n1"), handed("2", nonce="n1"))
    assert not find_copies([handed("11")], earlier)[0].alike


def test_what_an_earlier_class_had_in_common_tells_nothing() -> None:
    """Four of whom a reason was kept had it from the lecture; of three it tells."""
    for holders, told in ((4, False), (3, True)):
        earlier = keep(*(handed(str(number), reason="the lecture's") for number in range(holders)))
        assert bool(find_copies([handed("11", reason="the lecture's")], earlier)[0].alike) is told


# --- what stands in the file ----------------------------------------------------------------------------------


def test_no_name_and_no_text_is_in_the_file() -> None:
    text = to_text(keep(handed("4711", "Ada Lovelace", reason="the weights hardly move", nonce="e" * 32)))
    for word in ("4711", "Ada", "Lovelace", "weights", "e" * 32, "file-of"):
        assert word not in text
    assert json.loads(text)["entries"][0]["until"] == "2030-09-30"


def test_what_is_written_is_read_and_the_order_of_a_class_does_not_matter() -> None:
    people = [handed(str(number), reason=f"reason {number}") for number in range(5)]
    one, other = keep(*people), keep(*reversed(people))
    assert to_text(one) == to_text(other)
    assert read_kept(to_text(one), "kept.json") == one
    assert read_kept(to_text(Earlier(SALT)), "kept.json") == Earlier(SALT)


def test_a_class_that_is_kept_again_replaces_what_was_kept() -> None:
    """The same people in the same term; other terms and other people stay."""
    first = keep(handed("1"), handed("2"))
    again = keep(handed("1", reason="now with a reason"), before=first)
    assert len(again.entries) == 2
    assert len(keep(handed("1"), term="2030", before=first).entries) == 3


def test_a_file_without_anything_to_compare_is_not_kept() -> None:
    assert not keep(careful_result("pdf", sketch=Sketch())).entries


@pytest.mark.parametrize("asked", ["1", " 1 ", "Ann Old", "ann old"])
def test_a_student_is_forgotten_by_number_or_by_name(asked: str) -> None:
    kept = keep(handed("1", "Ann Old"), handed("2", "Ben Old"))
    left = forget(kept, asked)
    assert len(left.entries) == 1
    assert left == forget(left, "somebody else") == forget(left, "")


def test_a_student_who_handed_in_a_folder_is_forgotten_by_its_name_with_and_without_names() -> None:
    """An anonymous class keeps a digest in the name's place, and still finds it."""
    for student in ("Old_Ann", "submission-" + hidden("Old_Ann")):
        assert not forget(keep(handed(student)), "Old_Ann").entries


def hidden(student: str) -> str:
    from grader.intake.naming import nameless

    return nameless(student).removeprefix("submission-")


def test_what_a_team_handed_in_goes_with_any_of_them() -> None:
    kept = keep(handed("1", team=("1", "2")), handed("3"))
    assert len(forget(kept, "2").entries) == 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-5, 5), max_size=8))
def test_nothing_is_kept_after_its_day(days: list[int]) -> None:
    """The last day counts."""
    kept = Earlier(SALT)
    for number, day in enumerate(days):
        kept = keep(handed(str(number)), before=kept, until=UNTIL + timedelta(days=day))
    assert len(still_kept(kept, UNTIL).entries) == sum(day >= 0 for day in days)


def test_another_assignments_entries_are_left_out() -> None:
    kept = add(keep(handed("1")), [handed("1")], "week2_homework", "2029", UNTIL)
    assert [entry.assignment for entry in of_assignment(kept, "week2_homework").entries] == ["week2_homework"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no JSON"), ("[]", "has schema 'list'"), ('{"schema": "other"}', "has schema 'other'"),
        ('{"schema": "paribus.kept/1", "entries": [{}]}', "entry 1: a field is missing"),
        ('{"schema": "paribus.kept/1", "entries": [7]}', "entry 1: a field"),
        ('{"schema": "paribus.kept/1", "entries": 7}', "entries are no list"),
    ],
)  # fmt: skip
def test_another_file_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(KeptError, match=re.escape(words)):
        read_kept(text, "kept.json")


def test_an_entry_with_a_day_that_is_none_is_refused() -> None:
    text = to_text(keep(handed("1"))).replace("2030-09-30", "soon")
    with pytest.raises(KeptError, match="entry 1"):
        read_kept(text, "kept.json")


# --- the command ----------------------------------------------------------------------------------------------


def graded(folder: Path, results: Sequence[Result]) -> Path:
    folder.mkdir()
    (folder / FILE).write_text("".join(f"{to_line(result)}\n" for result in results), encoding="utf-8")
    (folder / MARKER).write_text(json.dumps({"assignment": "week1_homework"}), encoding="utf-8")
    return folder


def later(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def test_the_command_keeps_a_class_and_forgets_a_student(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, file = graded(tmp_path / "out", [handed("1", "Ann Old"), handed("2", "Ben Old")]), tmp_path / "kept.json"
    assert main(["keep", str(out), "--until", later(30), "--term", "2029S", "--into", str(file)]) == 0
    assert "Kept of week1_homework, term 2029S" in capsys.readouterr().out
    assert {entry.term for entry in load(file).entries} == {"2029S"}
    assert main(["keep", "--forget", "Ann Old", "--into", str(file)]) == 0
    assert "Deleted of Ann Old: 1." in capsys.readouterr().out
    assert len(load(file).entries) == 1
    assert main(["keep", "--forget", "Ann Old", "--into", str(file)]) == 1
    assert "Nothing of Ann Old was found" in capsys.readouterr().err
    assert len(load(file).entries) == 1


def test_every_run_deletes_what_is_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, yesterday = tmp_path / "kept.json", datetime.now(UTC).date() - timedelta(days=1)
    file.write_text(to_text(keep(handed("1"), until=yesterday, before=keep(handed("2"), until=date(9999, 1, 1)))))
    assert main(["keep", "--into", str(file)]) == 0
    assert "Deleted, since their time was over: 1." in capsys.readouterr().out
    assert len(load(file).entries) == 1


def test_two_files_have_salts_of_their_own_and_a_file_keeps_its_own(tmp_path: Path) -> None:
    """The same student stands as another digest in another course's file."""
    out = graded(tmp_path / "out", [handed("1", "Ann Old")])
    for name in ("a.json", "b.json", "a.json"):
        assert main(["keep", str(out), "--until", later(30), "--into", str(tmp_path / name)]) == 0
    one, other = (load(tmp_path / name) for name in ("a.json", "b.json"))
    assert one.salt != other.salt
    assert len(one.entries) == 1
    assert not {*one.entries[0].people} & {*other.entries[0].people}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["OUT"], "say until when"), (["OUT", "--until", "soon"], "is no date"),
        (["OUT", "--until", "2001-01-01"], "is over"), (["--until", "2099-01-01"], "are about a class"),
        (["OUT", "--until", "2099-01-01", "--forget", "Ann"], "either a class is added or"),
        (["--forget", "Ann"], "there is no file"), ([], "there is no file"),
        (["EMPTY", "--until", "2099-01-01"], "holds no finished batch"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_in_a_sentence(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"OUT": str(graded(tmp_path / "out", [handed("1")])), "EMPTY": str(tmp_path)}
    with pytest.raises(SystemExit) as stop:
        main(["keep", *(places.get(item, item) for item in arguments), "--into", str(tmp_path / "kept.json")])
    assert stop.value.code == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "kept.json").exists()


def test_a_file_that_cannot_be_read_or_written_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = graded(tmp_path / "out", [handed("1")])
    for name, content in (("text.json", b"no json"), ("bytes.json", b"\xff\xfe")):
        (tmp_path / name).write_bytes(content)
        assert main(["keep", str(out), "--until", later(1), "--into", str(tmp_path / name)]) == 1
        assert (tmp_path / name).read_bytes() == content
    assert main(["keep", str(out), "--until", later(1), "--into", str(tmp_path)]) == 1
    assert main(["keep", str(out), "--until", later(1), "--into", str(out / FILE / "kept.json")]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 4
    assert "cannot be written" in said[-1]


def test_a_graded_class_is_compared_with_what_was_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Kept after one term, named in the next one's report; what is over is left out, and the run says so."""
    (tmp_path / "in").mkdir()
    loop = submission(batch_size=json.loads((CASES / "_code.json").read_text(encoding="utf-8"))["loop"])
    (tmp_path / "in" / "ann.ipynb").write_bytes(loop)
    release = write_release(tmp_path / "release", make_release())
    file, out = tmp_path / "kept.json", tmp_path / "out"
    command = ["grade", str(tmp_path / "in"), "--assignment", "week1_homework", "--release", str(release)]
    command += ["--out", str(out)]
    assert main(command) == 0
    assert main(["keep", str(out), "--until", later(9), "--term", "2029S", "--into", str(file)]) == 0
    (tmp_path / "in" / "ann.ipynb").rename(tmp_path / "in" / "ben.ipynb")
    for days, told in ((9, True), (-1, False)):
        file.write_text(file.read_text(encoding="utf-8").replace(later(9), later(days)), encoding="utf-8")
        capsys.readouterr()
        assert main([*command, "--replace", "--earlier", str(file)]) == 0
        report = (out / "report.html").read_text(encoding="utf-8")
        assert ("kept until" in report) is told
        assert ("is over, and nothing was compared with them" in report) is not told
    assert main([*command, "--replace", "--earlier", str(tmp_path / "nothing.json")]) == 1
    assert "cannot be read" in capsys.readouterr().err
