"""Comparisons in words: "the encoder was behind TF-IDF", "accuracy fell with weights", "the head stayed where it
was".
"""

import re
from collections.abc import Iterator

from grader.evidence.groups import COUNTED, epoch_metrics
from grader.evidence.laws import span_of
from grader.evidence.worded.compared import SPREAD, Asked, metrics_compared, places_compared, runs_compared
from grader.evidence.worded.reading import Doubt, Hit, Reading
from grader.evidence.worded.values import Place, Values, lower_is_better
from grader.reading import vocabulary
from grader.reading.numbers import Number

_THAN_SPREAD = re.compile(
    r"\W*of (?:the )?(?:two|both)|\W*(?:than|as|als|que|de|do que|di|del|della|dell|niż|чем|"
    r"mint)\W+(?:\w+\W+){0,2}?(?:spread|standard deviation|deviation|sd|noise|scatter|streuung|"
    r"standardabweichung|"
    r"écart|dispers\w+|desv\w+|deviaz\w+|szór\w+|rozrzut|odchyl\w+|разброс\w*)"
)
_BEYOND = re.compile(r"\b(?:from|after|beyond|outside(?: of)?|below|past|besides|except)\W+(?:the\W+)?$")
_SEEDS = re.compile(r"\bseeds?\b|\bgraines?\b|\bsemillas?\b|\bpairs?\b|\bruns\b")
ANOTHER_MATTER = re.compile(
    r"\b(?:differences?|gaps?|intervals?|noise|range|distances?|"
    r"(?<!clear )(?<!wide )(?<!large )(?<!small )margins?|steps?|updates|shares?|"
    r"expected|size|chance|cost|confiden\w+|sure|certain|without these|left out|leaving|points? (?:higher|lower)|"
    r"prediction|range|"
    r"larger classes|time|often|likely|careful\w*|trust|far|gain|gains|advantage|lead|effect|streuung|écart|"
    r"goes to|go to|errors|differenz|unterschied\w*|différences?|diferencias?|differenz[ae]|diferenças?|"
    r"különbség|różnic\w+|разниц\w+)\b"
)
CLOSE = 0.01
"""The relative difference below which two values may be called equal, or either of them the larger."""
LITTLE = 0.08
"""A change of a share that nobody calls hardly one."""
_SAME = re.compile(
    r"\b(?:(?:did|does|do|has|have)(?: not|n't) (?:really |much )?(?:change[d]?|move[d]?|differ)\b|"
    r"(?:stay(?:s|ed)|remain(?:s|ed)|is|was|are|were|stay) (?:exactly |completely )?(?:the same|unchanged|"
    r"where (?:it|they) (?:was|were)|as it was|equal|identical)"
    r"(?=\W*(?:$|[,.;:)]|in\b|for\b|with\b|under\b|as (?:before|in the baseline)))|"
    r"(?P<hardly>(?:hardly|barely|scarcely) (?:changed|moved|differ(?:s|ed)?|improved))\b|"
    r"(?:nothing|not anything) (?:has )?(?:changed|happened)\b|exactly as (?:good|high))"
)


