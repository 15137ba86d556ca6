"""Programs by other hands are executed in pairs, and become a folder that `tests.red` measures."""

import json
import shutil
import threading
from pathlib import Path

import pytest

from generator.errors import RunError
from generator.running.kernel import KernelTask, Notify
from tests.shipped import OUTSIDERS
from tools.programs import Pair, job_of, load_pairs, make_folder

FILES = sorted((OUTSIDERS / "programs").glob("*.jsonl"))


class Copies:
    """A kernel that runs nothing: what it is given is what it hands back; a cell that holds "broken" fails."""

    def execute(self, task: KernelTask, notify: Notify, stop: threading.Event) -> None:
        if "broken" in task.notebook.read_text(encoding="utf-8"):
            raise RunError("Cell 'train' stopped with NameError: broken")
        shutil.copy(task.notebook, task.output)


def made_from(pair: Pair, name: str, text: str) -> Pair:
    edits = ({"do": "source", "cell": "train", "text": text},)
    return Pair(name, pair.base, pair.about, pair.honest, edits)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_pair_has_two_programs_that_differ(path: Path) -> None:
    pairs = load_pairs(path)
    assert len({pair.name for pair in pairs}) == len(pairs)
    assert all(pair.honest != pair.faulty and pair.about for pair in pairs)


def test_a_program_is_the_solution_with_its_writers_cells() -> None:
    pair = load_pairs(FILES[0])[0]
    cells = {cell["id"]: cell["source"] for cell in job_of(pair, "faulty").notebook["cells"]}
    assert all(cells[edit["cell"]] == str(edit["text"]).strip("\n") for edit in pair.faulty if "cell" in edit)


def test_what_does_not_run_is_named_and_left_out_with_its_twin(tmp_path: Path) -> None:
    pair = load_pairs(FILES[0])[0]
    pairs = [made_from(pair, "runs", "whole"), made_from(pair, "stops", "broken")]
    broken, whole = make_folder(pairs, tmp_path / "made", tmp_path / "runs", Copies())
    assert broken.startswith("stops does not run: stops-faulty: Cell 'train' stopped with NameError")
    assert whole == "made: 1 of 2 pairs run"
    labels = json.loads((tmp_path / "made" / "labels.json").read_text(encoding="utf-8"))
    assert {name: label["twin"] for name, label in labels.items()} == {"runs-faulty": "runs-honest"}
    assert sorted(path.name for path in (tmp_path / "made").glob("*/*.ipynb")) == [
        "runs-faulty.ipynb", "runs-honest.ipynb",
    ]  # fmt: skip
