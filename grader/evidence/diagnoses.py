"""What a notebook says of a blind zoo's models, and the sealed key to hold it against. A view without judgement.

The sealed part of a release, written by `paribus release`:

    {"revealed": false, "zoos": {"blind": [{"term": "2027S", "edition": "…", "models": {
        "Alpha": {"recipe": "…", "statistics": {"accuracy": 0.56}}}}]}}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from grader.evidence.runs import CASES, own_records
from grader.model import Case
from paribus.course.assignment import Cell
from paribus.experiments.commitment import commit_diagnoses
from paribus.records.diagnosis import Diagnosis
from paribus.zoo.statistics import STATISTICS

MAX_ZOOS = 8
"""Zoos of one notebook whose codes are worked out; each takes a moment on purpose."""


@dataclass(frozen=True)
class Claimed:
    """One diagnosis, the notebook it was written in, and the position of the cell that shows it."""

    diagnosis: Diagnosis
    nonce: str
    position: int


@dataclass(frozen=True)
class Key:
    """What is true of one model of one edition. ``statistics`` are None where they were not finite."""

    recipe: str
    statistics: Mapping[str, float | None]


@lru_cache(maxsize=CASES)
def read_diagnoses(case: Case) -> tuple[Claimed, ...]:
    """Every diagnosis that the notebook shows, in order."""
    return tuple(
        Claimed(found.record.diagnosis, found.record.nonce, found.position)
        for found in own_records(case)
        if found.record is not None and found.record.diagnosis is not None
    )


def diagnoses_of(case: Case, cell: Cell, options: Mapping[str, Any]) -> tuple[Claimed, ...]:
    """What is said of the model that a cell asks for; the last one counts."""
    model = str(options.get("model") or cell.options.get("model") or "")
    zoo = str(options.get("zoo") or cell.options.get("zoo") or "")
    return tuple(
        item
        for item in read_diagnoses(case)
        if item.diagnosis.model == model and (not zoo or item.diagnosis.zoo == zoo)
    )


def key_of(case: Case, diagnosis: Diagnosis) -> Key | None:
    """The truth about a model, of the edition that the diagnosis names; None where the release has no such key."""
    editions: Sequence[Mapping[str, Any]] = case.sealed.get("zoos", {}).get(diagnosis.zoo, ())
    for edition in editions:
        model = edition["models"].get(diagnosis.model)
        if edition["edition"] == diagnosis.edition and model is not None:
            return Key(str(model["recipe"]), model["statistics"])
    return None


def is_revealed(case: Case) -> bool:
    """Whether the instructor has said that the key may be told."""
    return bool(case.sealed.get("revealed", False))


def in_force(case: Case, zoo: str, edition: str, nonce: str) -> tuple[Diagnosis, ...]:
    """The last diagnosis of each model of a zoo in one notebook."""
    last = {
        item.diagnosis.model: item.diagnosis
        for item in read_diagnoses(case)
        if (item.diagnosis.zoo, item.diagnosis.edition, item.nonce) == (zoo, edition, nonce)
    }
    return tuple(last.values())


def codes_of_diagnoses(case: Case) -> frozenset[str]:
    """The code of every zoo that the notebook diagnoses."""
    shown = ((item.diagnosis.zoo, item.diagnosis.edition, item.nonce) for item in read_diagnoses(case))
    places = list(dict.fromkeys(shown))[:MAX_ZOOS]
    return frozenset(code_of(in_force(case, *place), place[2]) for place in places)


@lru_cache(maxsize=64)
def code_of(diagnoses: tuple[Diagnosis, ...], nonce: str) -> str:
    """Slow on purpose; several cells of one notebook ask for the same."""
    return commit_diagnoses(diagnoses, nonce)


Agreement = Literal["agrees", "differs", "coarse"]

DEVICE_SLACK: Mapping[str, float] = {
    "accuracy": 0.005, "macro_f1": 0.01, "tail_mass": 0.005, "zero_f1_classes": 2, "predicted_classes": 2,
}  # fmt: skip
"""What another device or precision may change: it computes the predictions anew, and a close call may flip."""
LARGE = 1_000
"""From here on the zeros at a whole number's end may come from rounding: 5481000 may be 5480710."""
TWO_DIGITS = 0.05
"""What two digits leave open at most, as a share of a number."""
COARSE = 0.25
"""A value whose last printed digit covers more than this share of it says nothing about it."""


def agreement(statistic: str, told: float, true: float) -> Agreement:
    """Whether a cited value is the true one at the precision at which it is written.

    0.41 may be anything that rounds to it. A value written so coarsely that it could be anything is told apart.
    """
    about = STATISTICS.get(statistic)
    counts = about is not None and about.kind == "count"
    half = 0.5 * 10.0 ** -decimals(told)
    if not counts and abs(told) >= LARGE and told == int(told):
        half = max(half, min(0.5 * 10.0 ** _trailing_zeros(told), TWO_DIGITS * abs(told)))
    if abs(told - true) > half * (1 + 1e-9) + DEVICE_SLACK.get(statistic, 0.0):
        return "differs"
    exact = told == true
    return "agrees" if exact or half <= COARSE * max(abs(told), abs(true)) else "coarse"


def _trailing_zeros(value: float) -> int:
    """How many zeros a whole number ends with."""
    text = str(abs(int(value)))
    return len(text) - len(text.rstrip("0"))


def decimals(value: float) -> int:
    """How many decimals a number is written with: 0.41 has two, 3.0 one, 3 none, 1e-07 seven."""
    digits, _, exponent = repr(value).partition("e")
    return len(digits.partition(".")[2]) - int(exponent or 0)
