"""Moodle's own words and date formats in the languages of its sites: looked up in ``moodle_words.toml``."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.errors import GraderError

WORDS = Path(__file__).with_name("moodle_words.toml")
COLUMNS = tuple(
    """
    identifier name email status due group grade maximum scale changeable submitted online_text modified feedback
    """.split()
)
"""What a column of the worksheet may be."""
IMPORTED = ("identifier", "participant", "grade", "modified", "feedback")
"""The words without which Moodle does not take a worksheet back."""
ENOUGH = 2
"""So many column names of one language show that a header is in it."""


@dataclass(frozen=True)
class Language:
    """What Moodle says in one language. ``code`` is Moodle's name of it, ``locale`` Babel's; ``words`` are by role,
    the newest first. The other fields are explained in ``moodle_words.toml``.
    """

    code: str
    locale: str
    dates: tuple[str, ...]
    decimal: str
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    halves: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    silent_half_days: bool = False

    def says(self, role: str) -> tuple[str, ...]:
        """Its words for a role; none where they are not known."""
        return self.words.get(role, ())

    def word(self, role: str) -> str:
        """Its newest word for a role, or the English one, as Moodle does where a word is not translated."""
        return next(iter((*self.says(role), *languages()["en"].says(role))))


@lru_cache(maxsize=1)
def languages() -> Mapping[str, Language]:
    """Every language that is known, by Moodle's code."""
    raw = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return {code: _language(code, table) for code, table in raw.items()}


def _language(code: str, table: Mapping[str, Any]) -> Language:
    words = {
        role: (given,) if isinstance(given, str) else tuple(given) for role, given in table.get("words", {}).items()
    }
    return Language(
        code, table["locale"], tuple(table["dates"]), table["decimal"], words, tuple(table.get("halves", ())),
        tuple(table.get("alone", ())), tuple(table.get("days", ())), table.get("silent_half_days", False),
    )  # fmt: skip


def language_named(code: str) -> Language:
    """The language of a site, as course.toml names it; GraderError where no worksheet can be made in it."""
    usable = [name for name, item in languages().items() if all(item.says(role) for role in IMPORTED)]
    if code not in usable:
        raise GraderError(
            f"course.toml, [grading]: language = {code!r} is none that a worksheet can be made in; expected one of "
            f"{', '.join(usable)}. In another language, grade with --worksheet."
        )
    return languages()[code]


def languages_of(header: Iterable[str]) -> tuple[Language, ...]:
    """The languages of which a worksheet's header holds most names; none where it holds hardly any."""
    cells = {plain_word(cell) for cell in header}
    shared = {
        code: sum(1 for role in COLUMNS if not cells.isdisjoint(_plain_words(code, role))) for code in languages()
    }
    most = max(shared.values())
    return tuple(languages()[code] for code, count in shared.items() if count == most >= ENOUGH)


def words_for(role: str, known: Sequence[Language]) -> frozenset[str]:
    """The words for a role in ``known`` languages and in English, which Moodle falls back to; in all languages
    where none is known. To be compared as `plain_word` has them.
    """
    chosen = (*known, languages()["en"]) if known else tuple(languages().values())
    return frozenset().union(*(_plain_words(item.code, role) for item in chosen))


@lru_cache(maxsize=1024)
def _plain_words(code: str, role: str) -> frozenset[str]:
    return frozenset(plain_word(word) for word in languages()[code].says(role))


def plain_word(text: str) -> str:
    """A word as words are compared: without case, and with single blanks."""
    return " ".join(text.split()).casefold()
