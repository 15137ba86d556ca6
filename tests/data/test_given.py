"""Files that came with a notebook."""

from pathlib import Path

import pytest

from paribus.data.given import find_file
from paribus.errors import DataError


def test_a_file_is_found_beside_the_notebook_first_and_then_below_the_inputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, inputs = tmp_path / "work", tmp_path / "input"
    (inputs / "datasets" / "me").mkdir(parents=True)
    work.mkdir()
    monkeypatch.chdir(work)
    with pytest.raises(DataError, match=r"There is no cars\.csv beside this notebook\. Put the file"):
        find_file("cars.csv", (Path(), inputs))
    (inputs / "datasets" / "me" / "cars.csv").touch()
    assert find_file("cars.csv", (Path(), inputs)) == inputs / "datasets" / "me" / "cars.csv"
    (work / "cars.csv").touch()
    assert find_file("cars.csv", (Path(), inputs)) == Path("cars.csv")
