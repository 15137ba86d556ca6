"""When something was handed in, by Moodle's worksheet, and how late that is. Dates in, seconds out; no clock."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from course.policy import Policy
from grader.intake.worksheet import Worksheet

# What Moodle writes in English, once weekdays are gone and months are numbers, and what spreadsheets make of it.
FORMATS = (
    "%d %m %Y %I:%M %p", "%d %m %Y %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
    "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M",
)  # fmt: skip
# The first letters of the months, in the languages whose worksheets are known; longer beginnings first.
MONTHS: Mapping[int, tuple[str, ...]] = {
    1: ("jan", "ene", "янв"),
    2: ("feb", "fév", "fev", "фев"),
    3: ("mar", "mär", "mrz", "мар"),
    4: ("apr", "avr", "abr", "апр"),
    5: ("may", "mai", "май", "мая"),
    6: ("jun", "juin", "июн"),
    7: ("jul", "juil", "июл"),
    8: ("aug", "aoû", "aou", "ago", "авг"),
    9: ("sep", "сен"),
    10: ("oct", "okt", "окт"),
    11: ("nov", "ноя"),
    12: ("dec", "dez", "déc", "dic", "дек"),
}
WEEKDAYS = frozenset({"mardi", "mercredi", "martes"})
NOT_READ = "late: the date {date!r} in the worksheet could not be read, so this counts as handed in on time."


def late_remark(seconds: float) -> str:
    """What is said of work that came ``seconds`` after its time."""
    minutes = int(seconds // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes % 60} min"]
    return f"late: handed in {' '.join(filter(None, parts))} after the time at which it was due."


def lateness(worksheet: Worksheet, policy: Policy) -> dict[str, float | str]:
    """By Moodle's number: the seconds after the due time, or the date that could not be read. Who is on time,
    or handed nothing in, is left out.
    """
    found: dict[str, float | str] = {}
    for student in worksheet.students:
        due = policy.due_for(student.number)
        if due is None or student.submitted in ("", "-"):
            continue
        when = read_date(student.submitted, policy)
        if when is None:
            found[student.number] = student.submitted
        elif when > due:
            found[student.number] = (when - due).total_seconds()
    return found


def handed_in(worksheet: Worksheet, policy: Policy) -> dict[str, datetime]:
    """By Moodle's number: when it was handed in, for all whose date can be read."""
    dates = ((student.number, read_date(student.submitted, policy)) for student in worksheet.students)
    return {number: when for number, when in dates if when is not None}


def read_date(text: str, policy: Policy) -> datetime | None:
    """The moment that a worksheet's date names, in the course's time zone; None where it cannot be read."""
    if policy.date_format:
        return _parse(text.strip(), policy.date_format, policy.timezone)
    plain = _plain(text)
    return next((when for form in FORMATS if (when := _parse(plain, form, policy.timezone)) is not None), None)


def _parse(text: str, form: str, timezone: str) -> datetime | None:
    try:
        when = datetime.strptime(text, form)  # the zone follows
    except ValueError:
        return None
    return when if when.tzinfo is not None else when.replace(tzinfo=ZoneInfo(timezone))


def _plain(text: str) -> str:
    """``Monday, 1 March 2027, 11:43 PM`` → ``1 3 2027 11:43 PM``, in any of the languages."""
    words: list[str] = []
    first = False
    for word in re.split(r"[\s,]+", unicodedata.normalize("NFC", text).strip()):
        bare = word.strip(".").casefold()
        if bare in ("am", "pm"):
            words.append(bare.upper())
        elif any(character.isdigit() for character in bare):
            words.append(word.strip("."))
        else:
            month = [str(number) for number, starts in MONTHS.items() if _is_month(bare, starts)][:1]
            first = first or (bool(month) and not words)
            words += month
    if first:  # as in March 1, 2027
        words[:2] = words[1::-1]
    return " ".join(words)


def _is_month(word: str, starts: tuple[str, ...]) -> bool:
    """A month's name, and not a weekday's that begins like one."""
    return word.startswith(starts) and word not in WEEKDAYS
