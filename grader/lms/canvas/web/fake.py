"""A Canvas site in memory that answers as Canvas's REST API does, traps included; for tests and for trying commands
out. It is an adapter of `requests`, so `canvasapi` itself speaks to it.

As in Canvas's source: lists come in pages with a ``Link`` header; a grade that is posted is what was *entered*,
from which Canvas's late policy takes its points; posting a grade ends an excuse; each comment is a new one; a file
is uploaded in two steps and then named by a comment; a ``WWW-Authenticate`` header tells a refused token.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from requests import ConnectionError as NoConnection
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

PAGE = 2
"""How many a page of a list holds."""


@dataclass
class Comment:
    """One comment with the files that it names, their names and bytes; ``author`` 1 is a teacher."""

    text: str
    files: dict[str, bytes] = field(default_factory=dict)
    author: int = 1


@dataclass
class Person:
    """Somebody of the course, with what Canvas holds of them. Times are ISO 8601 in UTC, "" of none."""

    id: int
    name: str
    section: str = "Section 1"
    files: dict[str, bytes] = field(default_factory=dict)
    submitted: str = "2026-11-20T10:00:00Z"
    due: str = "2026-11-21T23:59:00Z"
    late: bool = False
    entered: float | None = None
    deducted: float = 0.0
    excused: bool = False
    posted: str = ""
    group: int = 0
    group_name: str = ""
    comments: list[Comment] = field(default_factory=list)


class FakeCanvasSite(BaseAdapter):
    """The site with one assignment, 345 of course 12. ``fails_after`` counts the requests that are answered before
    it goes down; None: it stays up.
    """

    def __init__(self, people: list[Person], **assignment: object) -> None:
        """``assignment`` replaces what Canvas says of it, such as ``points_possible``."""
        super().__init__()
        self.people, self.token, self.url = people, "secret-token", "https://canvas.example"
        self.assignment: dict[str, object] = {
            "id": 345, "course_id": 12, "name": "Homework", "points_possible": 100.0, "grading_type": "points",
            "group_category_id": None, "grade_group_students_individually": False, "anonymize_students": False,
            **assignment,
        }  # fmt: skip
        self.fails_after: int | None = None
        self.requests = self.saved = 0
        self.forbidden = False
        self.uploads: dict[int, tuple[str, bytes]] = {}

    def close(self) -> None:
        """Nothing is open."""

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:  # as `requests` has it
        """Answer one request."""
        self.requests += 1
        if self.fails_after is not None and self.requests > self.fails_after:
            raise NoConnection("Connection refused")
        parts = urlsplit(request.url or "")
        free = parts.path.startswith("/upload")  # where files go needs no token: the address is one
        if not free and request.headers.get("Authorization") != f"Bearer {self.token}":
            return _answer({"errors": [{"message": "Invalid access token."}]}, 401, {"WWW-Authenticate": "Bearer"})
        if self.forbidden:
            return _answer({"status": "unauthorized", "errors": [{"message": "not authorized"}]}, 401)
        for pattern, method, does in self._routes():
            found = re.fullmatch(pattern, parts.path)
            if found and request.method == method:
                return does(request, found)
        return _answer({"errors": [{"message": "The specified resource does not exist."}]}, 404)

    def _routes(self) -> tuple[tuple[str, str, Callable[[PreparedRequest, re.Match[str]], Response]], ...]:
        course = "/api/v1/courses/12"
        here = f"{course}/assignments/345"
        return (
            (here, "GET", lambda *_: _answer(self.assignment)),
            (
                f"{here}/submissions",
                "GET",
                lambda request, _: self._page(request, [self._row(p) for p in self.people]),
            ),
            (f"{course}/sections", "GET", lambda request, _: self._page(request, self._sections())),
            (f"{course}/enrollments", "GET", lambda request, _: self._page(request, self._enrollments())),
            (rf"{here}/submissions/(\d+)", "PUT", self._save),
            (rf"{here}/submissions/(\d+)/comments/files", "POST", self._begin_upload),
            (r"/upload/(\d+)", "POST", self._upload),
            (r"/files/(\d+)/(\d+)", "GET", self._file),
        )

    def _page(self, request: PreparedRequest, rows: list[Any]) -> Response:
        query = dict(parse_qsl(urlsplit(request.url or "").query))
        number = int(query.get("page", "1"))
        path = (request.url or "").partition("?")[0]
        more = number * PAGE < len(rows)
        link = {"Link": f'<{path}?page={number + 1}&per_page=100>; rel="next"'} if more else {}
        return _answer(rows[(number - 1) * PAGE : number * PAGE], headers=link)

    def _row(self, person: Person) -> dict[str, object]:
        handed = bool(person.files)
        score = None if person.entered is None else person.entered - person.deducted
        return {
            "id": 9000 + person.id, "user_id": person.id, "assignment_id": 345, "attempt": 1 if handed else None,
            "workflow_state": "graded" if score is not None else "submitted" if handed else "unsubmitted",
            "submitted_at": person.submitted if handed else None, "cached_due_date": person.due or None,
            "late": person.late, "excused": person.excused, "score": score, "entered_score": person.entered,
            "points_deducted": person.deducted or None, "posted_at": person.posted or None,
            "user": {"id": person.id, "sortable_name": person.name, "login_id": f"u{person.id}"},
            "group": {"id": person.group or None, "name": person.group_name or None},
            "attachments": [
                {"id": 100 * person.id + place, "display_name": name, "filename": name, "size": len(content),
                 "url": f"{self.url}/files/{person.id}/{place}"}
                for place, (name, content) in enumerate(person.files.items(), 1)
            ],
            "submission_comments": [_comment(one) for one in person.comments],
        }  # fmt: skip

    def _sections(self) -> list[Any]:
        return [{"id": place, "name": name} for place, name in enumerate(self._section_names(), 1)]

    def _enrollments(self) -> list[Any]:
        names = self._section_names()
        return [{"user_id": one.id, "course_section_id": names.index(one.section) + 1} for one in self.people]

    def _section_names(self) -> list[str]:
        return sorted({person.section for person in self.people})

    def _person(self, number: str) -> Person:
        return next(person for person in self.people if person.id == int(number))

    def _save(self, request: PreparedRequest, found: re.Match[str]) -> Response:
        form = parse_qsl(str(request.body or ""), keep_blank_values=True)
        fields = dict(form)
        person = self._person(found[1])
        together = person.group and not self.assignment["grade_group_students_individually"]
        team = [one for one in self.people if one is person or (together and one.group == person.group)]
        if (grade := fields.get("submission[posted_grade]")) is not None:
            for one in team:
                one.entered, one.excused = float(grade), False
        if (text := fields.get("comment[text_comment]")) is not None:
            numbers = [int(value) for name, value in form if name == "comment[file_ids][]"]
            files = dict(self.uploads[number] for number in numbers)
            for one in team if fields.get("comment[group_comment]") == "true" else [person]:
                one.comments.append(Comment(text, files))
        self.saved += 1
        return _answer(self._row(person))

    def _begin_upload(self, request: PreparedRequest, found: re.Match[str]) -> Response:
        fields = dict(parse_qsl(str(request.body or "")))
        number = len(self.uploads) + 1
        self.uploads[number] = (fields["name"], b"")
        return _answer({"upload_url": f"{self.url}/upload/{number}", "upload_params": {"key": "x"}})

    def _upload(self, request: PreparedRequest, found: re.Match[str]) -> Response:
        number = int(found[1])
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        content = re.search(rb'name="file"; filename="[^"]*"\r\n(?:[^\r\n]+\r\n)*\r\n(.*)\r\n--', body, re.DOTALL)
        self.uploads[number] = (self.uploads[number][0], content[1] if content else b"")
        return _answer(
            {"id": number, "url": f"{self.url}/files/{number}", "size": len(self.uploads[number][1])}, 201
        )

    def _file(self, request: PreparedRequest, found: re.Match[str]) -> Response:
        answer = _answer({})
        answer._content = list(self._person(found[1]).files.values())[int(found[2]) - 1]
        return answer


def _comment(one: Comment) -> dict[str, object]:
    files = [{"display_name": name, "size": len(content)} for name, content in one.files.items()]
    return {"comment": one.text, "author_id": one.author, "attachments": files}


def _answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    answer = Response()
    answer.status_code = status
    answer._content = json.dumps(body).encode()
    answer.headers.update({"Content-Type": "application/json", **(headers or {})})
    return answer
