"""Integrity: records that fit their own digests. Gaps, re-runs and restarts are no fault."""

from collections.abc import Mapping
from typing import Any

from grader.checks.base import Finding, check, failed, listed, not_applicable, passed, shorten, undecided
from grader.checks.doubts import doubts_of, with_doubts
from grader.code.writers import edited_records
from grader.evidence.runs import own_records, read_runs
from grader.model import Case, Evidence
from paribus.course.assignment import Cell


@check("integrity.chain", "Records are as written")
def chain(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Each record in your notebook still says what was written when the run ended. Re-running cells, restarting the
    kernel or going on the next day is no fault.
    """
    edited = [found for found in case.records if found.problem_kind == "digest"]
    damaged = [found for found in case.records if found.problem_kind == "shape"]
    foreign = [
        found
        for found in case.records
        if found.record is not None and found.record.assignment != case.assignment.name
    ]
    own = own_records(case)
    unfinished = [run for run in read_runs(case) if not run.finished]
    values = {
        "records": len(own), "edited": len(edited), "unreadable": len(damaged),
        "of_other_assignments": len(foreign),
        "notebooks": len({found.record.nonce for found in own if found.record is not None}),
        "gaps": _gaps(case), "begun_only": [run.name for run in unfinished],
    }  # fmt: skip
    if edited:
        evidence = [Evidence(case.cell_name(found.position), shorten(found.problem)) for found in edited]
        return failed(
            f"A record in {case.cell_name(edited[0].position)} was changed after it was written. Run that "
            "cell again.",
            values,
            evidence,
        )
    if damaged:
        evidence = [Evidence(case.cell_name(found.position), shorten(found.problem)) for found in damaged]
        return undecided(
            f"A record in {case.cell_name(damaged[0].position)} cannot be read: {shorten(damaged[0].problem)}",
            values,
            evidence,
        )
    if not own:
        return undecided(
            "Your file holds no record of this assignment. Was the notebook run before it was exported?", values
        )
    told = ""
    if unfinished:
        names = listed(dict.fromkeys(f"{run.name} (seed {run.seed})" for run in unfinished))
        told = f" Begun without a result: {names}."
    found = passed(f"All {len(own)} records fit their digests.{told}", values)
    return with_doubts(found, doubts_of(case, edited_records(case)))


@check("integrity.copied", "Compared with the class", public=False)
def copied(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Whether a session, a prediction, a reason, a memo or code is in two people's submissions is compared over
    the whole class and shown to the instructor. It costs no points.
    """
    return not_applicable("This is compared over the whole class; no points depend on it.")


def _gaps(case: Case) -> int:
    """Records whose forerunner is not in the file: re-run cells and restarts leave them."""
    own = [found.record for found in own_records(case) if found.record is not None]
    known = {record.digest() for record in own}
    return sum(1 for record in own if record.previous and record.previous not in known)
