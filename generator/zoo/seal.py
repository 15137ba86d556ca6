"""What a student's folder must not tell: every build looks through its own before it says complete.

Two looks: at one folder (names, texts, times, modes, sizes, metadata, columns), and for words. The tests hold a
folder against a twin with the recipes under other codenames: whatever follows the recipe outside weights and logs
is a leak.
"""

import getpass
import hashlib
import json
import platform
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from generator.publishing.kaggle_metadata import DATASET_FILE
from generator.zoo.outcome import TOKENIZER_FILES
from generator.zoo.student import FILE_TIME, MODE, README
from paribus.course.zoo import Zoo
from paribus.errors import DataError
from paribus.zoo.folder import CONFIG
from paribus.zoo.logs import ROWS, TABLES, read_log
from paribus.zoo.sheets import Sheet
from paribus.zoo.where import CARD, CHECKSUMS

_ROOTS = rb"home|root|tmp|var|usr|opt|work|Users|mnt|content|kaggle"
_PATHS = re.compile(rb"(?:[A-Za-z]:\\\\|/)(?:" + _ROOTS + rb")[/\\\\][\w./\\\\-]+")
_LIBRARIES = rb"torch|transformers|safetensors|tokenizers|accelerate|python"
_VERSION = re.compile(rb"(?:" + _LIBRARIES + rb")[\w -]*[\"'=: ]+v?\d+\.\d+", re.IGNORECASE)
TRACES = frozenset({"training_args", "optimizer", "trainer_state", "scheduler", "checkpoint"})
_SHEET_KEYS = {"schema", *(item.name for item in fields(Sheet))}
_CARD_KEYS = {"schema", "name", "title", "term", "profile", "models", "weights", "data", "max_length"}


@dataclass(frozen=True)
class Leak:
    """Something the folder tells: in which file, of which kind, and what."""

    file: str
    kind: str
    what: str


@dataclass(frozen=True)
class Weights:
    """A safetensors header: what is around the tensors' bytes."""

    metadata: Mapping[str, str]
    tensors: tuple[tuple[str, str, tuple[int, ...]], ...]
    header: bytes
    size: int


def find_leaks(folder: Path, zoo: Zoo, *, words: Iterable[str] = ()) -> tuple[Leak, ...]:
    """Everything one folder tells beyond its weights and logs; ``words`` are sought besides the recipes' own."""
    names = tuple(sorted(zoo.codenames))
    return (
        *_names(folder, zoo), *_times(folder), *_texts(folder, (*forbidden_words(zoo), *words)),
        *_card(folder, zoo), *_weights(folder, names), *(_sheets if zoo.sheets else _logs)(folder, names),
        *_checksums(folder),
    )  # fmt: skip


def forbidden_words(zoo: Zoo) -> tuple[str, ...]:
    """Names and values of the recipes that no text of a student's folder may hold.

    What is in the zoo's public title and description is public, and so is a word the log itself has.
    """
    words: set[str] = set()
    for recipe in zoo.recipes:
        words |= {recipe.name, recipe.title}
        for changes in (recipe.changes, *recipe.profile_changes.values()):
            words |= {key for key in changes if key != "epochs"}
            words |= {value for value in changes.values() if isinstance(value, str)}
    public = f"{zoo.title} {zoo.about} {' '.join(sum(TABLES.values(), ()))} {' '.join(TABLES)}".lower()
    kept = {word for word in words if len(word) > 3 and word.lower() not in public}
    return tuple(sorted((kept | TRACES) - set(public.split())))


def read_weights(path: Path) -> Weights:
    """The header of a safetensors file; DataError where it is none."""
    try:
        raw = path.read_bytes()
        length = int.from_bytes(raw[:8], "little")
        header = raw[8 : 8 + length]
        parsed: dict[str, Any] = json.loads(header)
        metadata = dict(parsed.pop("__metadata__", {}))
        tensors = tuple((name, entry["dtype"], tuple(entry["shape"])) for name, entry in parsed.items())
        ends = max((entry["data_offsets"][1] for entry in parsed.values()), default=0)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: is no safetensors file ({error}).") from error
    return Weights(metadata, tensors, header, len(raw) - 8 - length - ends)


def expected_names(zoo: Zoo) -> frozenset[str]:
    """The files of a student's folder, all of them."""
    each = ("json", "safetensors") if zoo.sheets else ("json", "csv", *(("safetensors",) if zoo.weights else ()))
    models = {f"{name}.{suffix}" for name in zoo.codenames for suffix in each}
    shared = {CONFIG, *TOKENIZER_FILES} if zoo.weights else set()
    return frozenset({CARD, README, DATASET_FILE, CHECKSUMS, *models, *shared})


def _names(folder: Path, zoo: Zoo) -> Iterator[Leak]:
    there = {path.name for path in folder.iterdir()}
    for name in sorted(there - expected_names(zoo)):
        yield Leak(name, "name", "does not belong here")
    for name in sorted(expected_names(zoo) - {DATASET_FILE} - there):  # that file is for Kaggle alone
        yield Leak(name, "name", "is missing")


