"""The page about a class, for the instructor: scores, checks, metrics against references, and what waits.

Everything on it comes from the results; the assignment gives titles, the release its references.
"""

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from grader.gradebook.scores import OPEN, PERSON, TOLERANCE
from grader.model import Outcome, Result
from grader.pages.feedback import metric_columns
from grader.pages.plots import Band, Bin, Dot, Share, bar, histogram, strip
from grader.pages.resembling import GroupRow, group_rows
from grader.pages.shared import MARKS, STATUS, CheckWords, cell_title, points, render, who, words_of
from grader.recover.text import harmless
from paribus.course.assignment import Assignment
from paribus.metrics.registry import leading

BINS = 10
MOST_GROUPS = 100
BAR_ORDER = (Outcome.FAILED, Outcome.UNDECIDED, Outcome.NOT_APPLICABLE, Outcome.PASSED)


@dataclass(frozen=True)
class Person:
    """One submission in a list: its name, the link to its feedback page, its result."""

    name: str
    link: str
    result: Result


@dataclass(frozen=True)
class Waiting:
    """One student who waits: the open cells with their points and the reasons."""

    person: Person
    points: float
    cells: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Hollow:
    """An answer that may say nothing, and why."""

    person: Person
    heading: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class CheckRow:
    """One check over the class: how many of each outcome, and who did not meet it."""

    name: str
    words: CheckWords
    counts: Mapping[Outcome, int]
    points: float
    bar: Markup
    failed: tuple[Person, ...]

    @property
    def clean(self) -> bool:
        """Nobody missed it, and nobody has to look."""
        return not self.counts[Outcome.FAILED] and not self.counts[Outcome.UNDECIDED]


@dataclass(frozen=True)
class ErrorShare:
    """How often the grader was ``wrong``, ``of`` what people decided without its word, with the exact interval."""

    what: str
    wrong: int
    of: int
    interval: tuple[float, float]


@dataclass(frozen=True)
class Remark:
    """One remark on files, and on whose."""

    text: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class MetricRow:
    """One metric over the class, as a strip plot beside the reference."""

    title: str
    note: str
    plot: Markup
    shown: bool


@dataclass(frozen=True)
class Fault:
    """A check of ours that broke."""

    person: Person
    cell: str
    check: str
    traceback: str


def report_page(
    results: Sequence[Result],
    assignment: Assignment,
    *,
    bands: Mapping[str, Band] | None = None,
    checks: Mapping[str, CheckWords] | None = None,
    notes: Sequence[str] = (),
    folder: str = "feedback",
    shares: Sequence[ErrorShare] = (),
) -> str:
    """The page as HTML. ``checks`` are the checks' own words; ``notes`` concern the batch as a whole; ``folder``
    is where the feedback pages lie, as the links shall name it; ``shares`` are how often the grader was wrong.
    """
    known = checks or {}
    names = _names(results)
    people = [
        Person(name, f"{folder}/{result.submission}.html", result)
        for name, result in sorted(zip(names, results, strict=True), key=lambda item: _order(item[1]))
    ]
    scored = [person for person in people if person.result.cells]
    hollow = [item for person in scored for item in _hollow(person, assignment)]
    first = {item.person.result.submission for item in hollow}
    waiting = [
        _waiting(person, assignment, known)
        for person in sorted(scored, key=lambda person: person.result.submission not in first)
        if person.result.pending > TOLERANCE
    ]
    metrics, rows = _metrics(scored, bands or {}, assignment), _checks(scored, known)
    return render(
        "report.html.j2",
        assignment=assignment,
        people=people,
        scored=scored,
        waiting=waiting,
        hollow=hollow,
        remarks=_remarks(scored),
        unscored=[person for person in people if not person.result.cells],
        groups=_groups(people, assignment),
        most_groups=MOST_GROUPS,
        median=points(statistics.median([p.result.score for p in scored])) if scored else "–",
        most=max((p.result.max_score for p in scored), default=assignment.max_score),
        scores=_histogram(scored),
        checks=[row for row in rows if row.points and not row.clean],
        advice=[row for row in rows if not row.points and not row.clean],
        clean=[row for row in rows if row.clean],
        metrics=[row for row in metrics if row.shown],
        others=[row for row in metrics if not row.shown],
        notes=notes,
        shares=shares,
        rows=[(person, _student_bar(person.result), STATUS[person.result.status]) for person in people],
        faults=_faults(scored, assignment),
        legend=[MARKS[outcome] for outcome in BAR_ORDER],
        failed=Outcome.FAILED,
        undecided=Outcome.UNDECIDED,
    )


