"""The runs of which there is no record: what a cell printed, put beside the calls that trained in it."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.evidence.shown import typed_numbers
from grader.evidence.unrecorded.calls import TrainingCall, training_calls
from grader.evidence.unrecorded.drafts import (
    Draft,
    Metrics,
    add,
    agree,
    begins,
    epoch_again,
    put_together,
    told_again,
    with_calls,
    with_series,
)
from grader.evidence.unrecorded.entries import Entry
from grader.evidence.unrecorded.names import Value, same_value
from grader.evidence.unrecorded.printed import entries_of
from grader.model import Case, RecoveredCell
from paribus.check.code.facts import read_cell
from paribus.metrics.registry import leading, registry

MAX_RUNS = 80


@dataclass(frozen=True)
class ShownRun:
    """A run as the file shows it. ``settings`` are what was printed and what the code gives; ``whole``: one
    configuration was printed; ``conflict``: code and output disagree.
    """

    number: int
    position: int
    label: str
    settings: Mapping[str, Value]
    whole: bool
    seed: int | None
    epochs: tuple[tuple[float, Metrics], ...]
    final: Metrics
    chosen: int | None
    call: TrainingCall | None
    conflict: bool
    lines: tuple[tuple[int, str], ...]

    @property
    def best(self) -> float | None:
        """The first epoch that is best by the first metric that every epoch shows; None where there is none."""
        for name in leading(name for _, item in self.epochs for name in item):
            sign = 1 if registry()[name].higher_is_better else -1
            scored = [(sign * item[name].value, -epoch) for epoch, item in self.epochs if name in item]
            if len(scored) == len(self.epochs):
                return -max(scored)[1]
        return None

    @property
    def reported(self) -> Metrics:
        """What the run is said to have reached; of a run that shows its epochs alone, the last one's. What was
        measured once more, by another metric, belongs to the last epoch where that is the best one.
        """
        kept = self.chosen if self.chosen is not None else None
        by_epoch = dict(self.epochs)
        if self.final:
            match = next((item for _, item in self.epochs if agree(self.final, item)), {})
            if not match and self.epochs and self.best == self.epochs[-1][0]:
                last = self.epochs[-1][1]
                match = last if not any(name in last for name in self.final) else match
            return {**{name: item for name, item in match.items() if name not in self.final}, **self.final}
        if kept is not None and float(kept) in by_epoch:
            return by_epoch[float(kept)]
        return self.epochs[-1][1] if self.epochs else {}

    @property
    def numbers(self) -> tuple[tuple[str, float], ...]:
        """Every number that the run shows, of its epochs where it has some: equal runs show equal ones."""
        each = [item for _, item in self.epochs] or [self.final]
        return tuple((name, item.value) for metrics in each for name, item in sorted(metrics.items()))

    @property
    def configuration(self) -> tuple[tuple[str, str], ...]:
        """The settings, to tell runs of one configuration from those of another."""
        return tuple(sorted((name, repr(_plain(value))) for name, value in self.settings.items()))


def _plain(value: Value) -> Value:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@lru_cache(maxsize=CASES)
def shown_runs(case: Case) -> tuple[ShownRun, ...]:
    """The runs that the student's own cells show, in the order in which they ran."""
    drafts = _Reader(case).read()[:MAX_RUNS]
    return tuple(_finished(number, draft) for number, draft in enumerate(drafts, start=1))


def _finished(number: int, draft: Draft) -> ShownRun:
    call = draft.call
    if len(draft.again) == 1:  # one epoch that is told once more is the run's result; all of them are its log
        draft.final = {**draft.again[0], **draft.final}
    coded = dict(call.settings) if call is not None else {}
    conflict = any(
        not same_value(value, coded[name]) for name, value in draft.settings.items() if name in coded
    ) or (call is not None and None not in (call.seed, draft.seed) and call.seed != draft.seed)
    seed = draft.seed if draft.seed is not None else call.seed if call is not None else None
    label = (call.label if call is not None and call.label else "") or draft.label
    return ShownRun(
        number=number,
        position=draft.position,
        label=label,
        settings={**coded, **draft.settings},
        whole=draft.whole,
        seed=seed,
        epochs=tuple(sorted(draft.epochs.items())),
        final=dict(draft.final),
        chosen=draft.chosen,
        call=call,
        conflict=conflict,
        lines=tuple(draft.lines[:12]),
    )


