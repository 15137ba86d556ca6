"""Texts are tokenised once, cut, and never mixed up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from paribus.errors import TrainingError
from paribus.training import Prepared, TrainingConfig, encode, models, prepare
from paribus.training.protocols import SplitData


def test_each_row_is_what_the_tokenizer_gives_for_its_text(toy_data: SplitData, toy_prepared: Prepared) -> None:
    tokenizer = models.load_tokenizer("tiny", texts=toy_data.train.texts)

    for row in (0, 7, len(toy_data.train.texts) - 1):
        expected = tokenizer(toy_data.train.texts[row], truncation=True, max_length=32)["input_ids"]
        assert toy_prepared.train.row(row).tolist() == expected
    assert toy_prepared.train.labels.tolist() == toy_data.train.labels.tolist()
    assert toy_prepared.n_classes == 8


def test_no_row_is_longer_than_max_length_and_each_ends_as_a_text_does(toy_data: SplitData) -> None:
    prepared = prepare(toy_data, TrainingConfig(max_length=8))
    tokenizer = models.load_tokenizer("tiny", texts=toy_data.train.texts)

    assert prepared.train.lengths.max() == 8
    assert {int(prepared.train.row(row)[-1]) for row in range(len(prepared.train))} == {tokenizer.sep_token_id}


def test_a_subset_is_the_same_for_every_seed_and_keeps_tokenizer_and_validation(
    toy_data: SplitData, toy_config: TrainingConfig, toy_prepared: Prepared
) -> None:
    subset = prepare(toy_data, replace(toy_config, train_rows=50))

    assert len(subset.train) == 50
    expected = toy_data.subset(50, 0).train.labels
    assert subset.train.labels.tolist() == expected.tolist()
    assert subset.validation.tokens.tolist() == toy_prepared.validation.tokens.tolist()


def test_asking_for_more_rows_than_there_are_is_refused(toy_data: SplitData) -> None:
    with pytest.raises(TrainingError, match="train_rows is 321, but the training part has 320"):
        prepare(toy_data, TrainingConfig(train_rows=321, max_length=32))


def test_asking_for_longer_texts_than_the_model_reads_is_refused(toy_data: SplitData) -> None:
    with pytest.raises(TrainingError, match=r"max_length is 1,024, but 'tiny' reads at most 512"):
        prepare(toy_data, TrainingConfig(max_length=1024))


@dataclass(frozen=True, eq=False)
class Part:
    texts: Sequence[str]
    labels: NDArray[np.int64]


@pytest.mark.parametrize("rows", [0, 3])
def test_texts_and_labels_of_different_number_are_refused(toy_data: SplitData, rows: int) -> None:
    part = Part(toy_data.train.texts[:rows], np.arange(min(rows, 2)))
    tokenizer = models.load_tokenizer("tiny", texts=toy_data.train.texts)

    with pytest.raises(TrainingError, match=f"Found {rows} texts"):
        encode(part, tokenizer, 16)


def test_a_tokenizer_without_padding_is_refused_with_what_to_set(toy_data: SplitData) -> None:
    tokenizer = models.load_tokenizer("tiny", texts=toy_data.train.texts)
    tokenizer.pad_token = None

    with pytest.raises(TrainingError, match=r"tokenizer\.pad_token = tokenizer\.eos_token"):
        encode(toy_data.train, tokenizer, 16)
