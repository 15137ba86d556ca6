"""A zoo in a student's hands: found without a fixed path, checked when opened, read without unpickling anything."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from paribus.errors import DataError
from paribus.zoo import find, open_zoo
from paribus.zoo.logs import Log, read_log
from paribus.zoo.where import places

LOG = Log(((0.5, 5, 2.0, 1.9, 0.3, 0.1), (1.0, 10, 1.8, 1.7, 0.4, 0.2), (2.0, 20, None, None, None, None)))


def write_zoo(folder: Path, name: str = "week2", **card: Any) -> Path:  # what a card may hold
    """A folder of logs as it is handed out."""
    import hashlib

    folder.mkdir(parents=True)
    files = {
        "zoo.json": json.dumps({
            "schema": "paribus.zoofolder/1", "name": name, "title": "A zoo", "term": "2027S", "profile": "micro",
            "models": ["Alpha"], "weights": False, "data": {"source": "synthetic"}, "max_length": 48, **card,
        }),
        "Alpha.json": LOG.to_json(), "Alpha.csv": LOG.to_csv(),
    }  # fmt: skip
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    sums = {file: hashlib.sha256(text.encode()).hexdigest() for file, text in files.items()}
    (folder / "checksums.json").write_text(json.dumps(sums), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "mount", ["zoo-data", "datasets/paribus-course/paribus-zoo-week2-2027s", "models/owner/zoo/pytorch/default/1"]
)
def test_a_zoo_is_found_wherever_kaggle_mounts_it(mount: str, tmp_path: Path) -> None:
    (tmp_path / "another" / "data").mkdir(parents=True)
    (tmp_path / "another" / "zoo.json").write_text("[]")
    folder = write_zoo(tmp_path / mount)
    assert find("week2", roots=[tmp_path]) == folder


def test_where_is_looked_depends_on_the_platform(tmp_path: Path) -> None:
    kaggle = places({"KAGGLE_KERNEL_RUN_TYPE": "Batch"}, tmp_path, tmp_path)
    colab = places({"COLAB_RELEASE_TAG": "x"}, tmp_path, tmp_path)
    said = places({"PARIBUS_ZOO": "/said"}, tmp_path, tmp_path)
    assert kaggle[0] == Path("/kaggle/input")
    assert colab[0] == Path("/content")
    assert said[0] == Path("/said")


def test_the_variable_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_zoo(tmp_path / "elsewhere")
    monkeypatch.setenv("PARIBUS_ZOO", str(folder))
    assert find("week2") == folder


def test_a_zoo_that_is_nowhere_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"On Colab, run paribus\.zoo\.upload.*attach.*Add Input.*PARIBUS_ZOO"):
        find("week2", roots=[tmp_path, tmp_path / "none"])


def test_two_editions_are_not_chosen_between(tmp_path: Path) -> None:
    first = write_zoo(tmp_path / "old", term="2026S")
    write_zoo(tmp_path / "new")
    with pytest.raises(DataError, match="several editions"):
        find("week2", roots=[tmp_path])
    shutil.copytree(first, tmp_path / "copies" / "one")
    assert find("week2", roots=[tmp_path / "copies", tmp_path]) == tmp_path / "copies" / "one"


def test_editions_with_the_same_card_are_told_apart_by_their_models(tmp_path: Path) -> None:
    """A term's zoo that was built again: the same card, and other weights and logs."""
    write_zoo(tmp_path / "first")
    again = write_zoo(tmp_path / "again")
    assert find("week2", roots=[tmp_path]) == again
    (again / "checksums.json").write_text(json.dumps({"Alpha.json": "0" * 64}), encoding="utf-8")
    with pytest.raises(DataError, match="several editions"):
        find("week2", roots=[tmp_path])


class Gone(type(Path())):  # type: ignore[misc]
    """A folder that is there and cannot be listed, such as that of a process that has ended, or a lost drive."""

    def iterdir(self) -> Iterator[Path]:
        raise OSError(22, "Invalid argument")


def test_a_folder_that_cannot_be_listed_is_passed_over(tmp_path: Path) -> None:
    folder = write_zoo(tmp_path / "zoo")
    assert find("week2", roots=[Gone(tmp_path), tmp_path]) == folder


def test_a_log_is_read_as_it_was_written(tmp_path: Path) -> None:
    zoo = open_zoo(write_zoo(tmp_path / "zoo"))
    log = zoo.log("Alpha")
    assert log == LOG
    assert log.column("validation_loss") == [1.9, 1.7, None]
    assert [row["epoch"] for row in log.epochs()] == [1.0, 2.0]
    assert list(log.frame().columns)[:2] == ["epoch", "step"]
    assert LOG.to_csv().splitlines()[-1] == "2.0,20,,,,"
    assert len(zoo.digest) == 16


def test_what_a_zoo_does_not_have_is_named(tmp_path: Path) -> None:
    zoo = open_zoo(write_zoo(tmp_path / "zoo"))
    with pytest.raises(DataError, match="no model 'Omega'; it has Alpha"):
        zoo.log("Omega")
    with pytest.raises(DataError, match="logs, not weights"):
        zoo.load("Alpha")
    with pytest.raises(DataError, match="no column 'speed'"):
        zoo.log("Alpha").column("speed")


def test_a_file_that_is_missing_or_altered_is_named(tmp_path: Path) -> None:
    folder = write_zoo(tmp_path / "zoo")
    (folder / "Alpha.csv").write_text("epoch\n")
    with pytest.raises(DataError, match=r"Alpha\.csv: was changed"):
        open_zoo(folder)
    (folder / "Alpha.csv").unlink()
    with pytest.raises(DataError, match=r"Alpha\.csv is missing"):
        open_zoo(folder)
    (folder / "checksums.json").unlink()
    with pytest.raises(DataError, match=r"checksums\.json is missing"):
        open_zoo(folder)


@pytest.mark.parametrize(
    ("card", "message"),
    [({"schema": "paribus.zoofolder/9"}, "reads 'paribus.zoofolder/1'"), ({"max_length": "x"}, "lacks"),
     ({"models": None}, "lacks")],
)  # fmt: skip
def test_a_card_of_another_version_is_refused(card: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        open_zoo(write_zoo(tmp_path / "zoo", **card))


@pytest.mark.parametrize("text", ["no JSON", "[]"])
def test_a_card_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    folder = write_zoo(tmp_path / "zoo")
    (folder / "zoo.json").write_text(text)
    with pytest.raises(DataError, match=r"zoo\.json"):
        open_zoo(folder)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "no JSON",
        '{"schema": "paribus.zoolog/9"}',
        '{"schema": "paribus.zoolog/1", "rows": [[1]], "steps": [], "layers": []}',
        '{"schema": "paribus.zoolog/1", "rows": [], "steps": [], "layers": []}',
    ],
)
def test_a_log_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"Alpha\.json"):
        read_log(text, "Alpha.json")