class _Reader:
    """One pass over the student's cells, in the order in which they ran."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._typed = typed_numbers(case)
        self._f1 = _average_of(case)
        self._calls = _by_cell(training_calls(case))
        self.drafts: list[Draft] = []

    def read(self) -> list[Draft]:
        released = self._case.released_positions
        shown = [cell for cell in self._case.notebook.cells if cell.outputs or cell.position in self._calls]
        configurations: list[Draft] = []
        for cell in _in_order(shown):
            if cell.position in released or len(self.drafts) >= MAX_RUNS:
                continue
            drafts = self._of_cell(cell)
            configurations += [item for item in drafts if item.whole and not item.has_results and item.call is None]
            self.drafts += [item for item in drafts if item.has_results or item.call is not None]
        self.drafts = put_together(self.drafts, {cell.position: _names_in(cell) for cell in shown})
        for draft in self.drafts:
            _as_printed(draft, configurations)
        return self.drafts

    def _of_cell(self, cell: RecoveredCell) -> list[Draft]:
        """The runs of a cell. The rows of a table may be runs, or say once more what was printed of them."""
        raw_entries = list(entries_of(cell, self._f1))
        entries = [entry for raw in raw_entries if not (entry := self._measured(raw)).summary and not entry.empty]
        calls = self._calls.get(cell.position, [])
        common = _common(entries, several_calls=len(calls) > 1)
        drafts = self._of_entries(cell, [entry for entry in entries if entry is not common], calls)
        if not any(draft.has_results for draft in drafts):
            drafts = with_series(cell.position, raw_entries, calls) or drafts
        if common is not None:
            for draft in (item for item in drafts if item.has_results):
                draft.settings = {**common.settings, **draft.settings}
                draft.whole |= common.whole
                draft.lines.insert(0, (common.position, common.text))
        return drafts

    def _of_entries(
        self, cell: RecoveredCell, entries: Sequence[Entry], calls: Sequence[TrainingCall]
    ) -> list[Draft]:
        logged = self._drafts_of(cell, [entry for entry in entries if not entry.row])
        if len([draft for draft in logged if draft.has_results]) < len(calls):
            alone = self._drafts_of(cell, entries, alone=True)
            if len(alone) == len(calls):  # a run that came to the same as an earlier one is a run of its own
                return with_calls(cell.position, alone, calls)
            return with_calls(cell.position, self._drafts_of(cell, entries), calls)
        drafts = [
            draft
            for draft in with_calls(cell.position, logged, calls)
            if not (calls and draft.call is None and self._is_earlier(draft))
        ]
        rows = [entry for entry in entries if entry.row]
        return [*drafts, *self._drafts_of(cell, rows, drafts)]

    def _drafts_of(
        self, cell: RecoveredCell, entries: Sequence[Entry], before: Sequence[Draft] = (), *, alone: bool = False
    ) -> list[Draft]:
        """The runs that some entries tell of; ``alone``: no entry is about a run of an earlier cell."""
        found: list[Draft] = []
        earlier = [] if alone else [*self.drafts, *before]
        for entry in entries:
            current = found[-1] if found else None
            if entry.epoch is None and (known := told_again(entry, earlier, found)) is not None:
                add(known, entry)
                continue
            if current is None or begins(current, entry):
                all_told = sum(draft.has_results for draft in found) >= len(self._calls.get(cell.position, ()))
                if all_told and (known := epoch_again(entry, [*earlier, *found])) is not None:
                    add(known, entry)
                    continue
                current = Draft(cell.position)
                found.append(current)
            add(current, entry)
        return [draft for draft in found if draft.has_results or draft.settings]  # a seed alone is no run

    def _is_earlier(self, draft: Draft) -> bool:
        """It says of a run of an earlier cell what was said there: configuration, seed and results."""
        return bool(draft.settings and draft.final) and any(
            other.settings == draft.settings and other.seed == draft.seed and other.agrees(draft.final)
            for other in self.drafts
        )

    def _measured(self, entry: Entry) -> Entry:
        """The entry without numbers that are in the student's code: what one types is no source of its own."""
        metrics = {
            name: item
            for name, item in entry.metrics.items()
            if f"{abs(item.value):.{item.decimals}f}" not in self._typed
        }
        if len(metrics) == len(entry.metrics):
            return entry
        return Entry(entry.position, entry.text, entry.label, entry.settings, entry.seed, entry.epoch, metrics,
                     entry.summary, entry.whole, entry.chosen)  # fmt: skip


