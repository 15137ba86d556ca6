"""What a student says of one model of a blind zoo: the recipe, and the numbers that speak for it."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paribus.records.simple import is_number

_TEXTS = ("zoo", "edition", "model", "recipe", "why", "written")


@dataclass(frozen=True)
class Citation:
    """One piece of evidence: a statistic (`paribus.zoo.statistics`), its value as it was read, and where."""

    statistic: str
    value: float
    cell: str


@dataclass(frozen=True)
class Diagnosis:
    """How a model was trained, as a student says it.

    ``zoo`` and ``edition`` (the digest of the zoo's folder) say which zoo, ``model`` is the codename, ``recipe``
    one of the choices. ``written`` is the UTC time (ISO 8601) at which it was first written, ``written_after``
    how many records the notebook held by then.
    """

    zoo: str
    edition: str
    model: str
    recipe: str
    evidence: tuple[Citation, ...]
    why: str
    written: str
    written_after: int

    @property
    def place(self) -> tuple[str, str, str]:
        """What it is about: zoo, edition, model."""
        return self.zoo, self.edition, self.model

    def to_plain(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**vars(self), "evidence": [dict(vars(item)) for item in self.evidence]}


def read_diagnosis(raw: Mapping[str, Any]) -> Diagnosis:
    """Read what `Diagnosis.to_plain` gave. Raises TypeError or ValueError where a field is not as it should be."""
    evidence = tuple(Citation(**item) for item in raw["evidence"])
    found = Diagnosis(**{**raw, "evidence": evidence})
    texts = [getattr(found, name) for name in _TEXTS]
    texts += [text for item in evidence for text in (item.statistic, item.cell)]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a field of the diagnosis is not text")
    if isinstance(found.written_after, bool) or not isinstance(found.written_after, int):
        raise TypeError("written_after is not a whole number")
    for item in evidence:
        number = is_number(item.value)
        if not number or not abs(item.value) <= sys.float_info.max:
            raise ValueError("a cited value is not a finite number")
    return found
