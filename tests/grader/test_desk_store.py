"""The store of decisions: nothing that was confirmed is lost, doubled, or another person's."""

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.desk.items import Decision
from grader.desk.store import FILE, Store, Written
from grader.errors import DeskError
from grader.grading.identity import Handed
from tests.grader.desk_class import Clock

BATCH = [Handed("ann", "1", "ann.html", "a" * 64), Handed("ben", "2", "ben.html", "b" * 64)]


def one(submission: str = "ann", item: str = "person", points: float | None = 2.0, **more: object) -> Decision:
    return Decision(0, submission, "memo", item, points, grader="Ada", **more)  # type: ignore[arg-type]


def test_a_decision_is_read_back_by_another_desk_on_the_folder(tmp_path: Path) -> None:
    store, other = Store(tmp_path, BATCH, Clock()), Store(tmp_path, BATCH)
    store.add([one(comment="good", lines=("a", "b"))], seen=0, request="r1")
    (found,) = other.log()
    assert (found.submission, found.points, found.lines, found.comment) == ("ann", 2.0, ("a", "b"), "good")
    assert (found.grader, found.at, found.request) == ("Ada", "2026-11-29T09:00:00+00:00", "r1")


def test_sending_the_same_request_again_writes_nothing_twice(tmp_path: Path) -> None:
    store = Store(tmp_path, BATCH)
    assert len(store.add([one(), one("ben")], seen=0, request="r1")) == 2
    assert store.add([one(), one("ben")], seen=0, request="r1") == []
    assert len(store.log()) == 2


def test_of_two_people_who_decide_one_thing_the_second_is_told_and_nothing_is_overwritten(tmp_path: Path) -> None:
    ada, bo = Store(tmp_path, BATCH), Store(tmp_path, BATCH)
    ada.add([one(points=2.0)], seen=0, request="r1")
    with pytest.raises(DeskError, match=r"Ada decided this at .* Nothing of yours was written"):
        bo.add([replace(one("ben"), grader="Bo"), replace(one(points=0.0), grader="Bo")], seen=0, request="r2")
    assert [item.points for item in bo.log()] == [2.0]  # and ben's, in the same request, is not half written
    bo.add([replace(one(points=0.0), grader="Bo")], seen=1, request="r3")
    assert [item.points for item in ada.log()] == [2.0, 0.0]


def test_a_place_is_one_graders_until_five_minutes_without_a_sign_of_life(tmp_path: Path) -> None:
    clock = Clock()
    store = Store(tmp_path, BATCH, clock)
    assert store.hold("ann", "memo", "Ada").grader == "Ada"
    assert store.hold("ann", "memo", "Bo").grader == "Ada"
    assert {place: hold.grader for place, hold in store.held().items()} == {("ann", "memo"): "Ada"}
    clock.pass_by(minutes=6)
    assert store.held() == {}
    assert store.hold("ann", "memo", "Bo").grader == "Bo"


def test_whoever_goes_on_lets_go_of_the_place_before(tmp_path: Path) -> None:
    store = Store(tmp_path, BATCH, Clock())
    store.hold("ann", "memo", "Ada")
    store.hold("ben", "memo", "Ada")
    assert set(store.held()) == {("ben", "memo")}


def test_decisions_follow_a_person_whatever_the_submission_is_called_and_reach_nobody_else(tmp_path: Path) -> None:
    Store(tmp_path, BATCH).add([one(points=1.0), one("ben", points=2.0)], seen=0, request="r")
    renamed = [Handed("ann-2", "2", "other/ann.html", "a" * 64), Handed("anna", "1", "anna.html", "c" * 64)]
    found = {item.submission: item.points for item in Store(tmp_path, renamed).log()}
    assert found == {"anna": 1.0, "ann-2": 2.0}  # by the person's number, whatever names and bytes say


def test_a_second_file_of_a_person_takes_nothing_from_the_first(tmp_path: Path) -> None:
    Store(tmp_path, BATCH).add([one()], seen=0, request="r")
    two = [*BATCH, Handed("ann-b", "1", "b.html", "d" * 64)]
    store = Store(tmp_path, two)
    store.add([one("ann-b", points=0.0)], seen=0, request="r2")
    assert {item.submission: item.points for item in Store(tmp_path, two).log()} == {"ann": 2.0, "ann-b": 0.0}


def test_those_who_are_not_in_the_batch_keep_theirs_for_when_they_are(tmp_path: Path) -> None:
    Store(tmp_path, BATCH).add([one("ben")], seen=0, request="r")
    assert Store(tmp_path, BATCH[:1]).log() == []
    assert len(Store(tmp_path, BATCH).log()) == 1


