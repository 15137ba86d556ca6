"""Doubts about a finding that is passed so far: what the code or the runs show, for a person to look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from grader.checks.base import Finding, plain, proposed, undecided
from grader.model import Case, Evidence, Outcome
from paribus.check.code.findings import CodeFinding

DOUBTS, PROVED = "doubts", "code"
"""Under what names a finding's values hold all doubts, and all that the code proves."""


@dataclass(frozen=True)
class Doubt:
    """Why a person looks: a sentence to the student, the lines or numbers, and what a person would probably say."""

    because: str
    evidence: tuple[Evidence, ...] = ()
    proposal: str = ""


def evidence_of(case: Case, findings: Iterable[CodeFinding]) -> list[Evidence]:
    """The lines that findings of the code rest on, each once."""
    places = dict.fromkeys(where for finding in findings for where in finding.places)
    return [Evidence(case.cell_name(where.position), f"line {where.line}: {where.text}") for where in places]


def doubts_of(case: Case, items: Sequence[CodeFinding]) -> list[Doubt]:
    """Findings of the code as doubts; a sure one proposes to fail."""
    return [
        Doubt(item.because, tuple(evidence_of(case, [item])), item.because if item.sure else "") for item in items
    ]


def with_doubts(found: Finding, doubts: Sequence[Doubt]) -> Finding:
    """A passed finding with doubts goes to a person; an undecided or a failed one keeps its reason and gets their
    evidence, so that a student reads of all at once.
    """
    if not doubts or found.outcome is Outcome.NOT_APPLICABLE:
        return found
    evidence = tuple(dict.fromkeys((*found.evidence, *(item for doubt in doubts for item in doubt.evidence))))
    values = plain({**found.values, DOUBTS: [doubt.because for doubt in doubts]})
    if found.outcome is not Outcome.PASSED:
        return replace(found, values=values, evidence=evidence)
    first = next((doubt for doubt in doubts if doubt.proposal), doubts[0])
    open_one = undecided(first.because, values, evidence)
    return proposed(open_one, Outcome.FAILED, first.proposal) if first.proposal else open_one
