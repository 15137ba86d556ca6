"""Claims that nothing in the file can show: that another seed would do the same, that a cause was shown, that seeds show
the chance in the split.
"""  # noqa: E501

import re
from collections.abc import Iterator

from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary

_REPEATED = re.compile(
    r"\b(?:repeated|rerun|re-run|ran|run|trained|averaged?|mean|means)\b[^.;]{0,40}?\b(?:with|over|under|on|of|for|across)\s+(?:a\s+|the\s+|my\s+|all\s+)?"
    r"(?P<word>second|third|another|other|two|three|four|five|six|ten|several|\d{1,2})\s+(?:different\s+|other\s+|more\s+)?seeds?\b|"
    r"\b(?:used|took|had)\s+(?P<used>two|three|four|five|six|ten|several|\d{1,2})\s+(?:different\s+)?seeds\b|"
    r"\b(?:run|ran|trained|repeated|rerun)\s+(?P<times>twice|three times|four times|five times|ten times|several times)\b|"  # noqa: E501
    r"\b(?:averag\w*|means?|repeat\w*|sd|deviation|±)\b[^.;]{0,50}\b(?:over|across|of|from|in|with)\s+(?:all\s+|the\s+|my\s+|both\s+)?(?P<many>two|three|four|five|six|ten|several|\d{1,2})\s+(?:different\s+)?seeds\b"
)
_WORDS = {
    "twice": 2,
    "three times": 3,
    "four times": 4,
    "five times": 5,
    "ten times": 10,
    "several times": 2,
    "second": 2,
    "another": 2,
    "other": 2,
    "two": 2,
    "several": 2,
    "third": 3,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ten": 10,
}
_PLANNED = re.compile(
    r"\b(?:would|should|could|might|need\w*|want\w*|next|more|least|until|before|if|will|'d|require\w*|ask\w*|plan\w*|instead|only|enough|not|"
    r"no|propos\w*|experiment:|have to|must|then|recommend\w*|per arm|an arm|each arm|in each)\b|n't\b"
)


def wrong_repetitions(reading: Reading, values: Values) -> Iterator[Doubt]:
    """Runs are said to have been repeated with more seeds than there are."""
    if reading.sentence.row:
        return
    for hit in _REPEATED.finditer(reading.lower):
        start = max(0, hit.start() - 60)
        if _PLANNED.search(reading.lower[start : hit.end() + 30]) or reading.lower.rstrip().endswith("?"):
            continue
        if vocabulary.has("context", "elsewhere", reading.sentence.text):
            continue
        word = hit["word"] or hit["many"] or hit["times"] or hit["used"]
        said = int(word) if word.isdecimal() else _WORDS[word]
        keys = reading.sentence.group_keys or values.varied(reading.sentence.text)
        groups = [group for group in values.measured.groups if not keys or group.key in keys]
        most = max((len({run.seed for run in group.runs}) for group in groups), default=0)
        if groups and said > most and not any(group.exploring for group in groups):
            yield Doubt(
                reading.sentence.text, reading.sentence.position,
                f"{hit[0]!r}: the runs that are meant have {most} seed{'s'[: most - 1]}",
            )  # fmt: skip


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
    """A word of doubt or denial stands in the sentence."""
    return vocabulary.says("unsupported", "denied", text) is not None


def _doubt(reading: Reading, hit: re.Match[str], name: str) -> Doubt:
    why = vocabulary.phrases("unsupported_titles", name)[0]
    return Doubt(reading.sentence.text, reading.sentence.position, f"{hit[0].strip()!r}: {why}")
