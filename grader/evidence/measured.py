"""What a notebook measured, by the names that prose uses: groups of runs, and every fact that a sentence may speak
of.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import chain

from grader.evidence.called import called
from grader.evidence.changes import bound_facts, change_facts, labelled_changes, rescue_facts
from grader.evidence.facts import Fact, Facts, Kind
from grader.evidence.groups import Group, arm_group, explored_groups, run_group
from grader.evidence.recorded import named_facts, recorded_facts
from grader.evidence.runs import CASES, Run, experiment_keys, find_arms, named_values, read_runs
from grader.evidence.shown import shown_facts
from grader.evidence.unrecorded.arms import arms_of, other_runs, unrecorded_experiments
from grader.evidence.versus import compared_pairs
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.numbers import Number, find_numbers
from grader.reading.vocabulary import Phrases

MAX_GROUPS, MAX_NAMED = 40, 400
"""More than any course asks for; a notebook with thousands of runs is graded in bounded time."""


@dataclass(frozen=True, eq=False)
class Measured:
    """All that numbers in prose can be traced to. ``named`` are value records: dotted name, value, cell.

    Each is made once a case (`measure`), so it is equal to itself alone; what is worked out of it is kept by that.
    """

    groups: tuple[Group, ...]
    experiments: tuple[tuple[Group, Group], ...]
    named: tuple[tuple[str, float, int], ...]
    case: Case

    @cached_property
    def mentions(self) -> Phrases:
        """How prose calls the groups."""
        return _phrases(tuple((group.key, group.phrases) for group in self.groups))

    @cached_property
    def _by_key(self) -> dict[str, Group]:
        return {group.key: group for group in self.groups}

    def group(self, key: str) -> Group:
        """A group by its key."""
        return self._by_key[key]

    @cached_property
    def tried(self) -> frozenset[str]:
        """The values that sweeps tried, as prose writes them."""
        return frozenset(label for group in self.groups if group.exploring for label in group.labels)

    @cached_property
    def settled(self) -> tuple[Group, ...]:
        """The groups that did not look for a value."""
        return tuple(group for group in self.groups if not group.exploring)

    @cached_property
    def facts(self) -> Facts:
        """What records and outputs show: levels, seeds, epochs, spreads, classes, counts, named values."""
        return Facts(self._facts())

    def _facts(self) -> tuple[Fact, ...]:
        values = {name: (value, position) for name, value, position in self.named}
        recorded = Facts(
            chain(
                recorded_facts(self.case, self.groups),
                rescue_facts(self.case, self.settled),
                named_facts(values, self.groups),
            )
        )
        return (*recorded.all, *shown_facts(self.case, self.mentions, recorded))

    @cached_property
    def named_facts(self) -> tuple[Fact, ...]:
        """The facts that words of their own name: value records and outputs."""
        return tuple(fact for fact in self.facts.all if fact.kind in (Kind.NAMED, Kind.SHOWN) and fact.words)

    @cached_property
    def changes(self) -> Facts:
        """Differences, ratios and relative changes between groups."""
        return Facts(chain(change_facts(self.groups, self.experiments), labelled_changes(self.facts.all)))

    @cached_property
    def bounds(self) -> Facts:
        """The bounds of the experiments' intervals."""
        return Facts(bound_facts(self.case, self.experiments))

    @cached_property
    def interval_ends(self) -> tuple[tuple[Fact, Fact], ...]:
        """The intervals by their two ends."""
        found = self.bounds.all
        return tuple(zip(found[::2], found[1::2], strict=True))

    @cached_property
    def settings(self) -> frozenset[float]:
        """Every number that a run was configured with, and the sizes of its data."""
        return _settings(self.case)

    def spreads(self, metric: str) -> list[Fact]:
        """The standard deviations of a metric."""
        return [item for item in self.facts.all if item.is_spread and not item.rare and item.metric == metric]

    def is_exploring(self, text: str) -> bool:
        """The text speaks of runs that looked for a value."""
        return len(self.settled) < len(self.groups) and self.says_exploring(text)

    def says_exploring(self, text: str) -> bool:
        """Words for a search are in the text, beside the names of runs that did not search: a notebook may call
        one of those its candidate.
        """
        if not vocabulary.has("context", "exploring", text):
            return False
        settled = {group.key for group in self.settled}
        for start, end, keys in self.mentions.find(text):
            if keys & settled:
                text = f"{text[:start]}{'·' * (end - start)}{text[end:]}"
        return vocabulary.has("context", "exploring", text)

    @cached_property
    def given(self) -> frozenset[float]:
        """The decimal numbers that the released text sets, such as the limits of a gate."""
        prose = (cell.source for cell in self.case.assignment.cells if cell.cell_type == "markdown")
        numbers = chain.from_iterable(map(find_numbers, prose))
        return frozenset(round(_as_fraction(item), 9) for item in numbers if not item.whole or item.percent)

    def is_given(self, number: Number) -> bool:
        """The released text holds this number."""
        return (not number.whole or number.percent) and round(_as_fraction(number), 9) in self.given


