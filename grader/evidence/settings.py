"""Settings as prose gives them: "batches of 32", "two epochs", "a cosine schedule", "no warm-up", "two
thousandths".
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from grader.evidence.runs import Run
from grader.reading import vocabulary
from grader.reading.notation import plain
from grader.reading.numbers import Number, Reading, find_numbers
from grader.reading.vocabulary import Mention, Phrases
from paribus.metrics.registry import per_registry
from paribus.records.simple import is_number

NUMERIC = (
    "batch_size",
    "learning_rate",
    "epochs",
    "warmup_share",
    "weight_decay",
    "max_length",
    "patience",
    "label_smoothing",
)
ROUNDED = 0.15
"""How far, of itself, a setting's value may be rounded."""
_JOINT = re.compile(
    r"[\s:=(≈~\[]*(?:(?:share|ratio|value|size|peak|of|is|was|were|at|to|as|set|fixed|kept|=|:|von|de|di|à|"
    r"a)\b\s*)*[\s:=(\[`\"']*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s\-‑]*(?:training|full|whole|complete|warm-up)?[\s\-‑]*", re.IGNORECASE)
_NONE = re.compile(r"\b(?:no|without(?: any)?|kein\w*|ohne|sans|sin|senza|sem|aucune?)\s+$", re.IGNORECASE)
_NONE_AFTER = re.compile(r"^\s*[:=(]?\s*(?:none|off|zero|not used|unused)\b", re.IGNORECASE)
_SMALL = re.compile(
    r"\b(?P<count>a|one|two|three|four|five|six|eight|ten|\d{1,3})[\s-](?P<part>hundredths?|thousandths?|"
    r"ten[- ]thousandths?)\b",
    re.IGNORECASE,
)
_PARTS = {"hundredth": 0.01, "thousandth": 0.001, "ten-thousandth": 0.0001}


@dataclass(frozen=True)
class Said:
    """A setting with the value that a text gives it: a number at its printed precision, or a word."""

    name: str
    text: str
    start: int
    number: Number | None = None
    word: str = ""

    def fits(self, recorded: Any) -> bool:  # a setting is any plain value
        """The recorded value may be what is meant; a value of another kind says nothing."""
        if self.number is not None:
            if recorded is None or recorded == "none":
                return self.number.value == 0
            if not is_number(recorded):
                return True
            return fits(self.number, float(recorded))
        if not isinstance(recorded, str) and recorded is not None:
            return True
        return plain_value(self.word) == plain_value(recorded or "none") or plain_value(
            recorded or "none"
        ) not in _values(self.name)


def fits(number: Number, recorded: float) -> bool:
    """A printed number is a rounding of a setting's value, or of its percentage; a zero is none of a small one."""
    if number.value == 0:
        return recorded == 0
    return any(
        abs(reading.value / scale - recorded) <= min(0.51 * reading.unit / scale, ROUNDED * abs(recorded)) + 1e-12
        for reading in number.readings
        for scale in ((1.0, 100.0) if number.percent else (1.0,))
    )


def plain_value(value: str) -> str:
    """A value that is a word, in one spelling."""
    word = re.sub(r"[\s_-]+", " ", value.lower()).strip()
    same = {
        "konstant": "constant",
        "kosinus": "cosine",
        "cosinus": "cosine",
        "linéaire": "linear",
        "lineal": "linear",
        "lineare": "linear",
        "linear decay": "linear",
    }
    if "inverse" in word and re.search(r"sqrt|root|raci|raíz|wurzel", word):
        return "sqrt inverse"
    return same.get(word, word)


@cache
def _values(name: str) -> frozenset[str]:
    return frozenset(plain_value(value) for value in vocabulary.phrases("setting_values", name))


@per_registry()
def _names() -> Phrases:
    """All names of settings, the loose ones too."""
    tables = (vocabulary.names("settings"), vocabulary.names("synonyms"))
    return Phrases((phrase, name) for table in tables for name, phrases in table.items() for phrase in phrases)


def loose_names(text: str) -> list[Mention]:
    """Where settings are named, by their own names or by looser words."""
    return [Mention(min(names), start, end) for start, end, names in _names().find(text)]


def said_settings(text: str) -> list[Said]:
    """Every setting that a text gives a value."""
    text = plain(text)
    mentions, small = [*loose_names(text), *_batches(text)], list(_in_words(text))
    mentions.sort(key=lambda item: item.start)
    plain_ones = [item for item in find_numbers(text) if not any(a.start <= item.start < a.end for a in small)]
    numbers = [*plain_ones, *small]
    found = [
        *_by_unit(text, numbers),
        *_by_name(text, mentions, numbers),
        *_as_name(text, mentions, numbers),
        *_by_word(text, mentions),
    ]
    return sorted(found, key=lambda item: item.start)


