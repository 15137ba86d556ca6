"""One assignment of Canvas's as `grader.lms.exchange` pushes to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.lms.canvas.web.site import Handed, Site, Task
from grader.lms.exchange.values import Held, Mine, Row

_REFUSED = {
    "pass_fail": "the assignment is pass or fail, and takes no points in between",
    "not_graded": "the assignment is not graded in Canvas",
}


@dataclass
class CanvasService:
    """The assignment. A comment that is there already, text and page, is not added once more."""

    site: Site
    task: Task
    name: str = "Canvas"
    _now: dict[int, Handed] = field(default_factory=dict)

    @property
    def maximum(self) -> float:
        """The most points there."""
        return self.task.maximum

    @property
    def refuses(self) -> str:
        """What takes no points."""
        none = "" if self.task.maximum else "the assignment has no points in Canvas"
        return _REFUSED.get(self.task.grading, none)

    def held(self) -> Mapping[int, Held]:
        """Everybody's grade as it was entered; who is excused gets none."""
        self._now = {one.user: one for one in self.site.submissions(self.task)}
        return {
            user: Held(one.grade, "Canvas excuses them from this assignment" if one.excused else "", one.released)
            for user, one in self._now.items()
        }

    def save(self, row: Row, mine: Mine, grade: float | None) -> None:
        """Write a grade with a comment. One that is still open takes no grade away: nothing is posted then."""
        there = self._now.get(row.user)
        said = there is not None and (mine.comment, (len(mine.page),) if mine.page else ()) in there.said
        comment = None if said else (mine.comment, mine.page_name, mine.page)
        self.site.save(self.task, row.user, mine.grade, comment)
