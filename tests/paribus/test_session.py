"""A session goes on after a restart, and what is damaged is told or skipped, never guessed."""

import json
from pathlib import Path

import pytest

import paribus
from paribus.errors import EvidenceError
from paribus.experiments.notebook import Notebook
from tests.paribus.material import Data, Reopen

FOLDER = Path(".paribus") / "week1_homework"


def test_a_restarted_kernel_goes_on_with_the_same_chain(notebook: Notebook, reopen: Reopen) -> None:
    notebook.value("a.b", 1)
    again = reopen()
    again.value("a.c", 2)
    first, second = again.records()
    assert second.previous == first.digest()
    assert second.nonce == first.nonce == notebook.session.nonce
    assert (first.run, second.run) == ("v1", "v2")


def test_two_notebooks_have_two_nonces(tmp_path: Path) -> None:
    nonces = {paribus.begin("lab", directory=tmp_path / str(i)).session.nonce for i in range(20)}
    assert len(nonces) == 20
    assert all(len(nonce) == 32 for nonce in nonces)


def test_a_notebook_built_without_a_release_says_so(tmp_path: Path) -> None:
    notebook = paribus.begin("lab", directory=tmp_path)
    notebook.value("a.b", 1)
    assert notebook.records()[0].release == "unreleased"


def test_a_record_file_that_was_lost_leaves_a_gap_and_the_chain_goes_on(
    notebook: Notebook, reopen: Reopen, tmp_path: Path
) -> None:
    for name in ("a.a", "a.b", "a.c"):
        notebook.value(name, 1)
    (tmp_path / FOLDER / "records" / "00001-value.json").unlink()
    (tmp_path / FOLDER / "records" / "00002-value.json").write_text("{cut")
    again = reopen()
    assert [list(record.values) for record in again.records()] == [["a.c"]]
    again.value("a.d", 1)
    assert again.records()[-1].previous == again.records()[0].digest()
    assert again.records()[-1].run == "v4"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"schema": "paribus.session/9"}', '{"schema": "paribus.session/1"}']
)
def test_a_damaged_session_is_told_with_what_to_do(
    notebook: Notebook, reopen: Reopen, tmp_path: Path, content: str
) -> None:
    notebook.value("a.b", 1)
    (tmp_path / FOLDER / "session.json").write_text(content)
    with pytest.raises(EvidenceError, match=r"session\.json cannot be read.*Rename the folder"):
        reopen()


@pytest.mark.parametrize("content", ["{", "[]", '{"x": [{"metric": "macro_f1"}]}'])
def test_damaged_predictions_are_told_too(notebook: Notebook, reopen: Reopen, tmp_path: Path, content: str) -> None:
    notebook.value("a.b", 1)
    (tmp_path / FOLDER / "predictions.json").write_text(content)
    with pytest.raises(EvidenceError, match=r"predictions\.json cannot be read"):
        reopen()


def test_a_record_killed_before_the_session_was_saved_is_written_over(
    notebook: Notebook, reopen: Reopen, tmp_path: Path
) -> None:
    notebook.value("a.b", 1)
    (tmp_path / FOLDER / "records" / "00002-value.json").write_text("half a rec")
    again = reopen()
    again.value("a.c", 2)
    assert [list(record.values) for record in reopen().records()] == [["a.b"], ["a.c"]]


def test_the_folder_holds_what_is_documented_and_nothing_of_the_machine(notebook: Notebook, tmp_path: Path) -> None:
    notebook.value("a.b", 1)
    folder = tmp_path / FOLDER
    assert sorted(str(file.relative_to(folder)) for file in folder.rglob("*.json")) == [
        "records/00001-value.json", "session.json",
    ]  # fmt: skip
    content = json.loads((folder / "session.json").read_text())
    assert set(content) == {"schema", "assignment", "nonce", "last", "records"}
    assert str(tmp_path) not in (folder / "records" / "00001-value.json").read_text()


def test_a_full_disk_is_told_and_takes_no_run_with_it(
    notebook: Notebook, data: Data, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = notebook.start("tfidf", config={}, seed=0, data=data)

    def fail(path: Path, content: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("paribus.records.session.write_atomic", fail)
    result = run.finish(predictions=data.validation.labels)
    assert notebook.records()[-1] == result.record
    assert "could not be kept on disk (No space left on device)" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["", "Week 1", "../week1", "week1/homework", "x" * 90])
def test_what_is_no_name_of_an_assignment_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="first_homework"):
        paribus.begin(name, directory=tmp_path)


def test_a_record_too_large_to_hand_in_is_refused_before_training(notebook: Notebook) -> None:
    with pytest.raises(EvidenceError, match=r"value record would be .* at most 60,000"):
        notebook.session.write("value", "v1", values={f"name.{i}": float(i) for i in range(5_000)})
    assert notebook.records() == ()