def _names_in(cell: RecoveredCell) -> tuple[str, ...]:
    """The names that a cell's code reads, each once, in their order there."""
    parsed = read_cell(cell.source)
    loads = sorted((node.lineno, node.col_offset, node.id) for step in parsed.steps for node in step.loads)
    return tuple(dict.fromkeys(name for _, _, name in loads))


def _common(entries: Sequence[Entry], *, several_calls: bool) -> Entry | None:
    """What one line says of all runs of a cell: the only one that has settings and no result, above all results,
    where each result has settings of its own, or several calls trained.
    """
    bare = [item for item in entries if item.settings and not item.metrics]
    lone = [item for item in bare if item.epoch is None and item.seed is None]
    measured = [item for item in entries if item.metrics]
    if len(lone) != 1 or len(measured) < 2 or entries.index(lone[0]) > entries.index(measured[0]):
        return None
    return lone[0] if several_calls or all(item.settings for item in measured) else None


def _as_printed(draft: Draft, configurations: Sequence[Draft]) -> None:
    """A configuration that another cell printed is the run's where the code gives it the same values."""
    given = draft.call.settings if draft.call is not None and not draft.settings else {}
    for item in reversed(configurations):
        if given and all(name in given and same_value(value, given[name]) for name, value in item.settings.items()):
            draft.settings, draft.whole = dict(item.settings), True
            draft.lines.insert(0, item.lines[0])
            return


def _in_order(cells: Sequence[RecoveredCell]) -> list[RecoveredCell]:
    """Code cells as they ran."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    counts = [cell.count for cell in code]
    if all(count is not None for count in counts) and len(set(counts)) == len(counts):
        code.sort(key=lambda cell: cell.count or 0)
    return code


def _by_cell(calls: Sequence[TrainingCall]) -> dict[int, list[TrainingCall]]:
    found: dict[int, list[TrainingCall]] = {}
    for call in calls:
        if call.settings or call.seed is not None:
            found.setdefault(call.position, []).append(call)
    return found


def _average_of(case: Case) -> str:
    """The average that plain "F1" is of, where the notebook's code computes one kind only: of the calls that name
    F1, else of all that name an average.
    """
    by_f1, by_any = set[str](), set[str]()
    for cell in case.notebook.cells:
        if cell.cell_type != "code":
            continue
        for call in (
            call for step in read_cell(cell.source).steps for scope in step.whole() for call in scope.calls
        ):
            name = getattr(call.func, "attr", getattr(call.func, "id", "")).lower()
            given = {item.arg: item.value.value for item in call.keywords if isinstance(item.value, ast.Constant)}
            average = given.get("average")
            if average in ("macro", "weighted", "micro"):
                by_any.add(average)
                by_f1 |= {average} if "f1" in name or name.startswith("fbeta") else set()
    found = by_f1 if len(by_f1) == 1 else by_any
    return f"{found.pop()}_f1" if len(found) == 1 else ""
