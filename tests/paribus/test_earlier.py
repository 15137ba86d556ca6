"""The term carries on: a later notebook finds what earlier ones recorded, and says whose numbers they are."""

import shutil
from pathlib import Path

import pytest

from paribus.errors import EvidenceError
from paribus.experiments.notebook import Notebook
from paribus.records.earlier import Earlier, Row, earlier, scoreboard
from tests.paribus.material import CONFIG, Data, Train

NAME = "week1_homework"
REFERENCE = {"encoder.macro_f1": "0.2090", "encoder.accuracy": ""}


@pytest.fixture
def folder(notebook: Notebook, train: Train, data: Data, tmp_path: Path) -> Path:
    """A .paribus folder with two seeds of a run and a recorded value."""
    for seed in (1, 2):
        notebook.run("encoder", train, CONFIG, data=data, seed=seed)
    notebook.value("model.head_share", 0.25)
    return tmp_path / ".paribus"


def test_records_beside_the_notebook_come_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = earlier(NAME, reference=REFERENCE, directory=folder, inputs=())
    assert (found.origin, found.seeds("encoder")) == ("your records", (1, 2))
    assert "week1_homework: 2 finished runs of your own" in capsys.readouterr().out
    both = [record.values["macro_f1"] for record in found.results]
    assert found.mean("encoder", "macro_f1") == pytest.approx(sum(both) / 2)
    assert found.mean("model", "head_share") == 0.25
    assert found.knobs("encoder")["batch_size"] == CONFIG.batch_size
    assert found.mean("decoder", "macro_f1") is None
    assert found.knobs("decoder") == {}


def test_of_a_seed_that_ran_twice_the_newer_run_counts(
    folder: Path, notebook: Notebook, train: Train, data: Data
) -> None:
    again = notebook.run("encoder", train, CONFIG, data=data, seed=1, again=True)
    found = earlier(NAME, directory=folder, inputs=())
    assert found.seeds("encoder") == (2, 1)
    assert found.results[-1].run == again.run


def test_an_attached_output_is_found_wherever_it_lies(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder, tmp_path / "input" / "somebody" / "output" / ".paribus")
    for where in ({"inputs": (tmp_path / "input",)}, {"previous": tmp_path / "input", "inputs": ()}):
        found = earlier(NAME, reference=REFERENCE, directory=tmp_path / "empty", **where)
        assert (found.origin, found.seeds("encoder")) == ("an attached output", (1, 2))
        assert "2 finished runs from an attached output" in capsys.readouterr().out


def test_without_records_the_reference_run_stands_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = earlier(NAME, reference=REFERENCE, directory=tmp_path, inputs=())
    assert (found.origin, found.mean("encoder", "macro_f1")) == ("the reference run", 0.209)
    assert found.mean("encoder", "accuracy") is None
    assert "no records of yours, so these are 1 numbers of the reference run." in capsys.readouterr().out


def test_a_reference_run_on_another_profile_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = earlier(NAME, reference={"encoder.macro_f1": "0.209 on smoke"}, directory=tmp_path, inputs=())
    assert (found.whose, found.mean("encoder", "macro_f1")) == ("the reference run on smoke", 0.209)
    assert "1 numbers of the reference run on smoke." in capsys.readouterr().out
    table = scoreboard([Row("encoder", NAME, "encoder")], {NAME: found}, ["macro_f1"], "")
    assert list(table["from"]) == [f"the reference run on smoke of {NAME}"]


def test_with_neither_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert earlier(NAME, directory=tmp_path, inputs=()).origin == "missing"
    assert "Run that notebook in this folder, or attach its output." in capsys.readouterr().out


def test_a_session_without_a_finished_run_is_no_record(notebook: Notebook, tmp_path: Path) -> None:
    assert notebook.session.folder.is_dir()
    assert earlier(NAME, directory=tmp_path / ".paribus", inputs=()).origin == "missing"


def test_a_named_place_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"no finished runs of week1_homework below .*previous=… out"):
        earlier(NAME, directory=tmp_path, previous=tmp_path, inputs=())


def test_a_reference_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"encoder.macro_f1 of week1_homework is 'high'"):
        earlier(NAME, reference={"encoder.macro_f1": "high"}, directory=tmp_path, inputs=())


def test_the_scoreboard_says_whose_numbers_they_are_and_what_is_missing(folder: Path, data: Data) -> None:
    own = earlier(NAME, directory=folder, inputs=())
    of = {NAME: own, "week1_lab": Earlier("week1_lab", "the reference run", (), {"tfidf.macro_f1": 0.132})}
    rows = [
        Row("encoder", NAME, "encoder"),
        Row("TF-IDF", "week1_lab", "tfidf"),
        Row("decoder", "week3", "decoder"),
    ]
    table = scoreboard(rows, of, ["macro_f1", "latency_p50"], data.fingerprint)
    assert table["from"].tolist() == [
        "your records of week1_homework", "the reference run of week1_lab",
        "missing: run week3, or attach its output",
    ]  # fmt: skip
    assert table["seeds"].tolist() == [2, "", ""]
    assert table.loc["TF-IDF", "macro-F1"] == 0.132
    assert table.loc["decoder"].isna().sum() == 2
    assert table["latency, median (ms)"].isna().all()


def test_runs_on_other_data_are_said_to_be(folder: Path) -> None:
    own = earlier(NAME, directory=folder, inputs=())
    table = scoreboard([Row("encoder", NAME, "encoder")], {NAME: own}, ["macro_f1"], "0" * 16)
    assert table.loc["encoder", "from"] == "your records of week1_homework, on other data"
