"""The fixed split of texts: the same in train, validation and test for everyone, whatever their row order.

A class of n texts gives round(n / 4) of them to test and round(rest / 10) to validation, at least one to
each, halves rounded up. Which ones, the hash of the text decides, so that neither row order nor a random seed
matters. Data that come with a test split of their own keep it.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from paribus.data.texts import Part, TextData, digest_of_rows, frozen_labels, normalised
from paribus.errors import DataError

PARTS: tuple[Literal["train", "validation", "test"], ...] = ("train", "validation", "test")


def test_rows(total: int) -> int:
    """How many of a class's texts are for the test: a quarter, at least one."""
    return max(1, (total + 2) // 4)


def validation_rows(rest: int) -> int:
    """How many of a class's texts that are not for the test are for validation: a tenth, at least one."""
    return max(1, (rest + 5) // 10)


def split_texts(
    texts: Sequence[str], names: Sequence[str], *, source: str, own_test: NDArray[np.bool_] | None = None
) -> TextData:
    """Split ``texts`` and the ``names`` of their classes, one each, into the three parts.

    ``own_test`` marks the rows of a test split that the data came with. Raises DataError where texts and names
    differ in length, or a class has fewer than two texts outside the test, since one is needed for training and one
    for validation.
    """
    if len(texts) != len(names):
        raise DataError(
            f"{source} has {len(texts):,} texts and {len(names):,} names of classes; expected one each."
        )
    keys = np.array([_key(text) for text in texts])
    # The text itself breaks ties between texts that are equal but for case; row order never does.
    order = np.lexsort((np.array(names), np.array(texts, dtype=object).astype(str), keys))
    where = np.empty(len(texts), dtype="<U10")
    by_class: dict[str, list[int]] = {}
    for row in order.tolist():
        by_class.setdefault(names[row], []).append(row)
    for name, rows in by_class.items():
        where[rows] = _parts_of_class(name, np.array(rows), own_test, source)

    counts = {name: int((where[rows] == "train").sum()) for name, rows in by_class.items()}
    classes = tuple(sorted(by_class, key=lambda name: (-counts[name], name)))
    label_of = {name: label for label, name in enumerate(classes)}
    parts = {
        part: Part(
            tuple(texts[row] for row in order[where[order] == part]),
            frozen_labels([label_of[names[row]] for row in order[where[order] == part]]),
        )
        for part in PARTS
    }
    pairs = [f"{name}\t{text}" for text, name in zip(texts, names, strict=True)]
    return TextData(
        train=parts["train"],
        validation=parts["validation"],
        test=parts["test"],
        classes=classes,
        source=source,
        fingerprint=digest_of_rows(pairs),
        split_digest=digest_of_rows(f"{part}\t{pair}" for part, pair in zip(where.tolist(), pairs, strict=True)),
        class_counts=frozen_labels([counts[name] for name in classes]),
    )


def _key(text: str) -> str:
    """What orders a text within its class: a hash, so that no property of the text decides its part."""
    return hashlib.sha256(normalised(text).encode("utf-8", "surrogatepass")).hexdigest()


def _parts_of_class(
    name: str, rows: NDArray[np.int64], own_test: NDArray[np.bool_] | None, source: str
) -> NDArray[np.str_]:
    """The part of each of a class's rows, which come in the order of their hashes."""
    parts = np.full(len(rows), "train", dtype="<U10")
    is_test = np.arange(len(rows)) < test_rows(len(rows)) if own_test is None else own_test[rows]
    parts[is_test] = "test"
    rest = np.flatnonzero(~is_test)
    if len(rest) < 2:
        raise DataError(
            f"The class {name!r} of {source} has {len(rest)} text(s) outside the test split; training and "
            "validation need one each. Drop the class, or merge it into another."
        )
    parts[rest[: validation_rows(len(rest))]] = "validation"
    return parts
