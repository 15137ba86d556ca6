"""A Canvas course in memory, for tests: it zips submissions and exports its gradebook as Canvas does, and takes
both files back by Canvas's rules. It shares no code with what reads and writes them.
"""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath


class CanvasRefusal(Exception):  # noqa: N818 - what Canvas answers
    """Canvas takes a file back only after asking what to do, or not at all."""


@dataclass(frozen=True)
class Person:
    """A student: ``name`` is the sortable one ("Doe, Jane")."""

    number: int
    name: str
    login: str = ""
    sis: str = ""
    section: str = "Section 1"


@dataclass(frozen=True)
class Upload:
    """One file that a student handed in; ``number`` is the upload's."""

    person: int
    number: int
    name: str
    content: bytes
    late: bool = False


@dataclass
class FakeCanvas:
    """One course. ``titles`` and ``points`` are by the assignment's number, ``grades`` by assignment and person;
    ``anonymous`` gives the hidden names of an assignment's people; ``groups`` a group's name by the member whose
    number Canvas writes.
    """

    people: Sequence[Person]
    titles: dict[int, str]
    points: dict[int, float]
    uploads: list[Upload] = field(default_factory=list)
    grades: dict[tuple[int, int], str] = field(default_factory=dict)
    anonymous: dict[int, str] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    manual: bool = False
    separator: str = ","

    def submissions_zip(self) -> bytes:
        """What "Download Submissions" gives."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for upload in self.uploads:
                archive.writestr(f"{self._before(upload)}_{upload.number}_{upload.name}", upload.content)
        return buffer.getvalue()

    def gradebook(self) -> bytes:
        """What "Export Entire Gradebook" gives."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.separator, lineterminator="\n")
        columns = [f"{title} ({number})" for number, title in self.titles.items()]
        totals = ["Assignments Current Score", "Current Score", "Final Score"]
        writer.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Notes", *columns, *totals])
        if self.manual:
            writer.writerow([*[""] * 6, *["Manual Posting"] * len(columns), *[""] * 3])
        possible = [f"{points:.2f}" for points in self.points.values()]
        writer.writerow(["    Points Possible", "", "", "", "", "", *possible, *["(read only)"] * 3])
        for person in self.people:
            name = f'="{person.name}"' if person.name.startswith("=") else person.name
            cells = [self.grades.get((number, person.number), "") for number in self.titles]
            writer.writerow(
                [
                    name,
                    person.number,
                    person.sis,
                    person.login,
                    person.section,
                    "a note",
                    *cells,
                    "1.0",
                    "1.0",
                    "1.0",
                ]
            )
        return text.getvalue().encode()

    def import_gradebook(self, content: bytes) -> dict[tuple[int, int], tuple[str, str]]:
        """Take a gradebook back; what changed for which assignment and person, from what to what.

        CanvasRefusal where the header is not one, or where Canvas would ask about an assignment or a person.
        """
        rows = [
            row for row in csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=self.separator) if row
        ]
        header = rows[0]
        if len(header) < 4 or "Student" not in header[0] or "ID" not in header[1]:
            raise CanvasRefusal("Invalid header row")
        people = 3 + ("SIS Login ID" in header) + ("SIS User ID" in header)
        if "Section" not in header[people - 1]:
            raise CanvasRefusal("Invalid header row")
        columns = [
            place for place in range(people, len(header)) if not re.search("Score|Points|Grade", header[place])
        ]
        assignments = {place: self._assignment(header[place]) for place in columns if header[place] != "Notes"}
        known = {person.number for person in self.people}
        changed = {}
        for row in rows[1:]:
            if "Points Possible" in row[0]:
                for place, number in assignments.items():
                    self.points[number] = float(row[place])
                continue
            if not row[1].isdigit() or int(row[1]) not in known:
                raise CanvasRefusal(f"Who is {row[0]!r}?")
            for place, number in assignments.items():
                key, new = (number, int(row[1])), row[place].strip().replace(",", ".")
                old = self.grades.get(key, "")
                if old not in (new, "N/A"):
                    changed[key] = (old, new)
        self.grades.update({key: new for key, (_, new) in changed.items()})
        return changed

    def import_feedback(self, content: bytes) -> tuple[dict[int, list[tuple[str, bytes]]], list[str]]:
        """Take feedback files back: by person, their shown names and bytes; and which are not taken."""
        taken: dict[int, list[tuple[str, bytes]]] = {}
        ignored = []
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                upload = self._upload(PurePosixPath(member).name)
                if upload is None:
                    ignored.append(member)
                else:
                    taken.setdefault(upload.person, []).append((upload.name, archive.read(member)))
        return taken, ignored

    def _before(self, upload: Upload) -> str:
        """What is before an upload's number: name, mark and number, without what is no letter, digit or ``_``."""
        person = next(item for item in self.people if item.number == upload.person)
        late = ["LATE"] if upload.late else []
        if self.anonymous:
            parts = [*late, f"anon_{self.anonymous[person.number]}"]
        else:
            name = re.sub(r"_(\d+)_", r"\1", self.groups.get(person.number, person.name)).lower()
            parts = [name, *late, str(person.number)]
        return re.sub(r"\W", "", "_".join(parts))

    def _assignment(self, column: str) -> int:
        found = re.fullmatch(r"(.*) \((\d+)\)", column)
        if found and int(found[2]) in self.titles:
            return int(found[2])
        for number, title in self.titles.items():
            if title == column:
                return number
        raise CanvasRefusal(f"Create the assignment {column!r}?")

    def _upload(self, member: str) -> Upload | None:
        """The upload that a feedback file is about: by the hidden person's word, else by the first two numbers."""
        parts = [part for part in member.split("_") if part != "LATE"]
        if parts[0] == "anon":
            persons = [number for number, hidden in self.anonymous.items() if hidden == parts[1]]
            numbers = [str(persons[0]) if persons else "", parts[2] if len(parts) > 2 else ""]
        else:
            numbers = [part for part in parts if re.fullmatch(r"\d+", part)][:2]
        if len(numbers) < 2 or parts[-1].startswith("link"):
            return None
        return next((item for item in self.uploads if [str(item.person), str(item.number)] == numbers), None)
