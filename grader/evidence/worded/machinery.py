"""With what the runs were made: the device, the model and the data, held against what every run recorded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from grader.evidence.runs import CASES, finished, read_runs
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.model import Case
from grader.reading.claimed import claimed, pattern

_NAME = re.compile(r"[^a-z0-9]+")
_ON = re.compile(r"\b(?:on|auf|sur|en|su|em|na|на) (?:\w+ ){0,2}$")
_PROCESSOR = re.compile(
    r"\b(?:cpus?|processors?|prozessor\w*|processeurs?|procesador\w*|processor[ei]|процессор\w*)\b"
)
_OTHERS = re.compile(
    r"\b(?:authors?|sisters?|brothers?|friends?|classmates?|colleagues?|cousins?|father|mother|partner|roommate|"
    r"neighbou?r|somebody|someone|people|they|she|he|others)\b"
)
"""Who is no "I" and no "we": what they used, the runs do not tell."""
_ONLY_A_PART = re.compile(
    r"\b(?:tokeni[sz]er|vocabulary|idea|architecture|recipe|paper|family|style|structure|design|name|size|copy|"
    r"settings|configuration) (?:of|from|behind) (?:the |an? )?$"
)
AROUND = 30
"""Characters behind a name in which a word may still take it back."""


@dataclass(frozen=True)
class Made:
    """What all runs of a notebook say of how they were made; empty where one of them does not say."""

    devices: frozenset[str]
    models: frozenset[str]
    sources: frozenset[str]


def other_machinery(reading: Reading, values: Values) -> Iterator[Doubt]:
    """Another device, another model or other data than those of every run are said to have been used."""
    if reading.lower.rstrip().endswith("?"):
        return
    made, others = _made(values.measured.case), _OTHERS.search(reading.lower) is not None
    for start, end in _clauses(reading):
        clause = reading.lower[start:end]
        device = "" if others or _PROCESSOR.search(reading.lower) else _other_device(clause, made)
        model = "" if others else _other_model(clause, made, values.measured.case)
        for why in (device, model, _other_data(clause, made)):
            if why:
                yield reading.doubt(why)
                return


def _clauses(reading: Reading) -> Iterator[tuple[int, int]]:
    """The clauses; a label before a colon belongs to what it labels: "Hardware: a T4"."""
    spans = list(reading.clauses)
    for index, (start, end) in enumerate(spans):
        labelled = index and reading.lower[start : start + 1] == ":" and start - spans[index - 1][0] < 30
        yield (spans[index - 1][0] if labelled else start), end


@lru_cache(maxsize=CASES)
def _made(case: Case) -> Made:
    runs = finished(read_runs(case))
    devices = [run.environment.get("device", "").lower() for run in runs]
    models = [str(model).lower() for run in runs if (model := run.setting("model")) is not None]
    sources = [run.data.source.lower() if run.data is not None else "" for run in runs]
    return Made(_whole(devices), frozenset(models), _whole(sources))


def _whole(found: list[str]) -> frozenset[str]:
    return frozenset(found) if found and all(found) else frozenset()


def _other_device(clause: str, made: Made) -> str:
    hit = pattern("machinery", "accelerator").search(clause)
    if hit is None or not made.devices or any(_is_of(hit[0], device) for device in made.devices):
        return ""
    used = claimed("machinery", "used_device", clause[: hit.start()])
    if used is None and _ON.search(clause[: hit.start()]):
        used = claimed("machinery", "used_behind", clause[hit.end() : hit.end() + AROUND])
    if used is None or _is_weak(clause, hit):
        return ""
    return f"{used[0].strip()!r} and {hit[0]!r}: every run was made on {' or '.join(sorted(made.devices))}"


def _is_weak(clause: str, hit: re.Match[str]) -> bool:
    """A word around it says that it was not so, or might be."""
    around = f"{clause[: hit.start()]} {clause[hit.end() : hit.end() + AROUND]}"
    return claimed("machinery", "weak", around) is not None


def _is_of(said: str, device: str) -> bool:
    """A word for any accelerator is of every device but the processor; a card's name is of that card."""
    if device.startswith("cpu"):
        return False
    names = re.findall(r"[a-z]+\d+\w*", said)
    return not names or all(name.rstrip("s") in device for name in names)


def _other_model(clause: str, made: Made, case: Case) -> str:
    hit = pattern("machinery", "pretrained").search(clause)
    if hit is None or not made.models or _ONLY_A_PART.search(clause[: hit.start()]):
        return ""
    name = _NAME.sub("", hit[0])
    if any(name in _NAME.sub("", model) or _NAME.sub("", model) in name for model in made.models):
        return ""
    used = claimed("machinery", "used_model", clause)
    recorded = any(re.search(rf"\b{re.escape(model)}\b", clause) for model in made.models)
    helped = claimed("machinery", "assistant", clause) is not None
    if used is None or recorded or helped or _is_weak(clause, hit) or _in_own_code(name, case):
        return ""
    return f"{hit[0]!r}: the runs have the model {' or '.join(sorted(made.models))}"


def _in_own_code(name: str, case: Case) -> bool:
    """Code of the student's names the model: they may have used it beside the runs. A line that a cell was released
    with is not the student's.
    """
    released = {line.strip() for cell in case.assignment.cells for line in cell.source.splitlines()}
    return any(
        name in _NAME.sub("", line.lower())
        for cell in case.notebook.cells
        if cell.cell_type == "code" and cell.position not in case.released_positions
        for line in cell.source.splitlines()
        if line.strip() not in released
    )


def _other_data(clause: str, made: Made) -> str:
    if not made.sources or not all(source.startswith("synthetic") for source in made.sources):
        return ""
    hit = pattern("machinery", "real_data").search(clause)
    if hit is None or _is_weak(clause, hit) or claimed("machinery", "weak", hit[0]):
        return ""
    return f"{hit[0]!r}: every run was made on data from {' and '.join(sorted(made.sources))}"
