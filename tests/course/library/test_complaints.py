"""The facade: three steps or one, and the card that describes the result."""

import re
from pathlib import Path

import complaints


def test_load_is_the_three_steps_in_one() -> None:
    raw = complaints.load_raw("synthetic", size="micro")
    frame, report = complaints.merge_labels(raw)
    data = complaints.split(frame, report)
    loaded = complaints.load("synthetic", size="micro")
    assert (loaded.fingerprint, loaded.split_digest) == (data.fingerprint, data.split_digest)
    assert loaded.source == data.source == "synthetic/micro/2027"
    assert loaded.merge_report == report


def test_raw_complaints_have_text_issue_and_product() -> None:
    raw = complaints.load_raw("synthetic", size="micro")
    assert list(raw.frame.columns) == ["text", "issue", "product"]
    assert raw.frame.notna().all().all()


def test_a_second_load_is_the_same_object() -> None:
    assert complaints.load(size="micro") is complaints.load(size="micro")


def test_a_frame_can_be_split_without_a_report() -> None:
    frame, _ = complaints.merge_labels(complaints.load_raw(size="micro"))
    data = complaints.split(frame)
    assert data.source == "frame"
    assert data.merge_report.rows == len(frame)


def test_the_fingerprint_is_sixteen_hex_digits() -> None:
    data = complaints.load(size="micro")
    for digest in (data.fingerprint, data.split_digest, data.train.fingerprint):
        assert re.fullmatch("[0-9a-f]{16}", digest)


def test_tiers_scale_with_the_corpus() -> None:
    head_from, tail_below = complaints.load(size="smoke").tier_limits()
    assert 190 < head_from < 210
    assert tail_below == 10


def test_the_card_tells_sizes_classes_cleaning_and_split() -> None:
    data = complaints.load(size="smoke")
    card = data.card()
    assert card.startswith("# Data card: synthetic/smoke/2027\n")
    assert f"Fingerprint `{data.fingerprint}`, split `{data.split_digest}`" in card
    assert f"| train | {len(data.train):,} |" in card
    assert '113 classes; the largest, "Incorrect information on your report"' in card
    redacted = sum("XXXX" in text for text in data.train.texts) / len(data.train)
    assert f"{redacted:.1%} of the training texts carry XXXX" in card
    assert "| Incorrect information on credit report | Incorrect information on your report (" in card
    assert "| Arbitration | 1 |" in card


def test_the_card_of_a_clean_file_has_no_empty_tables(tmp_path: Path) -> None:
    path = tmp_path / "clean.csv"
    rows = "".join(f'"a|b {row}","x|{row % 2}"\n' for row in range(20))
    path.write_text(f"text,issue\n{rows}")
    card = complaints.load(str(path)).card()
    assert "merged label" not in card
    assert "dropped class" not in card
