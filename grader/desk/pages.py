"""The desk's pages from a session's values: everything is escaped, and what a student wrote was cleaned before."""

import functools
from collections import Counter, OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

from grader.desk.answers import CellView, answer_of, beside, read_case, view_cells
from grader.desk.errors_in_the_field import CheckRate, rates
from grader.desk.glance import Glance, glances
from grader.desk.items import Decision, Item, Standing, Work, points_of
from grader.desk.queue import is_blind, questions
from grader.desk.session import Place, Session, rubric_of
from grader.errors import DeskError, UnreadableError
from grader.model import Case
from grader.pages.everyone import check_words
from grader.pages.shared import (
    MARKS,
    CellTitle,
    CheckWords,
    Mark,
    cell_title,
    environment,
    points,
    shown,
    who,
    words_of,
)
from grader.recover.clean import clean_markdown
from grader.recover.formulas import with_formulas
from grader.recover.text import harmless
from paribus.course.assignment import Cell, Role
from paribus.course.limits import DEFAULT_LIMITS, Limits
from paribus.course.rubric import RubricLine

TEMPLATES = Path(__file__).parent / "templates"
CASES = 24
"""Submissions that are kept at hand once they were opened."""
MOST_ALIKE = 12
"""Equal answers that a page shows in full."""


@dataclass(frozen=True)
class ItemView:
    """One item as the page shows it. ``proposal`` are the points that Enter confirms, None of none; ``hidden`` says
    that the grader's word is kept from the person, for the sample.
    """

    item: Item
    words: CheckWords
    mark: Mark
    because: str
    proposal: float | None
    proposed: str
    rubric: tuple[RubricLine, ...]
    decision: Decision | None
    given: float
    earlier: Decision | None
    blind: Decision | None
    hidden: bool
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Alike:
    """Another submission with the same answer."""

    submission: str
    name: str
    cells: tuple[CellView, ...]


