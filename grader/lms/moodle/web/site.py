"""Moodle's web services as few calls, over a transport that tests replace.

All functions are in Moodle's built-in service ``moodle_mobile_app``, so that a teacher gets a token alone. The
token is a secret: it is in no message and in no file. Names and shapes as Moodle 4.5 answers them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from grader.errors import MoodleError

REST, UPLOAD = "/webservice/rest/server.php", "/webservice/upload.php"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
KEPT = "What was done is kept; run the same command again to go on."


class Transport(Protocol):
    """Sends a form, with files where there are any (field: name, bytes); returns the answer's bytes.

    MoodleError where nothing answers.
    """

    def __call__(
        self, url: str, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> bytes: ...


@dataclass(frozen=True)
class Participant:
    """Somebody of the course. ``number`` is what the zip's names and the worksheet have: the one of blind
    marking where names are hidden, else the user's. ``group`` is the team's number, 0 of none.
    """

    user: int
    number: str
    name: str
    group: int = 0
    group_name: str = ""


@dataclass(frozen=True)
class Handed:
    """What one person or team handed in: the files' paths with their addresses; times are seconds since 1970.

    ``typed`` is online text, ``comments`` whether there may be comments on the submission ``id``.
    """

    user: int
    group: int
    status: str
    attempt: int
    modified: int
    files: tuple[tuple[str, str], ...]
    typed: tuple[str, ...] = ()
    id: int = 0
    comments: bool = False


@dataclass(frozen=True)
class Graded:
    """A grade as Moodle holds it; None where there is none. ``modified`` is 0 where nobody graded."""

    grade: float | None
    modified: int


@dataclass(frozen=True)
class Activity:
    """An assignment in Moodle. ``maximum`` is negative where it has a scale, 0 where it is not graded."""

    id: int
    cmid: int
    name: str
    maximum: float
    due: int
    team: bool
    blind: bool
    workflow: bool


@dataclass(frozen=True)
class Grade:
    """What is written for one person: with ``team`` for everybody of the team. ``draft`` is the area of the
    feedback files, 0 where they stay as they are.
    """

    user: int
    grade: float | None
    comment: str
    draft: int = 0
    team: bool = False
    state: str = ""


class Site:
    """One Moodle site as one person."""

    def __init__(self, url: str, token: str, transport: Transport) -> None:
        """``url`` begins with https, but for this machine's own. MoodleError where it is no such address."""
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise MoodleError(f"{url} is no address of a Moodle site. Write https:// and the site's name.")
        if not token:
            raise MoodleError(
                "There is no token. Put yours (Moodle: Preferences, Security keys) into the environment variable "
                "PARIBUS_MOODLE_TOKEN, or into the keyring as `keyring set paribus URL`."
            )
        self.url, self._token, self._transport = url.rstrip("/"), token, transport

    def activity(self, wanted: int) -> Activity:
        """The assignment with this number: the one in its address (``id=``), or its own."""
        courses = self._call("mod_assign_get_assignments")["courses"]
        found = [item for course in courses for item in course["assignments"]]
        for key in ("cmid", "id"):
            for item in found:
                if int(item[key]) == wanted:
                    return Activity(
                        int(item["id"]), int(item["cmid"]), str(item["name"]), float(item["grade"]),
                        int(item.get("duedate", 0)), bool(item.get("teamsubmission")),
                        bool(item.get("blindmarking")), bool(item.get("markingworkflow")),
                    )  # fmt: skip
        listed = ", ".join(f"{item['cmid']} ({item['name']})" for item in found[:8]) or "none"
        raise MoodleError(
            f"You teach no assignment {wanted} at {self.url}. There are: {listed}. Give one of these."
        )

    def participants(self, activity: Activity) -> list[Participant]:
        """Everybody who may hand in."""
        rows = self._call("mod_assign_list_participants", assignid=activity.id, groupid=0, filter="")
        return [
            Participant(
                int(row["id"]),
                str(row.get("recordid") or row["id"]) if activity.blind else str(row["id"]),
                "" if activity.blind else str(row.get("fullname", "")),
                int(row.get("groupid") or 0),
                str(row.get("groupname") or ""),
            )
            for row in rows
        ]

    def handed_in(self, activity: Activity) -> list[Handed]:
        """The last attempt of each, with its files. A team's is the team's alone."""
        (found,) = self._call("mod_assign_get_submissions", assignmentids=[activity.id])["assignments"] or [{}]
        rows = []
        for row in found.get("submissions", []):
            files = tuple(
                (f"{file.get('filepath', '/')}{file['filename']}".lstrip("/"), str(file["fileurl"]))
                for plugin in row.get("plugins", [])
                if plugin["type"] == "file"
                for area in plugin.get("fileareas", [])
                for file in area.get("files", [])
            )
            rows.append(
                Handed(int(row["userid"]), int(row.get("groupid") or 0), str(row["status"]),
                       int(row["attemptnumber"]), int(row["timemodified"]), files, _typed(row),
                       int(row.get("id") or 0), any(item["type"] == "comments" for item in row.get("plugins", [])))
            )  # fmt: skip
        return rows

    def own_comments(self, activity: Activity, item: Handed) -> list[str]:
        """What a person wrote as comments on their own submission, as HTML."""
        found = self._call(
            "core_comment_get_comments", contextlevel="module", instanceid=activity.cmid,
            component="assignsubmission_comments", itemid=item.id, area="submission_comments",
        )  # fmt: skip
        return [str(one["content"]) for one in found.get("comments", []) if int(one["userid"]) == item.user]

    def extensions(self, activity: Activity) -> dict[int, int]:
        """Until when somebody's time was extended, by user."""
        rows = self._flags(activity)
        return {int(row["userid"]): int(row["extensionduedate"]) for row in rows if row.get("extensionduedate")}

    def locked(self, activity: Activity) -> frozenset[int]:
        """Those whose grade cannot be changed."""
        return frozenset(int(row["userid"]) for row in self._flags(activity) if row.get("locked"))

    def released(self, activity: Activity) -> frozenset[int]:
        """Those who have seen their grade; without a marking workflow everybody has."""
        if not activity.workflow:
            return frozenset(self.grades(activity))
        rows = self._flags(activity)
        return frozenset(int(row["userid"]) for row in rows if row.get("workflowstate") == "released")

    def _flags(self, activity: Activity) -> list[dict[str, Any]]:
        (found,) = self._call("mod_assign_get_user_flags", assignmentids=[activity.id])["assignments"] or [{}]
        return list(found.get("userflags", []))

    def grades(self, activity: Activity) -> dict[int, Graded]:
        """The grades by user."""
        (found,) = self._call("mod_assign_get_grades", assignmentids=[activity.id])["assignments"] or [{}]
        return {
            int(row["userid"]): Graded(_grade(row.get("grade")), int(row.get("timemodified") or 0))
            for row in found.get("grades", [])
        }

    def feedback_files(self, activity: Activity, user: int) -> list[tuple[str, str]]:
        """The feedback files that somebody has: names and addresses."""
        found = self._call("mod_assign_get_submission_status", assignid=activity.id, userid=user)
        plugins = found.get("feedback", {}).get("plugins", [])
        return [
            (str(file["filename"]), str(file["fileurl"]))
            for plugin in plugins
            if plugin["type"] == "file"
            for area in plugin.get("fileareas", [])
            for file in area.get("files", [])
        ]

    def download(self, address: str) -> bytes:
        """A file. MoodleError where its address is on another site: the token goes to nobody else."""
        if urlsplit(address)[:2] != urlsplit(self.url)[:2]:
            raise MoodleError(f"{self.url} names a file on another site. It is not fetched.")
        content = self._transport(address, {"token": self._token})
        if content.startswith(b'{"error":'):
            raise MoodleError(f"{self.url} gives no file at {urlsplit(address).path}. The token may not download.")
        return content

    def upload(self, files: Sequence[tuple[str, bytes]]) -> int:
        """Put files into a new draft area; returns its number."""
        fields = {"token": self._token, "filearea": "draft", "itemid": "0"}
        found = self._json(
            UPLOAD,
            fields,
            {f"file_{place}": file for place, file in enumerate(files, 1)},
            "uploading feedback files",
        )
        return int(found[0]["itemid"])

    def save(self, activity: Activity, one: Grade) -> None:
        """Write one grade with its comment and files; None takes away a grade that is there."""
        entry: dict[str, Any] = {
            "userid": one.user, "grade": -1 if one.grade is None else one.grade, "attemptnumber": -1,
            "addattempt": 0, "workflowstate": one.state,
            # Moodle breaks where an existing comment is left out.
            # The worksheet's comment is HTML already, as its importer takes it (format 1).
            "plugindata": {"assignfeedbackcomments_editor": {"text": one.comment, "format": 1}},
        }  # fmt: skip
        if one.draft:
            entry["plugindata"] = {**entry["plugindata"], "files_filemanager": one.draft}
        self._call("mod_assign_save_grades", assignmentid=activity.id, applytoall=int(one.team), grades=[entry])

    def _call(self, function: str, **arguments: object) -> Any:  # JSON
        fields = {"wstoken": self._token, "wsfunction": function, "moodlewsrestformat": "json"}
        return self._json(REST, {**fields, **flat(arguments)}, None, function)

    def _json(
        self, path: str, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None, what: str
    ) -> Any:  # JSON
        raw = self._transport(self.url + path, fields, files)
        try:
            found = json.loads(raw)
        except ValueError as error:
            raise MoodleError(
                f"{self.url} answered {what} with no JSON. Is this the site's own address, with web services on? "
                f"{KEPT}"
            ) from error
        if isinstance(found, dict) and ("exception" in found or "error" in found):
            raise MoodleError(_refused(self.url, what, found))
        return found


