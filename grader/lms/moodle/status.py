"""What Moodle's column Status says, in the site's language: a draft, late, an extension.

Hyphens are between its parts: ``Submitted for grading - 1 day 2 hours late - Extension granted until: Friday, …``
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.intake.dates import ending, readings
from grader.intake.languages import Language, plain_word, words_for

_DATE = re.compile(r"\d{4}.*\d[:.]\d\d|\d[:.]\d\d.*\d{4}", re.DOTALL)
"""Nothing but an extension brings a year and a time into Status."""
_FILLED = "{$a}"


@dataclass(frozen=True)
class Status:
    """What one cell says. ``late`` is None where its language does not tell; ``extension`` are the readings of the
    time that was granted, ``unread`` its words where they give no single one.
    """

    draft: bool = False
    late: bool | None = None
    extension: tuple[datetime, ...] = ()
    unread: str = ""


def read_status(text: str, known: Sequence[Language]) -> Status:
    """Read one cell, in the ``known`` languages and English."""
    parts = [part.strip() for part in re.split(r"\s+-\s+|\s+-$", text) if part.strip()]
    plain = [plain_word(part) for part in parts]
    granted = next((part for part in parts if _DATE.search(part)), "")
    found = _granted(granted, known) if granted else ()
    return Status(
        draft=any(part in words_for("draft", known) for part in plain),
        late=_late(plain, known),
        extension=found,
        unread="" if len(found) == 1 else granted,
    )


def _late(plain: Sequence[str], known: Sequence[Language]) -> bool | None:
    """Whether a part says late. That none does tells only in a known language, or where there is no other part."""
    forms = [_as_form(words) for words in words_for("late", known)]
    if any(form.fullmatch(part) for form in forms for part in plain):
        return True
    tells = len(plain) == 1 or any(item.says("late") for item in known)
    return False if plain and tells else None


def _granted(part: str, known: Sequence[Language]) -> tuple[datetime, ...]:
    """The readings of an extension's date: what is in the place for it, else what the part ends with."""
    for words in words_for("extension", known):
        match = _as_form(words).fullmatch(" ".join(part.split()))
        if match is not None:
            return readings(match[1], known)
    return ending(part, known)


def _as_form(words: str) -> re.Pattern[str]:
    """Moodle's words with a place for something that holds a digit."""
    before, _, after = words.partition(_FILLED)
    return re.compile(rf"{re.escape(before)}(.*\d.*){re.escape(after)}", re.IGNORECASE)
