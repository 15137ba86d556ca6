"""Claims that nothing in the file can show: that another seed would do the same, that a cause was shown, that seeds
show the chance in the split.
"""

import re
from collections.abc import Iterator

from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary

_NOT = re.compile(
    r"\b(?:cannot|can't|could|might|may|whether|if|unless|perhaps|unknown|unclear|nobody|never)\b|"
    r"(?:\bnot|n't)\b(?! (?:of|a matter of|depend|due to|be|change|hinge|rest|this one|luck|a coincidence|"
    r"an accident))"
)


def unsupported_claims(reading: Reading, values: Values) -> Iterator[Doubt]:
    """What no run here can show is stated as shown."""
    if reading.sentence.row or reading.lower.rstrip().endswith("?"):
        return
    for name in ("split_shown", "cause_shown", "p_as_probability"):
        hit = vocabulary.says("unsupported", name, reading.lower)
        if hit is not None and not _taken_back(reading.lower, hit):
            yield _doubt(reading, hit, name)
    once = all(len({run.seed for run in group.runs}) < 2 for group in values.measured.settled)
    hit = vocabulary.says("unsupported", "other_seeds", reading.lower)
    if hit is not None and _ran_once(reading, values) and not _is_open(reading, hit):
        yield _doubt(reading, hit, "stable")
        return
    hit = vocabulary.says("unsupported", "stable", reading.lower)
    if hit is not None and once and values.measured.settled and not _taken_back(reading.lower, hit):
        yield _doubt(reading, hit, "stable")


def _ran_once(reading: Reading, values: Values) -> bool:
    """The runs that are meant have one seed: those that are named, else those before them, else all."""
    for keys in (reading.sentence.group_keys, reading.sentence.implied_groups):
        meant = [group for group in values.measured.settled if group.key in keys]
        if meant:
            return all(len({run.seed for run in group.runs}) < 2 for group in meant)
    settled = values.measured.settled
    return bool(settled) and all(len({run.seed for run in group.runs}) < 2 for group in settled)


_UNKNOWN = re.compile(
    r"\b(?:cannot|can't|unknown|unclear|whether|nobody|open|not (?:know|say|clear|sure|certain|shown)|perhaps|"
    r"maybe|might|could|don't|hope|guess|expect|predict\w*|believe|think)\b"
)


def _is_open(reading: Reading, hit: re.Match[str]) -> bool:
    """The claim is denied in its own clause, or some word around it leaves it open."""
    start, _ = reading.clause_at(hit.start())
    before = reading.lower[min(start, hit.start()) : hit.start()]
    around = f"{reading.lower[: hit.start()]} {reading.lower[hit.end() :]}"
    return vocabulary.says("unsupported", "denied", before) is not None or _UNKNOWN.search(around) is not None


_CONTRAST = re.compile(r",?\s*(?:and )?not (?:one|two|three|four|a single one|\d)\b|\bnot only\b")
""" "Four seeds and not three" denies nothing."""


def _taken_back(text: str, hit: re.Match[str]) -> bool:
    """A word of doubt or denial is around the claim, or a plain "not" in it."""
    around = _CONTRAST.sub(" ", f"{text[: hit.start()]} {text[hit.end() :]}")
    return vocabulary.says("unsupported", "denied", around) is not None or _NOT.search(hit[0]) is not None


def _doubt(reading: Reading, hit: re.Match[str], name: str) -> Doubt:
    why = vocabulary.phrases("unsupported_titles", name)[0]
    return reading.doubt(f"{hit[0].strip()!r}: {why}")
