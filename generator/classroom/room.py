"""The whole class: the executions it rests on, every student's file, zipped as Moodle does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.classroom.moodle import HandedIn, identifier_of, write_worksheet, write_zip
from generator.classroom.students import NoWork, Student
from generator.rehearsal.draw import Variant
from generator.rehearsal.edits import Notebook
from generator.rehearsal.execute import Material, execute, needed
from generator.rehearsal.facts import read_facts
from generator.rehearsal.rehearse import Ready, School, faulty_work, hand_in, honest_work
from generator.rehearsal.table import Table
from generator.running.kernel import Kernel
from generator.running.run import Observe
from paribus.files import write_atomic

_PAGE = b"""<!DOCTYPE html>
<html lang="en"><head><title>Course: Applied Machine Learning</title></head>
<body><h1>Log in to the site</h1><p>Your session has timed out. Please log in again.</p></body></html>
"""
_PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@dataclass(frozen=True)
class Classroom:
    """What the class works from: the assignment's tables, what was built, and the executed lab."""

    table: Table
    material: Material
    lab: Mapping[str, Any]


def execute_class(
    room: Classroom,
    students: Sequence[Student],
    out: Path,
    *,
    workers: int,
    kernel: Kernel | None = None,
    observe: Observe = lambda progress: None,
) -> dict[str, Notebook]:
    """Every execution that somebody's work rests on, by name; kept by content, so a second call runs nothing."""
    wanted = needed(room.table, (student.runs_as for student in students))
    return execute(wanted, room.table, room.material, out, workers=workers, kernel=kernel, observe=observe)


def make_files(
    room: Classroom, students: Sequence[Student], executed: Mapping[str, Notebook], folder: Path, *, workers: int
) -> list[HandedIn]:
    """One file a student, more for those who hand in several times; same input, same bytes."""
    facts = {name: read_facts(notebook) for name, notebook in executed.items()}
    school = School(room.table, room.material, executed, facts)
    ready = [item for student in students if (item := _ready(student, school, room)) is not None]
    written = hand_in(ready, folder, workers)
    files = []
    for position, student in enumerate(students):
        content = _content(student, written)
        for attempt in range(student.attempts):
            name = f"{room.table.assignment}{f' ({attempt})' if attempt else ''}.{student.exporter.suffix}"
            files.append(HandedIn(student.name, identifier_of(position), name, content, student.in_worksheet))
    return files


def _ready(student: Student, school: School, room: Classroom) -> Ready | None:
    """The notebook that is exported for a student, None where what they hand in is none."""
    if isinstance(student.work, Variant):
        return honest_work(student.work, school)
    if isinstance(student.work, NoWork):
        handed = {"released": room.material.released, "lab": room.lab, "corrupt": room.material.released}
        notebook = handed.get(student.work.kind)
        return None if notebook is None else Ready(student.key, dict(notebook), student.exporter)
    return faulty_work(student.work, school, student.exporter, student.key)


def _content(student: Student, written: Path) -> bytes:
    kind = student.work.kind if isinstance(student.work, NoWork) else ""
    if kind in ("page", "pdf"):
        return _PAGE if kind == "page" else _PDF
    content = (written / f"{student.key}.{student.exporter.suffix}").read_bytes()
    # What a broken upload leaves: the first bytes, and none of them right.
    return bytes(255 - byte for byte in content[:4096]) if kind == "corrupt" else content


def write_class(files: Sequence[HandedIn], folder: Path, *, max_score: float) -> tuple[Path, Path]:
    """(zip, worksheet) as a teacher downloads them from Moodle."""
    archive, worksheet = folder / "submissions.zip", folder / "worksheet.csv"
    write_atomic(archive, write_zip(files))
    write_atomic(worksheet, write_worksheet(files, max_score))
    return archive, worksheet
