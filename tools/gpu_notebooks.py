"""`make gpu`, weeks 3 to 6 and the project: which notebook runs at which profile here, and what came of it.

A notebook's own text says how many minutes it takes at the profile `full` on a T4. Where there is a GPU, a hub for
the real models and data, and room for those minutes within a part's limit, it runs so; else it runs at `smoke`, on
the GPU, with the tiny models that every machine can make. Runs are kept by their content, so a part that is begun
again does what is left.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import RunError

ENOUGH = 0.9
"""Share of a part's limit that its stated minutes may take: the rest is for starting and ending."""
LEAST_SECONDS = 30.0
"""With less time left no further notebook is begun."""
Finish = Callable[[Sequence[str], float], str | None]
"""Runs a command for so many seconds at most: its output, None where the limit passed first."""


@dataclass(frozen=True)
class Notebook:
    """One of the course's notebooks; ``t4_minutes`` at `full`, as its text has them; ``zoo``: it asks about blind
    models, which a command of their own trains.
    """

    name: str
    t4_minutes: float
    zoo: bool = False


NOTEBOOKS: Mapping[str, tuple[Notebook, ...]] = {
    "week3": (Notebook("week3_homework", 110),),
    "week4": (Notebook("week4_lab", 8), Notebook("week4_homework", 126)),
    "week5": (Notebook("week5_lab", 15), Notebook("week5_homework", 94)),
    "week6": (Notebook("week6_lab", 30, zoo=True), Notebook("week6_homework", 50)),
    "project": (Notebook("project", 137),),
}
"""The parts, a week each; week 3's lab gains nothing by a GPU. The blind models that a notebook asks about are
trained by `paribus zoo`, and not counted.
"""


@dataclass(frozen=True)
class Machine:
    """What decides: whether torch finds a GPU, whether a hub can be reached, whether a zoo was built; with ``tiny``
    tiny sizes were asked for, on a CPU.
    """

    gpu: bool
    hub: bool
    zoo: bool
    tiny: bool = False


@dataclass(frozen=True)
class Planned:
    """A notebook and its profile, "" where it is left out; ``why`` in words."""

    name: str
    profile: str
    why: str


def plan(notebooks: Sequence[Notebook], machine: Machine, limit: float) -> tuple[Planned, ...]:
    """Each notebook's profile on this machine, in a part of ``limit`` seconds."""
    return tuple(_planned(notebook, machine, limit) for notebook in notebooks)


def _planned(notebook: Notebook, machine: Machine, limit: float) -> Planned:
    if notebook.zoo and not machine.zoo:
        why = "it asks about blind models; build them with `paribus zoo` and name them in PARIBUS_ZOO"
        return Planned(notebook.name, "", why)
    if machine.tiny:
        return Planned(notebook.name, "micro", "tiny sizes were asked for")
    if not machine.gpu:
        return Planned(notebook.name, "smoke", "there is no GPU")
    if not machine.hub:
        return Planned(notebook.name, "smoke", "the real models and data need --hub")
    if 60 * notebook.t4_minutes > ENOUGH * limit:
        why = f"its text says {notebook.t4_minutes:g} minutes on a T4, and a part has {limit / 60:g}"
        return Planned(notebook.name, "smoke", why)
    return Planned(notebook.name, "full", f"its text says {notebook.t4_minutes:g} minutes on a T4")


def device_in_words(machine: Machine) -> str:
    """One sentence: on what the notebooks run."""
    if machine.gpu:
        return "The notebooks run on the GPU."
    return "There is no GPU here, so the notebooks run on the processor."


def run_planned(
    planned: Sequence[Planned], out: Path, limit: float, finish: Finish, *,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:  # fmt: skip
    """Run what is planned, one after the other while there is time; what has run is found and not run again.

    RunError where a notebook fails.
    """
    until = clock() + ENOUGH * limit
    runs: dict[str, Any] = {}
    for item in planned:
        left = until - clock()
        if not item.profile or left < LEAST_SECONDS:
            continue
        command = [
            sys.executable, "-m", "paribus.cli", "run", item.name, "--profile", item.profile, "--json",
            "--out", str(out),
        ]  # fmt: skip
        answer = finish(command, left)
        if answer is not None:
            (row,) = json.loads(answer)
            runs[item.name] = {
                "profile": item.profile, "why": item.why, "seconds": row["seconds"],
                "means": read_means(Path(row["references"])),
            }  # fmt: skip
    return {
        "complete": all(item.name in runs for item in planned if item.profile),
        "left_out": {item.name: item.why for item in planned if not item.profile},
        "runs": runs,
    }


def read_means(references: Path) -> dict[str, Any]:
    """The mean of every reference that a run wrote, by name; RunError where it wrote none."""
    entries = json.loads(references.read_text(encoding="utf-8"))["entries"]
    if not entries:
        raise RunError(f"{references} holds no recorded run.")
    return {name: value["mean"] for name, value in entries[-1]["values"].items()}
