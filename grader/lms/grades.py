"""OUT/grades.json: what everyone got, with people's decisions in it, for whoever adds up several assignments.

A person is here by the platform's number, else by the full folder name. The file follows from results and policy
alone; `paribus grade` writes it, and `--collect` writes it anew.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from grader.errors import ResultError
from grader.gradebook.scores import OPEN, PERSON, TOLERANCE
from grader.lms.comments import comment_of
from grader.lms.counting import by_student, chosen, is_final, points_of
from grader.lms.platform import Enrolled
from grader.model import CellResult, Outcome, Result
from grader.pages.shared import cell_title
from grader.recover.text import harmless
from paribus.course.assignment import Assignment
from paribus.course.policy import LateTable, Policy

FILE = "grades.json"
SCHEMA = "paribus.grades/1"


@dataclass(frozen=True)
class CheckCount:
    """How often a submission met a check, missed it, and how often nobody has decided it."""

    met: int = 0
    missed: int = 0
    open: int = 0


@dataclass(frozen=True)
class Grade:
    """One person in one assignment. ``handed_in`` is False for who is enrolled and handed in nothing.

    ``score`` are the points before lateness, of ``maximum``; ``late`` the seconds after the person's own due time.
    ``points`` are what goes out, after lateness, None while something is open; ``comment`` and ``page`` (below OUT)
    go with them. ``waiting`` says why the score is not final, and is "" where it is.
    """

    number: str
    name: str = ""
    email: str = ""
    section: str = ""
    handed_in: bool = False
    score: float = 0.0
    maximum: float = 0.0
    late: float = 0.0
    waiting: str = ""
    points: float | None = None
    comment: str = ""
    page: str = ""
    checks: Mapping[str, CheckCount] = field(default_factory=dict)


@dataclass(frozen=True)
class Graded:
    """One assignment's grades, by the number. ``whole``: the class was listed, so who is missing is not in it.

    ``questions`` are the graded cells' headings by key; ``unclear`` the submissions of which nobody can tell whose
    they are.
    """

    assignment: str
    title: str
    course: str = ""
    maximum: float = 0.0
    whole: bool = False
    late_penalty: str | LateTable = "none"
    questions: Mapping[str, str] = field(default_factory=dict)
    people: tuple[Grade, ...] = ()
    unclear: tuple[str, ...] = ()


def grades_of(
    results: Sequence[Result], assignment: Assignment, policy: Policy, everyone: Iterable[Enrolled] | None
) -> Graded:
    """What everyone got. ``everyone`` are those who are enrolled, None where nobody listed them."""
    mine = by_student(results)
    listed = {one.number: _listed(one, policy) for one in everyone or ()}
    people = [
        _grade(
            listed.get(number) or Grade(number, harmless(_name(mine[number]))),
            mine.get(number, ()),
            assignment,
            policy,
        )
        for number in sorted(mine.keys() | listed.keys(), key=lambda number: (len(number), number))
    ]
    return Graded(
        assignment.name,
        assignment.title,
        course=policy.course,
        maximum=assignment.max_score,
        whole=everyone is not None,
        late_penalty=policy.late_penalty,
        questions={cell.key: cell_title(assignment, cell.key).heading for cell in assignment.cells if cell.points},
        people=tuple(people),
        unclear=tuple(sorted(result.submission for result in results if not result.owners)),
    )


def to_text(graded: Graded) -> str:
    """The file's content: the same grades give the same text."""
    return json.dumps({"schema": SCHEMA, **asdict(graded)}, sort_keys=True, indent=1) + "\n"


def from_text(text: str, origin: str) -> Graded:
    """What `to_text` wrote. ResultError where it was cut, edited, or is of another version."""
    try:
        raw = json.loads(text)
        if raw.pop("schema") != SCHEMA:
            raise ValueError("it is of another version")
        late = raw["late_penalty"]
        return Graded(
            **{
                **raw,
                "late_penalty": LateTable(**late) if isinstance(late, dict) else str(late),
                "people": tuple(_read_grade(item) for item in raw["people"]),
                "unclear": tuple(raw["unclear"]),
            }
        )
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise ResultError(
            f"{origin}: cannot be read ({error}). Write it anew with `paribus grade … --collect`."
        ) from error


def with_result(person: Grade, counts: Result) -> Grade:
    """Somebody's grade with the score, the checks and what waits of the result that counts for them."""
    return replace(
        person, score=counts.score, maximum=counts.max_score, waiting=_waiting(counts), checks=_checks(counts)
    )


def _listed(one: Enrolled, policy: Policy) -> Grade:
    """Somebody of whom nothing but the number is kept where the course keeps no names."""
    if policy.anonymous:
        return Grade(one.number, section=harmless(one.section))
    return Grade(one.number, harmless(one.name), harmless(one.email), harmless(one.section))


def _grade(person: Grade, found: Sequence[Result], assignment: Assignment, policy: Policy) -> Grade:
    if not found:
        return person
    counts = chosen(found, policy.attempts)
    person = replace(person, handed_in=True, comment=comment_of(found, counts, assignment, policy.attempts))
    if counts is None:
        return replace(person, waiting=f"Nobody has said which of {len(found)} files counts.")
    page = f"feedback/{counts.submission}.html"
    return with_result(
        replace(person, points=points_of(counts, assignment.max_score), page=page, late=counts.late), counts
    )


def _name(found: Sequence[Result]) -> str:
    """The name of whoever handed in alone; the names in a team's file are not each member's."""
    return next((result.name for result in found if not result.team and not result.group), "")


def _waiting(result: Result) -> str:
    if not result.cells:
        return "The file could not be graded: " + harmless(" ".join(result.remarks))
    return "" if is_final(result) else "Answers wait for a person."


def _checks(result: Result) -> dict[str, CheckCount]:
    counts: dict[str, list[int]] = {}
    for cell in result.cells:
        full = _given_in_full(cell)
        for verdict in cell.verdicts:
            if verdict.check == PERSON or not verdict.points:
                continue
            tally = counts.setdefault(verdict.check, [0, 0, 0])
            if full or verdict.outcome is Outcome.PASSED:
                tally[0] += 1
            elif verdict.outcome is Outcome.FAILED:
                tally[1] += 1
            elif verdict.outcome in OPEN:
                tally[2] += 1
    return {name: CheckCount(*tally) for name, tally in sorted(counts.items())}


def _given_in_full(cell: CellResult) -> bool:
    """Whether a person decided the cell and gave all its points: then every check of it was met."""
    return any(item.check == PERSON for item in cell.verdicts) and cell.score >= cell.points - TOLERANCE


def _read_grade(raw: Mapping[str, Any]) -> Grade:
    checks = {name: CheckCount(**counts) for name, counts in raw["checks"].items()}
    return Grade(**{**raw, "checks": checks})