def wrong_orders(reading: Reading, values: Values) -> Iterator[Doubt]:
    """What a sentence says is more, less, better or worse, and is not, whichever way it is read."""
    if reading.doubtful or reading.sentence.row:
        return
    for hit in reading.hits():
        start, end = reading.clause_at(hit.start)
        if hit.relation.role != "steady" and _of_seeds(reading, values, start, end):
            continue
        if vocabulary.says("worded", "unsaid", reading.lower[start:end]) or _ALL.search(reading.lower[start:end]):
            continue
        spread = SPREAD.search(reading.lower[start:end]) is not None
        spread = spread or hit.relation.role == "steady"
        if hit.relation.role == "noun" or ANOTHER_MATTER.search(
            SPREAD.sub("", f"{reading.nameless[start : hit.start]} {reading.nameless[hit.end : end]}")
        ):
            continue
        if _TWO_EPOCHS.search(reading.lower):
            continue  # one run is compared with itself
        if any(
            _BEYOND.search(reading.lower[start : item.start]) for item in reading.tiers if start <= item.start < end
        ):
            continue
        if any(
            hit.end <= item.start < end and " than " in reading.lower[hit.end : item.start]
            for item in reading.tiers
        ):
            continue  # one tier is compared with another
        metrics = metrics_compared(hit, start, end, reading, values)
        compared = runs_compared(hit, start, end, reading, values)
        if spread and _THAN_SPREAD.match(reading.lower[hit.end : end]):
            continue  # a difference is held against the spread
        if spread and (hit.relation.role not in ("than", "steady") or hit.relation.merit):
            continue
        pairs = places_compared(compared, metrics, start, end, reading, spread=spread, place=hit.start)
        quoted = _quoted_step(reading, hit.end, end)
        if quoted is not None:
            pairs = iter([pair for pair in pairs if _is_of_step(pair, quoted, values)])
        named = any(start <= first < end for first, _, _ in reading.sentence.groups)
        # "The second epoch lowered the loss": one run is compared with itself, unless the clause names another.
        pairs = iter([pair for pair in pairs if named or not pair.first.epoch])
        judged = [(verdict, pair) for pair in pairs if (verdict := _judge(hit, pair, values)) is not None]
        if judged and not any(verdict for verdict, _ in judged):
            text = reading.lower[hit.start : hit.end]
            yield _doubt(reading, values, f"not {text}" if hit.denied else text, judged[0][1])


def _quoted_step(reading: Reading, start: int, end: int) -> tuple[Number, Number] | None:
    """The two decimals that a clause gives for what it says: "costs macro-F1 (0.2255 to 0.1885)"."""
    numbers = [item for item in reading.sentence.numbers if start <= item.start < end and not item.whole]
    between = reading.lower[numbers[0].end : numbers[1].start] if len(numbers) == 2 else ""
    return (numbers[0], numbers[1]) if _STEP.fullmatch(between) else None


_STEP = re.compile(r"\s*(?:to|→|->|auf|à|a|na|до)\s*")


def _is_of_step(pair: Asked, quoted: tuple[Number, Number], values: Values) -> bool:
    """The two numbers are the values of the two places: of others the sentence does not speak."""
    known = [values.value(place) for place in (pair.first, pair.second)]
    return all(
        value is None or any(span_of(item, fraction=True).meets(value, value) for item in quoted) for value in known
    )


_TWO_EPOCHS = re.compile(r"\bepoch (?:\d+|one|two|three)\b.{1,60}\bepoch (?:\d+|one|two|three)\b")
_ALL = re.compile(
    r"\b(?P<all>(?:all|every|each)(?: of)?(?: the| my| our| these)?(?: (?:recorded|other|reported|four|five|"
    r"three|single))*|both)"
    r" (?:metrics?|measures|scores|criteria)\b(?P<but> (?:but|except) \w[\w-]*)?|\bon all counts\b|"
    r"\bin every respect\b|\bacross the board\b"
)


def wrong_sameness(reading: Reading, values: Values) -> Iterator[Doubt]:
    """What a sentence says did not change, and did."""
    if _is_other(reading, values):
        return
    for found in _SAME.finditer(reading.lower):
        start, end = reading.clause_at(found.start())
        clause = reading.lower[start:end]
        other = r"\b(?:ranking|order|sign|direction|comparison|picture|story|criteri\w+|number of)\b"
        if ANOTHER_MATTER.search(clause.replace(found[0], "")) or re.search(other, clause):
            continue
        metrics = tuple({item.name for item in reading.sentence.metrics if start <= item.start < end})
        tiers = [item for item in reading.tiers if start <= item.start < end]
        named = {
            keys
            for first, last, keys in reading.sentence.groups
            if start <= first < end and not (found.start() < last and first < found.end())
        }
        if (len(metrics) != 1 and not tiers) or any(name in COUNTED for name in metrics):
            continue
        steps = [
            step
            for step in values.steps_of(reading.sentence.text)
            if not named or any(set(step) & keys for keys in named)
        ]
        pairs = places_compared(((b, a) for a, b in steps), metrics or ("f1",) * bool(tiers), start, end, reading)
        known = [
            (abs(a - b), pair)
            for pair in pairs
            if (a := values.value(pair.first)) is not None and (b := values.value(pair.second)) is not None
        ]
        if known and min(apart for apart, _ in known) > (LITTLE if found["hardly"] else 0.002):
            yield _doubt(reading, values, found[0], known[0][1])


