"""Full points for one question, or one of its checks, to everyone who handed in: an error in the assignment itself.

Each is a decision like any other, with the reason as its comment, so gradebook, feedback pages and worksheet have
it. Taking it back gives each answer what it had before: a person's earlier decision, or the grader's word.
"""

from collections.abc import Sequence

from grader.desk.items import Decision, Item, as_before, current, points_of
from grader.desk.session import MOST_COMMENT, Session
from grader.errors import DeskError
from grader.gradebook.scores import TOLERANCE
from paribus.course.near import did_you_mean

REQUEST = "full points"
"""With what the requests of these decisions begin."""


def give_full_points(session: Session, question: str, why: str) -> tuple[int, int]:
    """Give full points for a question ("one_change") or one of its checks ("one_change:seeds.enough").

    Returns to how many submissions they were given now, and how many had them. All or none is written, so the
    command can be typed again after a stop, and after a later grading for those who are new. DeskError where
    nothing is called so, or the reason is missing.
    """
    said = why.strip()
    if not said or len(said) > MOST_COMMENT:
        raise DeskError(f'Say why in 1 to {MOST_COMMENT} characters, for students to read: --because "…".')
    items = _items(session, question)
    decided = session.folder.standing().decided
    works = session.folder.batch.works
    wanting = []
    for item in items:
        decision = decided.get(item.key)
        cell = works[item.submission].released(item.cell)
        has = item.automatic if decision is None else points_of(decision, item, cell)
        if has < item.points - TOLERANCE:
            wanting.append(item)
    seen = session.last_seen()
    # The grader's word is left out: these decisions say nothing of how often it was wrong.
    decisions = [
        Decision(0, item.submission, item.cell, item.name, item.points, (), said, session.grader, "",
                 item.asked, item.answered)
        for item in wanting
    ]  # fmt: skip
    _write(session, decisions, f"{REQUEST} {question} {seen}")
    new = {item.submission for item in wanting}
    return len(new), len({item.submission for item in items} - new)


def take_back_full_points(session: Session, question: str) -> int:
    """Take back what was last given to everyone for ``question``; what somebody decided since stays.

    Returns for how many submissions. DeskError where nothing was given.
    """
    log = session.folder.decisions()
    taken = {one.request.removeprefix("undo ") for one in log if one.request.startswith("undo ")}
    given = [one for one in log if one.request.rpartition(" ")[0] == f"{REQUEST} {question}"]
    last = next((one.request for one in reversed(given) if one.request not in taken), "")
    if not last:
        known = {one.request.removeprefix(f"{REQUEST} ").rpartition(" ")[0] for one in log
                 if one.request.startswith(REQUEST) and one.request not in taken}  # fmt: skip
        raise DeskError(
            f"Nobody was given full points for {question!r}; there is nothing to take back."
            + (f" They were given for {', '.join(sorted(known))}." if known else "")
        )
    now = current(log)
    group = [one for one in given if one.request == last and now.get(one.key) == one]
    _write(session, as_before(log, group), f"undo {last}")
    return len({one.submission for one in group})


def _write(session: Session, decisions: Sequence[Decision], request: str) -> None:
    if not decisions:
        return
    with session.folder.writing():
        session.folder.store.add(decisions, seen=session.last_seen(), request=request)
    session.folder.push(sorted({one.submission for one in decisions}))


def _items(session: Session, question: str) -> list[Item]:
    """What is graded under a name, of everybody who handed in."""
    cell, _, check = question.partition(":")
    works = session.folder.batch.ordered
    found = [item for work in works for item in work.of_cell(cell) if check in ("", item.name)]
    if not found:
        names = {item.cell for work in works for item in work.items}
        known = sorted(names if cell not in names else {f"{item.cell}:{item.name}" for work in works
                                                        for item in work.of_cell(cell)})  # fmt: skip
        raise DeskError(
            f"Nothing called {question!r} is graded in {session.folder.out}; expected one of {', '.join(known)}."
            f"{did_you_mean(question, known)}"
        )
    return found
