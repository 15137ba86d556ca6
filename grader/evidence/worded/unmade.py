"""Settings, steps and data of the runs that a text tells otherwise than they were: a change nobody made, the wrong
end of the one that was made, the wrong factor for the updates, all rows where a part of them was used.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from grader.evidence.groups import Group
from grader.evidence.runs import Run, finished
from grader.evidence.settings import fits, loose_names, steps_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading.claimed import claimed, pattern
from grader.reading.nouns import ITEMS
from grader.reading.numbers import Number, find_numbers
from grader.reading.vocabulary import Mention, Phrases

NEAR = 30
"""Characters within which a verb is a setting's own."""
LOOSE = 0.2
_STEP = re.compile(r"\s*\)?\s*(?:to|→|->|-->|auf|à|a|na|до|bis)\s*")
_FROM = re.compile(r"\b(?:from|von|de|da|desde|z|od|с|от)\s+$|[:(,]\s*$|\s$")


def unmade_changes(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The learning rate was doubled together with the batch”, where every run had the same."""
    runs = [run for group in values.measured.groups for run in finished(group.runs)]
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        hit = next(
            (found for name in ("doubled", "halved", "other") if (found := claimed("reset", name, clause))), None
        )
        if hit is None or claimed("reset", "planned", clause) or not _is_done(clause, hit):
            continue
        named = [item for item in loose_names(clause) if _is_beside(item, hit)]
        if len({item.name for item in named}) != 1 or re.search(r"\band\b", clause[named[0].end : hit.start()]):
            continue
        name = named[0].name
        had = {run.setting(name) for run in runs if name in run.config}
        varied = {group.runs[-1].record.vary for pair in values.measured.experiments for group in pair}
        if len(had) == 1 and name not in varied and sum(name in run.config for run in runs) == len(runs) > 1:
            yield reading.doubt(f"{hit[0]!r}: {name.replace('_', ' ')} is {had.pop()} in every run")
            return


def _is_done(clause: str, hit: re.Match[str]) -> bool:
    """It was done: "was doubled", "I raised"."""
    done = pattern("reset", "done").pattern
    return re.search(rf"(?:{done})\W*$", clause[: hit.start()]) is not None


def _is_beside(item: Mention, hit: re.Match[str]) -> bool:
    return 0 <= hit.start() - item.end < NEAR or 0 <= item.start - hit.end() < 12


def other_ends(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Gamma from 2 to 0”, where it was varied from 2 to 1."""
    if reading.doubtful:
        return
    changed = _changed(values)
    names = Phrases((phrase, name) for name in changed for phrase in (name, name.replace("_", " ")))
    mentions = [*loose_names(reading.lower)]
    mentions += [Mention(min(found), start, end) for start, end, found in names.find(reading.sentence.text)]
    numbers = [item for item in find_numbers(reading.sentence.text) if not item.spelled and not item.percent]
    for first, second in pairwise(numbers):
        if _STEP.fullmatch(reading.lower[first.end : second.start]) is None:
            continue
        _, end = reading.clause_at(first.start)
        if claimed("reset", "planned", reading.lower[:end]):
            continue
        name = _own_name([item for item in mentions if item.name in changed], first, reading.lower)
        steps = changed.get(name, ())
        if not steps or any(_is_one(item, step) for step in steps for item in [(first, second)]):
            continue
        if not any(fits(first, a) or fits(second, b) for a, b in steps):
            continue  # neither end is the setting's: the numbers are of something else
        a, b = steps[0]
        why = f"{first.text} to {second.text}: {name.replace('_', ' ')} was varied from {a:g} to {b:g}"
        yield reading.doubt(why)
        return


def _own_name(mentions: list[Mention], first: Number, lower: str) -> str:
    """The setting whose name is right before the first number."""
    near = [item for item in mentions if 0 <= first.start - item.end <= 12]
    for item in near:
        if re.fullmatch(r"\W*(?:(?:goes|went|is|was|from|von|de|da|z|od)\W+){0,2}", lower[item.end : first.start]):
            return item.name
    return ""


def _is_one(said: tuple[Number, Number], step: tuple[float, float]) -> bool:
    return (fits(said[0], step[0]) and fits(said[1], step[1])) or (
        fits(said[0], step[1]) and fits(said[1], step[0])
    )


def _changed(values: Values) -> dict[str, list[tuple[float, float]]]:
    """By setting, from what to what the experiments that differ in it alone changed it."""
    found: dict[str, list[tuple[float, float]]] = {}
    for first, second in values.measured.experiments:
        if first.key.startswith("run:"):
            continue
        before, after = first.runs[-1], second.runs[-1]
        for name, field in before.config.items():
            a, b = field.value, after.setting(name)
            if isinstance(a, bool) or isinstance(b, bool) or a == b:
                continue
            if isinstance(a, int | float) and isinstance(b, int | float):
                found.setdefault(name, []).append((float(a), float(b)))
    return found


def wrong_updates(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“With batch size 16 half as many updates”, where halving the batch doubles them."""
    if reading.doubtful:
        return
    nouns = pattern("updates", "noun").pattern
    factors = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "double": 2.0, "triple": 3.0, "quadruple": 4.0}
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        for name, factor in factors.items():
            words = pattern("multiples", name).pattern
            said = re.search(
                rf"(?:{words})(?: (?:as many|as much|of|the|so viele|autant|des?|der|du|di|dei|delle|de las|de los|"
                rf"del)){{0,2}}\W*(?:{nouns})",
                clause,
            )
            if said is None or reading.is_denied(start, start + said.start()):
                continue
            subjects = {keys for first, _, keys in reading.sentence.groups if start <= first < start + said.start()}
            if len(subjects) != 1 or re.search(r"\bthan\b", clause[said.end() :]):
                continue
            known = list(_step_ratios(next(iter(subjects)), values))
            if known and not any(abs(ratio - factor) <= LOOSE * factor for ratio in known):
                yield reading.doubt(f"{said[0]!r}: the runs made {known[0]:.2g} times as many as the other arm")
                return


def _step_ratios(keys: frozenset[str], values: Values) -> Iterator[float]:
    """How many times the steps of the other arm an arm made."""
    for pair in values.measured.experiments:
        for own, other in (pair, pair[::-1]):
            a, b = (steps_of(group.runs[-1]) for group in (own, other))
            if own.key in keys and a and b:
                yield a / b


_IF = re.compile(r"\b(?:if|whether|unless|wenn|falls|ob|si|se|jeśli|если)\b")


def wrong_training_rows(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Both runs were trained on all 413 rows”, where each of them saw 300."""
    if claimed("trained_on", "trained", reading.lower) is None:
        return
    verb, every = (pattern("trained_on", name).pattern for name in ("verb", "all"))
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        said = re.search(
            rf"(?:{verb}) (?:(?P<all>{every}) )?(?:the |of the |les |las |los |gli )?(?P<count>\d{{2,6}})\b", clause
        )
        if said is None or claimed("trained_on", "doubtful", clause) or _IF.search(reading.lower[:start]):
            continue
        if said["all"] is None and re.match(rf" (?:training )?{ITEMS}", clause[said.end() :]) is None:
            continue
        runs = _runs_meant(reading, values)
        sizes = {size for run in runs if (size := _rows(run)) is not None}
        known = {size for run in _every_run(values) if (size := _rows(run)) is not None}
        count = int(said["count"])
        named = [_sizes(group) for group in _groups_named(reading, values)]
        if len(named) > 1 and said["all"] and not all(count in found for found in named):
            sizes = set().union(*named) - {count}  # one of those that are named saw another part
        if sizes and count not in sizes and (count in known or count == _whole(values)):
            why = f"{said[0]!r}: the runs that are meant were trained on {', '.join(map(str, sorted(sizes)))}"
            yield reading.doubt(why)
            return


def _groups_named(reading: Reading, values: Values) -> list[Group]:
    return [group for group in values.measured.groups if group.key in reading.sentence.group_keys]


def _sizes(group: Group) -> set[int]:
    return {size for run in finished(group.runs) if (size := _rows(run)) is not None}


def _runs_meant(reading: Reading, values: Values) -> list[Run]:
    keys = reading.sentence.group_keys or reading.sentence.implied_groups or values.about
    found = [group for group in values.measured.groups if group.key in keys]
    return [run for group in found or values.measured.groups for run in finished(group.runs)]


def _every_run(values: Values) -> list[Run]:
    return [run for group in values.measured.groups for run in finished(group.runs)]


def _rows(run: Run) -> int | None:
    rows = run.setting("train_rows")
    if isinstance(rows, int):
        return rows
    return run.data.train_rows if run.data is not None else None


def _whole(values: Values) -> int:
    """How many rows the largest of the runs' data has."""
    return max((run.data.train_rows or 0 for run in _every_run(values) if run.data is not None), default=0)
