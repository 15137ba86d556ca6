"""A class's feedback pages are the same, whoever draws them."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import replace

import pytest

from grader.grading.grade import grade_one
from grader.model import Result
from grader.pages import everyone
from grader.pages.everyone import feedback_pages
from grader.workplaces.pool import Lost
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


class Losing:
    """Processes that end before they have drawn anything; where one draws alone it has drawn the first page."""

    def __init__(self, jobs: int, _: float) -> None:
        self.drawn = 1 if jobs == 1 else 0

    def run(
        self, draw: Callable[[Result], str], items: Iterable[Result]
    ) -> Generator[tuple[Result, str | Lost], None, None]:
        """As `Place.run`."""
        for number, item in enumerate(items):
            yield item, draw(item) if number < self.drawn else Lost("it took longer than 9 seconds")


def test_a_page_whose_process_ends_is_tried_alone_and_then_drawn_in_short(
    results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's page is missing, and no page can end the run."""
    plain = feedback_pages(results[:2], [release_of(LAB)], jobs=1, time_limit=60)
    monkeypatch.setattr(everyone, "MANY", 2)
    monkeypatch.setattr(everyone, "Processes", Losing)
    pages = feedback_pages(results[:2], [release_of(LAB)], jobs=2, time_limit=9)
    assert list(pages) == ["s0", "s1"]
    assert pages["s0"] == plain["s0"]
    assert "could not be drawn (it took longer than 9 seconds)" in pages["s1"]
    assert pages["s1"].rstrip().endswith("</html>")


def test_a_page_that_cannot_be_drawn_costs_only_itself(results: list[Result]) -> None:
    odd = replace(results[1], metrics={"encoder.macro_f1": "no number"})  # type: ignore[dict-item]
    pages = feedback_pages([results[0], odd], [release_of(LAB)], jobs=1, time_limit=60)
    assert "could not be drawn (ValueError" in pages["s1"]
    assert pages["s0"] == feedback_pages(results[:1], [release_of(LAB)], jobs=1, time_limit=60)["s0"]
