"""Canvas's web services as few calls, by `canvasapi`, over an adapter of `requests` that tests replace.

The token is a secret: it is in no message and in no file. Names and shapes as Canvas's own source has them
(``lib/api/v1/submission.rb``, ``app/controllers/submissions_api_controller.rb``).
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests import RequestException
from requests.adapters import BaseAdapter, HTTPAdapter

from grader.errors import CanvasError

if TYPE_CHECKING:
    from canvasapi.course import Course

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
KEPT = "What was done is kept; run the same command again to go on."
SECONDS = 60
MOST = 200_000_000
"""Bytes of one file."""
_ADDRESS = re.compile(
    r"(?P<site>https?://[^/]+)/courses/(?P<course>\d+)/assignments/(?P<assignment>\d+)/?(?:[?#].*)?"
)


class Patient(HTTPAdapter):
    """The network: nothing is waited for without end."""

    def send(self, request: Any, *args: Any, **more: Any) -> Any:  # as `requests` has it
        """Send, with a time after which nobody waits any more."""
        return super().send(request, *args, **{**more, "timeout": SECONDS})


@dataclass(frozen=True)
class Task:
    """An assignment in Canvas. ``grading`` is its type; ``team``: a group gets its grade as one."""

    course: int
    id: int
    name: str
    maximum: float
    grading: str = "points"
    team: bool = False
    anonymous: bool = False


@dataclass(frozen=True)
class Upload:
    """One file that was handed in."""

    id: int
    name: str
    url: str
    size: int


@dataclass(frozen=True)
class Handed:
    """One person's submission, handed in or not. Times are as Canvas writes them, "" of none; ``due`` is the
    person's own due time. ``grade`` is what somebody entered, before Canvas's own late policy. ``said`` are the
    comments: the text, and the sizes of the files with it; ``own_words`` those that the person wrote.
    """

    user: int
    name: str
    login: str = ""
    sis: str = ""
    group: int = 0
    group_name: str = ""
    submitted: str = ""
    due: str = ""
    late: bool = False
    grade: float | None = None
    released: bool = False
    excused: bool = False
    uploads: tuple[Upload, ...] = ()
    said: tuple[tuple[str, tuple[int, ...]], ...] = ()
    own_words: tuple[str, ...] = ()


def read_address(address: str) -> tuple[str, int, int]:
    """Site, course and assignment of an assignment's address. CanvasError where it is none."""
    found = _ADDRESS.fullmatch(address.strip())
    parts = urlsplit(address)
    if found is None or (parts.scheme == "http" and parts.hostname not in LOOPBACK):
        raise CanvasError(
            f"{address} is no address of an assignment in Canvas. Open the assignment in Canvas and copy the "
            "address: https://…/courses/NUMBER/assignments/NUMBER."
        )
    return found["site"], int(found["course"]), int(found["assignment"])


