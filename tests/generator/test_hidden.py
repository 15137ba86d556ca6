"""The proof of an assignment's tests: what it finds, what it refuses, what it keeps."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from generator.building.hidden import (
    Proof,
    TaskProof,
    WrongAnswer,
    make_job,
    prove,
    read_wrong_answers,
    require,
    run_job,
)
from generator.errors import BuildError
from generator.sources.source import Source, load_source, read_source
from paribus.course.catalog import Entry
from tests.generator.courses import SMALL
from tests.shipped import COURSE

ENTRY = SMALL.entry("week0_tiny")
SOURCE = load_source(ENTRY.source, SMALL)


def changed(old: str, new: str) -> Source:
    """The small course's source with one thing changed."""
    text = ENTRY.source.read_text(encoding="utf-8")
    assert old in text
    return read_source(text.replace(old, new), "tiny", SMALL.shares)


def with_wrong(folder: Path) -> Entry:
    """The small course's entry with a copy of its wrong answers that a test may change."""
    shutil.copytree(ENTRY.wrong, folder / "wrong")
    return dataclasses.replace(ENTRY, wrong=folder / "wrong")


def test_good_tests_catch_every_wrong_answer() -> None:
    proof = prove(SMALL, ENTRY, SOURCE)
    assert proof.problems() == ()
    double = proof.tasks[0]
    assert double.stub == "NotImplementedError: Task double is not done yet: replace this line with your code."
    assert double.wrong[0] == WrongAnswer("absolute", "Never negative.", "visible")


def test_visible_tests_that_let_a_wrong_answer_through_are_named() -> None:
    """A wrong answer that only the hidden tests catch is caught by none that meets a student's work."""
    weak = changed("double(-0.25), -0.5", "double(0.25), 0.5")
    assert prove(SMALL, ENTRY, weak).problems() == (
        "double: the visible tests do not catch the wrong answer 'absolute' (Never negative.)",
    )


def test_a_solution_that_fails_its_own_tests_is_named() -> None:
    visible = prove(SMALL, ENTRY, changed("double(small) == 6", "double(small) == 7")).problems()
    text = ENTRY.source.read_text(encoding="utf-8").splitlines()
    (line,) = [number for number, words in enumerate(text, 1) if "double(small) == 6" in words]
    assert visible[0] == (
        f"double: the solution fails the visible tests at tiny:{line}: AssertionError: double(3) should be 6"
    )
    hidden = prove(SMALL, ENTRY, changed("== -6", "== -7")).problems()
    (line,) = [number for number, words in enumerate(text, 1) if "== -6" in words]
    assert f"the solution fails the hidden tests at tiny:{line}: AssertionError: a negative" in hidden[0]


def test_a_stub_that_passes_is_named() -> None:
    problems = prove(SMALL, ENTRY, changed('stub="largest = ..."', 'stub="largest = 9"')).problems()
    assert problems == (
        "largest: the untouched stub passes the visible tests, so a student would not see that it is to be done",
    )


def test_too_few_wrong_answers_are_named(tmp_path: Path) -> None:
    entry = with_wrong(tmp_path)
    (entry.wrong / "double" / "whole.py").unlink()
    assert prove(SMALL, entry, SOURCE).problems() == ("double: it has 2 planted wrong answers, and needs 3",)


def test_a_wrong_answer_that_kills_or_never_ends_counts_as_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARIBUS_PROOF_SECONDS", "1")
    entry = with_wrong(tmp_path)
    (entry.wrong / "double" / "dies.py").write_text("# Dies.\nimport os\nos._exit(3)\n", encoding="utf-8")
    (entry.wrong / "double" / "endless.py").write_text("# Endless.\nwhile True: pass\n", encoding="utf-8")
    assert prove(SMALL, entry, SOURCE).problems() == ()


