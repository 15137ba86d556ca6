"""The pages about a term: one for the instructor, one for each student. Lines in, HTML out; no files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from grader.checks import CHECKS
from grader.intake.late import late_words
from grader.intake.naming import name_submission
from grader.lms.grades import CheckCount, Graded
from grader.pages.shared import CheckWords, points, render, words_of
from grader.term.learning import OFTEN, SLIP, changes_of, checks_of, heat_of, improved, slips
from grader.term.reckon import Item, Line
from grader.term.timing import QuestionTime
from paribus.course.term import TermPlan

LEFT, TOP, FLOOR = 12.0, 20.0, 120.0
"""Where a student's own curve begins, in per cent of the width, and its highest and lowest places, in pixels."""
SHADES = 3


@dataclass(frozen=True)
class Field:
    """One field of the heat map: its words and its shade's style class."""

    text: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Row:
    """One student on the pages: what to call them, and the name of their own page."""

    line: Line
    name: str
    slug: str
    heat: tuple[Field, ...] = ()

    @property
    def link(self) -> str:
        """The address of the student's page, from the instructor's."""
        return f"students/{self.slug}.html"


@dataclass(frozen=True)
class Dot:
    """One result on a student's curve: its place, the number that the page gives it, and its words."""

    x: float
    y: float
    number: int
    words: str


@dataclass(frozen=True)
class Segment:
    """What joins two dots."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Path:
    """A student's own curve over the term; ``words`` are for who does not see it."""

    dots: tuple[Dot, ...]
    lines: tuple[Segment, ...]
    words: str


def term_pages(
    plan: TermPlan,
    weeks: Sequence[Graded],
    lines: Sequence[Line],
    *,
    times: Sequence[QuestionTime] = (),
    notes: Sequence[str] = (),
) -> dict[str, str]:
    """The pages by their names below the output folder: index.html, and students/<slug>.html."""
    checks = checks_of([line.person for line in lines], weeks)
    names, slugs = _names(lines), _slugs(lines)
    rows = [
        Row(line, name, slug, tuple(field_of(heat_of(line.person, one.check)) for one in checks))
        for line, name, slug in zip(lines, names, slugs, strict=True)
    ]
    by_line = {id(row.line): row for row in rows}
    asked = {check for line in lines for grade in line.person.grades.values() for check in grade.checks}
    known = {name: CheckWords(check.title, check.about) for name, check in CHECKS.items()}
    words = {check: words_of(check, known) for check in sorted(asked)}
    shares = [line.so_far for line in lines if line.so_far is not None]
    index = render(
        "term.html.j2",
        course=plan.course,
        rows=rows,
        weeks=weeks,
        weights=plan.weights,
        bank=plan.late_days,
        final=sum(line.grade is not None for line in lines),
        median=100 * median(shares) if shares else None,
        notes=notes,
        slips=[(by_line[id(one.line)], one) for one in slips(lines, weeks)],
        slip=SLIP,
        often=OFTEN,
        checks=checks,
        words=words,
        times=times,
    )
    pages = {row.link: _student(plan, weeks, row, words) for row in rows}
    return {"index.html": index, **pages}


def field_of(count: CheckCount) -> Field:
    """A field of the heat map: how many decided cells missed the check; empty where none was decided."""
    decided = count.met + count.missed
    if not decided:
        return Field()
    shade = -(-SHADES * count.missed // decided)  # rounded up: one miss is seen
    return Field(f"{count.missed} of {decided}", f"h{shade}")


def path_of(items: Sequence[Item]) -> Path:
    """A student's curve over the assignments that were handed in; a gap is left where nothing was."""
    step = (100 - LEFT - 4) / max(1, len(items) - 1)
    dots = [
        Dot(LEFT + step * place, FLOOR - (FLOOR - TOP) * item.share, place + 1,
            f"{item.title}: {points(100 * item.share)} %")
        for place, item in enumerate(items)
        if item.share is not None and item.done and not item.excused
    ]  # fmt: skip
    lines = [
        Segment(one.x, one.y, other.x, other.y) for one, other in pairwise(dots) if other.number == one.number + 1
    ]
    return Path(tuple(dots), tuple(lines), "; ".join(dot.words for dot in dots) or "nothing yet")


def _student(plan: TermPlan, weeks: Sequence[Graded], row: Row, words: Mapping[str, CheckWords]) -> str:
    changes = changes_of(row.line.person, weeks)
    graded = {week.assignment for week in weeks}
    return render(
        "term_student.html.j2",
        course=plan.course,
        row=row,
        late={item.name: late_words(item.late) for item in row.line.items if item.late},
        path=path_of([item for item in row.line.items if item.name in graded]),
        weights=plan.weights,
        bank=plan.late_days,
        better=[one for one in changes if improved(one)],
        missed=[one for one in changes if one.last.missed],
        words=words,
    )


def _names(lines: Sequence[Line]) -> list[str]:
    """What to call each person; people of one name with their numbers."""
    counts = Counter(line.person.called for line in lines)
    return [
        f"{one.called} ({one.number})" if counts[one.called] > 1 else one.called
        for one in (line.person for line in lines)
    ]


def _slugs(lines: Sequence[Line]) -> list[str]:
    """A file's name for each person, which no other has."""
    found: list[str] = []
    for line in lines:
        slug = name_submission(line.person.number, line.person.name)
        found.append(slug if slug not in found else f"{slug}-{len(found)}")
    return found