def _times(folder: Path) -> Iterator[Leak]:
    for path in sorted(folder.iterdir()):
        status = path.lstat()
        if status.st_mtime != FILE_TIME:
            yield Leak(path.name, "time", "has a time of its own")
        if not stat.S_ISREG(status.st_mode):
            yield Leak(path.name, "mode", "is no plain file")
        elif stat.S_IMODE(status.st_mode) != MODE:
            yield Leak(path.name, "mode", f"has the mode {stat.S_IMODE(status.st_mode):o}")


def machine_names() -> frozenset[str]:
    """The user's and the host's name, where they are long enough to be told from a word."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user often has a number and no name
        user = ""
    return frozenset(name for name in (user, platform.node()) if len(name) > 4)


def _texts(folder: Path, words: Iterable[str]) -> Iterator[Leak]:
    """Words, paths, names of this machine and versions, everywhere but in the tensors' bytes and the vocabulary."""
    wanted = [
        re.compile(rb"(?<![a-z])" + re.escape(word.lower().encode()) + rb"(?![a-z])")
        for word in (*words, *machine_names())
    ]
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name == "tokenizer.json":
            continue  # the tokenizer's vocabulary holds the corpus's words; it is one file for all models
        raw = path.read_bytes()
        if path.suffix == ".safetensors":
            raw = raw[8 : 8 + int.from_bytes(raw[:8], "little")]
        text = raw.lower()
        for word in wanted:
            hit = word.search(text)
            if hit:
                yield Leak(path.name, "word", hit.group().decode(errors="replace"))
        for kind, pattern in (("path", _PATHS), ("version", _VERSION)):
            hit = pattern.search(raw)
            if hit:
                yield Leak(path.name, kind, hit.group().decode(errors="replace"))


def _card(folder: Path, zoo: Zoo) -> Iterator[Leak]:
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        yield Leak(CARD, "content", "cannot be read")
        return
    for key in sorted(set(card) ^ (_CARD_KEYS | ({"sheets"} if zoo.sheets else set()))):
        yield Leak(CARD, "key", key)
    if card.get("models") != sorted(zoo.codenames):
        yield Leak(CARD, "order", "the models are not in alphabetical order")


def _weights(folder: Path, names: Iterable[str]) -> Iterator[Leak]:
    first: tuple[str, Weights] | None = None
    for name in names:
        path = folder / f"{name}.safetensors"
        if not path.is_file():
            continue
        try:
            weights = read_weights(path)
        except DataError as error:
            yield Leak(path.name, "content", str(error))
            continue
        if weights.metadata:
            yield Leak(path.name, "metadata", json.dumps(dict(weights.metadata), sort_keys=True))
        if weights.size:
            yield Leak(path.name, "size", f"{weights.size} bytes beyond the tensors")
        if first is None:
            first = (name, weights)
        elif weights.header != first[1].header:
            yield Leak(path.name, "header", f"differs from that of {first[0]}: names, order, types or shapes")


def _logs(folder: Path, names: Iterable[str]) -> Iterator[Leak]:
    filled = {}
    for name in names:
        path = folder / f"{name}.json"
        if not path.is_file():
            continue
        raw = json.loads(path.read_text(encoding="utf-8"))
        for key in sorted(set(raw) ^ {"schema", "columns", *TABLES}):
            yield Leak(path.name, "key", key)
        if raw.get("columns") != {table: list(columns) for table, columns in TABLES.items()}:
            yield Leak(path.name, "columns", "are not a log's")
        log = read_log(path.read_text(encoding="utf-8"), path.name)
        filled[name] = tuple(table for table in TABLES if getattr(log, table))
        table = folder / f"{name}.csv"
        if table.is_file() and table.read_text(encoding="utf-8") != log.to_csv():
            head = table.read_text(encoding="utf-8").partition("\n")[0]
            extra = sorted(set(head.split(",")) - set(ROWS))
            yield Leak(table.name, "columns", f"holds {', '.join(extra) or 'other values'} beside the log")
    if len(set(filled.values())) > 1:
        yield Leak("(logs)", "columns", "some models have tables that others lack")


def _sheets(folder: Path, names: Iterable[str]) -> Iterator[Leak]:
    """Whether every sheet has the keys of a sheet and the same place: the rest would be the recipe's."""
    places = set()
    for name in names:
        path = folder / f"{name}.json"
        if not path.is_file():
            continue
        raw = json.loads(path.read_text(encoding="utf-8"))
        for key in sorted(set(raw) ^ _SHEET_KEYS):
            yield Leak(path.name, "key", key)
        places.add(raw.get("place"))
    if len(places) > 1:
        yield Leak("(sheets)", "place", "the latencies were taken in different places")


def _checksums(folder: Path) -> Iterator[Leak]:
    try:
        sums = json.loads((folder / CHECKSUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        yield Leak(CHECKSUMS, "content", "cannot be read")
        return
    real = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name not in (CHECKSUMS, DATASET_FILE)
    }
    if sums != real:
        yield Leak(CHECKSUMS, "content", "is not the checksums of the files")
