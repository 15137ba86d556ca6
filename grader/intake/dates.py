"""Dates as Moodle writes them, read by whole names of months and weekdays; nothing is guessed from beginnings.

A date is what a language's own format says, or one of the forms that spreadsheets make of it. A weekday that is
with it has to be that day's. A text that can mean several moments gives them all, and the caller takes none.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from babel import Locale

from grader.intake.languages import Language, languages

GAP = r"[\s,.،]+"
"""What may be between the parts of a date."""
_FIELD = re.compile(r"%[AaBbdeYmHkIlMSp]")
_NUMBERS = {"Y": r"\d{4}", "d": r"\d{1,2}", "m": r"\d{1,2}", "H": r"\d{1,2}", "M": r"\d{2}", "S": r"\d{2}"}
_SAME = {"e": "d", "k": "H", "I": "H", "l": "H"}
_COMMON = ("%d %B %Y %H:%M:%S %p", "%B %d %Y %H:%M:%S %p", "%Y %B %d %H:%M:%S %p")
_NUMERIC = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(z|[+-]\d\d:?\d\d)?")
_HALVES = {"am": False, "pm": True}


@dataclass(frozen=True)
class _Names:
    """A language's names, and English ones, which Moodle writes where a language pack names no locale of ICU's."""

    months: Mapping[str, int]
    days: Mapping[str, int]
    halves: Mapping[str, bool]


@dataclass(frozen=True)
class _Form:
    """One way to write a date: its looks, and whether its hours may run to twelve without a word for the half."""

    looks: re.Pattern[str]
    names: _Names
    twelve: bool


def readings(text: str, known: Sequence[Language] = ()) -> tuple[datetime, ...]:
    """Every moment that ``text`` can mean, in the ``known`` languages or, where none is known, in any language;
    without a zone unless the text holds one.

    A known language's own format comes first: what it reads is not held against spreadsheets' forms.
    """
    plain = _plain(text)
    if _ISO.fullmatch(plain):
        return tuple(_iso(plain))
    chosen = known or tuple(languages().values())
    english = bool(known)  # where a language pack names no locale of ICU's; English itself is among all of them
    own = _all(plain, [form for item in chosen for form in _own_forms(item.code, english=english)])
    if own and known:
        return own
    common = _all(plain, [form for item in chosen for form in _common_forms(item.code, english=english)])
    return tuple(sorted({*own, *common, *_all(plain, _numeric_forms())}))


def ending(text: str, known: Sequence[Language] = ()) -> tuple[datetime, ...]:
    """The readings of the date that a text ends with: of its longest end that is one."""
    starts = [0, *(found.end() for found in re.finditer(r"[\s:：]+", text))]
    return next((found for start in starts if (found := readings(text[start:], known))), ())


def _plain(text: str) -> str:
    """A text as dates are compared: without case, marks of direction, Arabic lengthening and blanks around it."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[’\u02bc]", "'", re.sub(r"[\u0640\u200e\u200f\u061c]", "", folded)).strip()


def _iso(plain: str) -> Iterator[datetime]:
    try:
        yield datetime.fromisoformat(plain.upper())
    except ValueError:
        return


def _all(plain: str, forms: Sequence[_Form]) -> tuple[datetime, ...]:
    found = {
        moment
        for form in forms
        if (match := form.looks.fullmatch(plain)) is not None
        for moment in _moments(match.groupdict(), form)
    }
    return tuple(sorted(found))


def _moments(parts: Mapping[str, str | None], form: _Form) -> Iterator[datetime]:
    """The moments that one match can mean: none where the weekday is another one or there is no such day."""
    month = form.names.months[_spaced(parts["B"])] if parts.get("B") else int(parts["m"] or 0)
    year, day, minute, second = (int(parts.get(name) or 0) for name in "YdMS")
    for hour in _hours(parts["H"] or "", parts.get("p"), form):
        try:
            when = datetime(year, month, day, hour, minute, second)  # the zone follows
        except ValueError:
            continue
        days = [form.names.days[_spaced(parts[name])] for name in ("A", "A2") if parts.get(name)]
        if all(day == when.weekday() for day in days):
            yield when


def _hours(written: str, half: str | None, form: _Form) -> tuple[int, ...]:
    """What an hour can mean: with am or pm one thing, without it two where hours may run to twelve."""
    hour = int(written)
    if half is not None:
        after = form.names.halves[re.sub(r"[\s.]", "", half)]
        if 1 <= hour <= 12:
            return (hour % 12 + 12 * after,)
        return (hour,) if after == (hour > 12) else ()
    if form.twelve and 1 <= hour <= 12 and not written.startswith("0"):
        return (hour % 12, hour % 12 + 12)
    return (hour,)


