"""The words the grader reads with, from vocabulary.toml, and how a phrase is looked for in a text."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.reading import nouns
from paribus.metrics.metric import Metric
from paribus.metrics.registry import per_registry, registry

LONGEST_SENTENCE = 2_000


@dataclass(frozen=True)
class Mention:
    """A phrase of the vocabulary as it is in a text: what it means and where it is."""

    name: str
    start: int
    end: int


@per_registry()
def vocabulary() -> Mapping[str, Mapping[str, tuple[str, ...] | str]]:
    """Both files and the words of the course in use, read once; a table's lists as tuples."""
    raw = {
        **_load("vocabulary"),
        **{name: table for name, table in _load("relations").items() if name != "relation"},
    }
    raw["metrics"], raw["metric_titles"] = _with_registered(raw["metrics"], raw["metric_titles"])
    for table, lists in registry().words.items():
        raw[table] = {**raw[table], **{name: [*raw[table].get(name, ()), *more] for name, more in lists.items()}}
    return MappingProxyType(
        {
            table: MappingProxyType(
                {
                    name: tuple(nouns.spelled_out(value)) if isinstance(value, list) else value
                    for name, value in entries.items()
                }
            )
            for table, entries in raw.items()
        }
    )


def _with_registered(
    words: Mapping[str, Any], titles: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The metrics' words, those of the registry before the file's, and every metric's title. What a run can only
    measure, such as seconds, is no metric in prose, except where the file has words for it.
    """
    spoken = {
        metric.name: [*registered(metric), *words.get(metric.name, ())]
        for metric in registry()
        if metric.compute or metric.name in words
    }
    return {**words, **spoken}, {**titles, **{metric.name: metric.title for metric in registry()}}


def registered(metric: Metric) -> list[str]:
    """What the registry says that people call a metric: its title, its name, its other words."""
    return [metric.title.lower(), *_spellings(metric.name), *metric.words]


def _spellings(name: str) -> list[str]:
    """A name as it is and with blanks; a very short one may be anything ("r2" is a run, too)."""
    return [] if len(name) < 3 else list(dict.fromkeys([name, name.replace("_", " "), name.replace("_", "-")]))


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(nouns.filled(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Relation:
    """Words that say a comparison: which of the two is more, and whether more means better."""

    pattern: re.Pattern[str]
    sign: int
    merit: bool
    role: str


@cache
def relations() -> tuple[Relation, ...]:
    """The words that say a comparison."""
    return tuple(
        Relation(
            _words_or_signs(item["words"], item.get("signs", "")),
            item["sign"],
            item.get("merit", False),
            item["role"],
        )
        for item in _load("relations")["relation"]
    )


def _words_or_signs(words: str, signs: str) -> re.Pattern[str]:
    """Whole words, or signs of a script that puts no spaces between words."""
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)" + (f"|{signs}" if signs else ""))


@cache
def frame(name: str) -> re.Pattern[str]:
    """One list of the words that readers of claims look for, as one pattern."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases('frames', name))})(?!\w)")


def phrases(table: str, name: str) -> tuple[str, ...]:
    """One list of phrases."""
    found = vocabulary()[table][name]
    return (found,) if isinstance(found, str) else found


@per_registry()
def names(table: str) -> Mapping[str, tuple[str, ...]]:
    """All lists of one table."""
    return MappingProxyType({name: phrases(table, name) for name in vocabulary()[table]})


@per_registry()
def plain_phrases(table: str, name: str) -> frozenset[str]:
    """The phrases of one list, word by word, as they are compared with a text's last words."""
    return frozenset(" ".join(word for word, _, _ in tokens(phrase)) for phrase in phrases(table, name))


def title(table: str, name: str) -> str:
    """How feedback calls something, else its own name in words."""
    found = vocabulary().get(table, {}).get(name)
    return found if isinstance(found, str) else name.replace("_", " ")


