"""Requests to look again: a small text that a student fills in and hands in, read without guessing.

The feedback page shows the form. It comes back as a text file, in a message that somebody saved, or in Moodle's
online text; everything around the form is left alone. A form says which submission it is about; where the
folder's name says who sent it, both must be the same person.
"""

import hashlib
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.desk.items import Work
from grader.errors import DeskError
from grader.intake.entries import InboxLimits, list_entries, read_bounded
from grader.intake.file_names import read_any_name
from grader.intake.naming import nameless
from grader.pages.look_again import TITLE
from grader.recover.text import harmless

FIELDS = ("submission", "about", "because")
ENDINGS = (".txt", ".md", ".html", ".htm")
MOST = 4_000
"""Characters of a reason; and files larger than fifty times that are no form."""
_TAG = re.compile(r"<(?:br|/p|/div|/li)[^>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Request:
    """One request: whose submission, which of its cells, why. ``digest`` tells it from others; ``source`` is
    the file.
    """

    submission: str
    cell: str
    because: str
    digest: str
    source: str = ""


def read_form(text: str, works: Mapping[str, Work], source: str = "") -> Request:
    """The request in a text. DeskError says what is missing or not known, and how the line should read."""
    lines = [line.strip() for line in text.splitlines()]
    start = next((place for place, line in enumerate(lines) if line.strip("#*_ ").startswith(TITLE)), None)
    if start is None:
        raise DeskError(f"{source}: there is no line “{TITLE}”, with which the form on the feedback page begins.")
    found = dict(_fields(lines[start + 1 :]))
    for name in FIELDS:
        if not found.get(name):
            raise DeskError(f"{source}: the form has no line “{name}: …”. Copy it anew from the feedback page.")
    submission, cell = found["submission"], found["about"].split()[0]
    if submission not in works:
        raise DeskError(f"{source}: there is no submission {submission!r} in this batch.")
    known = dict.fromkeys(item.cell for item in works[submission].items)
    if cell not in known:
        raise DeskError(f"{source}: nothing of {cell!r} is graded. The form can be about {', '.join(known)}.")
    because = harmless(found["because"])[:MOST]
    if because.startswith("(your reasons"):
        raise DeskError(f"{source}: the form gives no reason.")
    digest = hashlib.sha256(f"{submission}\n{cell}\n{because}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Request(submission, cell, because, digest, source)


def read_requests(path: Path, works: Mapping[str, Work]) -> tuple[tuple[Request, ...], tuple[str, ...]]:
    """The requests in a file, a folder or Moodle's zip, and a sentence for each file that holds none."""
    requests, problems = [], []
    for source, text in _texts(path):
        try:
            one = read_form(text, works, source)
            _check_sender(one, works[one.submission])
            requests.append(one)
        except DeskError as error:
            problems.append(str(error))
    return tuple(requests), tuple(problems)


def _fields(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The form's lines by name; the last one goes on to the end of the text."""
    for place, line in enumerate(lines):
        name, colon, value = line.lstrip("*_> ").partition(":")
        name = name.strip("*_ ").casefold()
        if not colon or name not in FIELDS:
            continue
        if name == "because":
            yield name, " ".join([value.strip("*_ "), *lines[place + 1 :]]).strip()
            return
        yield name, value.strip("*_ `")


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    limits = InboxLimits(member_bytes=50 * MOST)
    for entry in list_entries(path, limits):
        if entry.unread is None or not entry.path.lower().endswith(ENDINGS):
            continue
        content, problem = read_bounded(entry.unread)
        text = content.decode("utf-8", errors="replace") if not problem else ""
        if entry.path.lower().endswith((".html", ".htm")):
            text = html.unescape(_MARKUP.sub("", _TAG.sub("\n", text)))
        yield entry.path, text


def _check_sender(one: Request, work: Work) -> None:
    """DeskError where the folder is another person's than the submission."""
    sender = read_any_name(one.source)
    if sender is None or not sender.number:
        return
    if nameless(sender.number) not in {nameless(owner) for owner in work.result.owners}:
        raise DeskError(
            f"{one.source}: asks about {one.submission}, which is another person's. Nothing was taken in."
        )
