"""Runs while the lines about them are read: which run a line is of, and which call trained it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.evidence.unrecorded.calls import TrainingCall
from grader.evidence.unrecorded.entries import Entry, Shown
from grader.evidence.unrecorded.names import Value, same_value

Metrics = Mapping[str, Shown]


@dataclass
class Draft:
    """A run while its lines are read: filled by the reader of a notebook alone, and read as a value afterwards.

    ``settings`` are what was printed; ``whole`` that they were printed as one configuration. ``epochs`` are by
    number, ``final`` is what was said of the run beside its epochs, ``again`` are epochs that were told twice,
    ``lines`` what was read, with the cell of each.
    """

    position: int
    label: str = ""
    settings: dict[str, Value] = field(default_factory=dict)
    whole: bool = False
    seed: int | None = None
    epochs: dict[float, dict[str, Shown]] = field(default_factory=dict)
    final: dict[str, Shown] = field(default_factory=dict)
    again: list[dict[str, Shown]] = field(default_factory=list)
    chosen: int | None = None
    lines: list[tuple[int, str]] = field(default_factory=list)
    call: TrainingCall | None = None

    @property
    def has_results(self) -> bool:
        return bool(self.epochs or self.final)

    def agrees(self, metrics: Metrics) -> bool:
        """All of these metrics are what the run has, after some epoch or in the end."""
        return any(agree(metrics, mine) for mine in (self.final, *self.epochs.values()))


def agree(metrics: Metrics, mine: Metrics) -> bool:
    shared = [name for name in metrics if name in mine]
    return bool(shared) and all(metrics[name].agrees(mine[name]) for name in shared)


def told_again(entry: Entry, earlier: Sequence[Draft], here: Sequence[Draft]) -> Draft | None:
    """The run whose results the entry repeats: the current one, else one of its name, else the last."""
    if not entry.metrics or (not entry.row and (entry.settings or entry.seed is not None)):
        return None
    if not entry.row and here and _goes_on(here[-1], entry):
        return here[-1]
    fitting = [draft for draft in (*earlier, *here) if draft.agrees(entry.metrics) and _same_run(draft, entry)]
    if not entry.row and here and here[-1] in fitting and not _other_name(here[-1], entry):
        return here[-1]
    named = [draft for draft in fitting if entry.label and draft.label == entry.label]
    found = named or fitting
    return found[-1] if found else None


def epoch_again(entry: Entry, drafts: Sequence[Draft]) -> Draft | None:
    """The run of which this epoch was told before, with the same numbers: two metrics or more of three decimals;
    None where several have them, or none.
    """
    shared = [
        draft
        for draft in drafts
        if (known := draft.epochs.get(entry.epoch if entry.epoch is not None else -1.0)) is not None
        and sum(name in known and item.decimals > 2 for name, item in entry.metrics.items()) > 1
        and agree(entry.metrics, known)
    ]
    return shared[0] if len(shared) == 1 and not entry.settings and entry.seed is None else None


def put_together(drafts: Sequence[Draft], shows: Mapping[int, Sequence[str]]) -> list[Draft]:
    """The runs, each with what another cell than the one that trained it printed of it.

    ``shows`` are the names that each cell's code reads, in order. A result is the run's whose settings it repeats;
    one without settings is the run's whose name is at its place among the names that the cell prints.
    """
    merged: set[int] = set()
    for position in dict.fromkeys(draft.position for draft in drafts):
        told = [item for item in drafts if item.position == position and item.call is None and item.final]
        bare = [
            item for item in drafts if item.call is not None and not item.has_results and item.position < position
        ]
        if not told or not bare or any(item.call is not None for item in drafts if item.position == position):
            continue
        by_name = [
            next((item for item in bare if item.call is not None and name in item.call.targets), None)
            for name in shows.get(position, ())
            if any(item.call and name in item.call.targets for item in bare)
        ]
        for place, draft in enumerate(told):
            fitting = [item for item in bare if item.call is not None and _fits(item.call, draft)]
            run = fitting[0] if len(fitting) == 1 else None
            if run is None and not draft.settings and len(by_name) == len(told):
                run = by_name[place]
            if run is None or run.has_results:
                continue
            run.final, run.label = dict(draft.final), run.label or draft.label
            run.settings = {**draft.settings, **run.settings}
            run.lines += draft.lines
            merged.add(id(draft))
    return [draft for draft in drafts if id(draft) not in merged]


def _goes_on(current: Draft, entry: Entry) -> bool:
    """The entry tells more of the run that the cell is about: nothing that was said of it speaks against that."""
    begun = bool(current.epochs or current.settings) or current.seed is not None
    logged = [item for item in current.epochs.values() if any(name in item for name in entry.metrics)]
    return (
        begun
        and not _other_name(current, entry)
        and not any(name in current.final for name in entry.metrics)
        and (not logged or any(agree(entry.metrics, item) for item in logged))
    )


def _same_run(draft: Draft, entry: Entry) -> bool:
    """Nothing that the entry says of settings and seed is otherwise in the run."""
    call = draft.call
    settings = {**(call.settings if call is not None else {}), **draft.settings}
    if any(name not in settings or not same_value(value, settings[name]) for name, value in entry.settings.items()):
        return False
    seed = draft.seed if draft.seed is not None else call.seed if call is not None else None
    return entry.seed is None or seed == entry.seed


def _other_name(draft: Draft, entry: Entry) -> bool:
    return bool(draft.label and entry.label and draft.label != entry.label)


def begins(current: Draft, entry: Entry) -> bool:
    """The entry is of another run than the current one."""
    if entry.settings and current.settings:
        shared = [name for name in entry.settings if name in current.settings]
        if any(not same_value(entry.settings[name], current.settings[name]) for name in shared):
            return True
    if entry.whole and current.has_results and not current.agrees(entry.metrics):
        told = bool(entry.metrics) or bool(entry.label and entry.label == current.label)
        return bool(current.settings or current.final) or _other_name(current, entry) or not told
    if entry.seed is not None and current.seed is not None and entry.seed != current.seed:
        return True
    if entry.epoch is not None and current.epochs and entry.metrics:
        known = current.epochs.get(entry.epoch)
        if known is not None:
            return any(name in known and not known[name].agrees(item) for name, item in entry.metrics.items())
        return entry.epoch < max(current.epochs)
    if entry.metrics and entry.epoch is None and current.final:
        shared = [name for name in entry.metrics if name in current.final]
        return not all(entry.metrics[name].agrees(current.final[name]) for name in shared) or (
            not shared and _other_name(current, entry)
        )
    return current.has_results and _other_name(current, entry) and entry.chosen is None and not entry.metrics


def add(draft: Draft, entry: Entry) -> None:
    draft.label = draft.label or entry.label
    for name, value in entry.settings.items():
        draft.settings.setdefault(name, value)
    draft.whole |= entry.whole
    draft.seed = entry.seed if draft.seed is None else draft.seed
    draft.chosen = entry.chosen if draft.chosen is None else draft.chosen
    if entry.metrics:
        known = draft.epochs.get(entry.epoch) if entry.epoch is not None else None
        again = known is not None and any(name in known for name in entry.metrics)
        if again:
            draft.again.append(dict(entry.metrics))
        elif entry.epoch is not None:
            draft.epochs.setdefault(entry.epoch, {}).update(entry.metrics)
        else:
            for name, item in entry.metrics.items():
                draft.final.setdefault(name, item)
    draft.lines.append((entry.position, entry.text))


def with_calls(position: int, drafts: list[Draft], calls: Sequence[TrainingCall]) -> list[Draft]:
    """The runs of a cell, each with the call that trained it where it is plain which one that is."""
    if not calls:
        return drafts
    told = [draft for draft in drafts if draft.epochs or draft.settings or draft.seed is not None]
    for chosen in (drafts, told):
        if len(chosen) == len(calls):
            for draft, call in zip(chosen, calls, strict=True):
                draft.call = call
            return drafts
    if not drafts:
        return [Draft(position, call=call) for call in calls]
    for draft in told:
        fitting = [call for call in calls if _fits(call, draft)]
        if len(fitting) == 1:
            draft.call = fitting[0]
    used = {id(draft.call) for draft in drafts if draft.call is not None}
    if not used and len(calls) == 1 and len(told or drafts) == 1:
        (told or drafts)[0].call = calls[0]
    return drafts


def _fits(call: TrainingCall, draft: Draft) -> bool:
    """The printed settings and seed are those of the call, and at least one of them is printed."""
    shared = [name for name in draft.settings if name in call.settings]
    if any(not same_value(draft.settings[name], call.settings[name]) for name in shared):
        return False
    if None not in (draft.seed, call.seed):
        return draft.seed == call.seed
    return bool(shared)


def with_series(position: int, entries: Sequence[Entry], calls: Sequence[TrainingCall]) -> list[Draft]:
    """The runs of a cell that lists the results of each configuration in brackets, one number a run in the order in
    which they ran; [] where the lists are not as many, or not as long, as the configurations and their runs.
    """
    groups: dict[tuple[tuple[str, str], ...], list[TrainingCall]] = {}
    for call in calls:
        groups.setdefault(tuple(sorted((name, repr(value)) for name, value in call.settings.items())), []).append(
            call
        )
    found = {id(call): Draft(position, call=call) for call in calls}
    names = {name for entry in entries for name in entry.series}
    for name in sorted(names):
        told = [entry for entry in entries if name in entry.series]
        if len(told) != len(groups) or len(groups) < 2:
            continue
        for entry, group in zip(told, groups.values(), strict=True):
            if len(entry.series[name]) != len(group):
                return []
            for call, number in zip(group, entry.series[name], strict=True):
                found[id(call)].final[name] = number
                found[id(call)].lines.append((position, entry.text))
    drafts = list(found.values())
    return drafts if drafts and all(draft.final for draft in drafts) else []
