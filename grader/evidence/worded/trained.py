"""What was trained, and how often: a model that every seed is said to have, a run that trained nothing."""

import re
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.groups import Group
from grader.evidence.runs import finished, read_runs
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.model import Case

_PER_SEED = re.compile(
    r"\b(?:was|were|is|got|has been|had been) (?:\w+ )?(?:re)?(?:trained|fitted|fine-tuned|"
    r"made)\b[^.;]{0,25}?\b(?:for|with|at|per|once "
    r"(?:for|with|per)) (?:each|every)(?: \w+){0,4} seeds?\b|\b(?:each|every) (?:seed|student|run) (?:has|had|got|"
    r"learned from) "
    r"(?:its|an?) (?:own|different|new)\b|\b(?:one|a) (?P<noun>\w+) (?:a|per|for each|for every) seed\b"
)
_AGAIN = re.compile(
    r"\b(?:i|we)(?: then| also| afterwards| have)? (?:re-?trained|re-?fine-tuned)\b|\b(?:i|we)(?: then| also| "
    r"afterwards| have)? "
    r"(?:trained|fine-tuned)\b[^.;]{0,50}?\b(?:again|anew|once more|afresh|a second time)\b|\b(?:was|were|is|are) "
    r"(?:then |briefly |"
    r"shortly )*(?:re-?trained|(?:trained|fine-tuned) (?:again|anew|once more))\b"
)
_NOT = re.compile(
    r"\b(?:not|no|never|n't|would|could|if|should|without|nothing|neither|only one|next|whether|"
    r"instead|might)\b|n't\b|\?"
)

_EARLIER = re.compile(r"\bweeks? \d\b|\b(?:original|uncompressed)\b")


def trained_for_each_seed(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The teacher was trained anew for each of the four seeds”, where it ran once."""
    if reading.unsaid or reading.sentence.row:
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        hit = _PER_SEED.search(clause)
        if hit is None or _NOT.search(clause):
            continue
        before = clause[: hit.start() + len(hit[0])]
        seeds = {run.name: _seeds_of(run.name, values.measured.case) for run in read_runs(values.measured.case)}
        once = [name for name, found in seeds.items() if len(found) == 1 and _is_said(name, before)]
        if once and values.most_pairs > 1:
            yield reading.doubt(f"{hit[0]!r}: {once[0]} was trained with seed {min(seeds[once[0]])} alone")
            return


def _is_said(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name.lower().replace('_', ' '))}\b", text) is not None


@lru_cache(maxsize=64)
def _seeds_of(name: str, case: Case) -> frozenset[int]:
    """The seeds of all runs of one name."""
    return frozenset(run.seed for run in read_runs(case) if run.name == name and run.seed is not None)


def trained_again(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“I trained the shorter network again”, where the runs of both arms logged no epoch: they trained nothing."""
    if reading.unsaid or reading.sentence.row or not values.measured.experiments:
        return
    arms = [group for pair in values.measured.experiments for group in pair]
    others = [group for group in values.measured.settled if group not in arms]
    if any(map(_has_log, arms)) or not any(map(_has_log, others)):
        return
    logged = {run.name for group in others for run in group.runs if run.record.epochs}
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        hit = _AGAIN.search(clause)
        if any(_is_said(name, clause) for name in logged) or _EARLIER.search(clause):
            continue  # the run that the arms were made from
        if hit is not None and not _NOT.search(clause):
            yield reading.doubt(f"{hit[0]!r}: no run of an arm logged an epoch, so nothing was trained in them")
            return


def _has_log(group: Group) -> bool:
    return any(run.record.epochs for run in finished(group.runs))
