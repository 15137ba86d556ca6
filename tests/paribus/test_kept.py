"""What a run keeps beside its records is found again, and its loss never costs a run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import paribus
from paribus.errors import EvidenceError
from paribus.experiments import arrays as kept
from paribus.experiments.notebook import Notebook
from paribus.records.runs import RunResult
from tests.paribus.material import Data

LOGITS = np.linspace(-3, 3, 12, dtype=np.float32).reshape(4, 3)


def finish(notebook: Notebook, data: Data, array: Any, *, name: str = "logits", times: int = 1) -> RunResult:
    run = notebook.start("encoder", config={"model": "tiny"}, seed=1, data=data)
    for factor in range(1, times + 1):
        kept.put(run, name, array * factor)
    return run.finish(predictions=data.validation.labels)


def test_an_array_comes_back_as_it_was(notebook: Notebook, data: Data) -> None:
    found = kept.get(notebook, finish(notebook, data, LOGITS), "logits")
    assert found.dtype == np.float32
    assert np.array_equal(found, LOGITS)


def test_the_array_of_the_later_epoch_stays(notebook: Notebook, data: Data) -> None:
    assert np.array_equal(kept.get(notebook, finish(notebook, data, LOGITS, times=2), "logits"), 2 * LOGITS)


def test_two_runs_keep_apart(notebook: Notebook, data: Data) -> None:
    first, second = finish(notebook, data, LOGITS), finish(notebook, data, -LOGITS)
    assert np.array_equal(kept.get(notebook, first, "logits"), LOGITS)
    assert np.array_equal(kept.get(notebook, second, "logits"), -LOGITS)


def test_a_restarted_kernel_finds_it(reopen: Callable[..., Notebook], data: Data) -> None:
    finish(reopen(), data, LOGITS)
    again = reopen()
    assert np.array_equal(kept.get(again, again.result("encoder"), "logits"), LOGITS)


def test_a_session_that_goes_on_with_an_attached_one_finds_it(
    notebook: Notebook, data: Data, tmp_path: Path
) -> None:
    finish(notebook, data, LOGITS)
    elsewhere = paribus.begin("week1_homework", directory=tmp_path / "elsewhere", previous=tmp_path / ".paribus")
    assert np.array_equal(kept.get(elsewhere, elsewhere.result("encoder"), "logits"), LOGITS)


def test_what_is_not_there_is_told_with_what_to_do(notebook: Notebook, data: Data) -> None:
    result = finish(notebook, data, LOGITS)
    with pytest.raises(EvidenceError, match=r"probabilities of 'encoder' \(seed 1\).*again=True"):
        kept.get(notebook, result, "probabilities")


def test_a_damaged_file_is_told(notebook: Notebook, data: Data) -> None:
    result = finish(notebook, data, LOGITS)
    (file,) = (notebook.session.folder / kept.FOLDER).iterdir()
    for content in (b"", b"no array", file.read_bytes()[:90]):
        file.write_bytes(content)
        with pytest.raises(EvidenceError, match="cannot be read"):
            kept.get(notebook, result, "logits")


def test_a_full_disk_costs_the_array_and_not_the_run(
    notebook: Notebook, data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    (notebook.session.folder / kept.FOLDER).write_text("a file where the folder should be")
    assert finish(notebook, data, LOGITS).metrics.accuracy == 1.0
    assert "could not be kept on disk" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["", "../logits", "Logits", "a b", "x" * 41])
def test_a_name_is_no_path(notebook: Notebook, data: Data, name: str) -> None:
    with pytest.raises(EvidenceError, match="short name"):
        finish(notebook, data, LOGITS, name=name)


def test_only_numbers_are_kept(notebook: Notebook, data: Data) -> None:
    with pytest.raises(EvidenceError, match="expected numbers"):
        finish(notebook, data, np.array([1j]))