@given(st.permutations(range(4)), st.lists(st.booleans(), min_size=4, max_size=4))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_renamed_reordered_or_handed_in_again_each_decision_stays_with_its_person(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], again: list[bool]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    batch = [Handed(f"s{n}", str(n), f"{n}.html", str(n) * 64) for n in range(4)]
    Store(folder, batch).add([one(f"s{n}", points=float(n)) for n in range(4)], seen=0, request="r")
    later = [
        replace(batch[n], name=f"t{place}", sha256=("9" * 64 if again[n] else batch[n].sha256))
        for place, n in enumerate(order)
    ]
    found = {item.submission: item.points for item in Store(folder, later).log()}
    assert found == {f"t{place}": float(n) for place, n in enumerate(order)}


def test_three_graders_at_once_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    batch = [Handed(f"s{n}", str(n), f"{n}.html", f"{n:064d}") for n in range(20)]

    def work(grader: str) -> None:
        store = Store(tmp_path, batch)
        for n in range(20):
            item = Decision(0, f"s{n}", f"memo-{grader}", "person", 1.0, grader=grader)
            store.add([item], seen=0, request=f"{grader} {n}")

    threads = [threading.Thread(target=work, args=(name,)) for name in ("Ada", "Bo", "Cy")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = Store(tmp_path, batch).log()
    assert len(log) == 60
    assert len({(item.submission, item.cell) for item in log}) == 60


def test_a_desk_that_opens_while_another_makes_the_file_waits(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE made (x)")
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO made VALUES (1)")
    done = threading.Timer(0.2, other.execute, ("COMMIT",))
    done.start()
    Store(tmp_path, [Handed("s0", "0", "0.html", "0" * 64)])
    done.join()
    other.close()


def test_a_file_that_another_never_lets_go_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.desk.store.PATIENCE", 0.1)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("CREATE TABLE made (x)")
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO made VALUES (1)")
    with pytest.raises(DeskError, match="database is locked"):
        Store(tmp_path, [Handed("s0", "0", "0.html", "0" * 64)])
    other.close()


KILLED = """
import os, sys
from pathlib import Path
from grader.desk.items import Decision
from grader.desk.store import Store
from grader.grading.identity import Handed
batch = [Handed(f"s{n}", str(n), f"{n}.html", f"{n:064d}") for n in range(200)]
store = Store(Path(sys.argv[1]), batch)
for n in range(200):
    store.add([Decision(0, f"s{n}", "memo", "person", 1.0)], seen=0, request=f"{n}")
    print(n, flush=True)
"""


def test_a_kill_at_any_moment_leaves_every_decision_that_was_confirmed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        confirmed = [int(child.stdout.readline()) for _ in range(7)]
        child.kill()
    batch = [Handed(f"s{n}", str(n), f"{n}.html", f"{n:064d}") for n in range(200)]
    kept = [item.submission for item in Store(tmp_path, batch).log()]
    assert set(kept) >= {f"s{n}" for n in confirmed}
    assert len(kept) == len(set(kept))


def test_comments_of_the_same_question_come_first_and_then_those_given_most(tmp_path: Path) -> None:
    store = Store(tmp_path, BATCH)
    given = [("memo", "rare"), ("other", "often"), ("other", "often"), ("other", "once"), ("memo", "")]
    for number, (cell, comment) in enumerate(given):
        store.add([replace(one(comment=comment), cell=cell)], seen=number, request=str(number))
    assert store.snippets("memo") == ["rare", "often", "once"]
    assert store.snippets("other") == ["often", "once", "rare"]


def test_what_the_gradebook_got_is_remembered_and_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path, BATCH)
    store.remember_written("ann", "memo", Written(2.0, "good"))
    assert store.written() == {("ann", "memo"): Written(2.0, "good")}
    store.remember_written("ann", "memo", None)
    assert store.written() == {}


def test_a_file_that_is_no_store_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, just words" * 100)
    with pytest.raises(DeskError, match=r"decisions\.db: the store of decisions cannot be used"):
        Store(tmp_path, BATCH)
    assert (tmp_path / FILE).read_bytes().startswith(b"no database")


def test_a_store_that_another_program_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path, BATCH)
    monkeypatch.setattr("grader.desk.store.PATIENCE", 0.05)
    line = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    line.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DeskError, match="locked"):
        store.add([one()], seen=0, request="r")
    line.close()
    assert len(store.add([one()], seen=0, request="r")) == 1
