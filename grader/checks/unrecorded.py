"""What checks say of runs without records: they pass what the page shows beyond doubt, and propose the rest."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.checks.base import Finding, counted, listed, named, passed, proposed, shorten, undecided
from grader.evidence.agreeing import all_agreeing
from grader.evidence.departures import same_model
from grader.evidence.groups import fractions
from grader.evidence.measured import Measured
from grader.evidence.runs import Run, by_seed
from grader.evidence.traces import Status, Trace
from grader.evidence.unrecorded.arms import ShownArms, other_runs, shown_arms, unrecorded_experiments
from grader.evidence.unrecorded.foretold import foretold
from grader.evidence.unrecorded.names import Means, key_of
from grader.evidence.unrecorded.runs import ShownRun, shown_runs
from grader.evidence.unrecorded.training import SAME_NUMBERS, second_change, unsure
from grader.model import Basis, Case, Evidence, Outcome
from grader.reading import vocabulary
from paribus.metrics.registry import leading

_ONE_SEED = re.compile(
    r"\b(?:one|a single|single|only one|just one|1)\s+(?:\w+\s+)?(?:seed|run|pair)s?\b|\bn ?= ?1\b|"
    r"\bein(?:e[nm]?)?\s+(?:einzige[nm]?\s+)?(?:seed|lauf)|une seule graine|una sola semilla|un solo seed|"
    r"только один|один сид|只有一|一个种子|一次运行|jedn\w+ ziarn\w+|egyetlen (?:seed|futás)|"
    r"uma (?:única )?semente",
    re.IGNORECASE,
)
_WORDING = (
    ("Agreeing with what the runs recorded", "Agreeing with what your cells printed"),
    ("The records agree", "Your cells' outputs agree"),
    ("traced to a record", "traced to an output"),
)
_SEEN_OTHERWISE = frozenset({"model", "data", "code", "seed", "optimizer", "train_rows"})
"""What a list of settings may name and no configuration holds: the page shows it in other ways."""
_ROUNDING = 6e-4
"""How far a printed metric may be from what was measured."""
NO_RECORDS = "Your file holds no records of these runs"


def without_records(case: Case, found: Finding, keys: Sequence[str]) -> Finding:
    """A finding on what outputs show: it passes as it is, and what would fail is for a person, with a proposal."""
    if not set(keys) & set(unrecorded_experiments(case)):
        return found
    because = found.because
    for recorded, printed in _WORDING:
        because = because.replace(recorded, printed)
    shown = replace(found, because=because, basis=Basis.SHOWN.value)
    if found.outcome is not Outcome.FAILED:
        return shown
    because = f"{NO_RECORDS}, so a person compares what you write with what your cells printed."
    return replace(
        proposed(undecided(because, found.values, found.evidence), Outcome.FAILED, found.because),
        basis=Basis.SHOWN.value,
    )


def as_printed(case: Case, traces: Sequence[Trace], measured: Measured, keys: Sequence[str]) -> list[Trace]:
    """Numbers held against what outputs show: one that is somewhere on the page is unclear rather than wrong,
    since which run an output is of was read and not recorded.
    """
    if not set(keys) & set(unrecorded_experiments(case)):
        return list(traces)
    return [
        replace(item, status=Status.UNCLEAR, expected=None, why="it is printed, and it is not plain of which run")
        if _is_open(item) and all_agreeing(item.number, measured) else item
        for item in traces
    ]  # fmt: skip


def _is_open(item: Trace) -> bool:
    """It contradicts a value, and no arithmetic of its own sentence."""
    return item.status is Status.DOUBTFUL or (item.status is Status.WRONG and not item.by_law)


def where_sure(case: Case, found: Finding, key: str) -> Finding:
    """A passed finding that rests on all settings of both arms: proposed where the file does not prove them."""
    if found.outcome is not Outcome.PASSED or key not in unrecorded_experiments(case):
        return found
    shown = shown_arms(case, key)
    names = {str(name) for name in found.values.get("named", ())} - _SEEN_OTHERWISE
    missing = sorted(names - set(shown.settings)) if shown is not None else []
    missing = [name for name in missing if not _is_absent(name, found)]
    why = unsure(case, key) or (f"{listed(missing)} cannot be read" if missing else "")
    if not why:
        return found
    because = f"{NO_RECORDS}, so a person compares your list with what your cells show."
    open_one = undecided(because, found.values, found.evidence)
    if second_change(case, key) or shown is None or any(run.conflict for run in shown.runs):
        return open_one
    if len(shown.differences) != 1 or shown.within:
        return open_one  # nobody knows yet in what the arms differ
    return replace(proposed(open_one, Outcome.PASSED, f"{found.because} Not proved: {why}."), basis=found.basis)


def _is_absent(name: str, found: Finding) -> bool:
    """The list says that there is none: "scheduler (none)", "no warm-up"."""
    spoken = "|".join(re.escape(word) for word in (name, *vocabulary.phrases("settings", name)))
    none = rf"\b(?:no|without|kein\w*|sans|sin|senza|sem)\s+(?:{spoken})\b|\b(?:{spoken})\s*[:=(]*\s*(?:none|off)\b"
    return any(re.search(none, item.text, re.IGNORECASE) for item in found.evidence)


def one_change_shown(case: Case, key: str, allowed: Sequence[str]) -> Finding | None:
    """Both arms as their cells show them; None where they do not show two."""
    shown = shown_arms(case, key)
    if shown is None:
        return None
    basis = Basis.SHOWN if all(run.whole for run in shown.runs) else Basis.WRITTEN
    values = {
        "vary": shown.arms.vary,
        "changes": [str(item) for item in shown.differences],
        "seeds": {"baseline": [run.seed for run in shown.baseline], "changed": [run.seed for run in shown.changed]},
    }
    found = _one_change(case, key, shown, allowed, values)
    return replace(found, basis=basis.value)


def _one_change(
    case: Case, key: str, shown: ShownArms, allowed: Sequence[str], values: Mapping[str, Any]
) -> Finding:
    evidence = _lines(case, shown.runs)
    told = listed(str(item) for item in shown.differences)
    open_one = undecided(f"{NO_RECORDS}, so a person compares the arms by what your cells show.", values, evidence)
    known = [item for item in shown.differences if key_of(item.name).means is Means.SETTING]
    written = all(run.call is not None and run.call.complete and not run.conflict for run in shown.runs)
    if len(known) > 1 and not shown.within and (written or all(run.whole for run in shown.runs)):
        where = "printed" if all(run.whole for run in shown.runs) else "written out in the code"
        return proposed(open_one, Outcome.FAILED, f"both configurations are {where}, and they differ in {told}")
    if other := second_change(case, key):
        return proposed(open_one, Outcome.FAILED, f"beside {told or 'the settings'}, {other}")
    if len(shown.differences) != 1 or shown.within:
        return open_one
    change = shown.differences[0]
    if (allowed and change.name not in allowed) or (shown.arms.vary and change.name != shown.arms.vary):
        return open_one
    why = unsure(case, key)
    if not why:
        return passed(f"As your cells show, the arms differ in one thing: {change}.", values, evidence)
    if shown.one_sided or any(run.conflict for run in shown.runs) or why == SAME_NUMBERS:
        return open_one
    return proposed(open_one, Outcome.PASSED, f"the arms show one difference, {change}. Not proved: {why}.")


def predicted_first_shown(case: Case, key: str) -> Finding | None:
    """A prediction above the run: nobody can tell from the page when it was written, so a person looks."""
    shown = shown_arms(case, key)
    if shown is None:
        return None
    open_one = undecided(f"{NO_RECORDS}, so a person looks whether your prediction came before the run.")
    said = foretold(case, key)
    if said is None:
        return open_one
    where = case.cell_name(said.position)
    found = replace(open_one, evidence=(Evidence(where, shorten(said.text)),), basis=Basis.WRITTEN.value)
    return proposed(found, Outcome.PASSED, f"a prediction is above the changed arm's run, in {where}")


def cannot_tell(case: Case, text: str, quote: str, position: int) -> Finding | None:
    """“One seed cannot tell” is true whatever ran; None where the text does not rest on that."""
    if _ONE_SEED.search(text) is None:
        return None
    found = passed(
        "Right: one run an arm cannot tell an effect from the seed.", {},
        [Evidence(case.cell_name(position), shorten(quote or text))],
    )  # fmt: skip
    return replace(found, basis=Basis.WRITTEN.value)


def seeds_apart(case: Case, key: str) -> Finding | None:
    """Whether the seeds of each arm came to different numbers; None where records tell, or nothing does."""
    shown = shown_arms(case, key)
    if shown is None:
        return None
    for arm in (shown.baseline, shown.changed):
        if any(run.seed is None for run in arm) or len({run.seed for run in arm}) < len(arm):
            return undecided(f"{NO_RECORDS}, and not every run shows a seed of its own. A person looks.")
        logs = [run.numbers for run in arm]
        if any(not log for log in logs) or len(set(logs)) < len(logs):
            return undecided(
                f"{NO_RECORDS}, and two seeds of an arm show the same numbers, or none. A person looks.",
                evidence=_lines(case, arm),
            )
    found = passed("Every seed shows numbers of its own.", {}, _lines(case, shown.runs))
    return replace(found, basis=Basis.SHOWN.value)


def enough_shown(case: Case, key: str, minimum: int, exploring: Sequence[object]) -> Finding | None:
    """The seeds of each arm that show a result."""
    shown = shown_arms(case, key)
    if shown is None:
        return None
    arms = {"baseline": shown.arms.baseline, "changed": shown.arms.changed}
    seeds = {
        name: sorted(
            seed for seed, run in by_seed(runs).items()
            if seed is not None and run.metrics and seed not in exploring
        )
        for name, runs in arms.items()
    }  # fmt: skip
    if min(map(len, seeds.values())) < minimum:
        return undecided(
            f"{NO_RECORDS}, so a person counts the seeds of each arm; at least {minimum} are asked for.", seeds
        )
    found = passed(
        f"As your cells show, each arm ran with at least {counted(minimum, 'seed')}.",
        seeds,
        _lines(case, shown.runs),
    )
    return replace(found, basis=Basis.SHOWN.value)


def paired_shown(case: Case, key: str) -> Finding | None:
    """The same seeds in both arms, as their cells show them."""
    shown = shown_arms(case, key)
    if shown is None:
        return None
    seeds = [{run.seed for run in arm} for arm in (shown.baseline, shown.changed)]
    if None in seeds[0] | seeds[1] or seeds[0] != seeds[1] or any(run.conflict for run in shown.runs):
        found = undecided(f"{NO_RECORDS}, so a person compares the seeds of both arms.")
        other = second_change(case, key)
        return proposed(found, Outcome.FAILED, other) if "seeds" in other else found
    told = named("seed", [str(seed) for seed in sorted(seeds[0], key=lambda seed: seed or 0)])
    found = passed(f"As your cells show, both arms ran with the {told}.", {}, _lines(case, shown.runs))
    return replace(found, basis=Basis.SHOWN.value)


def baseline_shown_first(case: Case, names: Sequence[str]) -> Finding | None:
    """A baseline whose metrics were printed before the first model was trained; None where none is shown."""
    runs = [run for run in shown_runs(case) if run.reported]
    arms = {
        run.number for key in unrecorded_experiments(case) if (shown := shown_arms(case, key)) for run in shown.runs
    }
    named = [
        run
        for run in runs
        if not run.epochs and (run.call is None or run.number not in arms) and _is_named(case, run, names)
    ]
    trained = [run for run in runs if (run.epochs or run.call is not None) and run not in named]
    if not named or not trained:
        return None
    first = named[0]
    counts = [case.notebook.cells[run.position].count for run in (first, trained[0])]
    evidence = [*_lines(case, [first]), *_lines(case, [trained[0]])]
    if first.number > trained[0].number:
        return undecided(f"{NO_RECORDS}, so a person looks whether a baseline came first.", {}, evidence)
    what = first.label or case.cell_name(first.position)
    found = passed(f"The baseline {what} was measured first, as your cells show.", {}, evidence)
    if None in counts or (counts[0] or 0) > (counts[1] or 0):
        open_one = undecided(f"{NO_RECORDS}, so a person looks whether a baseline came first.", {}, evidence)
        return proposed(open_one, Outcome.PASSED, found.because)
    return replace(found, basis=Basis.SHOWN.value)


def baseline_printed(case: Case, names: Sequence[str]) -> Finding | None:
    """A baseline that was printed where the larger model was recorded: for a person, who would let it count."""
    named = [run for run in shown_runs(case) if run.reported and not run.epochs and _is_named(case, run, names)]
    if not named:
        return None
    found = undecided(f"{NO_RECORDS}: a baseline was printed, and a person looks.", {}, _lines(case, named[:1]))
    return replace(
        proposed(found, Outcome.PASSED, f"the baseline {named[0].label} was printed"), basis=Basis.SHOWN.value
    )


def _is_named(case: Case, run: ShownRun, names: Sequence[str]) -> bool:
    """It is called as a simple model is; "baseline" alone may be an experiment's arm."""
    place = case.cell_name(run.position)
    told = f"{run.label} {run.settings.get('model') or ''}".lower()
    if not run.label:
        told = f"{told} {case.notebook.cells[run.position].source[:400]}".lower()
    words = (*(name for name in names if name != "baseline"), "dummy", "most frequent", "tf idf", "logistic")
    return any(name in told for name in words) or place.startswith("baseline")


