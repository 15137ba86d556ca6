"""A zoo to test with: made-up outcomes that need no training, and a kernel that runs notebooks in this process."""

import contextlib
import hashlib
import io
import json
import os
import threading
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from generator.errors import RunError
from generator.running.kernel import KernelTask, Notify
from generator.zoo.build import Built, Order, build_zoo
from generator.zoo.outcome import SCHEMA, Outcome, read_outcome
from generator.zoo.plan import Plan
from generator.zoo.student import DataCard, student_files, write_student_folder
from paribus.course.zoo import Zoo
from paribus.zoo.logs import Log
from tests.shipped import COURSE, KAGGLE, PROFILES, load_zoo

CARD = DataCard("synthetic", {"size": "micro"}, "0123456789abcdef", "fedcba9876543210", 4)


class DirectKernel:
    """Runs a notebook's code in this process: the training notebook without a kernel's ten seconds of starting."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def execute(self, task: KernelTask, notify: Notify, stop: threading.Event) -> None:
        notebook = json.loads(task.notebook.read_text(encoding="utf-8"))
        space: dict[str, object] = {}
        here = Path.cwd()
        os.chdir(task.folder)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                for cell in notebook["cells"]:
                    if cell["cell_type"] == "code":
                        exec("".join(cell["source"]), space)  # noqa: S102 - the project's own notebook
                        if "parameters" in cell["metadata"].get("tags", []):
                            space.update(task.parameters)
        except ValueError as error:
            raise RunError(f"Cell 'train' failed: {error}", cell="train") from error
        finally:
            os.chdir(here)
        self.ran.append(str(task.parameters["NAME"]))
        task.output.write_text(json.dumps(notebook), encoding="utf-8")


def build(plan: Plan, out: Path, kernel: DirectKernel | None = None, solutions: Path = Path("none")) -> Built:
    """`paribus zoo build` with the kernel above; without ``solutions`` no test gates."""
    return build_zoo(plan, out, Order(), course=COURSE, solutions=solutions, kernel=kernel or DirectKernel())


def make_outcome(folder: Path, seed: int, epochs: int = 2) -> Outcome:
    """A run's outcome as the notebook leaves it, of a model that is only numbers."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    save_file({"layer.weight": rng.normal(size=(8, 8)).astype(np.float32)}, folder / "weights.safetensors")
    save_file(
        {"labels": np.arange(6) % 4, "logits": rng.normal(size=(6, 4)).astype(np.float32)},
        folder / "predictions.safetensors",
    )
    rows = tuple((float(epoch), epoch * 5, 1.0 / epoch + seed, 1.5, 0.25, 0.1) for epoch in range(1, epochs + 1))
    (folder / "log.json").write_text(Log(rows).to_json(), encoding="utf-8")
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_text('{"model_type": "modernbert"}\n', encoding="utf-8")
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    marker = {"schema": SCHEMA, "files": files, "finite": True, "resumed": 0, "steps_per_epoch": 5}
    (folder / "outcome.json").write_text(json.dumps(marker), encoding="utf-8")
    return read_outcome(folder)


def make_outcomes(folder: Path, zoo: Zoo) -> dict[str, Outcome]:
    """One outcome a recipe, each with a log of another length."""
    return {
        recipe.name: make_outcome(folder / recipe.name, number, epochs=number + 1)
        for number, recipe in enumerate(zoo.recipes)
    }


def make_folder(folder: Path, plan: Plan, outcomes: dict[str, Outcome]) -> Path:
    """The student's folder of these outcomes."""
    return write_student_folder(folder, student_files(plan, outcomes, CARD, 48, KAGGLE))


def week2(term: str = "2027S", profile: str = "micro", secret: str = "") -> Plan:
    """A plan of week 2's zoo."""
    return Plan(load_zoo("week2"), term, PROFILES[profile], secret)
