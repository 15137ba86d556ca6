"""Claims about each, none, so many or a named one of the seeds."""

import re
from collections.abc import Iterator, Mapping, Set
from itertools import pairwise

from grader.evidence.groups import COUNTED
from grader.evidence.worded.compared import AMOUNTS
from grader.evidence.worded.order import ANOTHER_MATTER
from grader.evidence.worded.reading import Doubt, Hit, Reading
from grader.evidence.worded.values import Values, lower_is_better
from grader.reading import vocabulary
from grader.reading.nouns import ITEMS

_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "both": 2, "a single": 1, "single": 1}
_NUMBER = r"(?:one|two|three|four|five|six|\d)"
_ELSEWHERE = (
    r"(?:bei|mit|in|für) (?:jedem|allen)(?: \w+){0,2} (?:seeds?|läufen?|lauf)|(?:avec|pour|dans|à) (?:chaque "
    r"graine|chacune des (?:\w+ )?graines|"
    r"toutes les (?:\w+ )?graines|chaque exécution)|"
    r"(?:con|en|para) (?:cada semilla|todas las (?:\w+ )?semillas|las \w+ semillas)|(?:con|per|in) (?:ogni seme|"
    r"ogni seed|tutti i (?:\w+ )?(?:semi|seed))|"
    r"(?:com|em|para) (?:cada semente|todas as (?:\w+ )?sementes)|minden (?:seed\w*|mag\w*)|(?:dla|przy|"
    r"w) (?:każd\w+|wszystkich) (?:\w+ )?(?:seed\w*|ziar\w+)|"
    r"(?:с|при|во|для) (?:кажд\w+|всех) (?:\w+ )?сид\w*"
)
_UNIT = r"(?:seeds?|pairs?|runs|repeats?|repetitions?|cases)"
_SEEDS = re.compile(
    rf"\b(?:(?P<all>(?:all|every|each)(?: single)?(?: one)?(?: of)?(?: the| my| our|"
    rf" these)?(?: {_NUMBER})?(?: (?!and\b|or\b|but\b|und\b|et\b|y\b)\w+)? {_UNIT}|both {_UNIT}|"
    rf"(?:on |for |with |in )?every {_UNIT}|all {_NUMBER}(?: of them)?(?= (?:went|go|rose|fell|moved|dropped|"
    rf"improved|gained|lost|were|are|show))|"
    rf"whatever (?:the |of the (?:{_NUMBER} )?)?seeds?|whichever (?:of the (?:{_NUMBER} )?)?seeds?|"
    rf"no matter (?:which|what)(?: of the)?(?: {_NUMBER})? seeds?|{_ELSEWHERE}|"
    rf"regardless of the seed|(?:across|under|for) all (?:the )?seeds|with (?:any|every) seed|without exception)|"
    rf"(?P<none>(?:no|none of the(?: {_NUMBER})?|not one of the(?: {_NUMBER})?|in no|not a single) {_UNIT})|"
    rf"(?P<some>{_NUMBER}|a single)(?: out)?(?P<of> of)?(?: the| my| our)?(?: {_NUMBER})? {_UNIT}|"
    rf"(?P<part>{_NUMBER}) (?:out )?of (?:the |my )?{_NUMBER}\b(?! (?:intervals?|classes|tiers|metrics|"
    rf"{ITEMS}|errors)))"
)
_SUMMED = re.compile(r"\b(?:over|across|from|of|averaged?|mean|means|than|least|these|same|the|my)\W+(?:\w+\W+)?$")
_P_VALUE = re.compile(r"\bp ?[=<≥>]|\b(?:a|the|smaller|lower|smallest) p\b|\bp-values?\b|\bsign[- ]flip\b")
_LEVEL = re.compile(r"\b(?:kept|keeps?|same|level|unchanged|equal|stayed|remained|or)\b")
_OF_TO_OF = re.compile(
    rf"{_NUMBER} (?:out )?of {_NUMBER}\W*(?:→|->|to|against|instead of)\W*{_NUMBER} (?:out )?of "
)
""" "1 of 3 → 2 of 3": right answers of a class in two runs."""
_EXCEPT = re.compile(r"\bexcept\b|\bbut one|\bapart from|\bbut (?:for )?(?:seed )?\d")


