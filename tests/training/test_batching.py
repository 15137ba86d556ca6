"""Batches hold every text once, pad no further than they must, and repeat under their seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paribus.errors import TrainingError
from paribus.training import Encoded, Prepared, batches, take
from paribus.training.batching import collate, token_batches

LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=300)


def encoded_of(lengths: list[int], pad_id: int = 0) -> Encoded:
    """Texts of the given lengths; token ids count up from 1, so that none is the padding's."""
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    tokens = np.arange(1, offsets[-1] + 1, dtype=np.int32)
    return Encoded(tokens, offsets, np.arange(len(lengths), dtype=np.int64), pad_id)


@given(LENGTHS, st.integers(1, 17), st.one_of(st.none(), st.integers(0, 5)), st.sampled_from([1, 8]))
def test_each_text_stands_in_exactly_one_batch_whole_and_with_its_label(
    lengths: list[int], batch_size: int, seed: int | None, multiple: int
) -> None:
    encoded = encoded_of(lengths)

    one_pass = list(batches(encoded, batch_size, seed, pad_to_multiple=multiple))

    assert sorted(np.concatenate([batch.rows for batch in one_pass]).tolist()) == list(range(len(lengths)))
    for batch in one_pass:
        assert len(batch.rows) <= batch_size
        for position, row in enumerate(batch.rows):
            kept = batch.attention_mask[position].bool()
            assert batch.input_ids[position][kept].tolist() == encoded.row(int(row)).tolist()
            assert batch.labels[position] == encoded.labels[row]
            assert kept[: lengths[row]].all(), "padding stands on the right"


@given(LENGTHS, st.integers(1, 17), st.integers(0, 5), st.sampled_from([1, 8]))
def test_a_batch_is_as_wide_as_its_longest_text_rounded_up(
    lengths: list[int], batch_size: int, seed: int, multiple: int
) -> None:
    one_pass = batches(encoded_of(lengths), batch_size, seed, pad_to_multiple=multiple)

    for batch in one_pass:
        longest = max(lengths[row] for row in batch.rows)
        assert longest <= batch.input_ids.shape[1] < longest + multiple
        assert batch.input_ids.shape[1] % multiple == 0
    assert len(one_pass) == -(-len(lengths) // batch_size)


@given(LENGTHS, st.integers(16, 400))
def test_token_batches_keep_their_limit_unless_one_text_breaks_it(lengths: list[int], tokens: int) -> None:
    one_pass = list(token_batches(encoded_of(lengths), tokens))

    assert sorted(np.concatenate([batch.rows for batch in one_pass]).tolist()) == list(range(len(lengths)))
    assert all(batch.input_ids.numel() <= tokens or len(batch.rows) == 1 for batch in one_pass)


def test_a_seed_and_an_epoch_fix_the_order(toy_prepared: Prepared) -> None:
    def order(shuffle_seed: int | tuple[int, ...]) -> list[int]:
        return [int(row) for rows in batches(toy_prepared.train, 32, shuffle_seed).rows for row in rows]

    assert order((1, 1)) == order((1, 1))
    assert order((1, 1)) != order((1, 2))
    assert order((1, 1)) != order((2, 1))


def test_batches_can_be_gone_through_twice(toy_prepared: Prepared) -> None:
    one_pass = batches(toy_prepared.train, 32, 0)

    assert [batch.rows.tolist() for batch in one_pass] == [batch.rows.tolist() for batch in one_pass]


def test_grouping_by_length_saves_most_of_the_padding_and_keeps_batches_mixed() -> None:
    rng = np.random.default_rng(0)
    lengths = rng.integers(4, 128, size=3_200).tolist()
    encoded = encoded_of(lengths)

    grouped = batches(encoded, 32, 0)

    assert sum(batch.input_ids.numel() for batch in grouped) < 1.1 * sum(lengths), (
        "padding every text to 128 would be twice the work"
    )
    first, second = (
        np.mean([lengths[row] for row in rows]) for rows in np.array_split(np.concatenate(grouped.rows), 2)
    )
    assert abs(first - second) < 10, "long and short batches are mixed over the pass"


@pytest.mark.parametrize("arguments", [{"batch_size": 0}, {"batch_size": 4, "pad_to_multiple": 0}])
def test_sizes_below_one_are_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(TrainingError, match="expected at least 1"):
        batches(encoded_of([1, 2]), **arguments)


def test_taken_rows_come_in_their_order() -> None:
    encoded = encoded_of([2, 3, 1])

    taken = take(encoded, np.array([2, 0]))

    assert [taken.row(0).tolist(), taken.row(1).tolist()] == [[6], [1, 2]]
    assert taken.labels.tolist() == [2, 0]
    assert len(take(encoded, np.array([], dtype=np.int64))) == 0


def test_a_batch_moves_to_a_device_with_everything_in_it() -> None:
    batch = collate(encoded_of([2, 3]), np.array([0, 1])).to("cpu")

    assert set(batch.inputs) == {"input_ids", "attention_mask"}
    assert batch.input_ids.shape == (2, 8)
