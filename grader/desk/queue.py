"""In which order a person meets what is open: question by question, answers that say little first."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from grader.desk.items import MANUAL, Item, Standing, Work
from grader.model import Outcome

BLIND_DECIDED, BLIND_PROPOSED = 0.05, 0.10
"""The shares of decided verdicts and of proposals that a person decides without the grader's word."""


@dataclass(frozen=True)
class Question:
    """One cell of the assignment over the class: what is open of it, in how many submissions, and how many are
    done.
    """

    cell: str
    title: str
    points: float
    open: tuple[str, ...]
    done: int


def questions(works: Sequence[Work], standing: Standing, titles: Mapping[str, str]) -> tuple[Question, ...]:
    """The questions with something open or decided, in the order of the assignment."""
    order: dict[str, float] = {}
    for work in works:
        for graded in work.assignment.graded():
            order.setdefault(graded.key, graded.points)
        for item in work.items:
            order.setdefault(item.cell, item.points)
    waiting: dict[str, dict[str, None]] = {}
    for submission, cell in little_first(standing.open):
        waiting.setdefault(cell, {})[submission] = None
    decided: dict[str, set[str]] = {}
    for submission, cell, _ in standing.decided:
        decided.setdefault(cell, set()).add(submission)
    return tuple(
        Question(
            cell, titles.get(cell, cell), points, tuple(waiting.get(cell, ())),
            len(decided.get(cell, set()) - set(waiting.get(cell, ()))),
        )
        for cell, points in order.items()
        if cell in waiting or cell in decided
    )  # fmt: skip


def next_open(
    standing: Standing, submissions: Sequence[str], after: tuple[str, str], held: Set[tuple[str, str]], *,
    by_student: bool = False,
) -> tuple[str, str] | None:  # fmt: skip
    """The (submission, cell) that comes after one, of those that nobody else has open; None where none is left.
    ``submissions`` are the class in its order.

    Question by question: the same cell of the next submission first. By student: the next cell of the same one,
    then the next student. Of one question, or of one student, the answers that say little come first.
    """
    pairs = little_first(standing.open)
    free = [pair for pair in pairs if pair not in held and pair != after]
    if not free:
        return None
    keep = 0 if by_student else 1
    order = {name: place for place, name in enumerate(submissions)}
    here = order.get(after[0], -1)
    mine = [pair for pair in free if pair[keep] == after[keep]]
    if not mine:  # the next student, or another question from its start
        ordered = sorted(free, key=lambda pair: order[pair[0]])
        start = next((pair for pair in ordered if by_student and order[pair[0]] >= here), ordered[0])
        mine, here = [pair for pair in free if pair[keep] == start[keep]], -1
    mine = [pair for pair in mine if pairs[pair]] or mine
    return next((pair for pair in mine if order[pair[0]] >= here), mine[0])


def little_first(waiting: Iterable[Item]) -> dict[tuple[str, str], bool]:
    """Where something waits, as (submission, cell), and whether the answer there says little: these come first."""
    found = {(item.submission, item.cell): item.says_little for item in waiting}
    return dict(sorted(found.items(), key=lambda entry: not entry[1]))


def is_blind(item: Item, release: str) -> bool:
    """Whether this item is one of the random sample that a person decides without the grader's word.

    The draw is a digest of release, question and answer: the same for every grader and at every start, and nothing
    that a student or a grader can choose.
    """
    if item.name == MANUAL or item.verdict is None:
        return False
    share = BLIND_DECIDED if not item.open else BLIND_PROPOSED if item.verdict.proposal else 0.0
    drawn = hashlib.sha256(f"{release} {item.submission} {item.cell} {item.name} {item.answered}".encode()).digest()
    return int.from_bytes(drawn[:4]) < share * 2**32


def word_of(item: Item) -> str:
    """What the grader says of an item: its verdict, or its proposal."""
    if item.verdict is None:
        return ""
    if item.verdict.outcome is Outcome.UNDECIDED and item.verdict.proposal:
        return f"proposed {item.verdict.proposal}"
    return item.verdict.outcome.value
