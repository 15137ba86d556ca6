"""An earlier session is found wherever it was attached, and gone on with."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import paribus
from paribus.errors import EvidenceError
from paribus.experiments.notebook import Notebook
from paribus.hosts import known as hosts
from paribus.records import attached
from paribus.records.attached import adopt, find_attached, go_on
from tests.paribus.material import CONFIG, SMALL, Clock, Data, Train

NAME = "week1_homework"
MOUNTS = ("my-homework", "datasets/somebody/my-homework-output/v3", "notebooks/somebody/my homework")


@pytest.fixture
def finished(notebook: Notebook, train: Train, data: Data, tmp_path: Path) -> Path:
    """The .paribus folder of a session with a prediction, one baseline run and an array kept beside it."""
    experiment = notebook.experiment("batch", vary="batch_size")
    experiment.predict(metric="macro_f1", direction="up", low=0.0, high=0.03, why="more updates an epoch")
    experiment.run("baseline", train, CONFIG, data=data, seeds=(1, 2))
    folder = tmp_path / ".paribus"
    kept = folder / NAME / "kept"
    kept.mkdir()
    np.save(kept / "r2-logits.npy", np.zeros(3))
    return folder


@pytest.mark.parametrize("mount", MOUNTS)
def test_a_new_session_goes_on_where_the_attached_one_stopped(
    *, mount: str, finished: Path, tmp_path: Path, train: Train, data: Data, calls: list[int], clock: Clock,
    notebook: Notebook, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    shutil.copytree(finished, tmp_path / "input" / mount / ".paribus")
    (tmp_path / "input" / "session.json").write_text("somebody else's")
    later = paribus.begin(
        NAME, "abc123", directory=tmp_path / "new" / ".paribus", previous=tmp_path / "input", clock=clock
    )
    assert "Going on with an earlier session: 5 records, 2 finished runs" in capsys.readouterr().out
    assert later.session.nonce == notebook.session.nonce
    assert (later.session.folder / "kept" / "r2-logits.npy").exists()
    clock.move(days=1)
    experiment = later.experiment("batch", vary="batch_size")
    again = experiment.predict(metric="macro_f1", direction="up", low=0.0, high=0.03, why="more updates an epoch")
    assert again.written.startswith("2027-01-04")
    experiment.run("baseline", train, CONFIG, data=data, seeds=(1, 2, 3))
    experiment.run("changed", train, SMALL, data=data, seeds=(1, 2, 3))
    assert calls == [1, 2, 3, 1, 2, 3]
    assert experiment.report().seeds == (1, 2, 3)
    assert [record.digest() for record in later.records()[:5]] == [record.digest() for record in notebook.records()]


def test_a_reused_run_shows_its_data_its_start_and_its_result_again(
    finished: Path, tmp_path: Path, train: Train, data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    later = paribus.begin(NAME, "abc123", directory=tmp_path / "new", previous=finished)
    capsys.readouterr()
    later.experiment("batch", vary="batch_size").run("baseline", train, CONFIG, data=data, seeds=(1, 2))
    shown = capsys.readouterr().out
    assert shown.count("Data of this notebook") == 1
    assert shown.count("Start of batch.baseline, seed") == shown.count("Result of batch.baseline, seed") == 2


def test_kaggles_inputs_are_looked_through_without_being_named(
    finished: Path, tmp_path: Path, notebook: Notebook
) -> None:
    folder = tmp_path / "new" / NAME
    go_on(folder, NAME, inputs=[finished.parent])
    assert json.loads((folder / "session.json").read_text())["nonce"] == notebook.session.nonce
    assert (Path("/kaggle/input"),) == hosts.inputs()


def test_the_fullest_session_of_this_assignment_is_taken(finished: Path, tmp_path: Path) -> None:
    paribus.begin(NAME, directory=tmp_path / "a").value("a.b", 1)
    paribus.begin("week1_lab", directory=tmp_path / "b").value("a.b", 1)
    found = find_attached(NAME, [tmp_path])
    assert found is not None
    assert (found.folder, found.finished, found.records) == (finished / NAME, 2, 5)


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{}", '{"schema": "paribus.session/9", "assignment": "week1_homework", "records": []}',
        '{"schema": "paribus.session/1", "assignment": "week1_homework", "records": ["../../etc/passwd"]}',
        '{"schema": "paribus.session/1", "assignment": "week1_homework", "records": [3]}',
        '{"schema": "paribus.session/1", "assignment": "week1_homework", "records": 3}', "\xff" * 2_000_001,
    ],
)  # fmt: skip
def test_a_file_that_is_no_session_is_passed_over(content: str, tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "session.json").write_text(content, "latin-1")
    assert find_attached(NAME, [tmp_path / "input", tmp_path / "nowhere"]) is None
    with pytest.raises(EvidenceError, match=r"no earlier session of week1_homework below .*input"):
        paribus.begin(NAME, directory=tmp_path / "new", previous=tmp_path / "input")


def test_a_session_that_has_begun_is_not_replaced_but_told(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = paribus.begin(NAME, "abc123", directory=tmp_path / "new")
    begun.value("a.b", 1)
    capsys.readouterr()
    again = paribus.begin(NAME, "abc123", directory=tmp_path / "new", previous=finished)
    assert again.session.nonce == begun.session.nonce
    assert "attached, but this one has begun already" in capsys.readouterr().out
    paribus.begin(NAME, "abc123", directory=finished, previous=finished)
    assert "has begun already" not in capsys.readouterr().out


def test_a_large_input_is_not_walked_to_its_end(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attached, "MAX_ENTRIES", 1)
    assert find_attached(NAME, [finished]) is None


def test_a_file_larger_than_a_record_may_be_is_not_copied(finished: Path, tmp_path: Path) -> None:
    name = "00002-start.json"
    (finished / NAME / "records" / name).write_text(" " * 70_000)
    found = find_attached(NAME, [finished])
    assert found is not None
    adopt(found, tmp_path / "copy")
    assert not (tmp_path / "copy" / "records" / name).exists()
    assert len(paribus.begin(NAME, directory=tmp_path / "elsewhere", previous=finished).records()) == 4