_BATCH = re.compile(r"\bbatch(?=\s*[=:(]?\s*\d)|\bbs(?=\s*[=:]?\s*\d)|\bbatches of(?=\s+\d)", re.IGNORECASE)


def _batches(text: str) -> Iterator[Mention]:
    """“batch 32”, “bs=32”: the word alone names other things too, and with a number behind it none."""
    yield from (Mention("batch_size", hit.start(), hit.end()) for hit in _BATCH.finditer(text))


def _in_words(text: str) -> Iterator[Number]:
    """Numbers in other languages' words, and parts such as "two thousandths"."""
    for hit in _SMALL.finditer(text):
        word = hit["count"].lower()
        count = 1 if word == "a" else int(word) if word.isdecimal() else _words().get(word, 0)
        part = _PARTS[re.sub(r"\s", "-", hit["part"].lower()).removesuffix("s")]
        yield Number(hit[0], hit.start(), hit.end(), (Reading(count * part, 6),))
    for start, end, names in _number_words().find(text):
        yield Number(text[start:end], start, end, (Reading(float(min(names)), 0),), spelled=True)


def number_of(word: str) -> float:
    """A whole number in digits or in English words."""
    if word.isdecimal():
        return float(word)
    found = find_numbers(word)
    return found[0].value if found else float(_words().get(word, -1))


@cache
def _words() -> dict[str, int]:
    return {word: int(value) for value, words in vocabulary.names("number_words").items() for word in words}


@cache
def _number_words() -> Phrases:
    return Phrases((word, value) for value, words in vocabulary.names("number_words").items() for word in words)


def _by_unit(text: str, numbers: Sequence[Number]) -> Iterator[Said]:
    """“two epochs”, “48 tokens”: the unit follows the number."""
    for start, end, names in _units().find(text):
        number = next(
            (item for item in numbers if item.end <= start and _BETWEEN.fullmatch(text[item.end : start])), None
        )
        if number is not None and number.whole and not number.percent and number.upper is None:
            yield Said(min(names), f"{number.text} {text[start:end]}", number.start, number)


@cache
def _units() -> Phrases:
    return Phrases((unit, name) for name, units in vocabulary.names("setting_units").items() for unit in units)


def _by_name(text: str, mentions: Sequence[Mention], numbers: Sequence[Number]) -> Iterator[Said]:
    """“batch size 32”: the number follows the name."""
    for index, mention in enumerate(mentions):
        if mention.name not in NUMERIC:
            continue
        if mention.name == "batch_size" and _EVALUATION.search(text[: mention.start]):
            continue  # how many are read at once where nothing is trained
        if _NONE.search(text[: mention.start]) or _NONE_AFTER.match(text[mention.end :]):
            zero = Number("no", mention.start, mention.end, (Reading(0.0, 0),))
            if mention.name in ("warmup_share", "weight_decay", "label_smoothing"):
                yield Said(mention.name, f"no {text[mention.start : mention.end]}", mention.start, zero)
            continue
        number = min(
            (item for item in numbers if item.start >= mention.end), key=lambda item: item.start, default=None
        )
        if number is None or not _JOINT.fullmatch(text[mention.end : number.start]):
            continue
        following = mentions[index + 1] if index + 1 < len(mentions) else None
        if following is not None and not text[number.end : following.start].strip(" -)"):
            continue  # "epochs, 0.002 learning rate": the next one's
        if _goes_on(number, numbers, text):
            continue
        if number.spelled and mention.name in ("learning_rate", "warmup_share", "weight_decay"):
            continue
        yield Said(mention.name, f"{text[mention.start : mention.end]} {number.text}", mention.start, number)


_EVALUATION = re.compile(
    r"\b(?:eval\w*|validation|val|test|testing|inference|prediction)"
    r"(?: (?:with|in|at|uses|used))?(?: an?)?[\s_-]*$",
    re.IGNORECASE,
)
_AS = re.compile(r"\s*(?:as|for|als|comme|como|come) (?:the |a |my |die |le |la |el )?", re.IGNORECASE)


