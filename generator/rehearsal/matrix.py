"""What the grades say: faults caught, left to a person, missed, and honest work wrongly marked.

Reads the lines of `paribus grade`'s results.jsonl as they are documented; this room does not know the grader.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from generator.errors import RehearsalError
from generator.rehearsal.draw import Variant
from generator.rehearsal.others import Share
from generator.rehearsal.table import Fault

Outcome = Literal["caught", "proposed", "open", "missed", "wrong_reason"]
FOUND = frozenset({"caught", "proposed"})
"""A fault was found: its owner failed it, or told a person that it should fail."""
LEVEL = 0.95


@dataclass(frozen=True)
class Graded:
    """What one submission's line says: failed and undecided checks, each with the cell and the reason, the checks
    that had anything to look at, and of the undecided ones those that propose "failed".
    """

    status: str
    failed: tuple[tuple[str, str, str], ...]
    undecided: tuple[tuple[str, str, str], ...]
    applied: frozenset[str] = frozenset()
    proposed: tuple[tuple[str, str, str], ...] = ()

    @property
    def failed_checks(self) -> tuple[str, ...]:
        """The names of the checks that failed, each once."""
        return tuple(sorted({check for check, _, _ in self.failed}))


@dataclass(frozen=True)
class FaultRow:
    """One fault and what became of it."""

    fault: Fault
    graded: Graded
    outcome: Outcome

    def plain(self) -> dict[str, object]:
        """The documented JSON."""
        return {
            "fault": self.fault.name,
            "about": self.fault.about,
            "expects": self.fault.expects,
            "failed_checks": list(self.graded.failed_checks),
            "outcome": self.outcome,
        }


@dataclass(frozen=True)
class HonestRow:
    """One honest variant and the checks that failed it."""

    variant: Variant
    graded: Graded

    def plain(self) -> dict[str, object]:
        """The documented JSON."""
        return {
            "variant": self.variant.name,
            "about": self.variant.about,
            "failed_checks": list(self.graded.failed_checks),
            "proposed_checks": sorted({check for check, _, _ in self.graded.proposed}),
        }


@dataclass(frozen=True)
class CheckRow:
    """One check over the whole class: its faults and how many were caught, and the honest variants that it had
    something to look at in, failed, proposed to be failed and could not decide.

    ``bound`` is the exact (Clopper–Pearson) one-sided 95 % upper bound of the share of honest work that it fails.
    """

    check: str
    faults: int
    caught: int
    honest: int
    wrongly: int
    proposed: int
    undecided: int
    bound: float


@dataclass(frozen=True)
class Matrix:
    """A whole rehearsal. ``others`` is what became of texts by other hands."""

    assignment: str
    faults: tuple[FaultRow, ...]
    honest: tuple[HonestRow, ...]
    checks: tuple[CheckRow, ...]
    others: tuple[Share, ...] = ()

    @property
    def suspicions(self) -> tuple[tuple[str, int, str], ...]:
        """Why honest variants are proposed to be failed: (check, variants, reason of the first), the most first."""
        counts: Counter[str] = Counter()
        reasons: dict[str, str] = {}
        for row in self.honest:
            for check in sorted({check for check, _, _ in row.graded.proposed}):
                counts[check] += 1
                reasons.setdefault(check, next(why for name, _, why in row.graded.proposed if name == check))
        return tuple((check, count, reasons[check]) for check, count in counts.most_common())

    @property
    def clean(self) -> bool:
        """Every fault was failed or proposed to be failed by its owner, and no honest variant fails any check."""
        return all(row.outcome in FOUND for row in self.faults) and not any(
            row.graded.failed_checks or row.graded.status != "graded" for row in self.honest
        )

    def plain(self) -> dict[str, object]:
        """The documented JSON."""
        return {
            "faults": [row.plain() for row in self.faults],
            "honest": [row.plain() for row in self.honest],
            "others": [asdict(share) for share in self.others],
        }


def read_graded(results: Path) -> dict[str, Graded]:
    """Every line of results.jsonl, by the file's name without its ending."""
    found = {}
    for line in results.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        found[Path(raw["source"]).stem] = graded_of(raw)
    return found


def graded_of(raw: Mapping[str, Any]) -> Graded:
    """One line of results.jsonl."""
    proposed = [
        (verdict["check"], cell["key"], verdict["proposed_because"])
        for cell in raw["cells"]
        for verdict in cell["verdicts"]
        if verdict.get("proposal") == "failed"
    ]
    verdicts = [
        (verdict["outcome"], (verdict["check"], cell["key"], verdict["because"]))
        for cell in raw["cells"]
        for verdict in cell["verdicts"]
    ]
    return Graded(
        raw["status"],
        tuple(item for outcome, item in verdicts if outcome == "failed"),
        tuple(item for outcome, item in verdicts if outcome == "undecided"),
        frozenset(item[0] for outcome, item in verdicts if outcome != "not_applicable"),
        tuple(proposed),
    )


def make_matrix(
    assignment: str,
    checks: Sequence[str],
    faults: Sequence[Fault],
    variants: Sequence[Variant],
    graded: Mapping[str, Graded],
    *,
    others: tuple[Share, ...] = (),
) -> Matrix:
    """Hold every grade against what is known of the work. RehearsalError where a submission has no grade."""
    names = [*(fault_file(fault) for fault in faults), *(variant.name for variant in variants)]
    if missing := [name for name in names if name not in graded]:
        raise RehearsalError(f"`paribus grade` wrote no result for {', '.join(missing[:3])}.")
    fault_rows = tuple(
        FaultRow(fault, graded[fault_file(fault)], judge(fault, graded[fault_file(fault)])) for fault in faults
    )
    honest_rows = tuple(HonestRow(variant, graded[variant.name]) for variant in variants)
    rows = tuple(_check_row(check, fault_rows, honest_rows) for check in checks)
    return Matrix(assignment, fault_rows, honest_rows, rows, others)


def fault_file(fault: Fault) -> str:
    """What a fault's file is called, without its ending."""
    return f"fault-{fault.name}"


def judge(fault: Fault, graded: Graded) -> Outcome:
    """Caught: its owner failed, in the cell where it is, and nothing that may not. Proposed and open: its owner
    left it to a person, with "failed" for a proposal or without. Missed: its owner did neither.
    """

    def owned(items: Sequence[tuple[str, str, str]]) -> bool:
        return any(check == fault.expects and (not fault.cell or cell == fault.cell) for check, cell, _ in items)

    if set(graded.failed_checks) - {fault.expects} - fault.also:
        return "wrong_reason"
    if owned(graded.failed):
        return "caught"
    if owned(graded.proposed):
        return "proposed"
    if owned(graded.undecided):
        return "open"
    return "wrong_reason" if graded.failed else "missed"


def _check_row(check: str, faults: Sequence[FaultRow], honest: Sequence[HonestRow]) -> CheckRow:
    own = [row for row in faults if row.fault.expects == check]
    wrongly = sum(check in row.graded.failed_checks for row in honest)
    proposed = sum(any(name == check for name, _, _ in row.graded.proposed) for row in honest)
    undecided = sum(any(name == check for name, _, _ in row.graded.undecided) for row in honest)
    looked_at = sum(check in row.graded.applied for row in honest)
    return CheckRow(
        check, len(own), sum(row.outcome in FOUND for row in own), looked_at, wrongly, proposed, undecided,
        upper_bound(wrongly, looked_at),
    )  # fmt: skip


def upper_bound(count: int, of: int, level: float = LEVEL) -> float:
    """The exact one-sided upper bound of a share (Clopper and Pearson, 1934): 1 - 0.05^(1/n) for a zero."""
    if count >= of:
        return 1.0
    from scipy.special import betaincinv

    return float(betaincinv(count + 1, of - count, level))
