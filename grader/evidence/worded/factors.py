"""Factors in words: "more than three times as high", "it about quadruples", held against every ratio that may be
meant.
"""

import re
import statistics
from collections.abc import Iterable, Iterator
from itertools import combinations, permutations

from grader.evidence.laws import span_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Place, Values
from grader.reading.nouns import ITEMS

_COUNTS = {
    "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "ten": 10.0,
    "twice": 2.0, "doubl": 2.0, "tripl": 3.0, "trebl": 3.0, "quadrupl": 4.0, "quintupl": 5.0,
}  # fmt: skip
_PARTS = {"half": 0.5, "halve": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
_SHARES = {"half": 0.5, "a third": 1 / 3, "two thirds": 2 / 3, "a quarter": 0.25, "a fifth": 0.2, "a tenth": 0.1}
_HOW = (
    r"(?P<how>(?:clearly |well |far |much |a little |slightly |just )?(?:more|over|above|less|fewer|under|"
    r"below)(?: than)?|nearly|almost|not quite|close to|"
    r"about|roughly|around|approximately|some|exactly|precisely|just|barely|hardly|merely|only)?\W{0,2}(?:a |by |"
    r"the )?"
)
_ANY = re.compile(r"hal[fv]|third|quarter|fifth|tenth|doubl|tripl|trebl|drupl|intupl|times|fold|[×x]|twice")
"""What every factor has in it."""
_TIMES = re.compile(
    rf"{_HOW}(?:factor of )?(?P<word>twice|two|three|four|five|six|seven|eight|ten|"
    rf"(?<![\d.,])\d{{1,3}}(?:[.,]\d{{1,4}})?)(?P<unit>\s*times|[\s-]*fold|\s?[×x])?\s*"
    r"(?P<as>as (?:high|good|much|large|big|many|great)|higher|larger|better|the (?:value|score|macro-f1|"
    r"accuracy|size)|that (?:of|in|at|after)|its|what|the baseline\b|tf-idf\b|the tf-idf|those of)?\b"
)
_VERB = re.compile(
    rf"{_HOW}(?P<word>doubl|tripl|trebl|quadrupl|quintupl)(?:e[sd]?|ing)\b(?! (?:the )?(?:batch|learning|steps?|"
    rf"seeds?|weights?|it (?:gave|gives|led|means|makes|made)))"
)
_PART = re.compile(
    rf"{_HOW}(?P<word>halve|half|third|quarter|fifth|tenth)(?:s|d)?\s+(?:as (?:high|good|much|large|many)|"
    rf"(?:of )?(?:its|what|that of|the (?:\w+'s )?"
    r"(?:macro-f1|accuracy|score|value|weighted f1)|the \w+'s|tf-idf's)(?:\b|(?<=s)))"
)
_LESS = re.compile(
    rf"\b(?:fell|falls|dropp\w+|decreas\w+|shrank|went down|lost|loses|loss of|rose|grew|increas\w+)\s+(?:by |"
    rf"to )?{_HOW}(?P<word>half|a third|two thirds|a quarter|a fifth|a tenth)\b(?! (?:of a|point))|"
    r"\b(?P<halved>halved|cut in half)\b"
)
_OTHER = re.compile(
    r"\b(?:steps?|updates|batch\w*|learning rate|rate|lr|seeds?|noise|spread|deviation|sd|probabilit\w*|"
    rf"{ITEMS}|errors|time|"
    r"length|tokens|looks|size|training|runs?|tail|head|mid|voices|votes)\b"
)
SLACK = 0.12
"""How far from a round factor "about" may be, and how far below it "nearly"."""


def wrong_factors(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A factor that no two values which the sentence may mean have."""
    if reading.unsaid or reading.sentence.row or not _ANY.search(reading.lower):
        return
    for hit in _LESS.finditer(reading.lower):
        start, end = reading.clause_at(hit.start())
        known = _ratios(reading, values)
        if _OTHER.search(reading.nameless[start:end]) or not reading.sentence.metrics or not known:
            continue
        part = 0.5 if hit["halved"] else _SHARES[hit["word"]]
        kept = (part, 1 - part)
        if not any(abs(ratio - value) <= 0.2 * value for ratio in known for value in kept):
            near = min(known, key=lambda ratio: abs(ratio - part))
            yield reading.doubt(f"{hit[0].strip()!r}: the nearest ratio is {near:.2f}")
    for pattern in (_TIMES, _VERB, _PART):
        for hit in pattern.finditer(reading.lower):
            start, end = reading.clause_at(hit.start("word"))
            if _OTHER.search(reading.nameless[start:end]) or reading.is_denied(start, hit.start()):
                continue
            if pattern is _TIMES and not (hit["unit"] or (hit["word"] == "twice" and hit["as"])):
                continue
            if pattern is _TIMES and not hit["as"] and "fold" not in hit["unit"]:
                continue
            if pattern is _PART and not any(start <= item.start < end for item in reading.sentence.metrics):
                continue
            factor = _factor(hit["word"])
            known = _ratios(reading, values)
            if pattern is _PART:
                known = [*known, *(1 - ratio for ratio in known)]  # "a loss of a fifth of it"
            printed = _is_printed(hit["word"], factor, values)  # the notebook shows this ratio itself
            if known and not printed and not any(_fits(ratio, factor, hit) for ratio in known):
                near = min(known, key=lambda ratio: abs(ratio - factor))
                yield reading.doubt(f"{hit[0].strip()!r}: the nearest ratio is {near:.2f}")


def _factor(word: str) -> float:
    if word in _COUNTS or word in _PARTS:
        return _COUNTS.get(word, _PARTS.get(word, 0.0))
    return float(word.replace(",", "."))


def _is_printed(word: str, factor: float, values: Values) -> bool:
    """A factor with two decimals or more is a fact of the file."""
    decimals = len(word.replace(",", ".").partition(".")[2])
    half = 0.5 * 10.0**-decimals
    return decimals > 1 and bool(values.measured.facts.between(factor - half, factor + half))


def _fits(ratio: float, factor: float, hit: re.Match[str]) -> bool:
    """By convention, "so many times higher" may be one more."""
    higher = "as" in hit.re.groupindex and (hit["as"] or "") in ("higher", "larger", "better")
    return any(_within(ratio - less, factor, hit["how"] or "") for less in ((0.0, 1.0) if higher else (0.0,)))


def _within(ratio: float, factor: float, how: str) -> bool:
    if re.search(r"more|over|above", how):
        return factor * (1 - 0.01) <= ratio
    if re.search(r"less|fewer|under|below", how):
        return ratio <= factor * 1.01
    if re.search(r"nearly|almost|quite|close", how):
        return factor * (1 - 1.5 * SLACK) <= ratio <= factor * (1 + SLACK / 2)
    return factor * (1 - SLACK) <= ratio <= factor * (1 + 1.5 * SLACK)


def _ratios(reading: Reading, values: Values) -> list[float]:
    """Every ratio that may be meant: between two numbers of the sentence or of the one before it, between two runs'
    values of a metric, two tiers' or two epochs'.
    """
    sentence = reading.sentence
    known = sentence.metric_names | sentence.implied_metrics
    if reading.before is not None:
        known |= reading.before.metric_names
    at = sorted({number for _, _, number in reading.epochs})
    if len(at) == 2 and all(number.whole for number in sentence.numbers):
        return list(_of_epochs(values, known, at))
    mine = [item for item in sentence.numbers if not item.spelled and not item.times and item.value > 0]
    earlier = [item for item in reading.before.numbers if item.value > 0] if reading.before is not None else []
    found: list[float] = []
    for numbers in (mine, earlier if len(mine) > 1 else [*mine, *earlier]):
        for first, second in combinations(numbers, 2):
            a, b = (span_of(item, fraction=True).middle for item in (first, second))
            found += [a / b, b / a]
    groups = sentence.group_keys | sentence.implied_groups
    steps = [step for step in values.steps_of(sentence.text) if not groups or set(step) & groups]
    if len({keys for _, _, keys in sentence.groups}) > 1:  # both runs are named
        steps = [step for step in steps if set(step) <= sentence.group_keys] or steps
    places = [(Place(metric, a), Place(metric, b)) for metric in known for a, b in steps]
    if reading.tiers:
        tiers = {item.name for item in reading.tiers}
        keys = {key for step in steps for key in step}
        places += [(Place("f1", a, tier), Place("f1", b, tier)) for a, b in steps for tier in tiers]
        places += [
            (Place("f1", key, one), Place("f1", key, other))
            for key in keys
            for one, other in permutations(tiers, 2)
        ]
    found += _of_seeds(values, known)
    for one, other in places:
        before, after = values.value(one), values.value(other)
        if before and after:
            found += [before / after, after / before]
    if "epoch" in reading.lower:
        logs = [
            log for metric in known for group in values.measured.groups for log in values.epochs(metric, group.key)
        ]
        found += [b / a for log in logs for a, b in permutations(log, 2) if a]
    return found


def _of_epochs(values: Values, metrics: Iterable[str], at: list[int]) -> Iterator[float]:
    """Ratios between two epochs of any run; a negative one counts from the end."""
    for metric in metrics:
        for log in (log for group in values.measured.groups for log in values.epochs(metric, group.key)):
            index = [number - 1 if number > 0 else number for number in at]
            if all(-len(log) <= place < len(log) for place in index):
                a, b = (log[place] for place in index)
                yield from (x / y for x, y in ((a, b), (b, a)) if y)


def _of_seeds(values: Values, metrics: Iterable[str]) -> list[float]:
    """Ratios between the change, the spreads and the seeds' values of an experiment with several seeds."""
    found: list[float] = []
    for first, second in values.measured.experiments:
        for metric in metrics:
            a, b = values.seeds(metric, first.key), values.seeds(metric, second.key)
            changes = [b[seed] - a[seed] for seed in a if seed in b]
            if len(changes) < 2:
                continue
            spreads = [statistics.stdev(items) for items in (a.values(), b.values(), changes)]
            sizes = [*spreads, abs(statistics.fmean(changes)), *map(abs, changes), *a.values(), *b.values()]
            found += [x / y for x, y in permutations(sizes, 2) if x and y]
    return found