def _as_name(text: str, mentions: Sequence[Mention], numbers: Sequence[Number]) -> Iterator[Said]:
    """“32 as the batch size”: the name follows the number."""
    for number, mention in product(numbers, mentions):
        if (
            mention.name in NUMERIC
            and number.end < mention.start
            and _AS.fullmatch(text[number.end : mention.start])
        ):
            yield Said(mention.name, f"{number.text} {text[mention.start : mention.end]}", number.start, number)


def _goes_on(number: Number, numbers: Sequence[Number], text: str) -> bool:
    """It is one of several values: "32 and 16", "0.002 → 0.006"."""
    after = min((item for item in numbers if item.start >= number.end), key=lambda item: item.start, default=None)
    return (
        after is not None
        and re.fullmatch(
            r"\s*\)?\s*(?:,|/|and|&|to|–|-|→|->|or|vs\.?|instead of|und|et|y|e|statt)\s*",
            text[number.end : after.start],
        )
        is not None
    )


def _by_word(text: str, mentions: Sequence[Mention]) -> Iterator[Said]:
    """“cosine schedule”, “scheduler: constant”, “class weights: none”."""
    for name in vocabulary.names("setting_values"):
        for start, end, _ in value_words(name).find(text):
            near = [
                item
                for item in mentions
                if item.name == name
                and (
                    (item.start >= end and not text[end : item.start].strip(" -‑"))
                    or (item.end <= start and _JOINT.fullmatch(text[item.end : start]))
                )
            ]
            if near:
                yield Said(
                    name, f"{text[near[0].start : near[0].end]} {text[start:end]}", start, None, text[start:end]
                )


@cache
def value_words(name: str) -> Phrases:
    """The words that are values of a setting."""
    return Phrases((value, name) for value in vocabulary.phrases("setting_values", name))


def recorded_values(runs: Iterable[Run], name: str) -> list[Any]:
    """The values that a setting had in some runs."""
    found: list[Any] = []
    for run in runs:
        if name in run.config and run.config[name].value not in found:
            found.append(run.config[name].value)
    return found


def steps_of(run: Run) -> int | None:
    """How many updates a run made: as it was recorded, else what its rows, batches and epochs give."""
    recorded, batch, epochs = (run.setting(name) for name in ("steps", "batch_size", "epochs"))
    rows = run.setting("train_rows") or (run.data.train_rows if run.data is not None else None)
    if isinstance(recorded, int):
        return recorded
    if not (isinstance(rows, int) and isinstance(batch, int) and isinstance(epochs, int) and batch):
        return None
    return math.ceil(rows / batch) * epochs or None


_SEED = re.compile(
    r"\bseeds?\b(?: (?:is|was|of|no\.?|number))?[\s:=(]*(?P<list>\d{1,6}(?:\s*(?:,|/|and|&|–|-|to|until|…|"
    r"\.\.+)\s*\d{1,6})*)",
    re.IGNORECASE,
)
_SEED_COUNT = re.compile(
    r"\b(?P<count>two|three|four|five|six|seven|eight|ten|\d{1,2})\s+(?:fixed |same |random |different )?seeds\b",
    re.IGNORECASE,
)


def other_seeds(text: str, runs: Sequence[Run]) -> str:
    """Why the seeds that a text lists are not those of the runs; "" where nothing is wrong."""
    known = {run.seed for run in runs if run.seed is not None}
    for hit in _SEED.finditer(plain(text)):
        listed = [int(word) for word in re.findall(r"\d+", hit["list"])]
        sizes = {len(str(seed)) for seed in known}
        stray = [seed for seed in listed if seed not in known and len(str(seed)) in sizes]
        if stray and not re.match(r"\s*(?:epochs?|tokens?|%|runs?|arms?)\b", plain(text)[hit.end() :]):
            return f"the text lists seed {stray[0]}, and the runs have {', '.join(map(str, sorted(known)))}"
    counted = _SEED_COUNT.search(plain(text))
    if counted is not None and known:
        word = counted["count"].lower()
        count = int(word) if word.isdecimal() else _words()[word]
        if count != len(known):
            return f"the text says {counted[0]!r}, and the runs have {len(known)}"
    return ""


def other_settings(text: str, runs: Sequence[Run], but: str = "") -> Iterator[tuple[Said, list[Any]]]:
    """The settings that a text gives a value which none of the runs had, with the values that they had; none
    that it gives a value of the runs as well ("batch size 32, in two batches of 16").
    """
    everything = [(said, recorded_values(runs, said.name)) for said in said_settings(text)]
    agreed = {said.name for said, known in everything if any(said.fits(value) for value in known)}
    for said, known in everything:
        if said.name != but and known and said.name not in agreed:
            yield said, known
