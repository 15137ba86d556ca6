"""What faults are called that more than one check sees: a finding that rests on one names it by these words."""

from collections.abc import Iterable

from grader.evidence.false_metrics import false_metric
from grader.evidence.runs import finished, read_runs
from grader.evidence.traces import Trace
from grader.model import Case
from paribus.experiments.one_change import Difference


def second_change(experiment: str, items: Iterable[Difference]) -> list[str]:
    """What differs between the arms beside the declared variable."""
    return [f"{experiment}: {item.name if item.kind == 'setting' else item.kind} differs" for item in items]


def no_part(experiment: str, parts: Iterable[str]) -> list[str]:
    """Rows of a template with nothing in them."""
    return [f"{experiment}: {part} is blank" for part in parts]


def not_written(key: str) -> str:
    """A cell for an answer that is as it was released."""
    return f"{key} has no answer"


def never_run(key: str) -> str:
    """A code cell that did not run."""
    return f"{key} never ran"


def ended_in(error: str) -> str:
    """An error, by its last line: what fails because of it ends in the same."""
    return f"it ends in {error}"


def few_seeds(arms: Iterable[str]) -> list[str]:
    """Arms that lack seeds."""
    return [f"the {arm} arm lacks seeds" for arm in arms]


def wrong_numbers(case: Case, traces: Iterable[Trace]) -> list[str]:
    """Numbers that are not what was recorded; where a record itself is false, it is the fault."""
    false = {run.position for run in finished(read_runs(case)) if false_metric(case, run) is not None}
    return [
        false_record(case, item.recorded_in)
        if item.recorded_in in false
        else f"{item.number.text}: {item.why}"
        if item.by_law
        else f"{item.number.text} in place of {item.expected}"
        for item in traces
    ]


def false_record(case: Case, position: int) -> str:
    """A record whose metrics do not follow from its predictions."""
    return f"the record in {case.cell_name(position)} is false"