def bands_of(references: Mapping[str, Any], assignment: Assignment) -> dict[str, Band]:
    """The release's references for this assignment's own profile, by ``<run>.<metric>``.

    Where several data sets or models were recorded, the first in the release's order counts.
    """
    for entry in references.get(assignment.name, ()):
        if entry["profile"] == assignment.profile:
            return {name: Band(v["mean"], v["low"], v["high"]) for name, v in entry["values"].items()}
    return {}


def _names(results: Sequence[Result]) -> list[str]:
    """What to call each submission: the person, and what tells two of one name apart, the numbers or the files."""
    called, files = Counter(map(who, results)), Counter(result.student for result in results)
    people = {(who(result), result.student) for result in results}
    owners = Counter(name for name, _ in people)
    found = []
    for result in results:
        number = result.student if owners[who(result)] > 1 else ""
        file = result.source.rpartition("/")[2] if files[result.student] > 1 else ""
        apart = ", ".join(filter(None, (number, harmless(file))))
        found.append(f"{who(result)} ({apart})" if called[who(result)] > 1 and apart else who(result))
    return found


def _order(result: Result) -> tuple[str, str]:
    return (who(result).casefold(), result.submission)


def _hollow(person: Person, assignment: Assignment) -> Iterator[Hollow]:
    """The answers of a submission that may say nothing, as long as no person has decided over them."""
    for cell in person.result.cells:
        if cell.says_little and all(verdict.check != PERSON for verdict in cell.verdicts):
            yield Hollow(person, cell_title(assignment, cell.key).heading, cell.says_little)


def _waiting(person: Person, assignment: Assignment, known: Mapping[str, CheckWords]) -> Waiting:
    cells = []
    for cell in sorted(person.result.cells, key=lambda cell: not cell.says_little):
        if cell.pending <= TOLERANCE:
            continue
        open_verdicts = [v for v in cell.verdicts if v.points and v.outcome in OPEN]
        reasons = [f"{words_of(v.check, known).title}: {v.because}" for v in open_verdicts]
        by_hand = cell.pending - sum(v.points for v in open_verdicts)
        if by_hand > TOLERANCE:
            reasons.append(f"{points(by_hand)} points are given by hand.")
        cells.append((cell_title(assignment, cell.key).heading, points(cell.pending), tuple(reasons)))
    return Waiting(person, person.result.pending, tuple(cells))


def _histogram(scored: Sequence[Person]) -> Markup:
    final, waiting = [0] * BINS, [0] * BINS
    for person in scored:
        result = person.result
        share = result.score / result.max_score if result.max_score else 0.0
        place = min(BINS - 1, int(share * BINS + 1e-9))
        (waiting if result.pending > TOLERANCE else final)[place] += 1
    bins = [Bin(f"{100 * n // BINS}", final[n], waiting[n]) for n in range(BINS)]
    return histogram(bins, "per cent of all points so far; 40 means 40 to 50")


def _checks(scored: Sequence[Person], known: Mapping[str, CheckWords]) -> list[CheckRow]:
    """The checks, those that fail most first."""
    counts: dict[str, dict[Outcome, int]] = {}
    failed: dict[str, list[Person]] = {}
    worth: dict[str, float] = {}
    for person in scored:
        for cell in person.result.cells:
            for verdict in cell.verdicts:
                if verdict.check == PERSON:
                    continue
                tally = counts.setdefault(verdict.check, dict.fromkeys(Outcome, 0))
                tally[verdict.outcome] += 1
                worth[verdict.check] = worth.get(verdict.check, 0.0) + verdict.points
                if verdict.outcome is Outcome.FAILED and person not in failed.setdefault(verdict.check, []):
                    failed[verdict.check].append(person)
    order = sorted(counts, key=lambda name: (-counts[name][Outcome.FAILED], -counts[name][Outcome.UNDECIDED], name))
    return [
        CheckRow(
            name, words_of(name, known), counts[name], worth[name], _outcome_bar(counts[name]),
            tuple(failed.get(name, ())),
        )
        for name in order
    ]  # fmt: skip


