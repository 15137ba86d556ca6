"""What is kept of a class to compare later ones with: digests, whose they are as a digest, and until when.

No name, no text and no file goes in. A person is kept as two digests, of Moodle's number (or the folder's name) and
of the full name, made with the file's own salt: enough to find one's own earlier work and to delete it when asked,
and no secret from somebody who has both the file and a list of names.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from grader.errors import KeptError
from grader.intake.naming import nameless
from grader.model import Result, Sketch
from grader.reading.answers import normal
from grader.similarity.marks import short

SCHEMA = "paribus.kept/1"
PERSON_DIGITS, ENTRY_DIGITS = 16, 8


@dataclass(frozen=True)
class Entry:
    """What is kept of one submission. ``until`` is the last day of keeping it (ISO 8601); the nonces in ``sketch``
    are digests, too.
    """

    assignment: str
    term: str
    until: str
    people: tuple[str, ...]
    sketch: Sketch

    @property
    def name(self) -> str:
        """What a report calls it: the term, and digits that tell it from others."""
        digest = hashlib.sha256(json.dumps(_plain(self), sort_keys=True).encode()).hexdigest()
        return f"{self.term}/{digest[:ENTRY_DIGITS]}"


@dataclass(frozen=True)
class Earlier:
    """A file of kept entries."""

    salt: str = ""
    entries: tuple[Entry, ...] = ()


def people_of(result: Result, salt: str) -> tuple[str, ...]:
    """The digests of everyone whose work a result is; none where nothing was kept yet."""
    if not salt:
        return ()
    return tuple(sorted({*(_owner(owner, salt) for owner in result.owners), *_names(result.name, salt)}))


def add(kept: Earlier, results: Sequence[Result], assignment: str, term: str, until: date) -> Earlier:
    """The file with a class's submissions in it; what it held of the same people's same term is replaced."""
    new = [
        Entry(assignment, term, until.isoformat(), people_of(result, kept.salt), sketch)
        for result in results
        if (sketch := _kept_sketch(result.sketch)) != Sketch()
    ]
    mine = {person for entry in new for person in entry.people}
    others = [
        entry
        for entry in kept.entries
        if (entry.assignment, entry.term) != (assignment, term) or not mine & {*entry.people}
    ]
    return replace(kept, entries=tuple(sorted((*others, *new), key=_order)))


def forget(kept: Earlier, student: str) -> Earlier:
    """The file without a student: Moodle's number, or the name in full. What a team handed in goes as a whole."""
    gone = {_owner(student, kept.salt), *_names(student, kept.salt)}
    return replace(kept, entries=tuple(entry for entry in kept.entries if not gone & {*entry.people}))


def still_kept(kept: Earlier, today: date) -> Earlier:
    """The file without the entries whose time is over."""
    return replace(kept, entries=tuple(entry for entry in kept.entries if date.fromisoformat(entry.until) >= today))


def of_assignment(kept: Earlier, assignment: str) -> Earlier:
    """The entries about one assignment."""
    return replace(kept, entries=tuple(entry for entry in kept.entries if entry.assignment == assignment))


def to_text(kept: Earlier) -> str:
    """The file: an entry a line."""
    lines = ",\n".join(json.dumps(_plain(entry), sort_keys=True, ensure_ascii=False) for entry in kept.entries)
    head = f'{{"schema": {json.dumps(SCHEMA)}, "salt": {json.dumps(kept.salt)}, "entries": ['
    return f"{head}\n{lines}\n]}}\n" if lines else f"{head}]}}\n"


def load(path: Path) -> Earlier:
    """Read a file of kept entries; KeptError where it cannot be read."""
    try:
        return read_kept(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise KeptError(f"{path} cannot be read ({why}). Name a file that `paribus keep` wrote.") from error


def read_kept(text: str, origin: str) -> Earlier:
    """Read what `to_text` wrote. KeptError says what is wrong, and in which entry."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise KeptError(f"{origin} is no JSON ({error}): it was cut or is another file.") from error
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        found = raw.get("schema") if isinstance(raw, dict) else type(raw).__name__
        raise KeptError(
            f"{origin} has schema {found!r}, expected {SCHEMA!r}. Name a file that `paribus keep` wrote."
        )
    listed = raw.get("entries")
    if not isinstance(listed, list):
        raise KeptError(f"{origin}: its entries are no list. Name a file that `paribus keep` wrote.")
    entries = []
    for number, item in enumerate(listed, 1):
        try:
            entries.append(_entry(item))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise KeptError(
                f"{origin}, entry {number}: a field is missing or wrong ({error}). Take the entry out."
            ) from error
    return Earlier(str(raw.get("salt", "")), tuple(entries))


def _owner(student: str, salt: str) -> str:
    """Moodle's number, or the folder's name as it is when names are hidden."""
    return _digest("owner", nameless(student.strip()), salt)


def _names(name: str, salt: str) -> tuple[str, ...]:
    """A full name without case and punctuation; nothing where there is none."""
    plain = normal(name)
    return (_digest("name", plain, salt),) if plain else ()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:PERSON_DIGITS]


def _kept_sketch(sketch: Sketch) -> Sketch:
    return replace(sketch, nonces=tuple(sorted(map(short, sketch.nonces))))


def _order(entry: Entry) -> tuple[str, str, tuple[str, ...], str]:
    return (entry.assignment, entry.term, entry.people, entry.name)


def _plain(entry: Entry) -> dict[str, Any]:
    sketch = {
        "nonces": list(entry.sketch.nonces), "memos": dict(entry.sketch.memos), "marks": dict(entry.sketch.marks)
    }  # fmt: skip
    return {
        "assignment": entry.assignment, "term": entry.term, "until": entry.until, "people": list(entry.people),
        "sketch": sketch,
    }  # fmt: skip


def _entry(raw: Mapping[str, Any]) -> Entry:
    sketch = raw["sketch"]
    texts = {name: str(raw[name]) for name in ("assignment", "term", "until")}
    date.fromisoformat(texts["until"])
    return Entry(
        **texts,
        people=tuple(map(str, raw["people"])),
        sketch=Sketch(
            tuple(map(str, sketch["nonces"])),
            {str(key): str(memo) for key, memo in sketch["memos"].items()},
            {str(kind): str(packed) for kind, packed in sketch.get("marks", {}).items()},
        ),
    )
