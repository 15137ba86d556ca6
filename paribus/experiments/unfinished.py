"""What a notebook's own records say before it is handed in: experiments that lack something, runs left unfinished.

Seen from inside, only the session's records are there. The memo, other cells' outputs and what an export keeps are
not; `paribus check FILE` looks at those.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paribus.display.markup import Table
from paribus.errors import ExperimentError
from paribus.experiments.arms import check_one_change
from paribus.records.record import Record

ARMS = ("baseline", "changed")
NOT_SEEN = (
    "From inside the notebook, only this session's records can be seen: not the memo and other texts, not what "
    "other cells show, not whether they ran in order, and not what an export keeps. `paribus check FILE` looks at "
    "the exported file."
)


@dataclass(frozen=True)
class Look:
    """What is to be done, by the run or experiment it is about, and what is fine."""

    todo: tuple[tuple[str, str], ...]
    fine: tuple[tuple[str, str], ...]

    def table(self) -> Table:
        """What is to be done first."""
        rows = [(place, "to do", what) for place, what in self.todo]
        rows += [(place, "fine", what) for place, what in self.fine]
        return Table("This session's records", ("", "", ""), tuple(rows), NOT_SEEN)

    def __repr__(self) -> str:
        """One line for people."""
        return f"Look({len(self.todo)} to do, {len(self.fine)} fine)"


def look(records: Sequence[Record]) -> Look:
    """Look over a session's records, in the order in which they were written."""
    starts = [record for record in records if record.kind == "start"]
    results = {record.start: record for record in records if record.kind == "result"}
    done = [start for start in starts if start.digest() in results]
    if not starts:
        return Look((("this notebook", "nothing has run yet: run it from top to bottom"),), ())
    todo = [
        (f"{start.run_name}, seed {start.seed}", "was begun and not finished: run its cell again")
        for start in _unfinished(starts, done)
    ]
    fine: list[tuple[str, str]] = []
    if plain := len([start for start in done if not start.experiment]):
        fine.append(("single runs", f"{plain} finished"))
    served = {link for record in records for link in record.served()}
    for key in dict.fromkeys(start.experiment for start in starts if start.experiment):
        faults, summary = _experiment(key, starts, done, {run for experiment, run in served if experiment == key})
        todo += [(key, fault) for fault in faults]
        fine += [(key, summary)] if not faults else []
    return Look(tuple(dict.fromkeys(todo)), tuple(fine))


def _unfinished(starts: Iterable[Record], done: Sequence[Record]) -> list[Record]:
    """Runs that have no result under their name and seed, each once."""
    finished = {(start.run_name, start.arm, start.seed) for start in done}
    begun = {(start.run_name, start.arm, start.seed): start for start in starts}
    return [start for place, start in begun.items() if place not in finished]


def _experiment(
    key: str, starts: Sequence[Record], done: Sequence[Record], linked: set[str]
) -> tuple[list[str], str]:
    """What one experiment lacks, and a line for where it lacks nothing; ``linked`` runs serve as its baseline."""
    mine = [start for start in done if start.experiment == key or start.run in linked]
    arms = {arm: {start.seed: start for start in mine if _arm(start, key) == arm} for arm in ARMS}
    if not any(start.arm in ARMS for start in starts if start.experiment == key):
        return [], "explored, not compared yet"
    faults = [f"the {arm} arm has no finished run" for arm in ARMS if not arms[arm]]
    first = next((start for start in starts if start.experiment == key and start.arm == "changed"), None)
    if first is not None and first.prediction is None:
        faults.append("the changed arm began without a prediction: predict first, then run")
    if faults:
        return faults, ""
    baseline, changed = arms["baseline"], arms["changed"]
    alone = sorted(str(seed) for seed in set(baseline) ^ set(changed))
    if alone:
        faults.append(f"seed {', '.join(alone)} ran in one arm only: run each seed in both")
    runs = [*baseline.values()], [*changed.values()]
    try:
        check_one_change(runs[1][-1].vary, *runs)
    except ExperimentError as error:
        faults.append(str(error))
    seeds = len(set(baseline) & set(changed))
    one = "" if seeds > 1 else ": enough to explore, and no support for an effect"
    return faults, f"both arms, {seeds} seed{'s' if seeds > 1 else ''} an arm{one}; a prediction comes before it"


def _arm(start: Record, key: str) -> str:
    """The arm of an experiment that a run belongs to; a run from elsewhere serves as its baseline."""
    return start.arm if start.experiment == key else "baseline"