def test_a_reference_in_code_is_empty_where_tests_are_proved() -> None:
    """As in `paribus run`: what an earlier week measured does not enter a proof."""
    source = load_source(COURSE.entry("week6_homework").source, COURSE)
    wrong: dict[str, dict[str, str]] = {task.name: {} for task in source.tasks()}
    texts = [cell["text"] for cell in make_job(source, wrong, str)["cells"]]
    (sources,) = [text for text in texts if "REFERENCE_RUNS = {" in text]
    assert '"tfidf.macro_f1": "",' in sources


def test_a_solution_that_does_not_run_is_refused() -> None:
    with pytest.raises(BuildError, match=r"week0_tiny: the solution fails in cell 'between': NameError"):
        prove(SMALL, ENTRY, changed("value = double(2)", "value = dubble(2)"))


def test_a_process_that_ends_without_a_word_is_refused() -> None:
    with pytest.raises(BuildError, match=r"ended with 5"):
        prove(SMALL, ENTRY, changed("import math", "import math, os\nos._exit(5)"))


def test_a_solution_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.building.hidden.LIMIT_SECONDS", 1)
    with pytest.raises(BuildError, match=r"took longer than 1 s on the smallest profile"):
        run_job('{"cells": [{"kind": "code", "key": "a", "text": "while True: pass"}]}', "week0", {})


def test_a_wrong_answer_of_no_task_is_refused(tmp_path: Path) -> None:
    entry = with_wrong(tmp_path)
    (entry.wrong / "tripple").mkdir()
    (entry.wrong / "tripple" / "a.py").write_text("# No task.\nx = 1\n", encoding="utf-8")
    with pytest.raises(
        BuildError, match=r"tripple/a\.py belongs to no task; expected a folder named as one of double"
    ):
        read_wrong_answers(entry, SOURCE)


@pytest.mark.parametrize("text", ["return 1\n", "# Only a comment.\n", ""])
def test_a_wrong_answer_says_what_is_wrong_and_has_code(tmp_path: Path, text: str) -> None:
    entry = with_wrong(tmp_path)
    (entry.wrong / "double" / "bare.py").write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match=r"double/bare\.py: expected a first line `# what is wrong`, and code"):
        read_wrong_answers(entry, SOURCE)


def test_a_proof_is_kept_by_its_content(tmp_path: Path) -> None:
    told: list[str] = []
    first = prove(SMALL, ENTRY, SOURCE, cache=tmp_path, progress=told.append)
    assert told == ["week0_tiny: trying 6 wrong answers"]
    assert prove(SMALL, ENTRY, SOURCE, cache=tmp_path, progress=told.append) == first
    assert len(told) == 1
    prove(SMALL, ENTRY, changed("value = double(2)", "value = double(4)"), cache=tmp_path, progress=told.append)
    assert len(told) == 2


def test_an_assignment_without_tasks_has_nothing_to_prove() -> None:
    entry = SMALL.entry("week0_prose")
    assert prove(SMALL, entry, load_source(entry.source, SMALL)).tasks == ()


def test_every_problem_stops_a_release() -> None:
    bad = TaskProof("double", "", "", "", ())
    require([Proof("week0_tiny", (TaskProof("a", "", "", "no", (WrongAnswer("w", "", "visible"),) * 3),))])
    with pytest.raises(BuildError, match=r"week0_tiny: double: it has 0 planted wrong answers"):
        require([Proof("week0_tiny", (bad,))])


def test_tests_run_on_the_file_that_a_release_names(tmp_path: Path) -> None:
    """A notebook that takes its data by name is proved on data that nobody else has."""
    text = ENTRY.source.read_text(encoding="utf-8")
    line = 'PROFILE = "full"  # the course\'s own\n'
    assert line in text
    source = read_source(text.replace(line, f'{line}DATA = "none.csv"\nopen(DATA).close()\n'), "tiny", SMALL.shares)
    with pytest.raises(BuildError, match=r"the solution fails in cell 'parameters': .*No such file"):
        prove(SMALL, ENTRY, source)
    (tmp_path / "own.csv").write_text("a\n", encoding="utf-8")
    assert prove(SMALL, ENTRY, source, data=tmp_path / "own.csv").problems() == ()
