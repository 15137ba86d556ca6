"""A file on which the grader breaks is tried twice with the same grader and limits, and no more."""

import json
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from grader.classrun.batch import grade_batch
from grader.classrun.entering import GIVEN_UP
from grader.classrun.grade_class import Order, with_gradebook
from grader.grading.grade import grade_one
from grader.grading.tries import CHECKING, ENTERING, FILE, MOST, Tries, broken_notes
from grader.intake.inbox import iter_submissions, iter_unread
from grader.model import Result, Submission
from grader.workplaces.place import Here
from grader.workplaces.pool import Lost
from paribus.cli import main
from tests.grader.classroom import careful_result, make_release, unreadable_result
from tests.grader.graded import release_of, submit
from tests.grader.test_grade_command import submission
from tests.robust.small_class import command, make_class

LAB = "week1_lab"


class Breaking:
    """A grader that breaks on bob, and remembers whom it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def __call__(self, item: Submission, _: object) -> tuple[Result, None]:
        self.given.append(item.submission)
        if item.submission == "bob":
            raise MemoryError
        return careful_result(item.submission, sha256=item.sha256, source=item.source, name=""), None


def test_a_file_that_breaks_the_grader_is_tried_twice_and_then_remembered(tmp_path: Path) -> None:
    """Until the file, the release or a limit is another one."""
    grader, ada, bob = Breaking(), submit("a", "ada"), submit("b", "bob")

    def run(*items: Submission, limit: float = 60) -> int:
        grader.given.clear()
        grade_batch(items, [release_of(LAB)], tmp_path, grade=grader, place=Here(), time_limit=limit)
        return grader.given.count("bob")

    assert [run(ada, bob) for _ in range(4)] == [1, 1, 0, 0]
    assert grader.given == []
    assert [run(ada, bob, limit=90) for _ in range(3)] == [1, 1, 0]
    assert [run(ada, submit("changed", "bob"), limit=90) for _ in range(3)] == [1, 1, 0]
    assert len((tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_the_count_is_on_the_disk_at_once_and_is_begun_anew_with_another_key(tmp_path: Path) -> None:
    result = unreadable_result("bob")
    Tries(tmp_path, "key").add(CHECKING, result)
    Tries(tmp_path, "key").add(CHECKING, result)
    again = Tries(tmp_path, "key")
    assert again.are_spent(CHECKING, result)
    assert not again.are_spent(ENTERING, result)
    assert Tries(tmp_path).are_spent(CHECKING, result)
    assert not Tries(tmp_path, "other").are_spent(CHECKING, result)
    again.forget("ada")
    assert Tries(tmp_path, "key").are_spent(CHECKING, result)
    again.forget("bob")
    assert not Tries(tmp_path, "key").are_spent(CHECKING, result)


@pytest.mark.parametrize("content", ["", "[]", '{"key": "key"}', '{"key": "key", "tries": {"a": "many"}}', "\xff"])
def test_a_damaged_count_begins_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_bytes(content.encode("latin-1"))
    assert not Tries(tmp_path, "key").are_spent(CHECKING, unreadable_result("bob"))


def test_what_is_tried_again_and_what_is_not_is_said_with_what_to_type(tmp_path: Path) -> None:
    remarks = ("The grader broke on this file (MemoryError). That is the grader's fault: a person grades it.",)
    bad = [unreadable_result(f"s{number}", remarks=remarks) for number in range(13)]
    tries = Tries(tmp_path, "key")
    assert broken_notes([careful_result()], tries) == ()
    (note,) = broken_notes([careful_result(), *bad], tries)
    assert note.startswith("The grader broke on 13 of 14 files.")
    for result in [*bad, *bad[:MOST]]:
        tries.add(CHECKING, result)
    again, spent = broken_notes([careful_result(), *bad], tries)
    assert again.startswith("The grader broke on 11 of 14 files.")
    assert spent.startswith("s0, s1: the grader broke on this 2 times")
    assert "Type `--only s0` to try all the same, or raise seconds or memory_mb" in spent
    for result in bad:
        tries.add(CHECKING, result)
    assert broken_notes(bad, tries)[0].startswith("s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 3 more: ")


class Losing:
    """A place whose processes all end; it remembers how much it was given."""

    sees_files = True

    def __init__(self) -> None:
        self.given = 0

    def run(self, function: object, items: Iterable[Any]) -> Generator[tuple[Any, Lost], None, None]:
        """As `Place.run`."""
        for item in items:
            self.given += 1
            yield item, Lost("it took longer than 1 seconds")


def test_a_notebook_that_cannot_be_put_together_in_time_is_tried_twice(tmp_path: Path) -> None:
    """For the gradebook: rendering markdown may take as long as a student likes."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada.ipynb").write_bytes(submission())
    order = Order(tmp_path / "in", (make_release(),), tmp_path / "out")
    results = [grade_one(item, order.releases) for item in iter_submissions(order.submissions)]
    order.out.mkdir()
    place, tries = Losing(), Tries(order.out, "key")
    files = tuple(iter_unread(order.submissions))
    remarks = [
        with_gradebook(order, results, files, place=place, tries=tries).results[0].remarks[-1] for _ in range(4)
    ]
    assert place.given == MOST
    assert remarks[0] == remarks[1] == "Not in nbgrader's gradebook: it took longer than 1 seconds"
    assert remarks[2] == remarks[3] == f"Not in nbgrader's gradebook: {GIVEN_UP}"
    assert broken_notes(results, tries)[0].startswith("ada: the grader broke on this 2 times")


@pytest.mark.long
def test_a_page_that_is_too_much_for_the_limits_is_not_tried_for_ever(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With processes, from the command to the note; `--only` tries it again."""
    make_class(tmp_path, 2)
    greedy = tmp_path / "submissions" / "Greedy_2000_assignsubmission_file_" / "homework.html"
    greedy.parent.mkdir()
    greedy.write_bytes(b'<div class="jp-Cell jp-CodeCell jp-Notebook-cell">' + b"<q>" * 6_000_000)
    policy = tmp_path / "course.toml"
    policy.write_text("[grading.limits]\nmemory_mb = 700\n", encoding="utf-8")
    wanted = command(tmp_path, tmp_path / "out", "--course", str(policy), "--json")
    told = []
    for more in ((), (), (), ("--only", "2000"), ("--collect",)):
        assert main([*wanted, *more]) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert [item["reused"] for item in told] == [0, 2, 3, 2, 3]
    notes = [" ".join(item["notes"]) for item in told]
    assert "the next run tries them again" in notes[0]
    for note in (notes[1], notes[2]):
        assert note.startswith("greedy-2000: the grader broke on this 2 times")
        assert "`--only greedy-2000`" in note
    assert "the next run tries them again" in notes[3]
    assert notes[4] == notes[3]
