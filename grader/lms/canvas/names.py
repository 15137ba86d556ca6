"""How Canvas names the files of "Download Submissions", and the files that it takes back as feedback.

A file               ``doejane_12345_67890_homework.html``: the sortable name in small letters without blanks
                     and signs, the user's number, the upload's number, the file's own name
Handed in late       ``doejane_LATE_12345_67890_homework.html``
Handed in again      ``…_homework-1.html``: a second file of one name gets a number; an upload's number only rises
Anonymous            ``anon_aB3xY_67890_homework.html``, late ``LATE_anon_aB3xY_…``: no name, and no user's number
Text or link         ``doejane_12345_text.html``, ``doejane_12345_link.html``
A group              the group's name in place of the person's, with the number of one member

What Canvas does is in its ``lib/content_zipper.rb``; how it reads names again is in
``AbstractAssignment#infer_comment_context_from_filename``: the first two parts that are numbers.
"""

import re
import unicodedata
from collections.abc import Iterator

from grader.intake.file_names import Named

ANONYMOUS, LATE = "anon", "LATE"
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_TYPED = ("text.html", "link.html")


def read_name(path: str) -> Named | None:
    """Read the name of a file of the download; None where it is not named by Canvas, or lies in a folder."""
    return next(readings(path), None)


def readings(path: str) -> Iterator[Named]:
    """Everything that a name can mean: a person's name may hold an underscore and a number, too. The first one is
    what Canvas itself reads.
    """
    parts = unicodedata.normalize("NFC", path).split("_")
    if "/" in path or len(parts) < 3:
        return
    late = LATE in parts[:-1]
    plain = [part for part in parts if part != LATE] if late else parts
    if plain[0] == ANONYMOUS:
        if found := _told("", f"{ANONYMOUS}_{plain[1]}", plain[2:], late=late):
            yield found
        return
    for place in range(1, len(plain) - 1):
        if _NUMBER.fullmatch(plain[place]) and (
            found := _told("_".join(plain[:place]), plain[place], plain[place + 1 :], late=late)
        ):
            yield found


def _told(name: str, number: str, rest: list[str], *, late: bool) -> Named | None:
    """What a name says whose parts after the person are the ``rest``."""
    if len(rest) == 1 and rest[0] in _TYPED:
        return Named(name, number, "onlinetext", rest[0], hidden=not name, late=late, by="Canvas")
    if len(rest) < 2 or not _NUMBER.fullmatch(rest[0]):
        return None
    return Named(
        name, number, "file", "_".join(rest[1:]), hidden=not name, late=late, upload=int(rest[0]), by="Canvas"
    )


def squashed(name: str) -> str:
    """A person's or a group's name as Canvas writes it into a file's name: letters, marks, digits, ``_``."""
    plain = unicodedata.normalize("NFC", re.sub(r"_(\d+)_", r"\1", name)).lower()
    return "".join(sign for sign in plain if sign.isalnum() or unicodedata.category(sign)[0] == "M" or sign == "_")


def feedback_name(path: str) -> str | None:
    """What a page must be called so that Canvas takes it for feedback on this file: the file's own name, with the
    ending of a page. None where no upload is behind the file.
    """
    file = path.rsplit("/", 1)[-1]
    found = read_name(file)
    if found is None or found.plugin != "file":
        return None
    return f"{file.rpartition('.')[0] or file}.html"
