"""A class's files as Moodle gives them: the download-all zip and the grading worksheet, byte for byte the same."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

_FIRST_IDENTIFIER = 4101
_DATE = (2027, 2, 3, 12, 0, 0)  # a zip stores a time; a fixed one keeps the bytes the same


@dataclass(frozen=True)
class HandedIn:
    """One file that a student handed in. ``identifier`` is Moodle's, one a student and assignment."""

    student: str
    identifier: int
    file: str
    content: bytes
    in_worksheet: bool = True


def identifier_of(position: int) -> int:
    """Moodle's identifier of the student at this position in the class."""
    return _FIRST_IDENTIFIER + 7 * position


def write_zip(files: Sequence[HandedIn]) -> bytes:
    """Moodle's "download all submissions" with folders."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for item in files:
            # Moodle keeps Unicode and turns what separates its own parts, the underscore, into a space.
            name = item.student.replace("_", " ")
            info = zipfile.ZipInfo(f"{name}_{item.identifier}_assignsubmission_file/{item.file}", _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, item.content)
    return buffer.getvalue()


def write_worksheet(files: Sequence[HandedIn], maximum: float) -> bytes:
    """Moodle's grading worksheet, one row a student who is enrolled."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(
        ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed",
         "Last modified (submission)", "Last modified (grade)", "Feedback comments"]
    )  # fmt: skip
    seen: set[int] = set()
    for item in files:
        if item.in_worksheet and item.identifier not in seen:
            seen.add(item.identifier)
            writer.writerow(
                [f"Participant {item.identifier}", item.student.replace("_", " "),
                 f"student{item.identifier}@example.org", "Submitted for grading", "", f"{maximum:.2f}", "Yes",
                 "Wednesday, 3 February 2027, 12:00 PM", "-", ""]
            )  # fmt: skip
    return buffer.getvalue().encode("utf-8-sig")
