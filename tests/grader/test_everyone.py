"""A class's feedback pages are the same, whoever draws them."""

from dataclasses import replace

import pytest

from grader.grade import grade_one
from grader.model import Result
from grader.pages import everyone
from grader.pages.everyone import feedback_pages
from tests.grader.graded import release_of, submit, text_of

LAB = "week1_lab"


@pytest.fixture(name="results", scope="module")
def a_small_class() -> list[Result]:
    """Seven who handed in the same, and one whose file is none."""
    first = grade_one(submit(text_of(LAB), "s0"), [release_of(LAB)])
    others = [replace(first, submission=f"s{number}", name=f"Student {number}") for number in range(1, 7)]
    return [first, *others, grade_one(submit("%PDF-1.7", "pdf", "p.html"), [release_of(LAB)])]


def test_processes_draw_the_pages_that_one_draws(results: list[Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the results, and told one by one."""
    alone = feedback_pages(results, [release_of(LAB)], jobs=1, time_limit=60)
    monkeypatch.setattr(everyone, "MANY", 2)
    told: list[tuple[int, int]] = []
    several = feedback_pages(
        results, [release_of(LAB)], jobs=2, time_limit=60, progress=lambda *done: told.append(done)
    )
    assert list(several.items()) == list(alone.items())
    assert told == [(number, 8) for number in range(1, 9)]
    assert "Student 3" in several["s3"]


def test_a_page_whose_process_ends_twice_is_drawn_in_short(
    results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's page is missing, and no page can end the run."""
    monkeypatch.setattr(everyone, "MANY", 2)
    pages = feedback_pages(results[:2], [release_of(LAB)], jobs=2, time_limit=0)
    assert list(pages) == ["s0", "s1"]
    for page in pages.values():
        assert "could not be drawn (it took longer than 0 seconds)" in page
        assert page.rstrip().endswith("</html>")


def test_a_page_that_cannot_be_drawn_costs_only_itself(results: list[Result]) -> None:
    odd = replace(results[1], metrics={"encoder.macro_f1": "no number"})  # type: ignore[dict-item]
    pages = feedback_pages([results[0], odd], [release_of(LAB)], jobs=1, time_limit=60)
    assert "could not be drawn (ValueError" in pages["s1"]
    assert pages["s0"] == feedback_pages(results[:1], [release_of(LAB)], jobs=1, time_limit=60)["s0"]
