"""One assignment of Moodle's as `grader.lms.exchange` pushes to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.lms.exchange.values import Held, Mine, Row
from grader.lms.moodle.names import as_html
from grader.lms.moodle.web.site import Activity, Grade, Graded, Site

LOCKED = "Moodle has this grade locked"


@dataclass(frozen=True)
class MoodleService:
    """The assignment with the marking workflow's ``state`` that grades get, "" where it stays."""

    site: Site
    activity: Activity
    state: str = ""
    name: str = "Moodle"

    @property
    def maximum(self) -> float:
        """The most points there."""
        return self.activity.maximum

    @property
    def refuses(self) -> str:
        """A scale takes no points."""
        return "the assignment has a scale: upload worksheet.csv instead" if self.activity.maximum < 0 else ""

    def held(self) -> Mapping[int, Held]:
        """Everybody's grade; a locked one takes no other."""
        grades, locked = self.site.grades(self.activity), self.site.locked(self.activity)
        seen = self.site.released(self.activity)
        return {
            user: Held(grades.get(user, Graded(None, 0)).grade, LOCKED if user in locked else "", user in seen)
            for user in grades.keys() | locked
        }

    def save(self, row: Row, mine: Mine, grade: float | None) -> None:
        """Write a grade. Moodle replaces all feedback files of a student, so that the others go with ours."""
        draft = 0
        if mine.page:
            others = [
                (name, self.site.download(address))
                for name, address in self.site.feedback_files(self.activity, row.user)
                if name != mine.page_name
            ]
            draft = self.site.upload([*others, (mine.page_name, mine.page)])
        self.site.save(
            self.activity, Grade(row.user, grade, as_html(mine.comment), draft, row.group > 0, self.state)
        )
