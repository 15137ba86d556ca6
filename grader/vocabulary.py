"""The words the grader reads with, from vocabulary.toml, and how a phrase is looked for in a text."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True)
class Mention:
    """A phrase of the vocabulary as it stands in a text: what it means and where it is."""

    name: str
    start: int
    end: int


@cache
def vocabulary() -> Mapping[str, Mapping[str, tuple[str, ...] | str]]:
    """The whole file, read once; a table's lists as tuples."""
    raw = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            table: MappingProxyType(
                {name: tuple(value) if isinstance(value, list) else value for name, value in entries.items()}
            )
            for table, entries in raw.items()
        }
    )


def phrases(table: str, name: str) -> tuple[str, ...]:
    """One list of phrases."""
    found = vocabulary()[table][name]
    return (found,) if isinstance(found, str) else found


def names(table: str) -> Mapping[str, tuple[str, ...]]:
    """All lists of one table."""
    return {name: phrases(table, name) for name in vocabulary()[table]}


def title(table: str, name: str) -> str:
    """How feedback calls something, else its own name in words."""
    found = vocabulary().get(table, {}).get(name)
    return found if isinstance(found, str) else name.replace("_", " ")


@cache
def _pattern(table: str, name: str) -> re.Pattern[str]:
    return phrase_pattern(phrases(table, name))


@cache
def _sentence_patterns(table: str, name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(text) for text in phrases(table, name))


def phrase_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of these phrases as whole words; blanks, hyphens and underscores are one and the same."""
    parts = [_flexible(word) for word in sorted(words, key=len, reverse=True)]
    return re.compile("|".join(parts), re.IGNORECASE)


def _flexible(phrase: str) -> str:
    inner = r"[\s_\-‐‑–]*".join(re.escape(part) for part in re.split(r"[\s_\-]+", phrase) if part)
    before = r"(?<![\w])" if phrase[:1].isalnum() else ""
    after = r"(?![\w])" if phrase[-1:].isalnum() else ""
    return f"{before}(?:{inner}){after}"


def find(table: str, name: str, text: str) -> list[Mention]:
    """Where the phrases of one list stand in a text."""
    return [Mention(name, match.start(), match.end()) for match in _pattern(table, name).finditer(text)]


def find_all(table: str, text: str) -> list[Mention]:
    """Where any list of a table stands in a text, in order; of overlapping phrases the longest counts."""
    found = [mention for name in vocabulary()[table] for mention in find(table, name, text)]
    return longest(found)


def longest(mentions: Iterable[Mention]) -> list[Mention]:
    """Mentions without those that a longer one covers, in order."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda item: (item.start - item.end, item.start)):
        if all(mention.end <= other.start or mention.start >= other.end for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda item: item.start)


def has(table: str, name: str, text: str) -> bool:
    """Some phrase of the list stands in the text."""
    return _pattern(table, name).search(text) is not None


def says(table: str, name: str, sentence: str) -> re.Match[str] | None:
    """The first of the list's regular expressions that fits a lower-case sentence."""
    return next((hit for pattern in _sentence_patterns(table, name) if (hit := pattern.search(sentence))), None)