def wrong_counts_of_seeds(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Lower in each of the three seeds”, where one went up."""
    if reading.unsaid or reading.sentence.row or _EXCEPT.search(reading.lower) or _P_VALUE.search(reading.lower):
        return
    for found in _SEEDS.finditer(reading.lower):
        only = re.search(r"\bonly\W+$|\bjust\W+$", reading.lower[: found.start()]) is not None
        if (
            found["some"] in ("one", "1", "a single")
            and not found["of"]
            and not only
            and found["some"] != "a single"
        ):
            continue
        if found["some"] and not found["of"] and _SUMMED.search(reading.lower[: found.start()]):
            continue
        start, end = reading.clause_at(found.start())
        piece = next((cut for cut in _pieces(reading) if cut[0] <= found.start() < cut[1]), (start, end))
        text = reading.without(found.start(), found.end()) if found["none"] else reading
        hit = _nearest(text, found.start(), found.end(), *piece) or _nearest(
            text, found.start(), found.end(), start, end
        )
        if hit is None or ANOTHER_MATTER.search(reading.lower[start:end]):
            continue
        if found["all"] and reading.is_denied(start, found.start()):
            continue
        if _LEVEL.search(reading.lower[start:end]):
            continue  # "kept it or improved"
        counts = [
            (sum(change > 0 for change in changes.values()), len(changes), what)
            for changes, what in _changes(reading, values, hit, start, end)
            if len(changes) > 1
        ]
        number = _number_of_all(found)
        if any(of == number for _, of, _ in counts):
            counts = [item for item in counts if item[1] == number]  # experiments with other seeds are not meant
        if found["part"] and _OF_TO_OF.search(reading.lower):
            continue
        if counts and not any(_fits(found, count, of) for count, of, _ in counts):
            count, of, what = counts[0]
            yield reading.doubt(f"{found[0]!r}: {what} did so in {count} of {of} seeds")


def _nearest(reading: Reading, first: int, last: int, start: int, end: int) -> Hit | None:
    """The relation of a clause that is nearest to a place, where no other is as near."""
    here = [
        hit for hit in reading.hits() if start <= hit.start < end and hit.relation.role != "over" and not hit.denied
    ]
    ordered = sorted(here, key=lambda hit: min(abs(hit.start - last), abs(first - hit.end)))
    if not ordered:
        return None
    signs = {hit.relation.sign for hit in ordered}
    return ordered[0] if len(signs) == 1 or len(ordered) == 1 else None


def _changes(
    reading: Reading, values: Values, hit: Hit, start: int, end: int
) -> Iterator[tuple[Mapping[int | None, float], str]]:
    """By seed, how far a metric went the way that the relation says, for every metric and experiment it may
    mean.
    """
    metrics: Set[str] = {item.name for item in reading.sentence.metrics if start <= item.start < end}
    earlier = reading.before.metric_names if reading.before is not None else frozenset()
    metrics = (
        metrics
        or reading.sentence.metric_names
        or earlier
        or reading.sentence.implied_metrics
        or set(values.scores)
    )
    word = reading.lower[hit.start : hit.end]
    if word in AMOUNTS and not any(0 <= item.start - hit.end < 20 for item in reading.sentence.metrics):
        return
    if re.search(r"gain|los", word):
        metrics = {name for name in metrics if name not in COUNTED}
    groups = [keys for first, _, keys in reading.sentence.groups if start <= first < end]
    if len(set(groups)) > 1:
        return
    if groups and hit.relation.role != "than" and all(values.is_baseline(key) for key in groups[0]):
        return
    for before, after in values.measured.experiments:
        if groups and not {before.key, after.key} & groups[0]:
            continue
        for metric in sorted(metrics):
            a, b = values.seeds(metric, before.key), values.seeds(metric, after.key)
            sign = hit.relation.sign
            if hit.relation.merit and lower_is_better(metric):
                sign = -sign
            joined = any(
                re.search(r"\bthan\W+(?:the\W+)?$", reading.lower[start:first])
                for first, _, _ in reading.sentence.groups
                if hit.end <= first < end
            )
            if groups and before.key in groups[0] and hit.relation.role == "than" and not joined:
                sign = -sign
            what = f"{vocabulary.title('metric_titles', metric)} of {after.title}"
            yield {seed: sign * (b[seed] - a[seed]) for seed in a if seed in b}, what


def _number_of_all(found: re.Match[str]) -> int | None:
    """Of how many seeds all are spoken of: "each of the three seeds"."""
    said = re.search(rf"\b(?<!every )(?<!each )(?<!single )(?:{_NUMBER}|both)\b", found["all"] or "")
    return _count(said[0]) if said is not None else None


def _fits(found: re.Match[str], count: int, of: int) -> bool:
    if found["all"]:
        number = _number_of_all(found) or of
        return count == of if number == of else True
    if found["none"]:
        return count == 0
    number = _count(found["some"] or found["part"])
    return count == number or number > of


def _count(word: str) -> int:
    return int(word) if word.isdecimal() else _WORDS[word]


def _pieces(reading: Reading) -> Iterator[tuple[int, int]]:
    """Clauses, cut at each comma."""
    for start, end in reading.clauses:
        cuts = [start, *(start + place.start() for place in re.finditer(",", reading.lower[start:end])), end]
        yield from pairwise(cuts)
