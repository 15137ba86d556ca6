"""Cleaning labels: what is merged, dropped and left out, and that row order does not matter."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints import RawComplaints, default_merge_map, merge_labels
from complaints.report import Dropped, Merged
from paribus.errors import DataError


def raw(*rows: tuple[str | None, str | None], **columns: list[str]) -> RawComplaints:
    frame = pd.DataFrame(list(rows), columns=["text", "issue"])
    return RawComplaints(frame.assign(**columns), "made up")


FEW = [(f"fee {row}", "Late fee") for row in range(6)] + [(f"points {row}", "Rewards") for row in range(5)]


def test_near_duplicates_merge_and_small_classes_drop_with_counts() -> None:
    frame, report = merge_labels(raw(*FEW, ("a", "Penalty"), ("b", "Lost"), ("c", "Lost")), {"Penalty": "Late fee"})
    assert report.merged == (Merged("Penalty", "Late fee", 1),)
    assert report.dropped == (Dropped("Lost", 2),)
    assert (report.raw_labels, report.merged_labels, report.classes) == (4, 3, 2)
    assert (report.raw_rows, report.rows) == (14, 12)
    assert dict(frame["label"].value_counts()) == {"Late fee": 7, "Rewards": 5}
    assert list(frame.columns) == ["text", "label"]


def test_merging_comes_before_dropping() -> None:
    """Two names of one class that are small apart are kept together."""
    rows = [(f"a {row}", "Old name") for row in range(3)] + [(f"b {row}", "New name") for row in range(3)]
    frame, _ = merge_labels(raw(*FEW, *rows), {"Old name": "New name"})
    assert "New name" in set(frame["label"])


def test_empty_complaints_are_left_out_and_counted() -> None:
    _, report = merge_labels(raw(*FEW, (None, "Rewards"), ("  ", "Rewards"), ("text", None)))
    assert report.empty == 3


def test_of_equal_texts_one_stays_under_the_class_most_of_them_carry() -> None:
    rows = [("The SAME  text", "Rewards"), ("the same text", "Late fee"), ("the same\ntext", "Late fee")]
    frame, report = merge_labels(raw(*FEW, *rows))
    same = frame[frame["text"].str.lower().str.split().str.join(" ") == "the same text"]
    assert same["label"].tolist() == ["Late fee"]
    assert (report.duplicates, report.conflicting) == (2, 1)


def test_repeats_can_be_kept() -> None:
    _, report = merge_labels(raw(*FEW, *FEW), deduplicate=False)
    assert (report.rows, report.duplicates, report.duplicates_kept) == (22, 0, 11)


# The first example reads the merge map; on a busy machine that alone takes longer than a deadline.
@settings(deadline=None, max_examples=40)
@given(st.permutations([*FEW, ("x", "Rewards"), ("X", "Late fee"), ("x ", "Late fee"), ("y", "Odd")]))
def test_row_order_does_not_matter(rows: list[tuple[str, str]]) -> None:
    frame, report = merge_labels(raw(*rows))
    expected, expected_report = merge_labels(raw(*sorted(rows)))
    assert sorted(map(tuple, frame.to_numpy())) == sorted(map(tuple, expected.to_numpy()))
    assert report == expected_report


def test_a_corpus_of_one_class_is_refused() -> None:
    with pytest.raises(DataError, match=r"made up has 1 class\(es\) with at least 5 complaints"):
        merge_labels(raw(*FEW[:6]))


def test_the_shipped_map_leads_to_names_that_stay() -> None:
    """No name is merged into one that is itself merged away."""
    names = default_merge_map()
    assert not set(names.values()) & set(names)
    assert names["Incorrect information on credit report"] == "Incorrect information on your report"


def test_the_report_says_it_in_words_and_tables() -> None:
    _, report = merge_labels(raw(*FEW, *FEW[:2], ("a", "Penalty"), ("b", "Lost")), {"Penalty": "Late fee"})
    assert "4 raw labels -> 3 after merging 1 near-duplicates -> 2 classes" in str(report)
    assert "15 rows -> 12: 0 empty, 2 exact duplicates and 1 rows of 1 small classes left out" in str(report)
    assert report.merged_table().to_dict("records") == [{"old": "Penalty", "new": "Late fee", "rows": 1}]
    assert report.dropped_table().to_dict("records") == [{"label": "Lost", "rows": 1}]
    _, kept = merge_labels(raw(*FEW, *FEW), deduplicate=False)
    assert "11 exact duplicates were kept" in str(kept)
