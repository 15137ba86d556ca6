"""Every student's feedback page, drawn by as many processes as a run may have."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from grader.checks import checks_of
from grader.grading.judge import describe_error
from grader.model import Result
from grader.pages.feedback import feedback_page
from grader.pages.look_again import Asked
from grader.pages.own_work import read_own
from grader.pages.report import bands_of
from grader.pages.shared import CheckWords
from grader.workplaces.place import Here, Place, Processes
from grader.workplaces.pool import Lost
from paribus.course.assignment import Assignment
from paribus.course.own import metrics_of
from paribus.course.release import Release
from paribus.metrics.registry import use_metrics

MANY = 200
"""Fewer pages are drawn sooner than processes start."""


def feedback_pages(
    results: Sequence[Result],
    releases: Sequence[Release],
    *,
    jobs: int,
    time_limit: float,
    asked: Mapping[str, Sequence[Asked]] | None = None,
    notebooks: Mapping[str, Path] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, str]:
    """The pages by submission, in the order of the results, whoever drew them. ``releases``: the newest first;
    ``asked``: requests to look again by submission; ``notebooks``: what was rebuilt of each (`grader.gradebook`).
    """
    draw = _Draw(tuple(replace(release, notebook="") for release in releases), asked or {}, notebooks or {})
    place: Place = Processes(jobs, time_limit) if jobs > 1 and len(results) >= MANY else Here()
    pages: dict[str, str] = {}
    lost: list[Result] = []
    with closing(place.run(draw, results)) as drawn:
        for done, (result, page) in enumerate(drawn, 1):
            if isinstance(page, Lost):
                lost.append(result)
            else:
                pages[result.submission] = page
            progress(done, len(results))
    with closing(Processes(1, time_limit).run(draw, lost)) as drawn:  # once more, alone
        for result, page in drawn:
            pages[result.submission] = draw.in_short(result, page.why) if isinstance(page, Lost) else page
    return {result.submission: pages[result.submission] for result in results}


def check_words(assignment: Assignment) -> dict[str, CheckWords]:
    """What people read of each check, by its name."""
    return {
        name: CheckWords(check.title, check.about, check.withheld) for name, check in checks_of(assignment).items()
    }


@dataclass(frozen=True)
class _Draw:
    """What a process does with each result."""

    releases: tuple[Release, ...]
    asked: Mapping[str, Sequence[Asked]]
    notebooks: Mapping[str, Path]

    def __call__(self, result: Result) -> str:
        try:
            return self._page(result)
        except Exception as error:  # noqa: BLE001 - nothing of one submission ends the others' pages
            return self.in_short(result, describe_error(error).splitlines()[-1])

    def in_short(self, result: Result, why: str) -> str:
        """A page without the findings, which could not be drawn."""
        remark = f"This page could not be drawn ({why}). That is the grader's fault; ask for the findings."
        return self._page(replace(result, cells=(), metrics={}, remarks=(remark,)))

    def _page(self, result: Result) -> str:
        release = next((item for item in self.releases if item.digest == result.release), self.releases[0])
        public = release.assignment.settings.get("public_bands")
        bands = bands_of(release.references, release.assignment) if public else {}
        asked, words = self.asked.get(result.submission, ()), check_words(release.assignment)
        notebook = self.notebooks.get(result.submission)
        own = read_own(notebook, release.assignment) if notebook is not None and result.cells else {}
        with use_metrics(metrics_of(release.assignment.own, f"{release.assignment.name}/")):
            return feedback_page(result, release.assignment, checks=words, bands=bands, asked=asked, own=own)