class Pages:
    """Renders a session's pages; keeps the submissions that were opened last."""

    def __init__(self, session: Session, limits: Limits = DEFAULT_LIMITS) -> None:
        """``limits`` bound what is read of one file, as in grading."""
        self.session = session
        self._limits = limits
        self._cases: OrderedDict[tuple[str, str], Case] = OrderedDict()
        self._shown: dict[tuple[str, str], tuple[CellView, ...]] = {}
        self._known: Mapping[str, CheckWords] | None = None
        self._names: tuple[object, frozenset[str]] = None, frozenset()

    def prepare(self) -> None:
        """Do what the first pages would wait for: read the class and its first submissions, list the files, load
        what renders text.
        """
        self.overview()
        self.session.folder.list_files()
        with_formulas(clean_markdown("$x$"))
        for template in _environment().list_templates():
            _environment().get_template(template)
        waiting = dict.fromkeys(item.submission for item in self.session.folder.standing().open)
        for name in list(waiting)[:CASES]:
            work = self.session.work(name)
            with suppress(DeskError):  # a file that is gone is said on its own page
                case, _ = self._case(work)
                if case is not None:
                    self._views(work, case)
                    self._glances(case, "")

    def render(self, template: str, **values: object) -> str:
        """A page. Everything is escaped; a name that is not given is an error."""
        return _environment().get_template(template).render(grader=self.session.grader, **values)

    def overview(self) -> str:
        """What is open, question by question and student by student."""
        session, folder = self.session, self.session.folder
        standing, batch = folder.standing(), folder.batch
        waiting: dict[str, float] = {}
        for item in standing.open:
            waiting[item.submission] = waiting.get(item.submission, 0.0) + item.points
        cells: dict[str, dict[str, None]] = {}
        for item in standing.open:
            cells.setdefault(item.submission, {})[item.cell] = None
        students = [
            (self._name(batch.works[name]), name, tuple(cells[name]), left) for name, left in waiting.items()
        ]
        undecidable = [work for work in batch.ordered if not work.result.cells]
        return self.render(
            "overview.html.j2",
            assignment=batch.ordered[0].assignment if batch.ordered else None,
            questions=questions(batch.ordered, standing, self._titles()),
            students=students,
            progress=session.progress(),
            second=session.second_looks(standing),
            disagreements=[(self._name(batch.works[one.submission]), one) for one in session.disagreements()],
            held=session.held_by_others(),
            unread=[(self._name(work), work.result) for work in undecidable],
            asked=[
                (self._name(batch.works[name]), name, one)
                for name, requests in folder.store.asked().items()
                for one in requests
                if not one.answer
            ],
            titles=self._titles(),
        )

    def decide(self, submission: str, cell: str, *, by_student: bool = False, undone: int = 0) -> str:
        """One cell of one submission: the answer at the left, what is decided at the right."""
        session = self.session
        # Before anything is read: a decision that somebody makes meanwhile must not count as seen on this page.
        seen = session.last_seen()
        work, standing = session.work(submission, cell), session.folder.standing()
        held = session.take(submission, cell)
        case, problem = self._case(work)
        views = self._views(work, case) if case is not None else ()
        own = next((one for one in work.result.cells if one.key == cell), None)
        named = {item.cell for verdict in (own.verdicts if own else ()) for item in verdict.evidence}
        items = [self._item_view(work, item, standing) for item in work.of_cell(cell)]
        here = (submission, cell)
        open_here = [item for item in standing.open if (item.submission, item.cell) == here]
        first = next((view for view in items if view.item in open_here), None)
        first = first or next((view for view in items if view.hidden), None)
        blind = any(view.hidden for view in items)
        # The colours of numbers are the grader's word as well.
        mine = answer_of(view_cells(case, {}) if blind and case is not None else views, cell)
        near, rest = beside(views, mine, () if blind else named)
        alike = session.alike(work, first.item, standing) if first is not None and first.item.open else ()
        released = work.released(cell)
        wanted = str(released.options.get("experiment", "") if released is not None else "") or cell
        return self.render(
            "decide.html.j2",
            work=work, cell=cell, released=released, title=cell_title(work.assignment, cell), name=self._name(work),
            mine=mine, near=near, rest=rest, problem=problem, views=items, first=first, waiting=open_here,
            question=_question(released), model_answer=_as_prose(released.model_answer if released else ""),
            alike=[self._alike(one, cell) for one in alike[:MOST_ALIKE]],
            alike_count=len(alike), glances=self._glances(case, wanted), held=held,
            seen=seen, snippets=session.folder.store.snippets(cell),
            progress=session.progress(), by_student=by_student, undone=undone,
            doubts=own.says_little if own is not None else (),
            neighbours=self._neighbours(work, cell),
            asked=[one for one in session.folder.store.asked().get(submission, ()) if one.cell == cell],
        )  # fmt: skip

    def notebook(self, submission: str) -> str:
        """A whole submission, as far as it was recovered."""
        work = self.session.work(submission)
        case, problem = self._case(work)
        return self.render(
            "notebook.html.j2", work=work, name=self._name(work), problem=problem,
            views=self._views(work, case) if case is not None else (),
        )  # fmt: skip

    def in_the_field(self) -> str:
        """How often people confirmed, raised or lowered what the grader said, a check at a time."""
        found = self.rates()
        return self.render("rates.html.j2", rates=found, words={one.check: self._words(one.check) for one in found})

    def rates(self) -> tuple[CheckRate, ...]:
        """The same as values."""
        folder = self.session.folder
        return rates(folder.batch.ordered, folder.decisions())

    def _item_view(self, work: Work, item: Item, standing: Standing) -> ItemView:
        verdict, decision = item.verdict, standing.decided.get(item.key)
        drawn = decision is None and is_blind(item, work.result.release)
        hidden = drawn and (item.open or self._looked(item) is None)
        proposal = None
        if verdict is not None and verdict.proposal and item.open and not hidden:
            proposal = item.points if verdict.proposal == "passed" else 0.0
        told = verdict is not None and not hidden
        return ItemView(
            item=item,
            words=self._words(item.name) if verdict is not None else CheckWords("What only a person judges", ""),
            mark=MARKS[verdict.outcome] if verdict is not None else Mark("person", "For a person"),
            because=harmless(verdict.because) if verdict is not None and told else "",
            proposal=proposal,
            proposed=_sentence(verdict.proposed_because) if verdict is not None and proposal is not None else "",
            rubric=rubric_of(work, item),
            decision=decision,
            given=points_of(decision, item, work.released(item.cell)) if decision is not None else item.automatic,
            earlier=standing.earlier.get(item.key),
            blind=self._looked(item),
            hidden=hidden,
            evidence=tuple((one.cell, shown(one.text)) for one in verdict.evidence) if told and verdict else (),
        )

    def _looked(self, item: Item) -> Decision | None:
        """What somebody decided of an item without the grader's word."""
        log = self.session.folder.decisions()
        return next((one for one in reversed(log) if one.blind and one.key == item.key), None)

    def _alike(self, work: Work, cell: str) -> Alike:
        case, _ = self._case(work)
        cells = answer_of(self._views(work, case), cell) if case is not None else ()
        return Alike(work.result.submission, self._name(work), cells)

    def _neighbours(self, work: Work, cell: str) -> tuple[Place, ...]:
        """The student's other cells."""
        cells = dict.fromkeys(item.cell for item in work.items)
        return tuple((other, cell_title(work.assignment, other).heading) for other in cells if other != cell)

    def _glances(self, case: Case | None, wanted: str) -> tuple[Glance, ...]:
        return glances(case, wanted) if case is not None else ()

    def _views(self, work: Work, case: Case) -> tuple[CellView, ...]:
        """The cells as they are shown, made once as long as the submission is at hand."""
        key = work.result.submission, work.result.sha256
        if key not in self._shown:
            self._shown[key] = view_cells(case, {one.key: one.verdicts for one in work.result.cells})
            for gone in self._shown.keys() - self._cases.keys():
                del self._shown[gone]
        return self._shown[key]

    def _case(self, work: Work) -> tuple[Case | None, str]:
        """The submission read anew, or what keeps it from being shown. DeskError where its file is gone."""
        key = work.result.submission, work.result.sha256
        if key not in self._cases:
            release = self.session.folder.batch.releases.get(work.result.release)
            if release is None or not work.result.cells:
                return None, " ".join(work.result.remarks)
            try:
                self._cases[key] = read_case(
                    self.session.folder.file(work.result.submission), release, self._limits
                )
            except UnreadableError as error:
                return None, str(error)
            if len(self._cases) > CASES:
                self._cases.popitem(last=False)
        self._cases.move_to_end(key)
        return self._cases[key], ""

    def _name(self, work: Work) -> str:
        """What the page calls a student, with the file where two have one name; with hidden names, something that
        tells people apart and names nobody.
        """
        if self.session.blind_names:
            return f"Submission {work.result.sha256[:6]}"
        name = who(work.result)
        return f"{name} ({shown(work.result.source)})" if name in self._shared_names() else name

    def _shared_names(self) -> frozenset[str]:
        """What two people of the batch are called."""
        batch = self.session.folder.batch
        if self._names[0] is not batch:
            often = Counter(who(work.result) for work in batch.ordered)
            self._names = batch, frozenset(name for name, count in often.items() if count > 1)
        return self._names[1]

    def _words(self, check: str) -> CheckWords:
        """A check's words, of paribus or of the course."""
        if self._known is None:
            self._known = check_words(next(iter(self.session.folder.batch.releases.values())).assignment)
        return words_of(check, self._known)

    def _titles(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for work in self.session.folder.batch.ordered:
            for item in work.items:
                if item.cell not in found:
                    found[item.cell] = _full(cell_title(work.assignment, item.cell))
        return found


def _question(cell: Cell | None) -> Markup:
    """What was asked, as it was released; nothing where it is code, which the answer shows anyway."""
    if cell is None or cell.role is not Role.MEMO:
        return Markup("")
    return _as_prose(cell.source)


def _as_prose(source: str) -> Markup:
    """Markdown as it reads; nothing of nothing."""
    return Markup(with_formulas(clean_markdown(source))) if source else Markup("")


def _sentence(why: str) -> str:
    """A proposal's reason as a sentence of its own; one that begins with a name from code keeps that as it is."""
    first = why.partition(" ")[0]
    return harmless(why if "_" in first or "." in first else why[:1].upper() + why[1:])


def _full(title: CellTitle) -> str:
    return f"{title.role}: {title.heading}"


@functools.cache
def _environment() -> jinja2.Environment:
    found = environment(TEMPLATES)
    found.filters.update(points=points, minutes=_minutes)
    return found


def _minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d} min" if hours else f"{minutes} min"
