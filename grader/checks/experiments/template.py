"""What the experiment's template tells of its parts and of what was held constant, held against the records."""

from collections.abc import Iterator, Mapping
from typing import Any

from grader.checks.base import Finding, check, failed, listed, passed, proposed, shorten, undecided
from grader.checks.faults import no_part, not_written, second_change
from grader.checks.support import doubted
from grader.checks.survival import text_lost, unless_lost
from grader.checks.unrecorded import where_sure, without_records
from grader.evidence.compare import compare
from grader.evidence.listed import (
    loosely_held,
    loosely_named,
    named_settings,
    other_rows,
    other_value,
    wrongly_held,
    wrongly_held_outcome,
)
from grader.evidence.measured import measure
from grader.evidence.own_numbers import lines_of_own_code, may_set
from grader.evidence.runs import experiment_of, find_arms, finished
from grader.evidence.says_little import says_little
from grader.evidence.sentences import read_sentences
from grader.evidence.settings import loose_names, said_settings
from grader.evidence.told import wrongly_changed
from grader.evidence.told_prediction import wrongly_predicted
from grader.evidence.unrecorded.arms import arms_of
from grader.evidence.worded.all import find_doubts
from grader.evidence.worded.reading import Doubt
from grader.model import Case, Evidence, Outcome
from grader.reading import vocabulary
from grader.reading.answers import cell_blocks, is_untouched
from grader.reading.template import PARTS, Part, part_of
from grader.reading.written import blank_parts, missing_titles, template_cells, written_blocks, written_parts
from paribus.course.assignment import Cell
from paribus.experiments.one_change import Difference


