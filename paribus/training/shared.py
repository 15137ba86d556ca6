"""Tokenised texts that several runs share: made once, kept in the cache under the digest of what they come from."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from paribus.errors import TrainingError
from paribus.files import write_atomic
from paribus.training.cache import cache_folder
from paribus.training.config import TrainingConfig
from paribus.training.encoding import Encoded, encode
from paribus.training.preparing import SUBSET_SEED, Prepared
from paribus.training.protocols import SplitData, TextsWithLabels

_SCHEMA = "encoded, 1"


def prepare_shared(data: SplitData, config: TrainingConfig, tokenizer: Any) -> Prepared:
    """As `paribus.training.prepare`, but a text is tokenised once for all runs that share PARIBUS_CACHE."""
    train = data.train if config.train_rows is None else _subset(data, config.train_rows)
    return Prepared(
        encode_shared(train, tokenizer, config.max_length),
        encode_shared(data.validation, tokenizer, config.max_length),
        len(data.classes),
    )


def encode_shared(part: TextsWithLabels, tokenizer: Any, max_length: int) -> Encoded:
    """`encode`, kept in the cache; what a killed process left half-written is recognised and made again."""
    path = cache_folder() / "encoded" / f"{_key(part, tokenizer, max_length)}.safetensors"
    found = _read(path)
    if found is not None and len(found["offsets"]) == len(part.labels) + 1:
        return Encoded(
            found["tokens"], found["offsets"], np.asarray(part.labels, dtype=np.int64), int(found["pad_id"][0])
        )
    encoded = encode(part, tokenizer, max_length)
    content = {"tokens": encoded.tokens, "offsets": encoded.offsets, "pad_id": np.array([encoded.pad_id])}
    raw = save(content)
    try:
        write_atomic(path, raw)
    except OSError as error:
        raise TrainingError(
            f"The tokenised texts cannot be kept in {path.parent} ({error.strerror}). "
            "Set the environment variable PARIBUS_CACHE to a folder that can be written."
        ) from error
    return encoded


def _subset(data: SplitData, rows: int) -> TextsWithLabels:
    if rows > len(data.train.texts):
        raise TrainingError(
            f"train_rows is {rows:,}, but the training part has {len(data.train.texts):,} rows. "
            "Pass at most that many, or None for all."
        )
    return data.subset(rows, SUBSET_SEED).train


def _key(part: TextsWithLabels, tokenizer: Any, max_length: int) -> str:
    total = hashlib.sha256(json.dumps([_SCHEMA, max_length]).encode())
    # What a call truncated or padded to is kept in the tokenizer as well; it is no part of what it is.
    what = {name: value for name, value in json.loads(tokenizer.backend_tokenizer.to_str()).items()
            if name not in ("truncation", "padding")}  # fmt: skip
    total.update(hashlib.sha256(json.dumps(what, sort_keys=True).encode()).digest())
    for text in part.texts:
        raw = text.encode("utf-8", "surrogatepass")
        total.update(len(raw).to_bytes(8, "little") + raw)
    return total.hexdigest()[:32]


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(load(path.read_bytes()))
    except (OSError, SafetensorError):
        return None  # not there yet, or half of it: made again
