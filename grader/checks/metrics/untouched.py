"""Metrics: the test split is left alone until the end."""

from collections.abc import Mapping
from typing import Any

from grader.checks.base import Finding, check, failed, listed, passed, shorten, undecided
from grader.checks.doubts import doubts_of, with_doubts
from grader.checks.metrics.measured import is_named, simple
from grader.checks.survival import code_cells, code_lost, nothing_ran, outputs_lost, unless_lost
from grader.code.by_name import reached_by_name
from grader.code.looks import helper_looks
from grader.evidence.runs import Run, own_records, read_runs
from grader.model import Case, Evidence
from grader.reading.testsplit import find_uses
from paribus.course.assignment import Cell


@check("metrics.test_untouched", "The test set stayed untouched")
def test_untouched(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The test split is left alone until the end: one final evaluation of each chosen model, no training after."""
    code = code_cells(case)
    if code and all(item.hidden for item in code):
        return undecided("Your export left out the code, so nobody can see whether the test split was used.")
    if (empty := nothing_ran(case, "nothing shows how models were evaluated")) is not None:
        return empty
    uses = find_uses(code)
    scored = _test_scores(case)
    values = {
        "used_in": [case.cell_name(use.position) for use in uses],
        "scored": {k: len(v) for k, v in scored.items()},
    }
    evidence = [Evidence(case.cell_name(use.position), shorten(use.text, 80)) for use in uses]
    if not uses and not scored:
        found = unless_lost(case, passed("The test split was not used.", values), code_lost(case))
        return with_doubts(found, doubts_of(case, helper_looks(case) or reached_by_name(case)))
    inside = next((use for use in uses if use.kind == "training"), None)
    if inside is not None:
        return failed(
            f"The training that runs in {case.cell_name(inside.position)} looks at the test split. Choose on the "
            "validation split; the test split is for one evaluation at the end.",
            values,
            evidence,
        )
    places = {use.position: use.count for use in uses} | {
        position: _count_at(case, position) for positions in scored.values() for position in positions
    }
    later = _trained_after(case, places)
    if later is not None:
        run, position = later
        found = failed(
            f"{run.name} (seed {run.seed}) was trained after {case.cell_name(position)} had used the test split. "
            "A later choice has seen the test split: keep it for the end.",
            values,
            [*evidence, Evidence(case.cell_name(run.start_position), f"{run.name} begins")],
        )
        counts = _count_at(case, run.start_position), places[position]
        return unless_lost(case, found, "it does not tell in which order these cells ran" if None in counts else "")
    twice = [name for name, positions in scored.items() if len(positions) > 1]
    if twice:
        return failed(
            f"{listed(twice)} was evaluated on the test split {len(scored[twice[0]])} times. Once is what makes it "
            "a test.",
            values,
            evidence,
        )
    known = {position for positions in scored.values() for position in positions}
    if any(run.start_position in places for run in read_runs(case)):
        return undecided(
            "One cell trains and uses the test split; a person looks in which order.", values, evidence
        )
    if (len(places) > 1 and set(places) - known) or any(use.repeated for use in uses if use.position not in known):
        return undecided(
            "The test split is used more than once after the last training; a person looks whether each model was "
            "evaluated once.",
            values,
            evidence,
        )
    fine = passed("The test split was used once, after the last training.", values, evidence)
    return unless_lost(case, fine, code_lost(case) or outputs_lost(case))


def _test_scores(case: Case) -> dict[str, set[int]]:
    """Recorded evaluations on the test split: of values called ``test.<model>.<metric>``, a model's cells."""
    found: dict[str, set[int]] = {}
    for item in own_records(case):
        if item.record is not None and item.record.kind == "value":
            for name in item.record.values:
                parts = name.split(".")
                if parts[0] == "test" and len(parts) > 2:
                    found.setdefault(".".join(parts[1:-1]), set()).add(item.position)
    return found


def _count_at(case: Case, position: int) -> int | None:
    return case.notebook.cells[position].count if 0 <= position < len(case.notebook.cells) else None


def _trained_after(case: Case, places: Mapping[int, int | None]) -> tuple[Run, int] | None:
    """A run that began after a cell that used the test split: by counts where both are known, else by place."""
    for run in read_runs(case):
        if run.start is None or is_named(run, list(simple())):
            continue
        began = _count_at(case, run.start_position)
        for position, count in places.items():
            after = began > count if began is not None and count is not None else run.start_position > position
            if position != run.start_position and after:
                return run, position
    return None
