"""What a submission is called in files and in the gradebook: a name that belongs to one person and one file.

It is made of what the person is called, of the person's own number or folder and, where one person handed in
several files, of the file's path. It does not depend on who else handed in, nor on the order of files. What a
person is called may change; the gradebook's submissions are moved to the new name then (see
`grader.gradebook.owners`).
"""

import hashlib
import re

from grader.intake.moodle import RESERVED, slug

PERSON_DIGITS, FILE_DIGITS = 8, 6
NAMELESS = re.compile(r"submission-[0-9a-f]{8}")
# Nobody can be called as another one's submission is.
MADE = re.compile(r"-[0-9a-f]{6,8}$")


def name_submission(student: str, name: str = "", file: str = "") -> str:
    """The name of a submission of ``student`` (Moodle's number, else the folder's or file's full name).

    ``name`` is what Moodle calls the person, "" where it does not say. ``file`` is the path within the submission
    where the same person handed in others beside it, else "".
    """
    person = slug(student)
    if person != student or person in RESERVED or MADE.search(person):
        person = "-".join(filter(None, (person, digest(student, PERSON_DIGITS))))
    return "-".join(filter(None, (slug(name), person, file and digest(file, FILE_DIGITS))))


def nameless(student: str) -> str:
    """What stands for a person whose name must not be kept: Moodle's number, else a digest of the name."""
    if (student.isdecimal() and student.isascii()) or NAMELESS.fullmatch(student):
        return student
    return f"submission-{digest(student, PERSON_DIGITS)}"


def digest(text: str, digits: int) -> str:
    """The first hex digits of the text's SHA-256, for a name that is told from all others."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]
