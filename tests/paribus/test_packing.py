"""Packed class ids: exact, small, and harmless to read whatever they hold."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paribus.errors import EvidenceError, RecordError
from paribus.metrics.packing import MAX_ITEMS, pack, unpack


@given(st.lists(st.integers(0, 65_535), max_size=200))
def test_what_was_packed_comes_back(ids: list[int]) -> None:
    packed = pack(np.array(ids, dtype=np.int64))
    assert unpack(packed).tolist() == ids
    assert packed.startswith("u1:" if max(ids, default=0) < 256 else "u2:")


@given(st.text(max_size=200) | st.text("u12:ABCabc+/=", max_size=60).map(lambda text: "u1:" + text))
def test_any_text_is_read_or_refused_with_a_record_error(text: str) -> None:
    try:
        ids = unpack(text)
    except RecordError:
        return
    assert ids.ndim == 1


def test_predictions_of_the_whole_course_take_about_six_kilobytes() -> None:
    weights = np.geomspace(13_333, 4, 113)
    ids = np.random.default_rng(0).choice(113, 6_430, p=weights / weights.sum())
    assert len(pack(ids)) < 7_500


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        (np.zeros((3, 2)), r"shape \(3, 2\).*argmax"),
        (np.array([0.5, 1.0]), "whole numbers"),
        (np.array([-1, 2]), "from -1 to 2"),
        (np.array([70_000]), "from 70000"),
        (np.zeros(MAX_ITEMS + 1, dtype=int), "at most 100,000"),
    ],
)
def test_what_is_no_list_of_class_ids_is_refused(ids: np.ndarray, says: str) -> None:
    with pytest.raises(EvidenceError, match=says):
        pack(ids)


def raw(content: bytes, kind: str = "u1") -> str:
    return f"{kind}:{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "start with"),
        ("u4:AAAA", "start with"),
        ("u1:not base64!", "cannot be read"),
        (raw(b"not zlib"), "cannot be read"),
        (raw(zlib.compress(b"123")[:-3]), "ends in the middle"),
        (raw(zlib.compress(b"123"), "u2"), "ends in the middle"),
        (raw(zlib.compress(bytes(MAX_ITEMS + 1))), "more than 100,000"),
        (raw(zlib.compress(bytes(200_000_000))), "more than 100,000"),
    ],
)
def test_damaged_or_swollen_text_is_refused(text: str, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        unpack(text)