class Phrases:
    """Phrases and what they mean, looked up word by word: the longest phrase at a place wins.

    Case, blanks, hyphens and underscores between words make no difference.
    """

    def __init__(self, meanings: Iterable[tuple[str, str]]) -> None:
        """``meanings`` pairs a phrase with a name; one phrase may have several names."""
        index: dict[str, set[str]] = {}
        for phrase, name in meanings:
            if words := tokens(phrase):
                index.setdefault(" ".join(word for word, _, _ in words), set()).add(name)
        self._index = {phrase: frozenset(found) for phrase, found in index.items()}
        self._longest: dict[str, int] = {}
        for phrase in index:
            first, *rest = phrase.split(" ")
            self._longest[first] = max(self._longest.get(first, 0), 1 + len(rest))

    @property
    def phrases(self) -> Iterable[str]:
        """The phrases, word by word."""
        return self._index.keys()

    def find(self, text: str) -> list[tuple[int, int, frozenset[str]]]:
        """Where the phrases are, as (start, end, names), in order and without overlaps."""
        words = tokens(text)
        longest = self._longest
        found: list[tuple[int, int, frozenset[str]]] = []
        free = 0
        # Most words begin no phrase: they are passed over at once.
        for at in [place for place, word in enumerate(words) if word[0] in longest]:
            if at < free:
                continue
            key = words[at][0]
            best = (at, self._index.get(key))
            for end in range(at + 1, min(at + longest[key], len(words))):
                key = f"{key} {words[end][0]}"
                if key in self._index:
                    best = (end, self._index[key])
            if best[1] is not None:
                found.append((words[at][1], words[best[0]][2], best[1]))
                free = best[0] + 1
        return found


# Scripts that put no spaces between words: each of their signs is a word.
_SIGNS = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_SIGNS}]|[^\W_{_SIGNS}]+(?:[.,][^\W_{_SIGNS}]+)*|[=≈~]")


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[tuple[str, int, int], ...]:
    """The words, numbers and equals signs of a text in lower case, with where they are."""
    return tuple((match[0].lower(), match.start(), match.end()) for match in _TOKEN.finditer(text))


@per_registry()
def _list(table: str, name: str) -> Phrases:
    return Phrases((phrase, name) for phrase in phrases(table, name))


@per_registry()
def _table(table: str) -> Phrases:
    return Phrases((phrase, name) for name in vocabulary()[table] for phrase in phrases(table, name))


@cache
def _sentence_patterns(table: str, name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(text) for text in phrases(table, name))


def find(table: str, name: str, text: str) -> list[Mention]:
    """Where the phrases of one list are in a text."""
    return [Mention(name, start, end) for start, end, _ in _list(table, name).find(text)]


def find_all(table: str, text: str) -> list[Mention]:
    """Where any list of a table is in a text, in order; of overlapping phrases the longest counts."""
    return list(_found(table, text))


@per_registry(8192)
def _found(table: str, text: str) -> tuple[Mention, ...]:
    """Many readers ask for the same words of the same sentence."""
    return tuple(Mention(min(found), start, end) for start, end, found in _table(table).find(text))


@per_registry(8192)
def one_of(table: str, text: str) -> str:
    """The only list of a table that a text names; "" where it names none, or more than one."""
    found = {name for _, _, names in _table(table).find(text) for name in names}
    return found.pop() if len(found) == 1 else ""


@per_registry(8192)
def has(table: str, name: str, text: str) -> bool:
    """Some phrase of the list is in the text."""
    return bool(_list(table, name).find(text))


@lru_cache(maxsize=8192)
def says(table: str, name: str, sentence: str) -> re.Match[str] | None:
    """The first of the list's regular expressions that fits a lower-case sentence (its first 2,000 characters)."""
    text = sentence[:LONGEST_SENTENCE]
    return next((hit for pattern in _sentence_patterns(table, name) if (hit := pattern.search(text))), None)