# --- forms and names --------------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def _own_forms(code: str, *, english: bool) -> tuple[_Form, ...]:
    return tuple(_form(code, pattern, english=english) for pattern in languages()[code].dates)


@lru_cache(maxsize=128)
def _common_forms(code: str, *, english: bool) -> tuple[_Form, ...]:
    """The day, the month's name and the year in any order, the weekday before or after them or nowhere."""
    own = [_FIELD.sub(" ", pattern).casefold() for pattern in languages()[code].dates]
    between = dict.fromkeys(word for pattern in own for word in re.findall(r"[^\W\d_]+", pattern))
    gap = rf"{GAP}(?:(?:{_any(between)}){GAP})*" if between else GAP
    return tuple(_form(code, pattern, gap, english=english, weekday=True) for pattern in _COMMON)


@lru_cache(maxsize=1)
def _numeric_forms() -> tuple[_Form, ...]:
    """What spreadsheets write: day and month may have changed places."""
    return tuple(_form("en", f"{date} %H:%M:%S %p") for date in _NUMERIC)


def _form(code: str, pattern: str, gap: str = GAP, *, english: bool = False, weekday: bool = False) -> _Form:
    """A format as a regular expression, with the names of a language."""
    names = _names(code, english=english, abbreviated="%b" in pattern or "%a" in pattern)
    day = _any(names.days)
    built, place = rf"(?:(?P<A>{day}){gap})?" if weekday else "", 0
    for found in _FIELD.finditer(pattern):
        between, sign = _between(pattern[place : found.start()], gap), _SAME.get(found[0][1], found[0][1])
        place = found.end()
        if sign == "p":
            halves = "|".join(r"[\s.]*".join(map(re.escape, half)) for half in names.halves)
            built += rf"(?:[\s,.،]*(?P<p>{halves}))?"
        elif sign == "S":
            built += r"(?:[:.](?P<S>\d{2}))?"
        elif sign == "H" and weekday:
            built += rf"{between}(?:(?P<A2>{day}){gap})?{_group(sign, names)}"
        else:
            built += between + _group(sign, names)
    ending = _between(pattern[place:], gap) + r"[\s,.،]*"
    return _Form(re.compile(built + ending), names, languages()[code].silent_half_days)


def _group(sign: str, names: _Names) -> str:
    if sign in "Aa":
        return f"(?P<A>{_any(names.days)})"
    if sign in "Bb":
        return f"(?P<B>{_any(names.months)})"
    return f"(?P<{sign}>{_NUMBERS[sign]})"


def _between(literal: str, gap: str) -> str:
    """What is between two fields: gaps as wide as one likes, everything else as it is."""
    plain = unicodedata.normalize("NFKC", literal).casefold()
    return "".join(
        r"[:.]" if part == ":" else gap if re.fullmatch(GAP, part) else re.escape(part)
        for part in re.split(rf"({GAP}|:)", plain)
        if part
    )


def _any(names: Mapping[str, object]) -> str:
    longest = sorted(names, key=lambda name: (-len(name), name))
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest)


def _spaced(name: str | None) -> str:
    return " ".join((name or "").split())


@lru_cache(maxsize=256)
def _names(code: str, *, english: bool, abbreviated: bool) -> _Names:
    language = languages()[code]
    months: dict[str, int] = {}
    days = {_name(name): number for number, name in enumerate(language.days)}
    locales = ((language.locale, language.alone), (languages()["en"].locale, ()))
    for locale, alone in locales if english else locales[:1]:
        found = Locale.parse(locale)
        widths = ("wide", "abbreviated") if abbreviated else ("wide",)
        # The form that stands alone is asked for only where Babel has it: elsewhere it takes what it loaded before.
        places = [("format", width, ("months", "days")) for width in widths] + [("stand-alone", "wide", alone)]
        for context, width, kinds in places:
            if "months" in kinds:
                months = {_name(name): number for number, name in found.months[context][width].items()} | months
            if "days" in kinds:
                days = {_name(name): number for number, name in found.days[context][width].items()} | days
    halves = {_name(name): bool(place) for place, name in enumerate(language.halves)} | _HALVES
    return _Names(months, days, halves)


def _name(name: str) -> str:
    return _spaced(_plain(name)).rstrip(".")
