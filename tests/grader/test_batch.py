"""A class through the grader: parallel, resumable, one bad file costing only itself."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.classrun.batch import COMPLETE, TIME_LIMIT, batch_key, grade_batch
from grader.grading.results import FILE, read_results
from grader.intake.inbox import iter_submissions, iter_unread
from grader.model import Result, Submission
from grader.output.storage import STARTED
from grader.workplaces.place import Here, Place, Processes
from grader.workplaces.pool import Lost
from paribus.course.release import Release
from paribus.course.rubric import RubricLine
from paribus.errors import UsageError
from tests.grader import pool_work
from tests.grader.graded import release_of, submit, text_of

LAB = "week1_lab"


def room() -> list[Submission]:
    """Three students: one honest, one with a PDF, one with another assignment."""
    return [
        submit(text_of(LAB), "ann"),
        submit("%PDF-1.7", "ben", "ben.html"),
        submit(text_of("week1_homework"), "cem", "cem.html"),
    ]


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_batch_writes_a_line_a_submission_and_the_marker_last(tmp_path: Path, jobs: int) -> None:
    """In the order of the inbox, whoever finished first."""
    told: list[tuple[int, str]] = []
    batch = grade_batch(
        iter(room()), [release_of(LAB)], tmp_path, jobs=jobs,
        progress=lambda done, result: told.append((done, result.submission)),
    )  # fmt: skip
    assert [result.status for result in batch.results] == ["graded", "unreadable", "other_assignment"]
    assert [result.submission for result in read_results(tmp_path / FILE)] == ["ann", "ben", "cem"]
    assert [done for done, _ in told] == [1, 2, 3]
    marker = json.loads((tmp_path / COMPLETE).read_text(encoding="utf-8"))
    assert (marker["results"], marker["key"]) == (3, batch_key([release_of(LAB)]))


def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    """Same submissions and release: the same bytes."""
    texts = []
    for jobs in (1, 2):
        grade_batch(room(), [release_of(LAB)], tmp_path / str(jobs), jobs=jobs)
        texts.append((tmp_path / str(jobs) / FILE).read_bytes())
    assert texts[0] == texts[1]


class Afar(Here):
    """A place whose processes have none of this machine's files."""

    sees_files = False

    def run(
        self, function: Callable[[Any], Any], items: Iterable[Any]
    ) -> Generator[tuple[Any, Any | Lost], None, None]:
        """As `Here.run`, once it is sure that nothing is left to be read."""
        for item in items:
            assert item.unread is None
            yield item, function(item)


@pytest.mark.parametrize("place", [Processes(2, TIME_LIMIT), Here(), Afar()], ids=["processes", "here", "afar"])
def test_who_reads_the_files_changes_nothing(tmp_path: Path, place: Place) -> None:
    """The parent, the workers, or the parent for a place that has not its files: the same
    bytes, and the next batch knows them.
    """
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("Ann_1_assignsubmission_file/a.html", text_of(LAB))
        packed.writestr("Ben_2_assignsubmission_file/b.html", "%PDF-1.7")
    grade_batch(iter_submissions(archive), [release_of(LAB)], tmp_path / "read")
    grade_batch(iter_unread(archive), [release_of(LAB)], tmp_path / "unread", place=place)
    assert (tmp_path / "unread" / FILE).read_bytes() == (tmp_path / "read" / FILE).read_bytes()
    assert grade_batch(iter_unread(archive), [release_of(LAB)], tmp_path / "unread").reused == 2


def one_by_one(items: list[Submission]) -> Iterator[Submission]:
    """Submissions as the inbox reads them."""
    yield from items


def test_a_second_batch_grades_only_what_is_new_or_changed(tmp_path: Path) -> None:
    """What is done and unchanged is taken over; a changed file is graded again."""
    grade_batch(room(), [release_of(LAB)], tmp_path)
    changed = [
        *room()[:2],
        submit(text_of(LAB), "cem", "cem.html"),
        submit("", "dee", problem="The file is empty."),
    ]
    batch = grade_batch(one_by_one(changed), [release_of(LAB)], tmp_path)
    assert batch.reused == 2
    assert [result.status for result in batch.results] == ["graded", "unreadable", "graded", "unreadable"]
    assert grade_batch(changed, [release_of(LAB)], tmp_path, fresh=True).reused == 0


def test_a_cut_last_line_is_graded_again(tmp_path: Path) -> None:
    """What a killed batch left behind is recognised line by line."""
    grade_batch(room(), [release_of(LAB)], tmp_path)
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(text[:-200], encoding="utf-8")
    (tmp_path / COMPLETE).unlink()
    batch = grade_batch(room(), [release_of(LAB)], tmp_path)
    assert batch.reused == 2
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text


def test_another_release_starts_anew(tmp_path: Path) -> None:
    """Old verdicts say nothing about a new release."""
    release = release_of(LAB)
    grade_batch(room(), [release], tmp_path)
    newer = Release(replace(release.assignment, release="0123456789abcdef"), notebook="")
    assert grade_batch(room(), [newer], tmp_path).reused == 0