def _as_fraction(number: Number) -> float:
    return number.value / (100 if number.percent else 1)


@lru_cache(maxsize=4 * CASES)
def measure(case: Case, experiment: str = "") -> Measured:
    """Everything measured, or what belongs to one experiment alone."""
    unrecorded = unrecorded_experiments(case)
    runs = [*(run for run in read_runs(case) if run.finished), *other_runs(case)]
    keys = (experiment,) if experiment else tuple(dict.fromkeys((*experiment_keys(case), *unrecorded)))
    pairs = tuple(pair for pair in (_pair(case, key) for key in keys) if pair is not None)
    groups = [group for pair in pairs for group in pair]
    if not experiment:
        named_runs: dict[str, list[Run]] = {}
        for run in runs:
            if not run.record.experiment:
                named_runs.setdefault(run.name, []).append(run)
        groups += [_as_called(run_group(name, mine), case) for name, mine in named_runs.items()]
    groups += [group for key in keys for group in _explored(case, key)]
    named = tuple(
        (name, value, position)
        for name, (value, position) in named_values(case).items()
        if not name.startswith("experiment.")
    )
    if not experiment:
        pairs += compared_pairs(groups[:MAX_GROUPS], pairs, named)
    return Measured(tuple(groups[:MAX_GROUPS]), pairs[: MAX_GROUPS // 2], named[:MAX_NAMED], case)


@lru_cache(maxsize=4 * CASES)
def _pair(case: Case, key: str) -> tuple[Group, Group] | None:
    """Both arms of an experiment, None where one has no finished run."""
    arms = arms_of(case, key)
    if not arms.both:
        return None
    return _as_called(arm_group(arms, "baseline"), case), _as_called(arm_group(arms, "changed"), case)


def _as_called(group: Group, case: Case) -> Group:
    """The group, also by what the notebook calls it, where one cell holds all of its runs."""
    places = {run.position for run in group.runs}
    names = called(case).get(group.position) if len(places) == 1 else None
    return replace(group, phrases=group.phrases | names) if names else group


@lru_cache(maxsize=4 * CASES)
def _explored(case: Case, key: str) -> tuple[Group, ...]:
    return tuple(explored_groups(find_arms(case, key)))


@lru_cache(maxsize=CASES)
def _settings(case: Case) -> frozenset[float]:
    shown = [
        run
        for key in unrecorded_experiments(case)
        for run in (arms_of(case, key).baseline + arms_of(case, key).changed)
    ]
    runs = [*read_runs(case), *other_runs(case), *shown]
    numbers = chain.from_iterable((item.value for item in run.config.values()) for run in runs)
    sizes = [size for run in runs if run.data is not None and (size := run.data.train_rows) is not None]
    return frozenset(
        float(value)
        for value in (*numbers, *sizes)
        if isinstance(value, int | float) and not isinstance(value, bool)
    )


@lru_cache(maxsize=64)
def _phrases(named: tuple[tuple[str, frozenset[str]], ...]) -> Phrases:
    """Most of a class calls its runs alike."""
    return Phrases((phrase, key) for key, phrases in named for phrase in sorted(phrases))