def flat(arguments: Mapping[str, object]) -> dict[str, str]:
    """Arguments as PHP reads them: ``grades[0][userid]``."""
    fields: dict[str, str] = {}

    def put(name: str, value: object) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                put(f"{name}[{key}]", inner)
        elif isinstance(value, list | tuple):
            for place, inner in enumerate(value):
                put(f"{name}[{place}]", inner)
        else:
            fields[name] = str(value)

    for name, value in arguments.items():
        put(name, value)
    return fields


def _typed(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The online text of a submission, as HTML."""
    return tuple(
        str(editor["text"])
        for plugin in row.get("plugins", [])
        if plugin["type"] == "onlinetext"
        for editor in plugin.get("editorfields", [])
        if editor.get("text")
    )


def _grade(value: object) -> float | None:
    """Moodle's grade: "-1.00000" and "" are none."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if number >= 0 else None


def _refused(url: str, what: str, found: Mapping[str, object]) -> str:
    code = str(found.get("errorcode", ""))
    words = {
        "invalidtoken": "knows this token not, or not any more. Make a new one (Preferences, Security keys).",
        "accessexception": f"lets this token do no {what}. Ask for the built-in mobile service, or the function.",
        "nopermission": f"gives you no right to {what} in this course.",
        "requireloginerror": "says that you are not in this course.",
    }.get(code)
    told = words or f"refused {what}: {found.get('message') or found.get('error') or code}."
    return f"{url} {told} {KEPT}"