def test_another_rubric_lets_every_result_stand() -> None:
    """People choose its lines; no check reads them. Another question is graded again."""
    release = release_of(LAB)
    rubric, source = ({"rubric": (RubricLine("a", 2.0, "says so"),), "model_answer": "So."}, {"source": "Why?"})

    def key(change: dict[str, Any]) -> str:
        cells = (replace(release.assignment.cells[0], **change), *release.assignment.cells[1:])
        return batch_key([replace(release, assignment=replace(release.assignment, cells=cells))])

    assert key(rubric) == batch_key([release]) != key(source)


@pytest.mark.parametrize(
    "changed", [{"sealed": {"revealed": True, "zoos": {}}}, {"references": {"week1_lab": {"accuracy": 0.5}}}]
)
def test_keys_and_references_that_changed_under_one_digest_start_anew(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    """A key that is built or revealed after the first grading changes verdicts and not the notebooks."""
    release = release_of(LAB)
    grade_batch(room(), [release], tmp_path)
    assert grade_batch(room(), [release], tmp_path).reused == 3
    assert grade_batch(room(), [replace(release, **changed)], tmp_path).reused == 0


def test_a_damaged_start_file_starts_anew(tmp_path: Path) -> None:
    """Nothing is taken over from what cannot be read."""
    grade_batch(room()[:1], [release_of(LAB)], tmp_path)
    (tmp_path / STARTED).write_text("[]", encoding="utf-8")
    assert grade_batch(room()[:1], [release_of(LAB)], tmp_path).reused == 0
    (tmp_path / STARTED).write_text("{", encoding="utf-8")
    assert grade_batch(room()[:1], [release_of(LAB)], tmp_path).reused == 0


def test_wrong_usage_is_refused(tmp_path: Path) -> None:
    """No release, no process, two submissions of one name."""
    with pytest.raises(UsageError, match="no release"):
        grade_batch(room(), [], tmp_path)
    with pytest.raises(UsageError, match="-j 0"):
        grade_batch(room(), [release_of(LAB)], tmp_path, jobs=0)
    with pytest.raises(UsageError, match="Two submissions are called 'ann'"):
        grade_batch([room()[0], room()[0]], [release_of(LAB)], tmp_path)


def test_an_empty_batch_is_complete(tmp_path: Path) -> None:
    """Nothing to do is done."""
    assert grade_batch([], [release_of(LAB)], tmp_path).results == ()
    assert (tmp_path / COMPLETE).exists()


def test_a_worker_that_dies_costs_only_its_own_submission(tmp_path: Path) -> None:
    """The others are graded, and the next batch tries the lost one again."""
    items = [submit(text_of(LAB), "ann"), submit("x", "killer"), submit(text_of(LAB), "cem")]
    batch = grade_batch(items, [release_of(LAB)], tmp_path, grade=pool_work.slowly)
    by_name: dict[str, Result] = {result.submission: result for result in batch.results}
    assert by_name["ann"].status == by_name["cem"].status == "graded"
    assert "ended with status 7" in by_name["killer"].remarks[0]
    assert by_name["killer"].pending == by_name["killer"].max_score
    assert grade_batch(items, [release_of(LAB)], tmp_path).reused == 2


def test_ctrl_c_keeps_what_is_finished_and_the_next_batch_goes_on(tmp_path: Path) -> None:
    """No marker, no worker left behind, nothing graded twice."""
    code = (
        "from pathlib import Path\nfrom grader.classrun.batch import grade_batch\n"
        "from tests.grader import pool_work\n"
        "from tests.grader.graded import *\n"
        "if __name__ == '__main__': grade_batch([submit(text_of('week1_lab'), f's{i}') for i in range(40)], "
        f"[release_of('week1_lab')], Path({str(tmp_path)!r}), jobs=2, grade=pool_work.slowly)"
    )
    script = tmp_path / "batch.py"
    script.write_text(code, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    process = subprocess.Popen([sys.executable, str(script)], env=environment, stderr=subprocess.PIPE,
                               start_new_session=True)  # fmt: skip
    wait_for_lines(tmp_path / FILE, 2)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert errors.decode().strip().endswith("KeyboardInterrupt")
    assert not (tmp_path / COMPLETE).exists()
    wait_for_end(process.pid)
    finished = len((tmp_path / FILE).read_text(encoding="utf-8").splitlines())
    items = [submit(text_of(LAB), f"s{i}") for i in range(finished + 1)]
    assert grade_batch(items, [release_of(LAB)], tmp_path).reused >= finished - 1


def wait_for_end(group: int) -> None:
    """Until no process of the group is left."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("a worker is still there after 10 seconds")


def wait_for_lines(path: Path, number: int) -> None:
    """Until so many results are there."""
    for _ in range(400):
        if path.exists() and len(path.read_text(encoding="utf-8").splitlines()) >= number:
            return
        time.sleep(0.05)
    raise AssertionError("no results within 20 seconds")
