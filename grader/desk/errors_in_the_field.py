"""How often the grader was right in the field: what people said of its verdicts and proposals, a check at a time.

Its own error rate is worked out from the random sample alone, which people decided without its word: whoever
sees a verdict tends to confirm it. Intervals are exact (Clopper and Pearson, 1934), 95 %.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from grader.desk.items import Decision, Item, Work, current, points_of
from grader.desk.queue import is_blind
from grader.gradebook.scores import TOLERANCE
from grader.pages.report import ErrorShare

LEVEL = 0.95


@dataclass
class _Counts:
    confirmed: int = 0
    raised: int = 0
    lowered: int = 0

    def add(self, grader: float, person: float) -> None:
        if person > grader + TOLERANCE:
            self.raised += 1
        elif person < grader - TOLERANCE:
            self.lowered += 1
        else:
            self.confirmed += 1


@dataclass(frozen=True)
class CheckRate:
    """One check: how often people, who knew its word, confirmed, raised or lowered it; and how often it was wrong
    among ``of`` that were decided without it, with the interval of that share.
    """

    check: str
    confirmed: int
    raised: int
    lowered: int
    wrong: int
    of: int
    interval: tuple[float, float] = field(default=(0.0, 1.0))

    @property
    def overturned(self) -> tuple[float, float]:
        """The interval of the share that people overturned who knew its word."""
        changed = self.raised + self.lowered
        return exact(changed, changed + self.confirmed)


def rates(works: Sequence[Work], log: Iterable[Decision]) -> tuple[CheckRate, ...]:
    """The rates of every check that people decided about, by name."""
    found = []
    for check, (known, sample) in sorted(_tally(works, log, lambda one, item: item.name).items()):
        wrong = sample.raised + sample.lowered
        of = wrong + sample.confirmed
        found.append(CheckRate(check, known.confirmed, known.raised, known.lowered, wrong, of, exact(wrong, of)))
    return tuple(found)


def in_the_field(works: Sequence[Work], log: Iterable[Decision]) -> tuple[ErrorShare, ...]:
    """The grader's own error rate, of its verdicts and of its proposals; nothing where nobody looked."""
    found = []
    for what, (_, sample) in sorted(_tally(works, log, _kind).items(), reverse=True):
        wrong = sample.raised + sample.lowered
        if of := wrong + sample.confirmed:
            found.append(ErrorShare(what, wrong, of, exact(wrong, of)))
    return tuple(found)


def _kind(decision: Decision, item: Item) -> str:
    return "proposals" if decision.word.startswith("proposed ") else "verdicts"


def _tally(
    works: Sequence[Work], log: Iterable[Decision], name_of: Callable[[Decision, Item], str]
) -> dict[str, tuple[_Counts, _Counts]]:
    """By name: what people who knew the grader's word made of it, and what those made of it who did not."""
    decisions = list(log)
    items = {item.key: (work, item) for work in works for item in work.items if item.verdict is not None}
    found: dict[str, tuple[_Counts, _Counts]] = {}
    last = list(current(decisions).values())
    blind = list({one.key: one for one in decisions if one.blind}.values())
    for one in (*last, *blind):
        if one.key not in items:
            continue
        work, item = items[one.key]
        word = _word_points(one.word, item)
        if word is None:
            continue
        hidden = one.blind or (item.open and is_blind(item, work.result.release))
        given = points_of(one, item, work.released(item.cell))
        found.setdefault(name_of(one, item), (_Counts(), _Counts()))[hidden].add(word, given)
    return found


def exact(count: int, of: int) -> tuple[float, float]:
    """The exact interval of a share (Clopper and Pearson); the whole range where nothing was counted."""
    from scipy.stats import beta

    tail = (1 - LEVEL) / 2
    low = float(beta.ppf(tail, count, of - count + 1)) if count else 0.0
    high = float(beta.ppf(1 - tail, count + 1, of - count)) if count < of else 1.0
    return low, high


def _word_points(word: str, item: Item) -> float | None:
    """What the grader's word would have given; None where it said nothing."""
    said = word.removeprefix("proposed ")
    return item.points if said == "passed" else 0.0 if said == "failed" else None
