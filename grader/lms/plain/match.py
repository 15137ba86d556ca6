"""Whom a folder's or a file's name names: by identifier, mail or full name. Texts in, people out; no files.

A name names a person where it is the person's identifier, mail, what is before its @, or full name, or where it
holds one of them. An identifier within a longer name counts where it cannot well be another number, a name from two
words on. A name that holds what belongs to two people names both, and the work is nobody's until a person decides.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import PurePosixPath
from typing import Any

from grader.intake.entries import NOTEBOOKS

STRONG = 5
"""So many letters and digits make an identifier that is no accident within a longer name."""
MOST_WORDS = 4
"""Of a name of more words only the order that the roster has, and any with blanks between them, are known."""
SHORT = 2
"""Words of so many letters are no hint of anybody."""
_DATE = re.compile(r"(19|20)\d{6}")
_COPY = re.compile(r"\s*\(\d{1,3}\)$")
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae"})

Words = tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """A person as names are compared with: the key in results, and what a name may hold."""

    key: str
    identifier: str = ""
    email: str = ""
    name: str = ""


@dataclass
class Directory:
    """Everyone by what a name may be or hold. ``assignment`` is in many files' names, beside a person's."""

    people: Iterable[Known]
    assignment: str = ""
    _whole: dict[str, set[str]] = field(default_factory=dict, init=False)
    _alone: dict[Words, set[str]] = field(default_factory=dict, init=False)
    _names: dict[Words, set[str]] = field(default_factory=dict, init=False)
    _joined: dict[str, set[str]] = field(default_factory=dict, init=False)
    _identifiers: dict[Words, set[str]] = field(default_factory=dict, init=False)
    _emails: dict[str, set[str]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Enter everyone."""
        for person in self.people:
            for text in (person.identifier, person.email, person.name):
                _enter(self._whole, folded(text), person.key)
            _enter(self._emails, folded(person.email), person.key)
            _enter(self._alone, words(person.identifier), person.key)
            _enter(self._alone, words(person.email.partition("@")[0]), person.key)
            for name in {words(person.name), words(_spelt(person.name))}:
                _enter(self._alone, name, person.key)
                if len(name) > 1:
                    _enter(self._names, tuple(sorted(name)), person.key)
                    for order in permutations(name) if len(name) <= MOST_WORDS else (name,):
                        _enter(self._joined, "".join(order), person.key)
            if _is_strong(person.identifier):
                _enter(self._identifiers, words(person.identifier), person.key)

    def named_in(self, path: str) -> tuple[frozenset[str], str]:
        """The keys of all whom a path's folders and file name, and the path after the first part that names any."""
        parts = PurePosixPath(path).parts
        found: set[str] = set()
        rest = path
        for place, part in enumerate(parts):
            last = place == len(parts) - 1
            named = self._named(_stem(part) if last else part)
            if named and not found:
                rest = part if last else "/".join(parts[place + 1 :])
            found |= named
        return frozenset(found), rest

    def _named(self, part: str) -> set[str]:
        """All whom one part of a path names."""
        part = _COPY.sub("", part)
        plain, held = folded(part), words(part)
        rest = _without(held, words(self.assignment))
        whole = self._whole.get(plain, set()) | (set() if _is_number(rest) else self._alone.get(rest, set()))
        found = set(whole)
        left = list(held)
        for start, end in _runs(held):
            run = held[start:end]
            named = self._names.get(tuple(sorted(run)), set()) | self._identifiers.get(run, set())
            if end == start + 1:
                named |= self._joined.get(run[0], set())
            if named:
                named |= self._alone.get(run, set())  # the same words may be all of somebody else's name
                left[start:end] = [""] * len(run)
            found |= named
        if "@" in plain:
            found.update(*(keys for email, keys in self._emails.items() if _holds(plain, email)))
        # What is left may be somebody else's name, too short to name anybody by itself.
        return found | self._beside(tuple(left)) if found and not whole else found

    def _beside(self, left: Words) -> set[str]:
        """Those whose one-word name or identifier, or what is before the @, is among the words that are left."""
        return {
            key
            for word in left
            if len(word) > SHORT and not word.isdecimal()
            for key in self._alone.get((word,), ())
        }


def folded(text: str) -> str:
    """A text as it is compared: without case, accents, and blanks at its ends."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def _spelt(name: str) -> str:
    """A name with letters as they are written where a keyboard lacks them."""
    return unicodedata.normalize("NFC", name).casefold().translate(_SPELT)


def _stem(file: str) -> str:
    """A file's name without its ending, and without a second one that an export left in it."""
    stem = PurePosixPath(file).stem
    return PurePosixPath(stem).stem if stem.lower().endswith(NOTEBOOKS) else stem


def words(text: str) -> Words:
    """The words and numbers in a text, as they are compared."""
    return tuple(re.findall(r"[^\W_]+", folded(text)))


def _enter(table: dict[Any, set[str]], key: str | Words, person: str) -> None:
    if key:
        table.setdefault(key, set()).add(person)


def _runs(held: Words) -> Iterator[tuple[int, int]]:
    """Where every run of words in a text begins and ends, within reason."""
    for start in range(len(held)):
        for end in range(start + 1, min(len(held), start + 8) + 1):
            yield start, end


def _is_number(held: Words) -> bool:
    return "".join(held).isdecimal()


def _without(held: Words, name: Words) -> Words:
    """The words of a text without those of a name before or after them."""
    if name and held[: len(name)] == name:
        return held[len(name) :]
    if name and held[-len(name) :] == name:
        return held[: -len(name)]
    return held


def _is_strong(identifier: str) -> bool:
    """Whether an identifier within a longer name can hardly be anything else: long, with a digit, and no date."""
    joined = "".join(words(identifier))
    return len(joined) >= STRONG and any(map(str.isdigit, joined)) and not _DATE.fullmatch(joined)


def _holds(text: str, email: str) -> bool:
    """Whether a text holds a mail address, and not a longer one."""
    return re.search(rf"(?<![^\W_])(?<![.+-]){re.escape(email)}(?![^\W_])(?!-)(?!\.[^\W_])", text) is not None
