"""What the cells that a session has run say of a run that is about to train: what grading would find, told before.

Only some of it can be told ahead. What the second arm does is not known while the first one begins, so what one run
would leave to the next is told of an experiment's training function, and of an own loop once both arms are there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from paribus.check.code.carried import carried_state, kept_models, shared_weights, taken_up
from paribus.check.code.configured import not_followed
from paribus.check.code.facts import read_cell
from paribus.check.code.findings import CodeFinding, Kind
from paribus.check.code.in_place import changed_in_place
from paribus.check.code.lasting import left_behind
from paribus.check.code.leaks import held_out_rows
from paribus.check.code.moments import BASELINE, BEGINS, CHANGED, Ran, Span, Training, run_calls, training_of
from paribus.check.code.program import Program, make_program
from paribus.check.code.seeded import ignored_seed, replaced_seeders, seeded_by_the_clock


@dataclass(frozen=True)
class Planned:
    """The run that is about to train. ``known`` are its settings and, where there is one, its baseline's."""

    experiment: str
    arm: str
    name: str
    vary: str
    seeds: tuple[int, ...]
    known: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Said:
    """One sentence, and the cell that it is about. By ``kind`` and ``lines`` it is known again in another cell."""

    kind: str
    cell: str
    sentence: str
    lines: str


@dataclass(frozen=True)
class SessionCell:
    """A cell that ran, by its number."""

    position: int
    source: str
    hidden: bool = False

    @property
    def count(self) -> int:
        """Its execution count."""
        return self.position


@dataclass(frozen=True)
class SessionPage:
    """The cells that a session has run, by their numbers; a page of the findings."""

    sources: tuple[str, ...]

    def source_of(self, position: int) -> str:
        """The source of a cell."""
        return self.sources[position]

    @staticmethod
    def cell_name(position: int) -> str:
        """``In [5]``."""
        return f"In [{position}]"

    @staticmethod
    def asks(advice: str = "") -> str:
        """The advice as a sentence of its own."""
        return f"{advice[:1].upper()}{advice[1:]}." if advice else ""


def said_ahead(sources: Sequence[str], planned: Planned) -> tuple[Said, ...]:
    """What the cells show; the last of ``sources`` is the one that is running, and each is at its number."""
    page, current = SessionPage(tuple(sources)), len(sources) - 1
    program = make_program(SessionCell(number, sources[number]) for number in _in_force(page.sources))
    found = list(_of_the_run(page, program, current, planned))
    found += held_out_rows(page, program)
    said = (
        Said(
            item.kind.value,
            page.cell_name(item.places[0].position),
            item.because.strip(),
            " / ".join(where.text for where in item.places),
        )
        for item in found
    )
    return tuple(dict.fromkeys(said))


def _of_the_run(page: SessionPage, program: Program, current: int, planned: Planned) -> Iterator[CodeFinding]:
    baseline = _baseline_cell(program, current) if planned.arm == CHANGED else None
    here = Ran(planned.arm, frozenset({current}), frozenset({planned.name}))
    first = here if baseline is None else Ran(BASELINE, frozenset({baseline}), frozenset())
    found = training_of(program, first, here, planned.seeds, planned.known)
    if found is None:
        return
    if baseline is None:
        found = _of_one_cell(program, found, current)
    yield from ignored_seed(page, program, found)
    yield from seeded_by_the_clock(page, program, found)
    yield from replaced_seeders(page, program, found)
    for item in not_followed(page, program, found, planned.vary):
        if item.kind is Kind.CONFIG or item.sure:  # a setting that is read nowhere is told without the cells
            yield item
    if planned.experiment and (baseline is not None or any(call.how == "run" for call in found.calls)):
        yield from _handed_on(page, program, found, planned.vary)


def _handed_on(page: SessionPage, program: Program, found: Training, vary: str) -> Iterator[CodeFinding]:
    """What one run would leave to the next; each name once."""
    every = (
        *carried_state(page, program, found), *kept_models(page, program, found, vary),
        *taken_up(page, program, found), *shared_weights(page, program, found),
        *changed_in_place(page, program, found), *left_behind(page, program, found),
    )  # fmt: skip
    yield from {item.about: item for item in reversed(every)}.values()


def _of_one_cell(program: Program, found: Training, current: int) -> Training:
    """The training as if its whole cell were the arm: what the cell makes, it makes anew when it runs again."""
    orders = [step.order for step in program.steps if step.position == current]
    span = Span(min(orders), max(orders), exact=found.changed.exact)
    return replace(found, baseline=span, changed=span)


def _baseline_cell(program: Program, current: int) -> int | None:
    """The last cell up to this one that begins a run of the baseline arm."""
    begun = (call.step.position for call in run_calls(program) if call.arm == BASELINE)
    return max((position for position in begun if position <= current), default=None)


def _in_force(sources: Sequence[str]) -> list[int]:
    """The cells but those that were run again, or written anew: all names were given later, and no run began."""
    later: set[str] = set()
    kept = []
    for number in range(len(sources) - 1, -1, -1):
        steps = read_cell(sources[number]).steps
        names = {store.root for step in steps for store in step.stores if len(store.path) == 1}
        begins = any(path[-1] in BEGINS for step in steps for path, _ in step.called)
        if not names or begins or not names <= later:
            kept.append(number)
        later |= names
    return kept[::-1]
