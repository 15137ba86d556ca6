"""Texts tokenised once: flat token ids with offsets, so that lengths are known before any batch is cut."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paribus.errors import TrainingError
from paribus.training.protocols import TextsWithLabels

_CHUNK = 2_048


@dataclass(frozen=True, eq=False)
class Encoded:
    """n tokenised texts without any padding.

    ``tokens`` holds all token ids one after the other (int32); row i is ``tokens[offsets[i]:offsets[i + 1]]``,
    ``offsets`` has n + 1 entries (int64). ``labels`` are class ids, shape (n,). ``pad_id`` fills up batches.
    """

    tokens: NDArray[np.int32]
    offsets: NDArray[np.int64]
    labels: NDArray[np.int64]
    pad_id: int

    def __len__(self) -> int:
        """The number of texts."""
        return len(self.labels)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens in each row, shape (n,)."""
        return np.diff(self.offsets)

    def row(self, index: int) -> NDArray[np.int32]:
        """The token ids of one text."""
        return self.tokens[self.offsets[index] : self.offsets[index + 1]]


def encode(part: TextsWithLabels, tokenizer: Any, max_length: int) -> Encoded:  # any HF tokenizer
    """Tokenise ``part`` with a Hugging Face ``tokenizer``, cut at ``max_length`` tokens.

    Raises TrainingError where texts and labels differ in number, there are none, or the tokenizer cannot pad.
    """
    texts, labels = part.texts, np.asarray(part.labels, dtype=np.int64)
    if len(texts) != len(labels) or not len(texts):
        raise TrainingError(f"Found {len(texts):,} texts and {len(labels):,} labels; expected as many, and some.")
    if tokenizer.pad_token_id is None:
        raise TrainingError(
            "The tokenizer has no padding token, so texts of different lengths cannot share a batch. "
            "Set one, for instance tokenizer.pad_token = tokenizer.eos_token."
        )
    rows: list[Sequence[int]] = []
    for start in range(0, len(texts), _CHUNK):
        chunk = list(texts[start : start + _CHUNK])
        rows += tokenizer(chunk, truncation=True, max_length=max_length, return_attention_mask=False)["input_ids"]
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    tokens = np.fromiter((token for row in rows for token in row), dtype=np.int32, count=int(lengths.sum()))
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    return Encoded(tokens, offsets, labels, int(tokenizer.pad_token_id))


def take(encoded: Encoded, rows: NDArray[np.int64]) -> Encoded:
    """The given rows of ``encoded``, in the given order; for looking at a few texts or overfitting one batch."""
    lengths = encoded.lengths[rows]
    tokens = np.concatenate([encoded.row(int(row)) for row in rows]) if len(rows) else encoded.tokens[:0]
    return replace(
        encoded, tokens=tokens, offsets=np.concatenate(([0], np.cumsum(lengths))), labels=encoded.labels[rows]
    )
