"""The stricter rule by which planted faults count as sent to a person."""

import json
import lzma
from pathlib import Path

import pytest

from grader.model import Evidence, Outcome, Verdict
from paribus.course.release import write_release
from tests.grader.graded import release_of, text_of
from tests.red import Seen, main, rule, rule_for_controls, rule_for_honest

TWIN = Seen({}, {"memo": "true", "train": "fit(rows)"}, "n")
OWN = "experiments.one_change"


def verdict(outcome: Outcome, because: str = "A person looks.", cell: str = "memo") -> Verdict:
    return Verdict(OWN, outcome, because, 1.0, evidence=(Evidence(cell, "line 1"),))


def with_verdict(found: Verdict | None, check: str = OWN, **sources: str) -> Seen:
    return Seen({} if found is None else {(check, "memo"): found}, {**TWIN.sources, **sources}, "n")


OPEN, FAILED = Outcome.UNDECIDED, Outcome.FAILED


@pytest.mark.parametrize(
    ("faulty", "twin", "expected"),
    [
        (with_verdict(verdict(FAILED), memo="false"), TWIN, "caught"),
        (with_verdict(verdict(FAILED), memo="false"), with_verdict(verdict(FAILED)), "MISSED"),
        (with_verdict(verdict(OPEN), memo="false"), TWIN, "sent"),
        (with_verdict(verdict(OPEN, "Look at train, line 3."), train="fit(all)"), TWIN, "sent"),
        (with_verdict(verdict(OPEN), train="fit(all)"), TWIN, "elsewhere"),
        (with_verdict(verdict(OPEN), memo="false"), with_verdict(verdict(OPEN)), "open"),
        (with_verdict(verdict(OPEN), "memo.answered", memo="false"), TWIN, "other"),
        (
            with_verdict(verdict(OPEN), "memo.answered", memo="false"),
            with_verdict(verdict(OPEN), "memo.answered"),
            "MISSED",
        ),
        (with_verdict(None, memo="false"), TWIN, "MISSED"),
    ],
    ids=[
        "it failed", "it failed in the twin, too", "its own place waits", "its own place is named",
        "another place waits",
        "it waits in the twin, too", "another check waits", "what waits, waits in the twin", "nothing waits",
    ],
)  # fmt: skip
def test_a_fault_is_sent_only_where_its_own_place_waits_and_its_twins_does_not(
    faulty: Seen, twin: Seen, expected: str
) -> None:
    assert rule(faulty, [twin], [OWN]) == expected


@pytest.mark.parametrize(
    ("control", "plain", "expected"),
    [
        (TWIN, TWIN, "left alone"),
        (with_verdict(verdict(OPEN)), TWIN, "WRONGED"),
        (with_verdict(verdict(OPEN)), with_verdict(verdict(OPEN)), "left alone"),
        (with_verdict(verdict(FAILED)), with_verdict(verdict(FAILED)), "WRONGED"),
    ],
)
def test_a_control_waits_for_nothing_that_its_plain_file_does_not_wait_for(
    control: Seen, plain: Seen, expected: str
) -> None:
    assert rule_for_controls(control, [plain]) == expected


@pytest.mark.parametrize(
    ("check", "outcome", "values", "expected"),
    [
        (OWN, OPEN, {"doubts": ["a line"]}, "marked"), (OWN, OPEN, {}, "left alone"), (OWN, FAILED, {}, "WRONGED"),
        ("tasks.tests_passed", OPEN, {}, "marked"), ("memo.answered", FAILED, {}, "left alone"),
    ],
)  # fmt: skip
def test_an_honest_program_is_marked_where_the_code_gave_a_doubt(
    check: str, outcome: Outcome, values: dict[str, object], expected: str
) -> None:
    found = Verdict(check, outcome, "A person looks.", 1.0, values=values)
    assert rule_for_honest(with_verdict(found, check)) == expected


def test_a_folder_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file twice among the controls, and once with a memo of a word. It has one seed an arm, which fails a check,
    so it is no control that is left alone.
    """
    write_release(tmp_path / "release", release_of("week1_homework"))
    plain = text_of("week1_homework", "ipynb")
    page = json.loads(plain)
    for cell in page["cells"]:
        if cell.get("id") == "rescued_classes":
            cell["source"] = "Better."
    for part, name, text in (
        ("controls", "a", plain),
        ("controls", "b", plain),
        ("planted", "c", json.dumps(page)),
    ):
        (tmp_path / part).mkdir(exist_ok=True)
        (tmp_path / part / f"{name}.ipynb.xz").write_bytes(lzma.compress(text.encode()))
    (tmp_path / "honest").mkdir()
    (tmp_path / "honest" / "d.ipynb").write_text(plain, encoding="utf-8")
    (tmp_path / "honest" / "notes.txt").write_text("no notebook", encoding="utf-8")
    labels = {"c": {"about": "one word", "expects": ["memo.answered"], "twin": "a"}}
    (tmp_path / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    assert main([str(tmp_path), "--list"]) == 1
    said = capsys.readouterr().out
    assert "caught     c\n" in said
    assert "controls         {'WRONGED': 2}" in said
    assert "honest programs: 0 of 1 marked, 0 failed by what the code shows" in said
