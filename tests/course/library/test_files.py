"""Local files: which columns are found, and what is said where a file will not do."""

from pathlib import Path

import pandas as pd
import pytest

from complaints import load, load_raw
from paribus.errors import DataError

ROWS = [(f"My complaint number {row}.", "Late fee" if row % 2 else "Rewards") for row in range(40)]


def write(path: Path, columns: tuple[str, str], **more: list[str]) -> str:
    frame = pd.DataFrame(ROWS, columns=list(columns)).assign(**more)
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_csv(path, index=False)
    return str(path)


@pytest.mark.parametrize("name", ["complaints.parquet", "complaints.csv", "COMPLAINTS.CSV"])
@pytest.mark.parametrize(
    "columns", [("complaint_text", "issue"), ("text", "issue"), ("Consumer Complaint", "Issue"),
                ("Consumer complaint narrative", "Issue")],
)  # fmt: skip
def test_a_file_is_read_by_its_usual_column_names(tmp_path: Path, name: str, columns: tuple[str, str]) -> None:
    raw = load_raw(write(tmp_path / name, columns))
    assert list(raw.frame.columns) == ["text", "issue"]
    assert raw.source == name, "the folder is nobody's business"
    assert len(raw.frame) == 40


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "complaints.csv"
    first = load(write(path, ("text", "issue")))
    assert load(str(path)) is first
    changed = [(f"{text} More.", issue) for text, issue in ROWS]
    pd.DataFrame(changed, columns=["text", "issue"]).to_csv(path, index=False)
    assert load(str(path)).fingerprint != first.fingerprint


def test_a_product_is_kept_and_sources_can_be_left_out(tmp_path: Path) -> None:
    sources = ["ann/pool" if row < 10 else "bob" for row in range(40)]
    path = write(tmp_path / "c.parquet", ("text", "issue"), product=["Credit card"] * 40, source=sources)
    assert list(load_raw(path).frame.columns) == ["text", "issue", "product"]
    assert len(load_raw(path, without_sources=("ann",)).frame) == 30
    with pytest.raises(DataError, match=r"no complaint from the source 'carl'\. Its sources are: ann/pool, bob"):
        load_raw(path, without_sources=("carl",))


def test_sources_cannot_be_left_out_where_none_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", ("text", "issue"))
    with pytest.raises(DataError, match="has no column source"):
        load_raw(path, without_sources=("ann",))
    with pytest.raises(DataError, match="synthetic has no column source"):
        load_raw("synthetic", size="micro", without_sources=("ann",))


def test_missing_columns_are_named_with_those_found(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", ("story", "issue"))
    with pytest.raises(DataError, match=r"has the columns story, issue. Needed are the complaint \(complaint"):
        load_raw(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        load(str(tmp_path / "absent.parquet"))


@pytest.mark.parametrize(("name", "content"), [("c.parquet", b"no parquet"), ("c.csv", b""), ("d.csv", b'a,b\n"x')])
def test_a_damaged_file_says_so(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name} (could not be read|has the columns)"):
        load_raw(str(tmp_path / name))


def test_another_kind_of_file_or_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no data source 'complaints\.xlsx'\. Pass synthetic, hub"):
        load_raw("complaints.xlsx")
    with pytest.raises(DataError, match="comes in the sizes micro, smoke, full; not in 'huge'"):
        load_raw("synthetic", size="huge")


def test_the_reader_itself_takes_only_parquet_and_csv(tmp_path: Path) -> None:
    from complaints.files import read_file

    with pytest.raises(DataError, match=r"is no \.parquet or \.csv file"):
        read_file(tmp_path / "c.json")
