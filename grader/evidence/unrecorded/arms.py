"""The two arms of an experiment that has no records, as its cells show them, in the form that records have."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.evidence.aliases import is_off, spellings
from grader.evidence.groups import over_items
from grader.evidence.runs import BASELINE, CASES, CHANGED, Arms, Run, find_arms, read_runs
from grader.evidence.settings import loose_names
from grader.evidence.unrecorded.names import FOLLOWS, Value, same_value
from grader.evidence.unrecorded.runs import ShownRun, shown_runs
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.written import written_parts
from paribus.course.assignment import Cell, Role
from paribus.experiments.one_change import Difference
from paribus.metrics.registry import registry
from paribus.records.record import ConfigField, Epoch, Record

_VARY = re.compile(r"\bvary\s*=\s*[\"'](\w+)[\"']")
_NO_NAMES = frozenset(
    """
    config configuration settings run chosen kept best seed epoch result results params final validation val eval
    metrics report
    """.split()
)
_ARTICLES = frozenset("aeiouy")
_SHARED = 0.5
"""The share of settings' names that a baseline has in common with the arm that was changed."""


@dataclass(frozen=True)
class ShownArms:
    """Both arms. ``differences`` are the settings that are known in both and not the same, ``one_sided`` those that
    are known in one alone, ``within`` those that differ within an arm.
    """

    arms: Arms
    baseline: tuple[ShownRun, ...]
    changed: tuple[ShownRun, ...]
    differences: tuple[Difference, ...]
    one_sided: tuple[str, ...]
    within: tuple[str, ...]

    @property
    def runs(self) -> tuple[ShownRun, ...]:
        """The runs of both arms."""
        return (*self.baseline, *self.changed)

    @property
    def settings(self) -> Mapping[str, Value]:
        """The baseline's settings."""
        return self.baseline[-1].settings


@lru_cache(maxsize=16 * CASES)
def shown_arms(case: Case, key: str) -> ShownArms | None:
    """The arms of an experiment without records; None where its cells do not show two of them."""
    cell = _cell_of(case, key)
    if cell is None or find_arms(case, key).baseline or find_arms(case, key).changed:
        return None
    runs = shown_runs(case)
    here = _cells_of(case, cell)
    mine = [run for run in runs if run.position in here and _tells(run)]
    changed_text = written_parts(case, key, cell)[0].get("changed", "")
    groups = _told(_groups(mine), changed_text)
    if len(groups) == 1:
        before = _baseline_before(groups[0], [run for run in runs if run.number < groups[0][0].number])
        groups = [before, *groups] if before else []
    pair = _pair(groups, changed_text)
    if pair is None:
        return None
    baseline, changed = pair
    names = [
        name
        for name in dict.fromkeys(name for run in (*baseline, *changed) for name in run.settings)
        if name not in FOLLOWS
    ]
    differences, one_sided = [], []
    for name in names:
        sides = [[run.settings[name] for run in arm if name in run.settings] for arm in pair]
        if not all(len(side) == len(arm) for side, arm in zip(sides, pair, strict=True)):
            one_sided.append(name)
        elif not same_value(_plain(sides[0][-1]), _plain(sides[1][-1])):
            differences.append(Difference(name, "setting", (sides[0][-1],), (sides[1][-1],)))
    within = [
        name
        for name in names
        if any(len({repr(_plain(run.settings.get(name))) for run in arm}) > 1 for arm in pair)
    ]
    vary = _declared(cell) or _meant(differences, changed_text)
    made = Arms(
        key,
        tuple(_as_run(case, run, key, BASELINE, vary, here=here, unknown=one_sided) for run in baseline),
        tuple(_as_run(case, run, key, CHANGED, vary, here=here, unknown=one_sided) for run in changed),
    )
    return ShownArms(made, baseline, changed, tuple(differences), tuple(one_sided), tuple(within))


def arms_of(case: Case, key: str) -> Arms:
    """The recorded arms of an experiment, else those that its cells show."""
    recorded = find_arms(case, key)
    if recorded.both:
        return recorded
    shown = shown_arms(case, key)
    return shown.arms if shown is not None else recorded


@lru_cache(maxsize=CASES)
def other_runs(case: Case) -> tuple[Run, ...]:
    """The runs without records that are in no experiment's cells, by the names that their cells give them; () where
    every experiment has its records.
    """
    wanted = [cell for cell in case.assignment.cells if cell.role is Role.EXPERIMENT]
    if all(find_arms(case, _key(cell)).both for cell in wanted):
        return ()
    within = frozenset(place for cell in wanted for place in _cells_of(case, cell))
    return tuple(
        made
        for run in shown_runs(case)
        if run.reported and run.position not in within and not _is_recorded(made := _as_run(case, run), case)
    )


