"""Runs are said to have been repeated with more seeds than there are."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from grader.evidence.measured import Measured
from grader.evidence.runs import CASES, read_runs
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary
from grader.reading.claimed import claimed, pattern

_MORE = {"second": 2, "another": 2, "other": 2, "several": 2, "mehrere": 2, "plusieurs": 2, "varias": 2, "third": 3}
_TIMES = {"twice": 2, "three times": 3, "four times": 4, "five times": 5, "ten times": 10, "several times": 2}
_SO_OFTEN = re.compile(
    r"\b(?:run|ran|trained|repeated|rerun)\s+(?:(?:both|each|the|my|them|it|arms?|runs?)\s+){0,3}"
    rf"({'|'.join(_TIMES)})\b"
)
_DONE = re.compile(r"\b(?:each|an|every) arm (?P<done>(?:was|has been) (?:run|trained|repeated))\b")
"""What was done with each arm is no plan for it."""
_AGAINST = re.compile(r"\b(?:against|than|over|versus|vs\.?|to|gegen|contre|contra)\W+(?:the\W+)?$")
_OTHERS = re.compile(r"\babove\b|\bbelow\b|\belsewhere\b|\bother (?:experiment|runs)\b")
"""Other runs of the notebook are spoken of."""
_BROKEN = re.compile(
    r"\b(?:died|dying|crash\w*|failed|broke|interrupted|restart\w*|aborted|disconnect\w*|out of memory|not counted|"
    r"same (?:number|result|value)s?|to the (?:last )?digit|identical|same seed)\b"
)
"""A run that broke off was run again, and one with the same seed gives the same numbers."""
_ADDED = re.compile(r"\b(?:other|further|more|additional|weitere[nr]?|autres|otras|altri|outras)\b")


def wrong_repetitions(reading: Reading, values: Values) -> Iterator[Doubt]:
    """Means over three seeds, where one ran."""
    if reading.sentence.row or reading.lower.rstrip().endswith("?"):
        return
    if vocabulary.has("context", "elsewhere", reading.sentence.text) or _OTHERS.search(reading.lower):
        return
    if _BROKEN.search(reading.lower):
        return
    most = _most(reading, values)
    if most < 1:
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        told = _times(clause) or _counted(clause, further=len(values.known_seeds) <= most)
        if (
            told is not None
            and told[0] > most
            and not claimed("repeated", "planned", _DONE.sub(r"\g<done>", clause))
        ):
            yield reading.doubt(f"{told[1]!r}: the runs that are meant have {most} seed{'s'[: most - 1]}")


def _most(reading: Reading, values: Values) -> int:
    """The most seeds of the runs that are named, or of any runs in the notebook; 0 where that cannot be said."""
    named = frozenset(
        key
        for start, _, keys in reading.sentence.groups
        if not _AGAINST.search(reading.lower[:start])
        for key in keys
    )
    return _most_of(values.measured, named or values.varied(reading.sentence.text))


@lru_cache(maxsize=16 * CASES)
def _most_of(measured: Measured, keys: frozenset[str]) -> int:
    meant = [group for group in measured.groups if not keys or group.key in keys]
    if not meant or any(group.exploring for group in meant):
        return 0
    # A run of one name may be one of an arm's.
    runs = {run.record.run for group in meant for run in group.runs}
    arms = [group for pair in measured.experiments for group in pair]
    meant += [group for group in arms if any(run.record.run in runs for run in group.runs)]
    if keys or len(measured.groups) == len(measured.experiments) * 2 == 2:
        return max(len({run.seed for run in group.runs}) for group in meant)
    seeds: dict[tuple[str, str, str], set[int | None]] = {}
    for run in read_runs(measured.case):
        seeds.setdefault((run.record.experiment, run.record.arm, run.name), set()).add(run.seed)
    return max(map(len, seeds.values()), default=0)


def _times(clause: str) -> tuple[int, str] | None:
    hit = _SO_OFTEN.search(clause)
    return None if hit is None else (_TIMES[hit[1]], hit[0])


def _counted(clause: str, *, further: bool) -> tuple[int, str] | None:
    """How many seeds a clause says that something was repeated or averaged over; ``further``: "three other seeds"
    are one more with the first, which they are not where other runs of the notebook had that one.
    """
    hit = _count().search(clause) if claimed("repeated", "over", clause) is not None else None
    if hit is None:
        return None
    count = int(hit["count"]) if hit["count"].isdecimal() else _numbers()[hit["count"]]
    if re.search(r"\b(?:these|those|all|the)\W+$", clause[: hit.start()]) and "run" in hit[0]:
        return None  # all runs of a notebook
    return count + bool(further and _ADDED.search(hit[0]) and hit["count"] not in _MORE), hit[0].strip()


@cache
def _numbers() -> dict[str, int]:
    words = {word: int(value) for value, found in vocabulary.names("number_words").items() for word in found}
    return {**words, **_MORE}


@cache
def _count() -> re.Pattern[str]:
    """A count, at most two words, and what was repeated."""
    words = "|".join(re.escape(word) for word in sorted(_numbers(), key=len, reverse=True))
    unit = pattern("repeated", "unit").pattern
    return re.compile(rf"(?<![\w.,#])(?P<count>\d{{1,2}}|{words})\s?(?:(?!epoch)[^\W\d]+[\s-]){{0,2}}?(?:{unit})")
