"""What several checks share: verdicts on numbers and predictions, the student's own cells, arms without runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from grader.checks.base import Finding, counted, failed, listed, passed, proposed, shorten, undecided
from grader.checks.faults import never_run, wrong_numbers
from grader.checks.survival import outputs_lost, unless_lost
from grader.evidence.committed import commitment_of
from grader.evidence.groups import fractions
from grader.evidence.runs import Arms, Run, finished
from grader.evidence.told_prediction import prediction_words
from grader.evidence.traces import Status, Trace
from grader.evidence.worded.reading import Doubt
from grader.model import Case, Evidence, Outcome, RecoveredCell
from grader.reading import vocabulary
from paribus.course.assignment import Cell
from paribus.metrics.registry import title
from paribus.records.record import Prediction


def numbers_finding(case: Case, traces: Sequence[Trace], least: int, *, written: bool = False) -> Finding:
    """One verdict on all numbers of an answer: a wrong one fails, a doubtful or an unclear one is for a person.
    ``written``: the answer is a text of its own, which should quote something.
    """
    by = {status: [item for item in traces if item.status is status] for status in Status}
    wrong, doubtful, traced = by[Status.WRONG], by[Status.DOUBTFUL], by[Status.TRACED]
    unclear = [item for item in traces if item.status in (Status.DOUBTFUL, Status.UNCLEAR)]
    values = {
        "traced": [_values(item) for item in traced],
        "wrong": [_values(item) for item in wrong],
        "unclear": [{"text": item.number.text} for item in unclear],
    }
    evidence = [
        Evidence(case.cell_name(item.written_in), f"{item.number.text}: {shorten(item.sentence, 120)}")
        for item in (*wrong, *unclear, *traced)[:12]
    ]
    if wrong:
        return unless_lost(case, _wrong_finding(case, wrong, values, evidence), outputs_lost(case))
    if doubtful:
        first = doubtful[0]
        found = undecided(_not_traced(first, unclear), values, evidence)
        return proposed(found, Outcome.FAILED, f"{shorten(first.sentence, 120)!r}: {_held_against(case, first)}")
    if unclear and not _carried(traced, unclear, least):
        return undecided(_not_traced(unclear[0], unclear), values, evidence)
    if len(traced) < least:
        found = undecided(
            f"{counted(len(traced), 'number')} could be traced to a record, at least {least} asked for. "
            "Quote your own numbers with the metric and the run.",
            values,
            evidence,
        )
        return found if traces or not written else proposed(found, Outcome.FAILED, "it quotes no number at all")
    return passed(f"Agreeing with what the runs recorded: {counted(len(traced), 'number')}.", values, evidence)


def doubted(found: Finding, doubts: Iterable[Doubt]) -> Finding:
    """A finding beside what a text says in words and the facts contradict: a person compares, and would fail it."""
    told = [] if found.outcome is Outcome.FAILED or found.proposal else list(doubts)
    if not told:
        return found
    first = told[0]
    text = f"A person compares this sentence with your runs: “{shorten(first.sentence, 120)}”"
    contradicted = [{"kind": item.kind, "sentence": item.sentence, "why": item.why} for item in told]
    values = {**found.values, "contradicted": contradicted}
    return proposed(undecided(text, values, found.evidence), Outcome.FAILED, first.why)


def contradicted(case: Case, found: Finding, item: Trace) -> Finding:
    """A finding beside a number that the records contradict, for a person to compare."""
    why = f"{shorten(item.sentence, 120)!r}: {_held_against(case, item)}"
    return proposed(undecided(_not_traced(item, [item]), found.values, found.evidence), Outcome.FAILED, why)


def against_itself(case: Case, found: Finding, traces: Iterable[Trace]) -> Finding:
    """An open finding on a file without records, beside numbers that break a law between them."""
    first = next((item for item in traces if item.by_law and item.status in (Status.WRONG, Status.DOUBTFUL)), None)
    return found if first is None else contradicted(case, found, first)


CARRIED = 0.34
"""The share of numbers that may be read in more than one way beside traced ones, each of them right in one way."""


def _carried(traced: Sequence[Trace], unclear: Sequence[Trace], least: int) -> bool:
    """Every unclear number is a rounding of something its sentence may mean, and the traced ones are many more."""
    return (
        len(traced) >= max(least, 3)
        and all(item.plausible for item in unclear)
        and len(unclear) <= max(1.0, CARRIED * len(traced))
    )


def _wrong_finding(
    case: Case, wrong: Sequence[Trace], values: Mapping[str, Any], evidence: list[Evidence]
) -> Finding:
    first = wrong[0]
    if not first.by_law:
        evidence.insert(1, Evidence(case.cell_name(first.recorded_in), f"recorded: {shown(first)}"))
    more = f" ({len(wrong) - 1} more like it.)" if len(wrong) > 1 else ""
    told = f"You write {_held_against(case, first)}.{more}"
    return failed(told, values, evidence, wrong_numbers(case, wrong))


def _not_traced(first: Trace, unclear: Sequence[Trace]) -> str:
    more = f" ({len(unclear) - 1} more like it.)" if len(unclear) > 1 else ""
    why = f": {first.why}" if first.status is Status.UNCLEAR and first.why else ""
    return f"The number {first.number.text} could not be traced{why}. Name the metric and the run beside it.{more}"


def _held_against(case: Case, item: Trace) -> str:
    """A number, what it is said to be, and what was recorded."""
    if item.expected is None:
        return f"{item.number.text} (in {case.cell_name(item.written_in)}): {item.why}"
    reason = f"; {item.why}" if item.why else ""
    return (
        f"{item.number.text} for {vocabulary.title('metric_titles', item.metric)} of {item.group} "
        f"(in {case.cell_name(item.written_in)}); recorded in {case.cell_name(item.recorded_in)} is "
        f"{shown(item)}{reason}"
    )


def shown(trace: Trace) -> str:
    """A recorded value at one more digit than the printed number."""
    if trace.expected is None:
        return "nothing"
    decimals = max(0, trace.number.readings[0].decimals) + 1
    fraction = trace.metric in fractions() or "−" in trace.metric
    if fraction and (trace.number.percent or trace.number.points or abs(trace.number.value) > 1):
        return f"{100 * trace.expected:.{decimals}f} %"
    if fraction:
        return f"{trace.expected:.{decimals}f}"
    return f"{trace.expected:.4f}".rstrip("0").rstrip(".")


def _values(trace: Trace) -> dict[str, object]:
    found = {
        "text": trace.number.text, "metric": trace.metric, "of": trace.group, "recorded": trace.expected,
        "why": trace.why,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value not in ("", None)}


def predicted_finding(
    case: Case, first: Run, prediction: Prediction, values: Mapping[str, Any], evidence: Sequence[Evidence]
) -> Finding:
    """A prediction that came before the changed arm began; whether it was committed to beforehand, a code says."""
    what = f"({title(prediction.metric)}: {prediction_words(prediction)})"
    within = f"Within this run, the prediction {what} came before the changed arm began."
    advice = "" if prediction.why.strip() else " Say why you expect it."
    found = commitment_of(case, first)
    told = dict(values)
    if found.standing != "not asked":
        told |= {"commitment": found.standing, "code": found.code}
    if found.standing == "fits":
        text = f"Committed beforehand: your code {found.code} fits this prediction {what}.{advice}"
        return passed(text, told, evidence)
    if found.standing == "other":
        return undecided(
            f"{within} But the code {found.code} that you handed in beforehand fits another prediction, another "
            "planned change or another notebook. A person looks at it.",
            told,
            evidence,
        )
    if found.standing == "mistyped":
        return undecided(
            f"{within} You handed in {shorten(found.code, 40)} beforehand. It is no code: it was mistyped. A "
            "person looks at it.",
            told,
            evidence,
        )
    missing = " No code for it was handed in beforehand." if found.standing == "none" else ""
    return passed(f"{within}{missing}{advice}", told, evidence)


def student_cells(case: Case) -> Iterator[RecoveredCell]:
    """The cells that a student wrote or changed, in notebook order."""
    return (cell for cell in case.notebook.cells if cell.position not in case.released_positions)


def without_arms(case: Case, cell: Cell, arms: Arms) -> Finding:
    """What to say where an arm has no finished run."""
    match = case.matches.get(cell.key)
    values = {"baseline_runs": len(finished(arms.baseline)), "changed_runs": len(finished(arms.changed))}
    if match is not None and match.recovered is not None and match.unchanged is True and cell.cell_type == "code":
        told = "The experiment is as it was released: it was not run."
        found = failed(told, values, causes=[never_run(cell.key)])
        return unless_lost(case, found, "" if case.notebook.whole else outputs_lost(case))
    begun = [run for run in (*arms.baseline, *arms.changed) if not run.finished]
    if begun:
        names = listed(f"{run.record.arm or run.name} (seed {run.seed})" for run in begun)
        return undecided(f"A run was begun and shows no result: {names}. Run the experiment's cell again.", values)
    if not case.records:
        return undecided("Your file holds no records of runs, so a person reads the experiment.", values)
    missing = [
        name for name, runs in (("baseline", arms.baseline), ("changed", arms.changed)) if not finished(runs)
    ]
    if len(missing) == 2 and not any(run.record.experiment for run in (*arms.baseline, *arms.changed)):
        return undecided("No run in your file belongs to this experiment, so a person looks for it.", values)
    return undecided(f"The {listed(missing)} arm has no finished run in your file.", values)


def arm_evidence(case: Case, arms: Arms) -> list[Evidence]:
    """The cells that show the arms' runs."""
    return [
        Evidence(case.cell_name(run.position), f"{name} arm: {run.name}, seed {run.seed}")
        for name, runs in (("baseline", arms.baseline), ("changed", arms.changed))
        for run in finished(runs)
    ]
