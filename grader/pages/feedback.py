"""One page for one student: the score, what is open and why, every verdict with what it rests on.

A page shows what the student handed in and what the checks say of it. Tracebacks of the grader, hidden
tests and references that the course does not publish never reach it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from markupsafe import Markup

from grader.gradebook.scores import GIVEN, LINES, OPEN, PERSON, TOLERANCE, has_comment
from grader.intake.roster import for_students
from grader.model import CellResult, Outcome, Result, Verdict
from grader.pages.look_again import Asked, form
from grader.pages.own_work import OwnCell, OwnPage, OwnWork
from grader.pages.plots import Band, Share, bar
from grader.pages.shared import (
    MARKS,
    STATUS,
    CellTitle,
    CheckWords,
    Mark,
    cell_title,
    humanise,
    in_a_list,
    points,
    render,
    shown,
    who,
    words_of,
)
from paribus.course.assignment import Assignment
from paribus.metrics.registry import per_registry, registry


@per_registry()
def metric_columns() -> Mapping[str, tuple[str, int]]:
    """The metrics of the table of runs, in its order: heading and digits."""
    return {
        metric.name: (metric.title[:1].upper() + metric.title[1:], min(metric.digits, 3))
        for metric in registry()
        if metric.compute is not None
    }


MINUS = "\N{MINUS SIGN}"
ADVICE = Mark("advice", "Advice")
# Any check's values that compare with what the course keeps to itself.
PRIVATE = frozenset({"reference", "references", "band", "low", "high", "mean", "sd"})

NOTHING = OwnWork(None)
NO_CELLS: Mapping[str, OwnCell] = MappingProxyType({})


@dataclass(frozen=True)
class VerdictView:
    """One verdict as the page shows it; ``lines`` are the points and words of what a person chose of the rubric."""

    mark: Mark
    name: str
    words: CheckWords
    because: str
    points: str
    values: tuple[tuple[str, str], ...]
    evidence: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CellView:
    """One graded cell as the page shows it."""

    key: str
    title: CellTitle
    cell: CellResult
    state: str
    bar: Markup
    verdicts: tuple[VerdictView, ...]
    by_hand: float
    own: OwnWork = NOTHING


@dataclass(frozen=True)
class Improvement:
    """What of one cell was missed: the checks' titles, and the points they were worth."""

    view: CellView
    names: str
    points: float


@dataclass(frozen=True)
class RunView:
    """One recorded run: its name and its metrics in the order of the table's columns, "" where it has none."""

    name: str
    metrics: tuple[str, ...]
    bands: tuple[str, ...]


def feedback_page(
    result: Result,
    assignment: Assignment,
    *,
    checks: Mapping[str, CheckWords] | None = None,
    bands: Mapping[str, Band] | None = None,
    asked: Sequence[Asked] = (),
    own: Mapping[str, OwnCell] = NO_CELLS,
) -> str:
    """The page as HTML. ``checks`` are the checks' own words; ``bands`` only what is public; ``asked`` the
    student's requests to look again, with their answers; ``own`` are the student's cells by key.
    """
    public, known, room = bool(bands), checks or {}, OwnPage(own)
    cells = tuple(
        replace(_cell_view(cell, assignment, known, public=public), own=_own(room, cell, assignment))
        for cell in result.cells
    )
    columns = [name for name in metric_columns() if any(key.endswith(f".{name}") for key in result.metrics)]
    return render(
        "feedback.html.j2",
        result=result,
        remarks=for_students(result.remarks),
        assignment=assignment,
        who=who(result),
        status=STATUS[result.status],
        bar=_score_bar(result.score, result.pending, result.max_score),
        cells=cells,
        waiting=[view for view in cells if view.cell.pending > TOLERANCE],
        improve=[item for item in (_improvement(view, known) for view in cells) if item is not None],
        columns=[metric_columns()[name][0] for name in columns],
        runs=_runs(result.metrics, columns, bands or {}),
        final=result.pending <= TOLERANCE,
        asked={key: [one for one in asked if one.cell == key] for key in {one.cell for one in asked}},
        form=form(result.submission, "(the part, for example " + (cells[0].key if cells else "") + ")"),
    )


