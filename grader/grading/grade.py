"""From one submission's bytes and the releases to one Result: no files, no clock, no network, no resampling."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from statistics import fmean

from grader.checks.survival import nothing_ran
from grader.code.remarks import code_remarks
from grader.evidence.departures import departures
from grader.evidence.runs import BASELINE, Run, by_seed, finished, read_runs, served_baselines
from grader.grading.judge import describe_error, judge
from grader.grading.opened import begun, closed, named_assignments, open_submission
from grader.model import Case, CellResult, Executed, Outcome, Result, Submission
from grader.reading.unseen import unread_in, unread_remark
from grader.similarity.sketch import make_sketch
from paribus.course.assignment import Role
from paribus.course.limits import DEFAULT_LIMITS, Limits
from paribus.course.own import metrics_of
from paribus.course.release import Release
from paribus.metrics.registry import use_metrics

BROKE = "The grader broke on this file"
Execute = Callable[[Case, Release], Mapping[str, Executed]]
"""What runs hidden tests on a submission: `grader.audit.hidden_tests.HiddenTests`."""
ANSWERED = (Role.TASK, Role.TESTS, Role.EXPERIMENT, Role.MEMO)


def grade_one(submission: Submission, releases: Sequence[Release], limits: Limits = DEFAULT_LIMITS) -> Result:
    """Grade one submission with the release it was made from, as `judge_one` does."""
    return judge_one(submission, releases, limits)[0]


def judge_one(
    submission: Submission,
    releases: Sequence[Release],
    limits: Limits = DEFAULT_LIMITS,
    execute: Execute | None = None,
    *,
    sketched: bool = True,
) -> tuple[Result, Case | None]:
    """Grade one submission with the release it was made from; with the result the case, where there was one.

    Without being ``sketched`` the result holds nothing by which it could be compared with other people's.

    ``releases`` holds one assignment's releases, the newest first; the digest in the notebook picks one, else
    the newest is taken. A file that is no notebook and a notebook of another assignment are Results as well.
    Nothing of the submission is run, but by ``execute``, where the instructor asked for it.
    Raises CatalogError where the metrics.py or checks.py that a release carries cannot be imported.
    """
    opened = open_submission(submission, releases, limits)
    if isinstance(opened, Result):
        return opened, None
    case, release = opened.case, opened.release
    if execute is not None:
        case = replace(case, executed=execute(case, release))
    with use_metrics(metrics_of(release.assignment.own, f"{release.assignment.name}/")):
        result = _result(submission, release, case)
        return (replace(result, sketch=make_sketch(case)) if sketched else result), case


def grade_safely(submission: Submission, releases: Sequence[Release], limits: Limits = DEFAULT_LIMITS) -> Result:
    """As `grade_one`, and never an exception: the grader's own fault costs the student nothing and no one else."""
    return judge_safely(submission, releases, limits)[0]


def judge_safely(
    submission: Submission,
    releases: Sequence[Release],
    limits: Limits = DEFAULT_LIMITS,
    execute: Execute | None = None,
) -> tuple[Result, Case | None]:
    """As `judge_one`, with `grade_safely`'s promise."""
    try:
        return judge_one(submission, releases, limits, execute)
    except Exception as error:  # noqa: BLE001 - the documented boundary between one submission and the batch
        return broken(submission, releases, describe_error(error).splitlines()[-1]), None


def broken(submission: Submission, releases: Sequence[Release], what: str) -> Result:
    """The result of a submission that the grader could not get through: everything waits for a person."""
    remark = f"{BROKE} ({what}). That is the grader's fault: a person grades it."
    return closed(submission, releases[0], "unreadable", (remark,))


def is_broken(result: Result) -> bool:
    """Whether this is such a result."""
    return any(remark.startswith(BROKE) for remark in result.remarks)


def _result(submission: Submission, release: Release, case: Case) -> Result:
    cells = judge(case)
    missing = [key for key in (cell.key for cell in cells) if not _found(case, key)]
    remarks = [*submission.remarks, *case.notebook.remarks]
    if missing:
        named = any(cell.survived.id or cell.survived.tags for cell in case.notebook.cells)
        unnamed = "" if named else " It keeps neither ids nor tags, so a much changed cell is not recognised."
        remarks.append(f"Not found in the file: {', '.join(missing)}.{unnamed}")
        # One of these may be the missing answer.
        if own := [cell for cell in case.unmatched if cell.source.strip()]:
            cells_are = "1 cell of the file is" if len(own) == 1 else f"{len(own)} cells of the file are"
            remarks.append(
                f"{cells_are} no cell of the assignment: the person who grades sees them where they were."
            )
    if twice := [item.cell.key for item in case.matches.values() if item.duplicates and item.cell.role in ANSWERED]:
        remarks.append(
            f"More than one cell of the file claims to be {', '.join(twice)}: one was graded, and the others are "
            "beside it for the person who grades."
        )
    remarks += code_remarks(case)
    remarks += [unread_remark(case)] if unread_in(case) else []
    remarks += [item.text for item in departures(case)]
    if not any(item.record is not None for item in case.records):
        ran = nothing_ran(case, "") is None
        remarks.append(
            "The file holds no evidence records." if ran else "Nothing in the file shows that it was run."
        )
    if release.digest and not _is_this_release(case, release):
        remarks.append(f"Made from another release than the one it was graded with ({release.digest}).")
    return replace(
        begun(submission, release, "partial" if missing or _broke(cells) else "graded", case.notebook.family),
        remarks=tuple(dict.fromkeys(remarks)),
        score=sum(cell.score for cell in cells),
        pending=sum(cell.pending for cell in cells),
        needs_person=tuple(
            cell.key for cell in sorted(cells, key=lambda cell: not cell.says_little) if cell.pending
        ),
        cells=cells,
        metrics=run_metrics(case),
    )


def _found(case: Case, key: str) -> bool:
    item = case.matches.get(key)
    return item is not None and (item.recovered is not None or item.cell.role is Role.NOTEBOOK)


def _broke(cells: Sequence[CellResult]) -> bool:
    return any(
        verdict.outcome is Outcome.UNDECIDED and verdict.traceback for cell in cells for verdict in cell.verdicts
    )


def _is_this_release(case: Case, release: Release) -> bool:
    """No digest in the notebook is no other release: it may have been lost."""
    named = named_assignments(case.notebook, case.records)
    digest = named.get(release.assignment.name, "")
    return not digest or digest == release.digest


def run_metrics(case: Case) -> dict[str, float]:
    """Every run's metrics as ``<run>.<metric>`` or ``<experiment>.<arm>.<metric>``: the mean over finished seeds.

    An earlier run is one seed of a baseline arm whose other seeds were trained for it, as in the references.
    """
    by_label: dict[str, list[Run]] = {}
    known = finished(read_runs(case))
    for run in known:
        by_label.setdefault(_label(run), []).append(run)
    for experiment, served in sorted(served_baselines(case)):
        if arm := by_label.get(f"{experiment}.{BASELINE}"):
            arm[:0] = [run for run in known if run.record.run == served and run not in arm]
    found: dict[str, float] = {}
    for label, runs in by_label.items():
        seeds = by_seed(runs).values()
        for metric in sorted({metric for run in seeds for metric in run.metrics}):
            values = [run.metrics[metric] for run in seeds if metric in run.metrics]
            with suppress(OverflowError):  # a record may hold numbers whose sum no float can
                found[f"{label}.{metric}"] = fmean(values)
    return found


def _label(run: Run) -> str:
    record = run.record
    return f"{record.experiment}.{record.arm}" if record.experiment else record.run_name