_EVERY_EPOCH = re.compile(
    r"\b(?:both|all|each|every)(?: of the| the)?(?: \w+)? epochs?\b|\bfrom the first epoch on\b"
)
MOST_EPOCHS = 20


def wrong_in_every_epoch(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“In both epochs the smaller batch was ahead”, where in one of them it was behind."""
    if reading.doubtful or reading.sentence.row or _EVERY_EPOCH.search(reading.lower) is None:
        return
    for hit in reading.hits():
        start, end = reading.clause_at(hit.start)
        if (
            not _EVERY_EPOCH.search(reading.lower[start:end])
            or hit.denied
            or hit.relation.role not in ("than", "over")
        ):
            continue
        metrics = [name for name in metrics_compared(hit, start, end, reading, values) if name in epoch_metrics()]
        judged = []
        for first, second in runs_compared(hit, start, end, reading, values):
            for metric in metrics:
                each = [
                    (verdict, pair)
                    for number in range(1, MOST_EPOCHS)
                    for pair in [Asked(Place(metric, first, epoch=number), Place(metric, second, epoch=number))]
                    if (verdict := _judge(hit, pair, values)) is not None
                ]
                if each:
                    judged.append((all(verdict for verdict, _ in each), each))
        if judged and not any(right for right, _ in judged):
            yield _doubt(
                reading, values, reading.lower[hit.start : hit.end], next(p for v, p in judged[0][1] if not v)
            )
            return


def _is_other(reading: Reading, values: Values) -> bool:
    """It speaks of seeds, or of what might be."""
    if (
        reading.doubtful
        or reading.sentence.row
        or (_SEEDS.search(reading.lower) and not SPREAD.search(reading.lower))
    ):
        return True
    return any(number.whole and int(number.value) in values.known_seeds for number in reading.sentence.numbers)


_ONE_SEED = re.compile(
    r"(?:\b(?:one|a single|this one|1|only) (?:\w+ )?(?:seed|run)s?\b|\bone[- ]seed\b)"
    r"(?! (?:gain|los|rose|fell|went|improv|drop|kept|mov|stay|did|up|down)\w*)"
)
_THESE_SEEDS = re.compile(
    r"\b(?:on|over|across|with|for|in) (?:the |these |those |my |our |its )(?:same |fresh |new |other |last |"
    r"second |two |three |four |five |confirming )+seeds\b(?! (?:each|separately|one by one))"
)
"""All seeds together: "accuracy fell on the fresh seeds"."""


def _of_seeds(reading: Reading, values: Values, start: int, end: int) -> bool:
    """A clause speaks of single seeds."""
    clause = _ONE_SEED.sub(" ", _THESE_SEEDS.sub(" ", reading.lower[start:end]))
    if _SEEDS.search(clause) and not SPREAD.search(clause):
        return True
    return any(
        number.whole and start <= number.start < end and int(number.value) in values.known_seeds
        for number in reading.sentence.numbers
    )


def _doubt(reading: Reading, values: Values, words: str, pair: Asked) -> Doubt:
    told = f"{_told(pair.first, values)} and {_told(pair.second, values)}"
    return reading.doubt(f"{words!r}: {told}")


def _judge(hit: Hit, pair: Asked, values: Values) -> bool | None:
    """Whether the first of two places is more than the second, as the relation says; None where nobody knows."""
    a, b = values.value(pair.first), values.value(pair.second)
    if a is None or b is None:
        return None
    sign = hit.relation.sign
    if hit.relation.merit and lower_is_better(pair.first.metric):
        sign = -sign
    if a != b and abs(a - b) < CLOSE * max(abs(a), abs(b)):
        return None
    return sign * (a - b) <= 0 if hit.denied else sign * (a - b) > 0


def _told(place: Place, values: Values) -> str:
    group = values.group(place.key)
    what = f"F1 of the {place.tier}" if place.tier else vocabulary.title("metric_titles", place.metric)
    what = f"the standard deviation of {what}" if place.spread else what
    value = values.value(place)
    at = f", epoch {place.epoch}" if place.epoch else ""
    return f"{what} of {group.title if group else place.key}{at} is {value:.4g}"