def summary_line(result: Result, assignment: Assignment) -> str:
    """The feedback in a few plain sentences, for a platform's comment field."""
    if not result.cells:
        return " ".join(for_students(result.remarks)) or f"Your file {STATUS[result.status]}."
    score, most = shown(round(result.score, 2)), shown(round(result.max_score, 2))
    parts = [f"{score} of {most} points."]
    if result.penalty:
        less, left = shown(round(result.penalty, 2)), shown(round(result.net, 2))
        parts = [f"{score} of {most} points, less {less} because it was late: {left} points."]
    if result.pending > TOLERANCE:
        names = [cell_title(assignment, cell.key).heading for cell in result.cells if cell.pending > TOLERANCE]
        waiting = f"{shown(round(result.pending, 2))} wait for a person ({'; '.join(names)})"
        parts = [f"{score} of {most} points so far; {waiting}."]
    failed = [
        f"{cell_title(assignment, cell.key).heading}: {v.because}" if v.check == PERSON else v.because
        for cell in result.cells
        for v in cell.verdicts
        if v.outcome is Outcome.FAILED and v.points
    ]
    parts.extend(failed[:3])
    if len(failed) > 3:
        more = "1 more finding is" if len(failed) == 4 else f"{len(failed) - 3} more findings are"
        parts.append(f"{more} in the feedback file.")
    return " ".join(parts)


def _cell_view(
    cell: CellResult, assignment: Assignment, known: Mapping[str, CheckWords], *, public: bool
) -> CellView:
    settled = cell.pending <= TOLERANCE
    open_points = sum(v.points for v in cell.verdicts if v.outcome in OPEN)
    reached = "passed" if cell.score >= cell.points - TOLERANCE else "failed"
    return CellView(
        key=cell.key,
        title=cell_title(assignment, cell.key),
        cell=cell,
        state=reached if settled else "undecided",
        bar=_score_bar(cell.score, cell.pending, cell.points, height=7),
        verdicts=tuple(
            _verdict_view(item if public else _withheld(item, known), settled=settled, known=known)
            for item in cell.verdicts
        ),
        by_hand=max(0.0, cell.pending - open_points),
    )


def _own(room: OwnPage, cell: CellResult, assignment: Assignment) -> OwnWork:
    """What the student handed in for a cell, and the outputs that its verdicts name."""
    task = next((one.grades for one in assignment.cells if one.key == cell.key), "")
    found = room.of(cell.key, task, (item.cell for verdict in cell.verdicts for item in verdict.evidence))
    named = tuple((cell_title(assignment, name).heading, shown) for name, shown in found.rests_on)
    return replace(found, rests_on=named)


def _improvement(view: CellView, known: Mapping[str, CheckWords]) -> Improvement | None:
    """What of a cell was missed and cost points, to a check or to a person; advice is shown with the cell alone."""
    missed = [v for v in view.cell.verdicts if v.outcome is Outcome.FAILED and v.points and v.check != PERSON]
    names = [in_a_list(words_of(item.check, known).title) for item in missed]
    cost = sum(item.points for item in missed)
    people = [verdict for verdict in view.cell.verdicts if verdict.check == PERSON]
    if people:
        # What a person gave counts for the whole cell: a check that a person overruled cost nothing.
        cost = max(0.0, view.cell.points - view.cell.score - view.cell.pending)
        wrote = any(has_comment(verdict) for verdict in people)
        names = [*names, "what your instructor wrote" if wrote else "what your instructor graded"]
    return Improvement(view, "; ".join(names), cost) if names and cost > TOLERANCE else None