@check(
    "experiments.template_complete",
    "All five parts filled in",
    options={"experiment": "text", "parts": "texts"},
    texts="all",
    after=("experiments.held_constant", "experiments.result_matches", "experiments.meaningful_supported"),
)
def template_complete(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """All five parts of the experiment template are filled in: the variable changed, what was held constant, the
    prediction, the result, and whether it is meaningful.
    """
    key = experiment_of(case, cell, options)
    parts, positions = written_parts(case, key, cell)
    wanted: tuple[Part, ...] = tuple(part for part in PARTS if part in options.get("parts", PARTS))
    missing = missing_titles(parts, wanted)
    values = {"found": {part: shorten(text, 80) for part, text in parts.items()}, "missing": missing}
    evidence = [Evidence(case.cell_name(positions[part]), shorten(text)) for part, text in parts.items()]
    if not missing:
        whole = passed("All parts of the template are filled in.", values, evidence)
        if says_little(case, cell):
            whole = undecided(
                "All parts hold something; a person reads whether each says enough.", values, evidence
            )
        return _as_recorded(case, key, parts, evidence) or whole
    if _is_untouched(case, key, cell):
        found = failed(
            f"The template of the experiment {key!r} is as it was released. Fill in {listed(missing)}.",
            values,
            evidence,
            [not_written(cell.key)],
        )
        return unless_lost(case, found, text_lost(case))
    blank = blank_parts(case, key, cell)
    if blank:
        empty = [part for part in blank if part in wanted]
        if empty:
            told = listed(vocabulary.title("template_titles", part) for part in empty)
            because = f"The template has nothing for {told}. Write a line for each."
            found = failed(because, values, evidence, no_part(key, empty))
            return unless_lost(case, found, text_lost(case))
    if parts:
        found = undecided(
            f"The template seems to lack {listed(missing)}; a person looks for it in your text.", values, evidence
        )
        sure = len(parts) == len(PARTS) - 1 and _in_rows(case, key, cell) >= 3
        return (
            proposed(found, Outcome.FAILED, f"the other parts are named, {listed(missing)} is not")
            if sure
            else found
        )
    lost = [place.key for place in template_cells(case, key, cell) if case.matches[place.key].recovered is None]
    if lost:
        return undecided(f"The cell {listed(lost)} with the template is not in your file.", values)
    return undecided(
        "No part of the template could be read in your text; name the parts (variable changed, held constant, "
        "prediction, result, meaningful) as headings, a list or a table.",
        values,
    )


def _in_rows(case: Case, key: str, cell: Cell) -> int:
    """How many parts are rows of a table, as the template was released."""
    rows = [
        block
        for place in template_cells(case, key, cell)
        for block in cell_blocks(case, place.key)
        if block.kind == "row"
    ]
    return len({part for block in rows if block.cells and (part := part_of(block.cells[0])) is not None})


def _as_recorded(case: Case, key: str, parts: Mapping[Part, str], evidence: list[Evidence]) -> Finding | None:
    """A change or a prediction that the template tells otherwise than the records is for a person."""
    arms = find_arms(case, key)
    if not arms.both:
        return None
    comparison = compare(arms, arms.vary)
    for difference in comparison.declared[:1]:
        if why := wrongly_changed(parts.get("changed", ""), difference, comparison):
            found = undecided(
                "All parts of the template are filled in; a person compares the change with the records.",
                {},
                evidence,
            )
            return proposed(found, Outcome.FAILED, why)
    prediction = next((run.prediction for run in arms.changed if run.prediction is not None), None)
    if prediction is not None and (why := wrongly_predicted(parts.get("prediction", ""), prediction)):
        found = undecided(
            "All parts of the template are filled in; a person compares the prediction with the records.",
            {},
            evidence,
        )
        return proposed(found, Outcome.FAILED, why)
    return None


@check(
    "experiments.held_constant",
    "What you held constant",
    options={"experiment": "text"},
    texts="all",
    after=("experiments.one_change",),
)
def held_constant(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """What you list as held constant agrees with the records: each setting you name is the same in both arms and
    has the value you give it.
    """
    key = experiment_of(case, cell, options)
    found = without_records(case, where_sure(case, _held_constant(case, key, cell), key), [key])
    return found if found.outcome is not Outcome.PASSED else doubted(found, _contradicted_settings(case, key, cell))


def _contradicted_settings(case: Case, key: str, cell: Cell) -> Iterator[Doubt]:
    """What else the lines on the change and on what was held say of the runs, and these contradict."""
    measured, blocks = measure(case, key), written_blocks(case, key, cell)
    told = [block for part in ("changed", "held") for block in blocks.get(part, ())]
    if arms_of(case, key).both:
        yield from find_doubts(read_sentences(told, measured), measured, conclusions=False)


def _held_constant(case: Case, key: str, cell: Cell) -> Finding:
    arms = arms_of(case, key)
    parts, positions = written_parts(case, key, cell)
    if "held" not in parts:
        return missing_part(case, key, cell, "held")
    text = parts["held"]
    evidence = [Evidence(case.cell_name(positions["held"]), shorten(text))]
    if not arms.both:
        return undecided(
            "There are no records of both arms to hold your list against.", {"held": shorten(text)}, evidence
        )
    comparison = compare(arms, arms.vary)
    mentions = named_settings(text, comparison) or loose_names(text)
    named = list(dict.fromkeys((*(item.name for item in mentions), *(item.name for item in said_settings(text)))))
    wrong = wrongly_held(text, comparison)
    values = {
        "named": named,
        "differ": sorted({_setting_of(item) for item in comparison.changes}),
        "recorded": dict(comparison.settings),
    }
    if wrong:
        return failed(
            f"You list {listed(dict.fromkeys(_setting_of(item) for item in wrong))} as held constant, but the "
            f"records differ there: {listed(str(item) for item in wrong)}.",
            values,
            evidence,
            second_change(key, wrong),
        )
    if other := other_value(text, comparison.settings, comparison):
        name = other.name.replace("_", " ")
        said = f"You write {name} {other.written}, and the records of both arms say {other.recorded}"
        if lines := lines_of_own_code(case, str(other.written)):
            told = f"{said}; your own code holds {other.written}, so a person compares."
            open_one = undecided(told, values, evidence)
            if any(may_set(line, other.name) for line in lines):
                return open_one  # a constant that the student's own training may go by
            return proposed(open_one, Outcome.FAILED, f"{said}; no line of the student's code sets it")
        return failed(f"{said}.", values, evidence)
    pair = finished(arms.baseline)[-1], finished(arms.changed)[-1]
    runs = finished((*arms.baseline, *arms.changed))
    why = wrongly_held_outcome(text, *pair) or other_rows(text, pair)
    if why := why or loosely_held(text, comparison, runs, arms.vary):
        return proposed(
            undecided("A person compares your list with the records.", values, evidence), Outcome.FAILED, why
        )
    named = named or loosely_named(text, comparison)
    if not named:
        return undecided(
            "Your list names no setting that the records hold; name them (learning rate, epochs, data, seed …).",
            values,
            evidence,
        )
    return passed(
        f"The records agree: {listed(name.replace('_', ' ') for name in named)} did not change.", values, evidence
    )


_ABSENT: Mapping[Part, tuple[str, str, str]] = {
    "held": (
        "list what you held constant",
        "Your template does not say what was held constant. Name the settings.",
        "No list of what was held constant could be read in your text.",
    ),
    "result": (
        "write your result",
        "Your template has no result. Write the metric of both arms and the difference.",
        "No result could be read in your text.",
    ),
    "meaningful": (
        "say whether the difference is meaningful",
        "Your template does not say whether the difference is meaningful.",
        "No conclusion could be read in your text.",
    ),
}
"""What is said of a part that is not there: of an untouched template, of a blank row, and of all other text."""


def missing_part(case: Case, key: str, cell: Cell, part: Part) -> Finding:
    """A part that was not found: empty where the file shows its name with nothing beside it, else for a person."""
    untouched, blank, unread = _ABSENT[part]
    if _is_untouched(case, key, cell):
        return unless_lost(case, failed(f"The template is as it was released: {untouched}."), text_lost(case))
    if written_blocks(case, key, cell) and part in blank_parts(case, key, cell):
        return unless_lost(case, failed(blank, causes=no_part(key, [part])), text_lost(case))
    return undecided(unread)


def _is_untouched(case: Case, key: str, cell: Cell) -> bool:
    """Every cell of the template is as it was released."""
    places = template_cells(case, key, cell)
    return bool(places) and all(is_untouched(case, place) for place in places)


def _setting_of(difference: Difference) -> str:
    return difference.name if difference.kind == "setting" else difference.kind
