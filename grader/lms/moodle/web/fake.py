"""A Moodle site in memory that answers as Moodle 4.5 did, traps included; for tests and for trying commands out.

Seen there: a grade over the maximum is ignored without an error; a comment that is left out where one exists breaks
the database; ``files_filemanager`` replaces all feedback files; a team's submission has user 0.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.errors import MoodleError
from grader.lms.moodle.web.site import KEPT

_INDEX = re.compile(r"\[([^\]]*)\]")


@dataclass
class Person:
    """Somebody of the course, with what Moodle holds of them."""

    id: int
    name: str
    files: dict[str, bytes] = field(default_factory=dict)
    status: str = "submitted"
    modified: int = 1_795_000_000
    grade: float | None = None
    graded: int = 0
    comment: str = ""
    feedback: dict[str, bytes] = field(default_factory=dict)
    group: int = 0
    group_name: str = ""
    extension: int = 0
    locked: bool = False
    state: str = ""
    typed: str = ""
    comments: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class FakeMoodle:
    """The site. ``fails_after`` counts the requests that are answered before it goes down; None: it stays up."""

    people: list[Person]
    url: str = "https://moodle.example"
    token: str = "secret-token"  # noqa: S105 - of nobody
    maximum: float = 100.0
    due: int = 1_795_100_000
    team: bool = False
    blind: bool = False
    fails_after: int | None = None
    requests: int = 0
    saved: int = 0
    clock: int = 1_795_200_000
    drafts: dict[int, dict[str, bytes]] = field(default_factory=dict)

    def __call__(
        self, url: str, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> bytes:
        """A transport."""
        self.requests += 1
        if self.fails_after is not None and self.requests > self.fails_after:
            raise MoodleError(f"{self.url} does not answer (Connection refused). {KEPT}")
        path = url.removeprefix(self.url)
        if self.token not in (fields.get("wstoken"), fields.get("token")):
            return b'{"exception":"moodle_exception","errorcode":"invalidtoken","message":"Invalid token"}'
        if path.startswith("/pluginfile"):
            return self._file(path)
        if path.startswith("/webservice/upload"):
            number = len(self.drafts) + 1
            self.drafts[number] = dict((files or {}).values())
            return json.dumps([{"itemid": number, "filename": name} for name in self.drafts[number]]).encode()
        answer = getattr(self, f"_{fields['wsfunction']}", None)
        if answer is None:
            return b'{"exception":"dml","errorcode":"accessexception","message":"Access control exception"}'
        return json.dumps(answer(_nested(fields))).encode()

    def _file(self, path: str) -> bytes:
        _, _, kind, number, name = path.split("/", 4)
        person = self._person(int(number))
        return (person.files if kind == "submission" else person.feedback)[name]

    def _person(self, number: int) -> Person:
        return next(person for person in self.people if person.id == number)

    def _mod_assign_get_assignments(self, _: object) -> Any:
        item = {
            "id": 7, "cmid": 42, "name": "Homework", "grade": self.maximum, "duedate": self.due,
            "teamsubmission": int(self.team), "blindmarking": int(self.blind), "markingworkflow": 0,
        }  # fmt: skip
        return {"courses": [{"assignments": [item]}]}

    def _mod_assign_list_participants(self, _: object) -> Any:
        rows = []
        for person in self.people:
            row: dict[str, object] = {"id": person.id, "fullname": person.name}
            if self.blind:
                row = {"id": person.id, "fullname": f"Participant {9000 + person.id}", "recordid": 9000 + person.id}
            if person.group:
                row |= {"groupid": person.group, "groupname": person.group_name}
            rows.append(row)
        return rows

    def _mod_assign_get_submissions(self, _: object) -> Any:
        rows = []
        for person in self.people:
            names = [
                {"filename": name.rpartition("/")[2], "filepath": f"/{name.rpartition('/')[0]}/".replace("//", "/"),
                 "fileurl": f"{self.url}/pluginfile/submission/{person.id}/{name}"}
                for name in person.files
            ]  # fmt: skip
            plugins: list[dict[str, Any]] = [
                {"type": "comments"},
                {"type": "file", "fileareas": [{"files": names}]},
            ]
            if person.typed:
                plugins.append(
                    {"type": "onlinetext", "editorfields": [{"name": "onlinetext", "text": person.typed}]}
                )
            whose = {"userid": 0, "groupid": person.group} if self.team and person.files else {"userid": person.id}
            rows.append({**whose, "id": 50_000 + person.id, "status": person.status, "attemptnumber": 0,
                         "timemodified": person.modified,
                         "plugins": plugins if person.files or person.typed else []})  # fmt: skip
        return {"assignments": [{"submissions": rows}]}

    def _core_comment_get_comments(self, arguments: Any) -> Any:
        person = self._person(int(arguments["itemid"]) - 50_000)
        return {"comments": [{"userid": user, "content": text} for user, text in person.comments]}

    def _mod_assign_get_user_flags(self, _: object) -> Any:
        rows = [
            {"userid": p.id, "extensionduedate": p.extension, "locked": int(p.locked), "workflowstate": p.state}
            for p in self.people
        ]
        return {"assignments": [{"userflags": rows}]}

    def _mod_assign_get_grades(self, _: object) -> Any:
        rows = [
            {"userid": p.id, "grade": "-1.00000" if p.grade is None else f"{p.grade:.5f}", "timemodified": p.graded}
            for p in self.people
            if p.graded
        ]
        return {"assignments": [{"grades": rows}] if rows else []}

    def _mod_assign_get_submission_status(self, arguments: Any) -> Any:
        person = self._person(int(arguments["userid"]))
        files = [
            {"filename": name, "fileurl": f"{self.url}/pluginfile/feedback/{person.id}/{name}"}
            for name in person.feedback
        ]
        return {"feedback": {"plugins": [{"type": "file", "fileareas": [{"files": files}]}]}} if files else {}

    def _mod_assign_save_grades(self, arguments: Any) -> Any:
        (one,) = arguments["grades"].values()
        person = self._person(int(one["userid"]))
        comment = one["plugindata"].get("assignfeedbackcomments_editor")
        if comment is None and person.comment:
            return {
                "exception": "dml_write_exception",
                "errorcode": "dmlwriteexception",
                "message": "Error writing",
            }
        whole = self.team and arguments["applytoall"] == "1"
        for other in [p for p in self.people if p is person or (whole and p.group == person.group)]:
            grade = float(one["grade"])
            if grade <= self.maximum:
                other.grade = None if grade < 0 else grade
            other.graded, other.state = self.clock, one["workflowstate"]
            other.comment = comment["text"] if comment else ""
            if draft := int(one["plugindata"].get("files_filemanager", 0)):
                other.feedback = dict(self.drafts[draft])
        self.saved += 1
        return None


def _nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """PHP's arguments as dictionaries."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        first, _, _ = name.partition("[")
        place = found
        path = [first, *_INDEX.findall(name)]
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = value
    return found
