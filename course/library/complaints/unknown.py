"""What a complaint classifier was not made for: issues that it never saw, and texts that are no complaints.

known, unseen = complaints.leave_out(data, classes)     # issues that arrive after training
strangers = complaints.elsewhere(200, seed=13)          # texts of other kinds
both = complaints.known_or_not(known, unseen)           # for runs that tell the two apart
"""

import hashlib
import tomllib
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from importlib.resources import files

import numpy as np

from complaints.corpus import Complaints
from paribus.data.texts import Part, TextData, frozen_labels, made_of
from paribus.errors import DataError

SENTENCES = 4
"""How many sentences one text of another kind has, about as many as a short complaint."""


def leave_out(data: Complaints, classes: Collection[int]) -> tuple[Complaints, Part]:
    """``data`` without every complaint of ``classes`` (class ids), and the validation complaints left out.

    Class ids and tiers stay as they are; the identity is another one, since these are other data. Raises DataError
    where an id is no class, none is given, or a part would be empty.
    """
    wanted = sorted(set(classes))
    if not wanted or not set(wanted) <= set(range(len(data.classes))):
        raise DataError(f"Class ids from 0 to {len(data.classes) - 1} can be left out, at least one; got {wanted}.")
    gone = {name: np.isin(getattr(data, name).labels, wanted) for name in ("train", "validation", "test")}
    if not gone["validation"].any() or any(mask.all() for mask in gone.values()):
        raise DataError(f"Without the classes {wanted} a part would be empty, or none of it would be left out.")
    train, validation, test = (
        getattr(data, name).take(np.flatnonzero(~gone[name])) for name in ("train", "validation", "test")
    )
    fingerprint, split_digest = (
        hashlib.sha256(f"{digest} without {wanted}".encode()).hexdigest()[:16]
        for digest in (data.fingerprint, data.split_digest)
    )
    known = replace(
        data, train=train, validation=validation, test=test, fingerprint=fingerprint, split_digest=split_digest
    )
    return known, data.validation.take(np.flatnonzero(gone["validation"]))


def known_or_not(data: Complaints, unknown: Part) -> TextData:
    """The validation complaints of ``data``, and behind them texts that a model was not made for: class 1 is known,
    0 is unknown. Runs hand in how well known a text looks, from 0 to 1, and are scored by the ROC AUC.

    Raises DataError where no text is unknown.
    """
    if not len(unknown):
        raise DataError("There is no unknown text; pass the part that leave_out gave, or texts of other kinds.")
    train, test = (Part(part.texts, frozen_labels(np.ones(len(part), int))) for part in (data.train, data.test))
    labels = np.repeat([1, 0], [len(data.validation), len(unknown)])
    validation = Part((*data.validation.texts, *unknown.texts), frozen_labels(labels))
    fingerprint, split = (
        made_of(digest, validation.fingerprint) for digest in (data.fingerprint, data.split_digest)
    )
    return TextData(
        train, validation, test, ("unknown", "known"), f"{data.source} or not", fingerprint, split,
        np.array([0, len(train)]), metrics=("roc_auc",),
    )  # fmt: skip


def elsewhere(count: int, *, seed: int) -> list[str]:
    """``count`` short texts that are no complaints: shop chats, recipes, match reports, letters about the garden.

    The same count and seed give the same texts. Raises DataError for a count below 1.
    """
    if count < 1:
        raise DataError(f"At least one text can be made; count is {count}.")
    rng = np.random.default_rng(seed)
    kinds = list(_sentences().values())
    texts = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        texts.append(" ".join(kind[place] for place in rng.permutation(len(kind))[:SENTENCES]))
    return texts


@cache
def _sentences() -> dict[str, list[str]]:
    """The sentences of each kind."""
    text = files("complaints").joinpath("elsewhere.toml").read_text(encoding="utf-8")
    return {kind: list(found) for kind, found in tomllib.loads(text).items()}
