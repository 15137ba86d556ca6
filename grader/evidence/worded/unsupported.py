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
    hit = vocabulary.says("unsupported", "stable", reading.lower)
    if hit is not None and once and values.measured.settled and not _taken_back(reading.lower, hit):
        yield _doubt(reading, hit, "stable")


def _taken_back(text: str, hit: re.Match[str]) -> bool:
    """A word of doubt or denial is around the claim, or a plain "not" in it."""
    around = f"{text[: hit.start()]} {text[hit.end() :]}"
    return vocabulary.says("unsupported", "denied", around) is not None or _NOT.search(hit[0]) is not None


def _doubt(reading: Reading, hit: re.Match[str], name: str) -> Doubt:
    why = vocabulary.phrases("unsupported_titles", name)[0]
    return Doubt(reading.sentence.text, reading.sentence.position, f"{hit[0].strip()!r}: {why}")