def _withheld(verdict: Verdict, known: Mapping[str, CheckWords]) -> Verdict:
    """The verdict without the references that it compares with: they may be in its sentence and values."""
    instead_of = words_of(verdict.check, known).withheld
    if not instead_of:
        return replace(verdict, values={name: v for name, v in verdict.values.items() if name not in PRIVATE})
    withheld = instead_of.get(verdict.outcome, verdict.because)
    instead = " ".join(map(str, verdict.values.get("instead", ())))  # tells of the student's runs, and of no band
    if instead and not verdict.values.get("outside"):
        withheld = f"{instead} A person looks." if verdict.outcome is Outcome.UNDECIDED else f"{withheld} {instead}"
    return replace(verdict, because=withheld, values={}, evidence=())


def _verdict_view(verdict: Verdict, *, settled: bool, known: Mapping[str, CheckWords]) -> VerdictView:
    mark, because = MARKS[verdict.outcome], verdict.because
    if verdict.check == PERSON:
        given = verdict.values.get(GIVEN, verdict.points)
        mark = Mark("person", "Decided by a person")
        worth = f"{shown(given)} of {shown(verdict.points)}"
        lines = tuple((_signed(line["points"]), line["text"]) for line in verdict.values.get(LINES, ()))
        by = CheckWords("Your instructor", "")
        return VerdictView(mark, verdict.check, by, verdict.because, worth, (), (), lines)
    if verdict.outcome in (Outcome.FAILED, Outcome.UNDECIDED) and not verdict.points:
        mark = ADVICE if verdict.outcome is Outcome.FAILED else Mark("none", "Cannot tell")
    elif verdict.outcome is Outcome.UNDECIDED and settled:
        # That somebody will decide is over, and what they decided is beside it.
        mark, because = Mark("person", "A person has looked"), ""
    values = tuple((humanise(name), shown(value)) for name, value in verdict.values.items() if _tells(value))
    evidence = tuple((item.cell, shown(item.text)) for item in verdict.evidence if _tells(item.text))
    words, worth = words_of(verdict.check, known), _points(verdict, settled=settled)
    return VerdictView(mark, verdict.check, words, because, worth, values, evidence)


def _tells(value: object) -> bool:
    """Whether there is a letter or a digit to show: not None, not an empty list, not the ``[ ]`` of no count."""
    return value is not None and any(character.isalnum() for character in shown(value))


def _points(verdict: Verdict, *, settled: bool) -> str:
    most = shown(float(verdict.points))
    if not verdict.points:
        return "advice"
    if verdict.outcome is Outcome.PASSED:
        return f"{most} of {most}"
    if verdict.outcome is Outcome.FAILED:
        return f"0 of {most}"
    return "" if settled else f"{most} open"


def _signed(value: float) -> str:
    """``+2``, ``−1``; 0 has no sign."""
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{points(abs(value))}"


def _score_bar(score: float, pending: float, total: float, height: int = 12) -> Markup:
    lost = max(0.0, total - score - pending)
    return bar(
        (
            Share("passed", score, f"{shown(score)} points earned"),
            Share("undecided", pending, f"{shown(pending)} points open"),
            Share("empty", lost, f"{shown(lost)} points not earned"),
        ),
        height,
    )


def _runs(metrics: Mapping[str, float], columns: list[str], bands: Mapping[str, Band]) -> tuple[RunView, ...]:
    names = sorted({key.rsplit(".", 1)[0] for key in metrics if key.rsplit(".", 1)[-1] in columns})
    return tuple(
        RunView(
            name,
            tuple(_metric(metrics.get(f"{name}.{column}"), column) for column in columns),
            tuple(_band_words(bands.get(f"{name}.{column}"), column) for column in columns),
        )
        for name in names
    )


def _metric(value: float | None, column: str) -> str:
    return "" if value is None else f"{value:.{metric_columns()[column][1]}f}"


def _band_words(band: Band | None, column: str) -> str:
    digits = metric_columns()[column][1]
    if band is None:
        return ""
    if band.low is None or band.high is None:
        return f"reference {band.mean:.{digits}f}"
    return f"reference {band.low:.{digits}f} to {band.high:.{digits}f}"
