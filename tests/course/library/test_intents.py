"""The project's messages: stated shares, hard slices, noise that is known, the same bytes for a seed."""

from collections import Counter
from collections.abc import Callable
from typing import cast

import numpy as np
import pytest

import intents
from intents.messages import DRIFT, SHARES, SLICES, SLIP, Message, Phrases, shares_in, write
from paribus.errors import DataError

SMOKE = intents.load(size="smoke")


def test_a_seed_gives_the_same_messages() -> None:
    """The fingerprint is that of the corpus on which the references were measured."""
    assert SMOKE.fingerprint == "cd0d6825255442cc"
    assert intents.load(size="smoke", seed=1).fingerprint != SMOKE.fingerprint


@pytest.mark.parametrize("name", SHARES)
def test_each_intent_has_its_share(name: str) -> None:
    meant = Counter(message.meant for message in SMOKE.messages)
    assert meant[name] / len(SMOKE.messages) == pytest.approx(SHARES[name], abs=0.015)


@pytest.mark.parametrize("name", SLICES)
def test_each_hard_slice_has_its_share(name: str) -> None:
    share = np.mean([message.in_slice(name) for message in SMOKE.messages])
    assert share == pytest.approx(SLICES[name], abs=0.02)


def test_no_text_comes_twice() -> None:
    texts = [
        " ".join(message.text.lower().split()) for message in (*SMOKE.messages, *SMOKE.synthetic, *SMOKE.later)
    ]
    assert len(set(texts)) == len(texts)


def test_the_label_is_what_was_meant_but_for_known_slips() -> None:
    wrong = [message for message in SMOKE.messages if message.intent != message.meant]
    assert len(wrong) / len(SMOKE.messages) == pytest.approx(SLIP, abs=0.01)
    bad = [message for message in SMOKE.synthetic if message.intent != message.meant]
    assert 0.05 < len(bad) / len(SMOKE.synthetic) < 0.15


def test_two_intents_are_told_apart_and_the_first_is_the_label() -> None:
    two = [message for message in SMOKE.messages if message.second]
    assert all(message.second not in (message.meant, "chitchat") for message in two)


def test_later_months_drift_and_name_new_titles() -> None:
    assert shares_in(6) == dict(SHARES)
    assert shares_in(12)["product_discovery"] == pytest.approx(SHARES["product_discovery"] - 6 * DRIFT)
    assert sum(shares_in(12).values()) == pytest.approx(1)
    new = Phrases().raw["slots"]["newtitle"]
    assert any(title in message.text for message in SMOKE.later for title in new)
    assert not any(title in message.text for message in SMOKE.messages for title in new)


def test_synthetic_messages_join_the_training_part_alone() -> None:
    more = SMOKE.with_synthetic(SMOKE.synthetic[:10])
    assert len(more.train) == len(SMOKE.train) + 10
    assert more.validation is SMOKE.validation
    assert more.fingerprint == SMOKE.fingerprint
    assert more.classes[more.train.labels[-1]] == SMOKE.synthetic[9].intent


def test_a_mask_marks_the_rows_of_its_part() -> None:
    mask = SMOKE.mask("validation", "mixed")
    assert mask.shape == (len(SMOKE.validation),)
    assert [message.manner == "mixed" for message in SMOKE.of("validation")] == mask.tolist()


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda: intents.load(size=cast(intents.Size, "tiny")), "no size called 'tiny'"),
        (lambda: intents.load("parquet"), "no source called 'parquet'"),
        (lambda: SMOKE.mask("validation", "rude"), "no slice called 'rude'"),
        (lambda: SMOKE.of("holdout"), "no part called 'holdout'"),
    ],
)
def test_what_there_is_not_is_named(ask: Callable[[], object], told: str) -> None:
    with pytest.raises(DataError, match=told):
        ask()


def test_wordings_that_run_out_are_said() -> None:
    class Everything(set[str]):
        def __contains__(self, text: object) -> bool:
            return True

    with pytest.raises(DataError, match="smaller size"):
        write(Phrases(), 1, lambda: 7, Everything())


def test_a_message_is_in_the_slices_that_it_says() -> None:
    message = Message("peak and refund", "faq", "faq", "slang", second="promotion")
    assert [name for name in SLICES if message.in_slice(name)] == ["slang", "two"]
