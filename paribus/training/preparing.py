"""The two parts that training sees, tokenised for a configuration."""

from dataclasses import dataclass
from typing import Any

from paribus.errors import TrainingError
from paribus.training import models
from paribus.training.config import TrainingConfig
from paribus.training.encoding import Encoded, encode
from paribus.training.protocols import SplitData

SUBSET_SEED = 0


@dataclass(frozen=True, eq=False)
class Prepared:
    """The two parts that training sees, tokenised, and how many classes the task has."""

    train: Encoded
    validation: Encoded
    n_classes: int


def prepare(data: SplitData, config: TrainingConfig, tokenizer: Any = None) -> Prepared:
    """Tokenise the training and validation texts of ``data`` for ``config``; the test part is never touched.

    ``tokenizer`` defaults to that of ``config.model``. With ``config.train_rows`` the training part is a fixed
    subset (the same for every seed of a run); the tiny model's tokenizer still comes from all training
    texts, so that a smaller subset is one change and not two. Raises TrainingError where the data or the model
    cannot give what ``config`` asks for.
    """
    tokenizer = tokenizer or models.load_tokenizer(config.model, texts=data.train.texts)
    if config.max_length > tokenizer.model_max_length:
        raise TrainingError(
            f"max_length is {config.max_length:,}, but {config.model!r} reads at most "
            f"{tokenizer.model_max_length:,} tokens. Pass at most that many."
        )
    train = data.train
    if config.train_rows is not None:
        if config.train_rows > len(train.texts):
            raise TrainingError(
                f"train_rows is {config.train_rows:,}, but the training part has {len(train.texts):,} rows. "
                "Pass at most that many, or None for all."
            )
        train = data.subset(config.train_rows, SUBSET_SEED).train
    return Prepared(
        encode(train, tokenizer, config.max_length),
        encode(data.validation, tokenizer, config.max_length),
        len(data.classes),
    )