def _remarks(scored: Sequence[Person]) -> list[Remark]:
    """The remarks on graded files, those on the most files last: what all have in common is the least news."""
    of_text: dict[str, list[Person]] = {}
    for person in scored:
        for text in person.result.remarks:
            of_text.setdefault(text, []).append(person)
    return [Remark(text, tuple(of_text[text])) for text in sorted(of_text, key=lambda t: (len(of_text[t]), t))]


def _groups(people: Sequence[Person], assignment: Assignment) -> list[GroupRow]:
    """Submissions that resemble each other, those that have most in common first."""
    links = {person.result.submission: (person.name, person.link) for person in people}
    return group_rows([person.result for person in people], links, assignment)


def _outcome_bar(tally: Mapping[Outcome, int]) -> Markup:
    shares = [Share(MARKS[o].kind, tally[o], f"{tally[o]} {MARKS[o].word.lower()}") for o in BAR_ORDER]
    return bar(shares, height=10)


def _student_bar(result: Result) -> Markup:
    lost = max(0.0, result.max_score - result.score - result.pending)
    return bar(
        (
            Share("passed", result.score, f"{points(result.score)} points earned"),
            Share("undecided", result.pending, f"{points(result.pending)} points open"),
            Share("empty", lost, f"{points(lost)} points not earned"),
        ),
        height=10,
    )


def _metrics(scored: Sequence[Person], bands: Mapping[str, Band], assignment: Assignment) -> list[MetricRow]:
    """A strip plot for every metric that a run of at least two students has: those that the assignment asks about
    first, then by run and in the feedback's order. Only the asked ones are shown at once; where it asks about none
    of them, those with a reference are, else one of each run.
    """
    count = Counter(name for person in scored for name in person.result.metrics)
    known = [name for name in count if name.rsplit(".", 1)[-1] in metric_columns() and count[name] > 1]
    order, wanted = list(metric_columns()), asked_metrics(assignment)
    asked = {name for name in known if wanted & {name, name.rsplit(".", 1)[-1]}}
    first = next(iter(leading({name.rsplit(".", 1)[-1] for name in known})), "")
    usual = {name for name in known if (name in bands if bands else name.rsplit(".", 1)[-1] == first)}

    def place(name: str) -> tuple[bool, str, int]:
        run, _, metric = name.rpartition(".")
        return name not in asked, run, order.index(metric)

    rows: list[MetricRow] = []
    for name in sorted(known, key=place):
        run, metric = name.rsplit(".", 1)
        title, digits = metric_columns()[metric]
        band = bands.get(name)
        values = [(person, person.result.metrics[name]) for person in scored if name in person.result.metrics]
        outside = [person for person, value in values if band is not None and band.holds(value) is False]
        dots = [Dot(person.name, value, person in outside) for person, value in values]
        note = _metric_note(len(values), outside, band)
        rows.append(MetricRow(f"{run} · {title}", note, strip(dots, band, digits), name in (asked or usual)))
    return rows


def asked_metrics(assignment: Assignment) -> frozenset[str]:
    """What an assignment asks about: metrics by name, of its experiments and checks, and single values of runs,
    such as encoder.macro_f1, that a check holds against the reference.
    """
    found: set[str] = set()
    for cell in assignment.cells:
        for options in (cell.options, *(check.options for check in cell.checks)):
            found |= {str(options["metric"])} if options.get("metric") else set()
            found |= {str(name) for name in options.get("values", ())}
    return frozenset(found)


def _metric_note(count: int, outside: Sequence[Person], band: Band | None) -> str:
    if band is None:
        return f"{count} students, no reference"
    if band.low is None or band.high is None:
        return f"{count} students, dashed: the reference's mean"
    names = ", ".join(person.name for person in outside[:4]) + (" …" if len(outside) > 4 else "")
    where = f"{len(outside)} outside the band: {names}" if outside else "all within the band"
    return f"{count} students, {where}"


def _faults(scored: Sequence[Person], assignment: Assignment) -> list[Fault]:
    return [
        Fault(person, cell_title(assignment, cell.key).heading, verdict.check, verdict.traceback)
        for person in scored
        for cell in person.result.cells
        for verdict in cell.verdicts
        if verdict.traceback
    ]