def best_epoch_shown(case: Case) -> Finding | None:
    """Whether each run that logged several epochs says that it kept the best of them."""
    if not unrecorded_experiments(case):
        return None
    runs = [run for run in shown_runs(case) if run.epochs and run.best is not None]
    if not runs:
        return None
    evidence = _lines(case, runs)
    longer = [run for run in runs if len(run.epochs) > 1]
    told = {run.number: _reports_best(run) for run in longer}
    values = {"best": {run.label or str(run.number): run.best for run in runs}}
    if all(told.values()):
        which = counted(len(runs), "run")
        found = passed(f"As your cells show, the best epoch is the one reported ({which}).", values, evidence)
        return replace(found, basis=Basis.SHOWN.value)
    return undecided(f"{NO_RECORDS}, so a person looks which epoch each run reports.", values, evidence)


def _reports_best(run: ShownRun) -> bool:
    """The kept epoch is named and is the best, or what is said of the run is the best epoch's."""
    best = dict(run.epochs)[run.best if run.best is not None else 0]
    if run.chosen is not None:
        return float(run.chosen) == run.best
    shared = [name for name in leading(best) if name in run.final]
    return bool(shared) and all(run.final[name].agrees(best[name]) for name in shared)


def near_reference_shown(case: Case) -> Finding | None:
    """The encoder's printed metrics held against the course's own runs, where a printed baseline has the numbers
    that it has on their data.
    """
    runs = other_runs(case)
    for entry in case.references.get(case.assignment.name, ()):
        bands = entry.get("values", {})
        if entry.get("profile") != case.assignment.profile or not any(_is_baseline(run, bands) for run in runs):
            continue
        inside, outside = list[str](), list[str]()
        model = entry.get("model")
        larger = [item for item in runs if not _is_baseline(item, bands)]
        for run in (item for item in larger if same_model(model, item.setting("model") or model)):
            for metric, value in run.metrics.items():
                band = bands.get(f"{run.name}.{metric}", {})
                if metric in fractions() and band.get("low") is not None and band.get("high") is not None:
                    within = band["low"] - _ROUNDING <= value <= band["high"] + _ROUNDING
                    (inside if within else outside).append(f"{run.name}.{metric}")
        if not inside or outside:
            continue
        found = undecided(f"{NO_RECORDS}, so a person compares your metrics with the course's own runs.")
        return replace(
            proposed(
                found, Outcome.PASSED, f"printed, and within the reference band: {listed(dict.fromkeys(inside))}"
            ),
            basis=Basis.SHOWN.value,
        )
    return None


def _is_baseline(run: Run, bands: Mapping[str, Any]) -> bool:
    """It is called as a baseline of the course's, and two of its metrics or more are just that one's."""
    plain = re.sub(r"[^a-z0-9]", "", run.name.lower())
    for name in ("majority", "tfidf"):
        values = [(value, bands.get(f"{name}.{metric}", {}).get("mean")) for metric, value in run.metrics.items()]
        known = [(value, mean) for value, mean in values if mean is not None]
        if name in plain and len(known) > 1 and all(abs(value - mean) < _ROUNDING for value, mean in known):
            return True
    return False


def _lines(case: Case, runs: Sequence[ShownRun]) -> list[Evidence]:
    """What was read of some runs, a line each."""
    return [
        Evidence(case.cell_name(position), shorten(text, 120))
        for run in runs[:8] for position, text in run.lines[:1]
    ]  # fmt: skip
