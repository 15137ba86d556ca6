"""Blind models: what was said of each, held against the sealed key and against the clock."""

from collections.abc import Mapping
from typing import Any

from grader.checks.base import Finding, check, counted, failed, listed, passed, shorten, undecided
from grader.checks.survival import outputs_lost, unless_lost
from grader.evidence.committed import commitment_of_diagnosis
from grader.evidence.diagnoses import Claimed, agreement, diagnoses_of, is_revealed, key_of
from grader.evidence.quick import moment_of
from grader.model import Case, Evidence
from grader.reading.answers import is_untouched
from paribus.course.assignment import Cell
from paribus.records.diagnosis import Citation

LEAST = 2
"""How many different statistics a diagnosis must cite where the course does not say."""


@check(
    "diagnosis.before_reveal", "Diagnosed before the reveal", options={"zoo": "text", "model": "text"}, public=False
)
def before_reveal(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """You made your diagnosis before the models were revealed. A code that you handed in beforehand shows it, or
    the time at which you handed in your notebook.
    """
    claims = diagnoses_of(case, cell, options)
    if not claims:
        return _without(case, cell, options)
    last = claims[-1]
    found = commitment_of_diagnosis(case, last)
    values: dict[str, Any] = {
        "model": last.diagnosis.model,
        "written": last.diagnosis.written,
        "handed_in": case.handed_in or None,
        "reveal": case.reveal or None,
    }
    if found.standing != "not asked":
        values |= {"commitment": found.standing, "code": found.code}
    evidence = _shown(case, last)
    if found.standing == "fits":
        return passed(f"Your code {found.code} fits the diagnoses in your notebook.", values, evidence)
    handed, reveal = moment_of(case.handed_in), moment_of(case.reveal)
    if handed is not None and reveal is not None and handed < reveal:
        return passed("You handed in before the reveal.", values, evidence)
    written = moment_of(last.diagnosis.written)
    if reveal is not None and written is not None and written >= reveal:
        return failed(
            "Your notebook says itself that this diagnosis was first written after the reveal.", values, evidence
        )
    late = " You handed in after the reveal." if handed is not None and reveal is not None else ""
    words = _NOT_PROVEN[found.standing].format(code=shorten(found.code, 40))
    return undecided(f"{words}{late} A person decides whether it came first.", values, evidence)


_NOT_PROVEN = {
    "not asked": "No codes were collected for it.",
    "none": "No code for it was handed in beforehand.",
    "other": "The code {code} that you handed in fits other diagnoses, or another notebook.",
    "mistyped": "You handed in {code} beforehand. It is no code: it was mistyped.",
}


@check("diagnosis.matches", "The recipe is the right one", options={"zoo": "text", "model": "text"}, public=False)
def matches(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The recipe you name for a model is the one it was trained with."""
    claims = diagnoses_of(case, cell, options)
    if not claims:
        return _without(case, cell, options)
    last = claims[-1]
    made = last.diagnosis
    values: dict[str, Any] = {"model": made.model, "recipe": made.recipe, "edition": made.edition}
    evidence = _shown(case, last)
    recipes = list(dict.fromkeys(item.diagnosis.recipe for item in claims))
    if len(recipes) > 1:
        return undecided(
            f"Your file shows {len(recipes)} diagnoses of {made.model} ({listed(recipes)}). A person asks which "
            "one you stand by.",
            {**values, "recipes": recipes},
            [item for claimed in claims for item in _shown(case, claimed)],
        )
    key = key_of(case, made)
    if key is None:
        return undecided(
            f"The key to this edition of the zoo {made.zoo!r} is not at hand, so a person compares.",
            values,
            evidence,
        )
    if key.recipe == made.recipe:
        return passed(f"{made.model} was trained as you say.", values, evidence)
    wrong = f"{made.model} was not trained as you say ({made.recipe})"
    found = failed(f"{wrong}.", values, evidence)
    if is_revealed(case):
        found = failed(f"{wrong}: its recipe is {key.recipe}.", {**values, "trained": key.recipe}, evidence)
    return unless_lost(case, found, outputs_lost(case))  # a later diagnosis may be missing


@check(
    "diagnosis.evidence",
    "The evidence is the model's",
    options={"zoo": "text", "model": "text", "least": "whole"},
    public=False,
)
def evidence(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The numbers that you cite for a diagnosis are those that the model's log and its predictions show, at the
    precision at which you write them.
    """
    claims = diagnoses_of(case, cell, options)
    if not claims:
        return _without(case, cell, options)
    last = claims[-1]
    made = last.diagnosis
    shown = _shown(case, last)
    key = key_of(case, made)
    if key is None:
        return undecided(
            f"The key of this edition of the zoo {made.zoo!r} is not at hand, so a person compares.",
            {"model": made.model, "cited": [_plain(item) for item in made.evidence]},
            shown,
        )
    judged = [(item, *_held_against(item, key.statistics)) for item in made.evidence]
    values = {
        "model": made.model,
        "cited": [{**_plain(item), "shows": true, "agrees": standing} for item, standing, true in judged],
    }
    wrong = [(item, true) for item, standing, true in judged if standing == "differs"]
    if wrong:
        item, true = wrong[0]
        more = f" ({len(wrong) - 1} more like it.)" if len(wrong) > 1 else ""
        found = failed(
            f"You cite {item.statistic} {item.value:g} for {made.model} (in {shorten(item.cell, 60)}); it is "
            f"{true:.4g}.{more}",
            values,
            shown,
        )
        return unless_lost(case, found, outputs_lost(case))
    unclear = [item for item, standing, _ in judged if standing != "agrees"]
    right = {item.statistic for item, standing, _ in judged if standing == "agrees"}
    least = int(options.get("least", LEAST))
    if len(right) >= least:
        return passed(f"Agreeing with what {made.model} shows: {listed(sorted(right))}.", values, shown)
    if unclear:
        item = unclear[0]
        return undecided(
            f"{item.statistic} {item.value:g} cannot be held against what {made.model} shows: it has too few "
            "digits, or is not defined for it. A person looks.",
            values,
            shown,
        )
    few = failed(
        f"You cite {counted(len(right), 'statistic')} for {made.model}; at least {least} different ones are asked "
        "for.",
        values,
        shown,
    )
    return unless_lost(case, few, outputs_lost(case))


def _held_against(item: Citation, statistics: Mapping[str, float | None]) -> tuple[str, float | None]:
    true = statistics.get(item.statistic)
    return ("undefined", None) if true is None else (agreement(item.statistic, item.value, true), true)


def _without(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """What to say where no diagnosis of the model is in the file."""
    model = str(options.get("model") or cell.options.get("model") or "this model")
    match = case.matches.get(cell.key)
    values = {"model": model}
    if is_untouched(case, cell):
        found = failed(f"The diagnosis of {model} is as it was released: it was not made.", values)
        return unless_lost(case, found, "" if case.notebook.whole else outputs_lost(case))
    if match is None or match.recovered is None:
        return undecided(f"The cell with the diagnosis of {model} is not in your file.", values)
    return undecided(
        f"Your file shows no diagnosis of {model}, though the cell was filled in. Run the cell, then export again; "
        "as it is, a person reads it.",
        values,
    )


def _shown(case: Case, claimed: Claimed) -> list[Evidence]:
    made = claimed.diagnosis
    where = case.cell_name(claimed.position)
    return [
        Evidence(where, f"{made.model}: {made.recipe}"),
        *(
            Evidence(where, f"{item.statistic} {item.value:g}, read in {shorten(item.cell, 60)}")
            for item in made.evidence[:8]
        ),
    ]


def _plain(item: Citation) -> dict[str, Any]:
    return {"statistic": item.statistic, "value": item.value, "cell": item.cell}
