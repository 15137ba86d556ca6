"""Batches of texts of similar length, padded to the longest text in the batch and no further."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paribus.errors import TrainingError
from paribus.training.encoding import Encoded

PAD_TO_MULTIPLE = 8
_POOL_BATCHES = 50


@dataclass(frozen=True, eq=False)
class Batch:
    """One padded batch of torch tensors.

    ``input_ids`` and ``attention_mask`` (int64; 1 for text, 0 for padding) have shape (rows, longest),
    ``labels`` (rows,). ``rows`` are the texts' positions in the encoded part, a NumPy array.
    """

    input_ids: Any
    attention_mask: Any
    labels: Any
    rows: NDArray[np.int64]

    @property
    def inputs(self) -> dict[str, Any]:
        """What a model's forward takes: ``model(**batch.inputs)``."""
        return {"input_ids": self.input_ids, "attention_mask": self.attention_mask}

    def to(self, device: Any) -> "Batch":  # a torch.device or its name
        """The same batch on ``device``."""
        return Batch(self.input_ids.to(device), self.attention_mask.to(device), self.labels.to(device), self.rows)


@dataclass(frozen=True, eq=False)
class Batches:
    """The batches of one pass, built when they are reached; `len` counts them, and iterating again repeats them."""

    encoded: Encoded
    rows: tuple[NDArray[np.int64], ...]
    pad_to_multiple: int

    def __len__(self) -> int:
        """The number of batches."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Batch]:
        """Each batch, padded."""
        for rows in self.rows:
            yield collate(self.encoded, rows, self.pad_to_multiple)


def batches(
    encoded: Encoded,
    batch_size: int,
    shuffle_seed: int | tuple[int, ...] | None = None,
    *,
    pad_to_multiple: int = PAD_TO_MULTIPLE,
) -> Batches:
    """One pass over ``encoded`` in batches of ``batch_size`` rows; the last may be smaller.

    With ``shuffle_seed`` rows are shuffled, sorted by length within pools of 50 batches, and the batches shuffled
    again: batches stay random, padding stays small. Pass ``(seed, epoch)``: another order each epoch, the same in
    every run. Without it rows are sorted by length, longest first. Lengths are rounded up to ``pad_to_multiple``,
    which keeps the number of different shapes small. Raises TrainingError for sizes below 1.
    """
    if batch_size < 1 or pad_to_multiple < 1:
        raise TrainingError(
            f"batch_size {batch_size}, pad_to_multiple {pad_to_multiple}: expected at least 1 each."
        )
    lengths = encoded.lengths
    if shuffle_seed is None:
        order = np.argsort(-lengths, kind="stable")
        return Batches(encoded, _cut(order, batch_size), pad_to_multiple)
    rng = np.random.default_rng(shuffle_seed)
    order = rng.permutation(len(encoded))
    pool = batch_size * _POOL_BATCHES
    groups: list[NDArray[np.int64]] = []
    for start in range(0, len(order), pool):
        part = order[start : start + pool]
        groups += _cut(part[np.argsort(-lengths[part], kind="stable")], batch_size)
    return Batches(encoded, tuple(groups[index] for index in rng.permutation(len(groups))), pad_to_multiple)


def token_batches(encoded: Encoded, tokens: int, *, pad_to_multiple: int = PAD_TO_MULTIPLE) -> Batches:
    """One pass, longest texts first, in batches of at most ``tokens`` padded tokens (a longer text goes alone).

    For evaluation, where no gradient depends on the batch size: short texts share large batches.
    """
    lengths = encoded.lengths
    order = np.argsort(-lengths, kind="stable")
    groups: list[NDArray[np.int64]] = []
    start = 0
    while start < len(order):
        longest = _round_up(int(lengths[order[start]]), pad_to_multiple)
        stop = start + max(1, tokens // longest)
        groups.append(order[start:stop])
        start = stop
    return Batches(encoded, tuple(groups), pad_to_multiple)


def collate(encoded: Encoded, rows: NDArray[np.int64], pad_to_multiple: int = PAD_TO_MULTIPLE) -> Batch:
    """The given rows as one batch, padded on the right to the longest of them, rounded up."""
    import torch

    lengths = encoded.lengths[rows]
    width = _round_up(int(lengths.max()), pad_to_multiple)
    mask = np.arange(width) < lengths[:, None]
    input_ids = np.full((len(rows), width), encoded.pad_id, dtype=np.int64)
    input_ids[mask] = np.concatenate([encoded.row(int(row)) for row in rows])
    return Batch(
        torch.from_numpy(input_ids),
        torch.from_numpy(mask.astype(np.int64)),
        torch.from_numpy(encoded.labels[rows]),
        rows,
    )


def _cut(order: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], ...]:
    return tuple(order[start : start + size] for start in range(0, len(order), size))


def _round_up(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple
