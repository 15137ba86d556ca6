"""One cause costs once: where two checks see the same fault, the first of them alone takes points for it.

A check declares the checks that come first (``after=``), and a failed finding names the faults that it rests on
(``causes``). Where each of them has cost points at a check that comes first, the finding does not apply.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from graphlib import TopologicalSorter

from grader.checks.base import Check, listed
from grader.model import Outcome, Verdict

Found = tuple[Verdict, tuple[str, ...]]
"""A verdict with the causes that its finding names."""


def settle(found: Sequence[Sequence[Found]], checks: Mapping[str, Check]) -> tuple[tuple[Verdict, ...], ...]:
    """The verdicts of every cell, in order, with those that cost nothing more as not applicable.

    Of two verdicts of a check that comes after itself, the one further up costs. A check without points takes
    none, so that what it sees still costs elsewhere.
    """
    settled = [[verdict for verdict, _ in cell] for cell in found]
    named = [
        (row, at, frozenset(causes))
        for row, cell in enumerate(found)
        for at, (verdict, causes) in enumerate(cell)
        if causes and verdict.outcome is Outcome.FAILED
    ]
    ranks = _ranks(checks) if len(named) > 1 else {}
    paid: dict[str, frozenset[str]] = {}
    for row, at, causes in sorted(named, key=lambda item: ranks.get(settled[item[0]][item[1]].check, 0)):
        verdict = settled[row][at]
        payers = [name for name in checks[verdict.check].after if paid.get(name, frozenset()) & causes]
        if causes <= frozenset().union(*(paid[name] for name in payers)):
            settled[row][at] = _excused(verdict, [checks[name].title for name in payers])
        elif verdict.points > 0:
            paid[verdict.check] = paid.get(verdict.check, frozenset()) | causes
    return tuple(map(tuple, settled))


def _ranks(checks: Mapping[str, Check]) -> dict[str, int]:
    """Where each check comes: those first that others come after."""
    order = TopologicalSorter({name: {*item.after} - {name} for name, item in checks.items()}).static_order()
    return {name: rank for rank, name in enumerate(order)}


def _excused(verdict: Verdict, titles: Sequence[str]) -> Verdict:
    where = listed(f"“{title}”" for title in titles)
    because = (
        f"{verdict.because} This has cost points at {where} already, and one fault costs once: a person decides "
        "about the points here."
    )
    return replace(verdict, outcome=Outcome.NOT_APPLICABLE, because=because)
