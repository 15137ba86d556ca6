"""`paribus run`: settings, parameters, the GPU question, references and what is printed."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from complaints.hub import DEFAULT_NAME
from generator.commands.run import as_json, as_lines, configure, show_progress
from generator.commands.run import run as run_command
from generator.errors import BuildError, RunError
from generator.running.gpu import find_gpu, require_gpu
from generator.running.headless import Finished, Settings, make_jobs, run_assignments
from generator.running.kernel import CellEvent, FakeCell, FakeKernel
from generator.running.references import load_references
from generator.running.run import Job, Progress
from generator.running.run_inputs import choose_parameters, defined_parameters, digest_path
from paribus.display.markup import Table
from paribus.errors import DataError, UsageError
from paribus.records.block import render
from paribus.records.record import DataIdentity, Record
from tests.generator.notebooks_to_run import code, notebook
from tests.shipped import PROFILES

LAB = notebook(code("work", "1"))
HOMEWORK = notebook(
    code("work", "1"),
    parameters='PROFILE: str = "smoke"\nDATA = None\nMODEL = None\nSEED = 13\nREFERENCE_SEEDS = 0\nLIST = [1]',
)
NOTEBOOKS: Mapping[str, Mapping[str, Any]] = {"week9_lab": LAB, "week9_homework": HOMEWORK}


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    configure(parser)
    return parser.parse_args(arguments)


def evidence() -> FakeKernel:
    """A kernel whose cell shows one result."""
    data = DataIdentity("synthetic", "0123456789abcdef", "fedcba9876543210", 100, "aaaaaaaaaaaaaaaa")
    record = Record("result", "week9", "r", "n", "r1", "encoder", seed=1, data=data, values={"macro_f1": 0.25})
    markup = render(record, Table("", (), ()))
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": markup}}
    return FakeKernel({"work": FakeCell([output])})


def test_a_notebook_gets_the_parameters_it_defines_and_no_others() -> None:
    jobs = make_jobs(list(NOTEBOOKS), NOTEBOOKS.__getitem__, Settings(PROFILES["micro"], seed=7))
    assert jobs[0].parameters == {"PROFILE": "micro", "DATA": "synthetic", "SEED": 7}
    assert jobs[1].parameters == {
        "PROFILE": "micro", "DATA": "synthetic", "MODEL": "tiny", "SEED": 7, "REFERENCE_SEEDS": 0,
    }  # fmt: skip


def test_a_profile_brings_its_own_data_and_model() -> None:
    (job,) = make_jobs(["week9_homework"], NOTEBOOKS.__getitem__, Settings(PROFILES["full"]))
    assert job.parameters["DATA"] == "hub"
    assert job.hub[DEFAULT_NAME] == "dataset"
    assert job.parameters["MODEL"] == "answerdotai/ModernBERT-base"
    assert job.hub["answerdotai/ModernBERT-base"] == "model"


def test_recording_runs_ten_reference_seeds_and_gives_them_time() -> None:
    plain, recorded = (
        make_jobs(["week9_homework"], NOTEBOOKS.__getitem__, Settings(PROFILES["micro"], record=record))[0]
        for record in (False, True)
    )
    assert recorded.parameters["REFERENCE_SEEDS"] == 10
    assert recorded.limit > plain.limit
    asked = Settings(PROFILES["micro"], record=True, reference_seeds=3, time_limit=9.0)
    (job,) = make_jobs(["week9_homework"], NOTEBOOKS.__getitem__, asked)
    assert (job.parameters["REFERENCE_SEEDS"], job.limit) == (3, 9.0)


def test_a_file_and_a_model_folder_are_passed_by_name(tmp_path: Path) -> None:
    table, model = tmp_path / "complaints.csv", tmp_path / "encoder"
    table.write_text("text,issue\n")
    model.mkdir()
    settings = Settings(PROFILES["smoke"], data=str(table), model=str(model))
    (job,) = make_jobs(["week9_homework"], NOTEBOOKS.__getitem__, settings)
    assert (job.parameters["DATA"], job.parameters["MODEL"]) == ("complaints.csv", "encoder")
    assert job.files == {"complaints.csv": table, "encoder": model}
    assert job.hub == {}
    (job,) = make_jobs(["week9_homework"], NOTEBOOKS.__getitem__, Settings(PROFILES["smoke"], data="hub:owner/set"))
    assert job.hub == {"owner/set": "dataset"}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Settings(PROFILES["smoke"], data="nowhere.csv"), "--data nowhere.csv"),
        (Settings(PROFILES["smoke"], model="./nowhere"), "--model ./nowhere"),
    ],
)
def test_a_path_that_does_not_exist_is_told_before_anything_starts(settings: Settings, told: str) -> None:
    with pytest.raises(DataError, match=told):
        make_jobs(["week9_homework"], NOTEBOOKS.__getitem__, settings)


def test_an_option_that_no_notebook_takes_is_refused_but_one_that_some_take_is_not() -> None:
    with pytest.raises(UsageError, match="--model was given, but week9_lab defines no MODEL"):
        make_jobs(["week9_lab"], NOTEBOOKS.__getitem__, Settings(PROFILES["smoke"], model="tiny"))
    assert len(make_jobs(list(NOTEBOOKS), NOTEBOOKS.__getitem__, Settings(PROFILES["smoke"], model="tiny"))) == 2


def test_a_parameters_cell_that_is_no_python_is_refused() -> None:
    with pytest.raises(BuildError, match=r"is not Python \(line 1"):
        defined_parameters(notebook(parameters="PROFILE ="))


def test_defaults_that_are_no_plain_values_are_none_and_a_notebook_may_have_none() -> None:
    assert defined_parameters(HOMEWORK)["LIST"] is None
    assert defined_parameters({"cells": []}) == {}
    assert choose_parameters({"cells": []}, PROFILES["micro"]) == ({}, {})


def test_a_folder_s_digest_covers_names_and_contents(tmp_path: Path) -> None:
    digests = set()
    for name, text in (("a", "1"), ("a", "2"), ("b", "2")):
        folder = tmp_path / name / text
        folder.mkdir(parents=True)
        (folder / name).write_text(text)
        digests |= {digest_path(folder), digest_path(folder / name)}
    assert len(digests) == 5, "a lone file's digest is its content's, so two of the six are equal"


def test_full_without_a_gpu_stops_before_anything_starts(tmp_path: Path) -> None:
    kernel = FakeKernel()
    with pytest.raises(
        RunError, match=r"--profile full needs a CUDA GPU, and there is none\. Pass another --profile"
    ):
        run_assignments(
            ["week9_lab"], NOTEBOOKS.__getitem__, Settings(PROFILES["full"]), tmp_path, solutions=tmp_path / "s",
            kernel=kernel, gpu=lambda: "there is none",
        )  # fmt: skip
    assert kernel.tasks == []
    assert list(tmp_path.iterdir()) == []


def test_a_gpu_that_torch_can_use_is_enough_and_small_profiles_do_not_ask() -> None:
    require_gpu(PROFILES["full"], find=lambda: "")
    require_gpu(PROFILES["smoke"], find=lambda: "never asked")


def _tool(folder: Path, name: str, script: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_the_gpu_question_tells_driver_from_torch(tmp_path: Path) -> None:
    present, absent = _tool(tmp_path, "lists", "echo 'GPU 0: T4'"), _tool(tmp_path, "fails", "exit 9")
    assert find_gpu(driver="no-such-tool-anywhere") == "there is no NVIDIA driver on this machine"
    assert find_gpu(driver=absent) == "nvidia-smi lists no GPU"
    assert "built for the CPU" in find_gpu(python="/bin/false", driver=present)
    assert find_gpu(python="/bin/true", driver=present) == ""


def test_references_go_under_out_and_into_solutions_only_when_recorded(tmp_path: Path) -> None:
    solutions, out = tmp_path / "solutions", tmp_path / "out"
    for record, folder, other in ((False, out / "references", solutions), (True, solutions, tmp_path / "none")):
        settings = Settings(PROFILES["micro"], record=record)
        (finished,) = run_assignments(
            ["week9_lab"], NOTEBOOKS.__getitem__, settings, out, solutions=solutions, kernel=evidence()
        )
        assert finished.references == folder / "week9_lab.json"
        assert finished.count == 1
        assert not other.exists()
    (entry,) = load_references(solutions).entries["week9_lab"]
    assert (entry.key, entry.source) == (("micro", "0123456789abcdef", "none"), "synthetic")
    assert entry.usual(PROFILES["micro"])
    assert entry.versions["python"]


def test_a_failed_notebook_leaves_the_other_s_references(tmp_path: Path) -> None:
    kernel = evidence()
    notebooks = {**NOTEBOOKS, "week9_homework": notebook(code("bad", "1"))}
    kernel.plan["bad"] = FakeCell(error="no")
    with pytest.raises(RunError, match="week9_homework: Cell 'bad'"):
        run_assignments(
            list(notebooks), notebooks.__getitem__, Settings(PROFILES["micro"]), tmp_path,
            solutions=tmp_path / "s", kernel=kernel,
        )  # fmt: skip
    assert (tmp_path / "references" / "week9_lab.json").is_file()


def test_the_result_is_told_to_people_and_to_programs(tmp_path: Path) -> None:
    settings = Settings(PROFILES["micro"])
    both: list[Finished] = []
    for _ in range(2):
        both += run_assignments(
            ["week9_lab"], NOTEBOOKS.__getitem__, settings, tmp_path, solutions=tmp_path, kernel=evidence()
        )
    assert "unchanged, not run again" in as_lines(both)
    assert [row["reused"] for row in json.loads(as_json(both))] == [False, True]


def test_progress_shows_which_cell_of_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    job = Job("week9_lab", LAB)
    with show_progress() as observe:
        observe(Progress(job, "begun"))
        observe(Progress(job, "cell", CellEvent(2, 3, "tail_share", "[Part 1]")))
        observe(Progress(Job("week9_homework", LAB), "restarted"))
        observe(Progress(Job("week8_lab", LAB), "reused"))
        observe(Progress(Job("week7_lab", LAB), "failed"))
    shown = capsys.readouterr().err
    assert "cell 2 of 3" in shown
    assert "tail_share · [Part 1]" in shown.replace("\n", "")
    with show_progress(quiet=True) as observe:
        observe(Progress(job, "done"))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("option", ["--jobs", "--time-limit"])
def test_a_number_that_makes_no_sense_is_wrong_usage(option: str) -> None:
    with pytest.raises(UsageError, match=f"{option} is 0; give 1 or more"):
        run_command(parse("week1", option, "0"))


def test_an_unknown_week_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="no week or assignment called 'week77'"):
        run_command(parse("week77"))
