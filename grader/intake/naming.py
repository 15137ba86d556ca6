"""What a submission is called in files and in the gradebook: a name that belongs to one person and one file.

It is made of what the person is called, of the person's own number or folder and, where one person handed in
several files, of the file's path. It does not depend on who else handed in, nor on the order of files. What a
person is called may change; the gradebook's submissions are moved to the new name then (see
`grader.gradebook.owners`).
"""

import hashlib
import re
import unicodedata

# A reader of file names gives up here; Moodle itself allows 255.
MAX_NAME = 60
# Names that Windows keeps for devices, whatever their ending, and what it allows in none.
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}
)
FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*_]+')
PERSON_DIGITS, FILE_DIGITS = 8, 6
NAMELESS = re.compile(r"submission-[0-9a-f]{8}")
# Nobody can be called as another one's submission is.
MADE = re.compile(r"-[0-9a-f]{6,8}$")


def name_submission(student: str, name: str = "", file: str = "") -> str:
    """The name of a submission of ``student`` (the platform's number, else the folder's or file's full name).

    ``name`` is what the platform calls the person, "" where it does not say. ``file`` is the path within the
    submission where the same person handed in others beside it, else "".
    """
    person = slug(student)
    if person != student or person in RESERVED or MADE.search(person):
        person = "-".join(filter(None, (person, digest(student, PERSON_DIGITS))))
    return "-".join(filter(None, (slug(name), person, file and digest(file, FILE_DIGITS))))


def nameless(student: str) -> str:
    """What a person is called whose name must not be kept: a number, else a digest of the name."""
    if (student.isdecimal() and student.isascii()) or NAMELESS.fullmatch(student):
        return student
    return f"submission-{digest(student, PERSON_DIGITS)}"


def slug(text: str) -> str:
    """Lower-case ASCII letters, digits and hyphens: fit for a file name anywhere; may be empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_NAME].rstrip("-")


def digest(text: str, digits: int) -> str:
    """The first hex digits of the text's SHA-256, for a name that is told from all others."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]