class Site:
    """One Canvas site as one person."""

    def __init__(self, url: str, token: str, adapter: BaseAdapter | None = None) -> None:
        """``adapter`` carries the requests: the network, unless a test has another. CanvasError without a token, or
        where canvasapi is not installed.
        """
        if not token:
            raise CanvasError(
                "There is no token. Make one (Canvas: Account, Settings, New Access Token) and put it into the "
                "environment variable PARIBUS_CANVAS_TOKEN, or into the keyring as `keyring set paribus URL`."
            )
        try:
            from canvasapi.requester import Requester
        except ImportError as error:
            raise CanvasError("canvasapi is not installed. Type `pip install 'paribus[canvas]'`.") from error
        self.url = url.rstrip("/")
        self._requester = Requester(self.url, token)
        # canvasapi waits for ever, and offers no other way in.
        for scheme in ("https://", "http://"):
            self._requester._session.mount(scheme, adapter or Patient())

    def task(self, course: int, assignment: int) -> Task:
        """The assignment. CanvasError where there is none, or this person may not see it."""
        with self._answered(f"the assignment {assignment} of course {course}"):
            found = self._course(course).get_assignment(assignment)
        raw = vars(found)
        team = raw.get("group_category_id") is not None and not raw.get("grade_group_students_individually")
        return Task(
            course, int(raw["id"]), str(raw["name"]), float(raw.get("points_possible") or 0.0),
            str(raw.get("grading_type", "points")), team, bool(raw.get("anonymize_students")),
        )  # fmt: skip

    def submissions(self, task: Task) -> list[Handed]:
        """Everybody's, in the order of their numbers; test students are left out."""
        with self._answered("the submissions"):
            include = ["user", "group", "submission_comments"]
            rows = [vars(one) for one in self._assignment(task).get_submissions(include=include)]
        return sorted(
            (_handed(row) for row in rows if row.get("user_id") and row.get("workflow_state") != "deleted"),
            key=lambda one: one.user,
        )

    def sections(self, task: Task) -> dict[int, str]:
        """Everybody's section by user, as the gradebook writes those of several."""
        with self._answered("the course's sections"):
            course = self._course(task.course)
            names = {int(one.id): str(one.name) for one in course.get_sections()}
            found: dict[int, list[str]] = {}
            for one in course.get_enrollments(type=["StudentEnrollment"]):
                found.setdefault(int(one.user_id), []).append(names.get(int(one.course_section_id), ""))
        return {user: " and ".join(sorted(set(filter(None, mine)))) for user, mine in found.items()}

    def download(self, upload: Upload) -> bytes:
        """A file. The token goes to this site alone, whatever the file's address is."""
        if upload.size > MOST:
            raise CanvasError(f"{upload.name} has {upload.size} bytes; at most {MOST} are fetched.")
        mine = urlsplit(upload.url)[:2] == urlsplit(self.url)[:2]
        with self._answered(f"the file {upload.name}"):
            content: bytes = self._requester.request("GET", _url=upload.url, use_auth=mine).content
        return content

    def save(self, task: Task, user: int, grade: float | None, comment: tuple[str, str, bytes] | None) -> None:
        """Write a grade, and a comment with its text, its file's name and the file; None leaves either as it is."""
        from canvasapi.submission import Submission

        where = Submission(self._requester, {"course_id": task.course, "assignment_id": task.id, "user_id": user})
        with self._answered(f"the grade of user {user}"):
            fields: dict[str, Any] = {}
            if grade is not None:
                fields["submission"] = {"posted_grade": f"{grade:.4f}".rstrip("0").rstrip(".")}
            if comment is not None:
                text, name, page = comment
                files = {"file_ids": [self._uploaded(task, user, name, page)]} if page else {}
                fields["comment"] = {"text_comment": text, "group_comment": task.team, **files}
            if fields:
                where.edit(**fields)

    def _uploaded(self, task: Task, user: int, name: str, page: bytes) -> int:
        """Put a file where a comment can name it; canvasapi's `upload_comment` adds an empty comment as well."""
        from canvasapi.upload import Uploader

        where = f"courses/{task.course}/assignments/{task.id}/submissions/{user}/comments/files"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(page)
            done, answer = Uploader(self._requester, where, str(path)).start()
        if not done or "id" not in answer:
            raise CanvasError(f"{self.url} did not take the feedback page of user {user}. {KEPT}")
        return int(answer["id"])

    def _course(self, number: int) -> "Course":
        from canvasapi.course import Course

        return Course(self._requester, {"id": number})

    def _assignment(self, task: Task) -> Any:  # canvasapi has no types
        from canvasapi.assignment import Assignment

        return Assignment(self._requester, {"id": task.id, "course_id": task.course})

    @contextmanager
    def _answered(self, what: str) -> Iterator[None]:
        """CanvasError, without the token, where Canvas refuses or nothing answers."""
        from canvasapi import exceptions

        try:
            yield
        except exceptions.InvalidAccessToken:
            told = "knows this token not, or not any more. Make a new one (Account, Settings, New Access Token)."
        except (exceptions.Unauthorized, exceptions.Forbidden) as error:
            limited = isinstance(error, exceptions.RateLimitExceeded) or "Rate Limit" in str(error)
            told = "asks to wait a minute." if limited else f"gives you no right to {what}."
        except exceptions.ResourceDoesNotExist:
            told = f"has nothing like {what}."
        except exceptions.CanvasException as error:
            told = f"refused {what}: {str(error)[:200]}."
        except RequestException as error:
            told = f"does not answer ({type(error).__name__})."
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            told = f"answered {what} in a way that is not Canvas's ({type(error).__name__})."
        else:
            return
        raise CanvasError(f"{self.url} {told} {KEPT}")


def _handed(row: Mapping[str, Any]) -> Handed:
    user, group = row.get("user") or {}, row.get("group") or {}
    entered = row.get("entered_score", row.get("score"))
    return Handed(
        int(row["user_id"]), str(user.get("sortable_name") or user.get("name") or ""),
        str(user.get("login_id") or ""), str(user.get("sis_user_id") or ""),
        int(group.get("id") or 0), str(group.get("name") or ""),
        str(row.get("submitted_at") or ""), str(row.get("cached_due_date") or ""), bool(row.get("late")),
        None if entered is None else float(entered), bool(row.get("posted_at")), bool(row.get("excused")),
        tuple(_upload(vars(item)) for item in row.get("attachments") or ()),
        tuple(_comment(item) for item in row.get("submission_comments") or ()),
        tuple(
            str(item.get("comment") or "")
            for item in row.get("submission_comments") or ()
            if item.get("author_id") == row["user_id"]
        ),
    )  # fmt: skip


def _upload(raw: Mapping[str, Any]) -> Upload:
    name = str(raw.get("display_name") or raw["filename"])
    return Upload(int(raw["id"]), name, str(raw["url"]), int(raw.get("size") or 0))


def _comment(raw: Mapping[str, Any]) -> tuple[str, tuple[int, ...]]:
    return str(raw.get("comment") or ""), tuple(int(item.get("size") or 0) for item in raw.get("attachments") or ())