def _is_recorded(run: Run, case: Case) -> bool:
    """A record says the same of a run."""
    for recorded in read_runs(case):
        shared = [name for name in run.metrics if name in recorded.metrics]
        if shared and all(abs(run.metrics[name] - recorded.metrics[name]) < 6e-4 for name in shared):
            return True
    return False


def _key(cell: Cell) -> str:
    return str(cell.options.get("experiment") or cell.key)


@lru_cache(maxsize=CASES)
def unrecorded_experiments(case: Case) -> tuple[str, ...]:
    """The experiments that the assignment asks for and of which the file has no record, but shows both arms."""
    return tuple(
        key
        for cell in case.assignment.cells
        if cell.role is Role.EXPERIMENT
        if shown_arms(case, key := _key(cell)) is not None
    )


def _cell_of(case: Case, key: str) -> Cell | None:
    return next(
        (
            cell
            for cell in case.assignment.cells
            if cell.role is Role.EXPERIMENT and key in (cell.key, cell.options.get("experiment"))
        ),
        None,
    )


def _cells_of(case: Case, cell: Cell) -> frozenset[int]:
    """The experiment's cell, with the student's own cells right before and after it. A cell that took the place of
    one that ran as it was (it is like none, and the order alone put it there) is the student's own.
    """
    match = case.matches.get(cell.key)
    if match is None or match.recovered is None:
        return frozenset()
    known = {
        item.recovered.position
        for item in case.matches.values()
        if item.recovered is not None and not (item.by == "order" and item.cell.role is Role.CODE)
    }
    place = match.recovered.position
    code = {item.position for item in case.notebook.cells if item.cell_type == "code"}
    first = last = place
    while first - 1 >= 0 and (first - 1 not in known or first - 1 not in code):
        first -= 1
    while last + 1 < len(case.notebook.cells) and last + 1 not in known:
        last += 1
    return frozenset(range(first, last + 1)) & code


def _tells(run: ShownRun) -> bool:
    """A call trained it, or it shows settings, a seed, epochs or an arm's name."""
    return bool(run.call or run.settings or run.seed is not None or run.epochs or _arm_named(run.label))


def _arm_named(label: str) -> str:
    """The arm that a label names."""
    found = {arm for arm in (BASELINE, CHANGED) if vocabulary.has("arms", arm, label)}
    return found.pop() if len(found) == 1 else ""


def _groups(runs: Sequence[ShownRun]) -> list[list[ShownRun]]:
    """Runs of one configuration together, in order; runs without any, by their names."""
    found: dict[object, list[ShownRun]] = {}
    for run in runs:
        found.setdefault(run.configuration or run.label, []).append(run)
    return list(found.values())


def _told(groups: list[list[ShownRun]], changed_text: str) -> list[list[ShownRun]]:
    """The groups that may be arms, where there are more than two: those with results and settings; of a sweep, the
    two whose values the text names first.
    """
    for wanted in (lambda run: bool(run.reported), lambda run: bool(run.settings)):
        left = [group for group in groups if any(map(wanted, group))]
        groups = left if len(groups) > 2 and len(left) > 1 else groups
    names = {name for group in groups for name in group[0].settings}
    varied = [name for name in names if len({repr(_plain(group[0].settings.get(name))) for group in groups}) > 1]
    if len(groups) < 3 or len(varied) != 1:
        return groups
    places = {_place(changed_text, group[0].settings.get(varied[0])): group for group in groups}
    named = [places[place] for place in sorted(places) if place > -1]
    return named[:2] if len(named) > 1 else groups


def _baseline_before(group: Sequence[ShownRun], earlier: Sequence[ShownRun]) -> list[ShownRun]:
    """The runs of another configuration that ran last before these, with most of the same settings."""
    names = set(group[0].settings)
    call = group[0].call
    for run in reversed(earlier):
        shared = names & set(run.settings)
        if not run.settings or len(shared) < _SHARED * len(names) or not shared:
            continue
        if call is not None and run.call is not None and call.function != run.call.function:
            continue
        if run.configuration != group[0].configuration:
            return [item for item in earlier if item.configuration == run.configuration]
    return []


