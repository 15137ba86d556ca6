"""How much an epoch gains from length-grouped dynamic padding, on the CPU in fp32.

    python -m tests.training.bench_padding [--rows 1500] [--max-length 128] [--rounds 2]

Both sides train the same tiny model on the same rows with the same optimiser; only the padding differs: every row
to ``max_length`` in random order, or the batches of `paribus.training`. Seconds are CPU seconds of one thread, so
that other work on the machine hardly counts; the two sides take turns, and the best round of each stands.
"""

import argparse
import sys
import time
from collections.abc import Iterable

import numpy as np
import torch

import complaints
from paribus.training import Batch, Encoded, TrainingConfig, batches, models, prepare, weighted_loss


def padded_to_max(encoded: Encoded, batch_size: int, max_length: int, seed: int) -> list[Batch]:
    """What `tokenizer(texts, padding="max_length")` and a shuffling loader give."""
    input_ids = np.full((len(encoded), max_length), encoded.pad_id, dtype=np.int64)
    for row in range(len(encoded)):
        tokens = encoded.row(row)
        input_ids[row, : len(tokens)] = tokens
    mask = (np.arange(max_length) < encoded.lengths[:, None]).astype(np.int64)
    order = np.random.default_rng(seed).permutation(len(encoded))
    groups = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    ids, masks, labels = map(torch.from_numpy, (input_ids, mask, encoded.labels))
    return [Batch(ids[rows], masks[rows], labels[rows], rows) for rows in groups]


def epoch_seconds(batch_list: Iterable[Batch], n_classes: int, texts: tuple[str, ...]) -> float:
    network, _ = models.load("tiny", n_classes, texts=texts, seed=0)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    network.train()
    began = time.process_time()
    for batch in batch_list:
        weighted_loss(network(**batch.inputs).logits, batch.labels).backward()
        optimizer.step()
        optimizer.zero_grad()
    return time.process_time() - began


def measure(rows: int, max_length: int, rounds: int) -> dict[str, float]:
    """CPU seconds of an epoch on both sides, their ratio, and the ratio of the tokens the model saw."""
    data = complaints.load("synthetic", size="full").subset(rows, 0)
    torch.set_num_threads(1)
    config = TrainingConfig(max_length=max_length)
    train, size = prepare(data, config).train, config.batch_size
    grouped = batches(train, size, (0, 1))
    padded, ours = [], []
    for _ in range(rounds):
        padded.append(epoch_seconds(padded_to_max(train, size, max_length, 0), len(data.classes), data.train.texts))
        ours.append(epoch_seconds(grouped, len(data.classes), data.train.texts))
    return {
        "padded to max_length, s": min(padded),
        "grouped by length, s": min(ours),
        "ratio of seconds": min(padded) / min(ours),
        "ratio of tokens": max_length * len(train) / sum(batch.input_ids.numel() for batch in grouped),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_500)
    parser.add_argument("--max-length", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    for name, value in measure(arguments.rows, arguments.max_length, arguments.rounds).items():
        sys.stdout.write(f"{name:24} {value:8.2f}\n")


if __name__ == "__main__":
    main()