def _pair(
    groups: Sequence[Sequence[ShownRun]], changed_text: str
) -> tuple[tuple[ShownRun, ...], tuple[ShownRun, ...]] | None:
    """The baseline's and the changed arm's runs: by name, by the change that the text tells, else by order."""
    named: dict[str, list[Sequence[ShownRun]]] = {}
    for group in groups:
        named.setdefault(_arm_named(group[0].label), []).append(group)
    if len(named.get(BASELINE, ())) == 1 and len(named.get(CHANGED, ())) == 1:
        return tuple(named[BASELINE][0]), tuple(named[CHANGED][0])
    if len(groups) != 2:
        return None
    first, second = groups
    if (
        named.get(CHANGED) == [first]
        or named.get(BASELINE) == [second]
        or _told_backwards(first, second, changed_text)
    ):
        first, second = second, first
    return tuple(first), tuple(second)


def _told_backwards(first: Sequence[ShownRun], second: Sequence[ShownRun], text: str) -> bool:
    """The text names the second group's value before the first one's: "0.001 → 0.002"."""
    differing = [
        name
        for name, value in first[0].settings.items()
        if name in second[0].settings and not same_value(value, second[0].settings[name])
    ]
    if len(differing) != 1 or re.search(r"→|->|=>|\bto\b|\binstead\b", text) is None:
        return False
    places = [_place(text, run[0].settings[differing[0]]) for run in (first, second)]
    backwards = -1 < places[1] < places[0]
    return not backwards if re.search(r"\binstead\b", text) and -1 not in places else backwards


def _place(text: str, value: Value) -> int:
    found = [
        hit.start()
        for spelled in dict.fromkeys((*spellings(value), str(value)))
        if (hit := re.search(rf"(?<![\w.]){re.escape(spelled)}(?![\w]|\.\d)", text, re.IGNORECASE))
    ]
    return min(found, default=-1)


def _declared(cell: Cell) -> str:
    """The variable that the assignment's own cell declares."""
    wanted = cell.options.get("vary") or ""
    if isinstance(wanted, str) and wanted:
        return wanted
    found = _VARY.search(cell.source)
    return found[1] if found else ""


def _meant(differences: Sequence[Difference], changed_text: str) -> str:
    """The differing setting that the text names; where it names none of them, the only one there is."""
    spoken = {mention.name for mention in loose_names(changed_text)}
    named = [item.name for item in differences if item.name in spoken or item.name in changed_text]
    if len(named) == 1:
        return named[0]
    return differences[0].name if len(differences) == 1 else ""


def _plain(value: Value) -> Value:
    return None if isinstance(value, str) and is_off(value) else value


# --- as records have it ----------------------------------------------------------------------------------------


def _as_run(
    case: Case,
    run: ShownRun,
    key: str = "",
    arm: str = "",
    vary: str = "",
    *,
    here: Iterable[int] = (),
    unknown: Iterable[str] = (),
) -> Run:
    """A shown run as if it had been recorded; what nobody knows of it, or of the other arm, stays empty."""
    named = run.label.lower().strip()
    name = run.label if named and len(named.split()) <= 5 and not _is_empty_name(named) else ""
    if (not name or _arm_named(name)) and run.position not in here:
        name = re.sub(r"[-_](?:run|report)$", "", case.cell_name(run.position))
    record = Record(
        kind="result", assignment=case.assignment.name, release="", nonce="", run=f"shown-{run.number}",
        run_name="" if _arm_named(name) else name, experiment=key, arm=arm, vary=vary, seed=run.seed,
        config={setting: ConfigField(value, "knob") for setting, value in run.settings.items()
                if setting not in unknown},
        epochs=tuple(
            Epoch(int(epoch), {metric: shown.value for metric, shown in item.items() if metric in registry()})
            for epoch, item in run.epochs if float(epoch).is_integer()
        ),
        chosen_epoch=run.chosen if run.chosen is not None else _chosen(run),
        values={metric: item.value for metric, item in run.reported.items() if metric in registry()},
    )  # fmt: skip
    return Run(None, record, -1, run.position)


def _is_empty_name(named: str) -> bool:
    """It names no run: a word for any, or a letter that is a word of prose ("a macro-F1")."""
    if named in _ARTICLES:
        return True
    return is_off(named) or all(word in _NO_NAMES or word in ("changed", "new") for word in named.split())


def _chosen(run: ShownRun) -> int | None:
    """The epoch whose metrics the run reports."""
    return next(
        (
            int(epoch) for epoch, item in run.epochs
            if any(name in item and item[name].agrees(value) for name, value in run.reported.items()
                   if name in over_items() or name == "validation_loss")
        ), None,
    )  # fmt: skip
