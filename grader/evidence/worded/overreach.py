"""More than the file shows: a measurement that nobody made, a gain of a part whose removal gained, a limit that the
median keeps alone, zeros taken for silence, a fraction called points.
"""

import re
from collections.abc import Iterator

from grader.evidence.aliases import is_off
from grader.evidence.boards import boards_of
from grader.evidence.facts import Fact, Kind, agreed
from grader.evidence.runs import read_runs
from grader.evidence.settings import loose_names
from grader.evidence.worded.families import families_of
from grader.evidence.worded.ranks import label_meant, level
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary
from grader.reading.claimed import claimed
from grader.reading.numbers import Number
from paribus.metrics.registry import registry


def measured_elsewhere(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“I repeated it on one of their machines”, where every run of the file was made on one device."""
    if reading.doubtful or reading.sentence.row:
        return
    devices = {run.environment.get("device") for run in read_runs(values.measured.case) if run.finished}
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        did, other = claimed("machines", "did", clause), claimed("machines", "other", clause)
        if did is None or other is None or len(devices) != 1 or claimed("machines", "planned", clause):
            continue
        if claimed("machines", "machine", clause[other.start() :]) is None:
            continue
        yield reading.doubt(f"{other[0].strip()!r}: every run of the file was made on one machine")
        return


def gains_of_removed_parts(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The warm-up brings 0.03”, where the runs without it are the better ones by 0.03."""
    if reading.doubtful or reading.sentence.row:
        return
    for number in reading.sentence.numbers:
        if number.spelled or number.whole or number.times:
            continue
        start, end = _piece(reading.lower, number.start)
        clause = reading.lower[start:end]
        brings, costs = claimed("parts", "brings", clause), claimed("parts", "costs", clause)
        if (brings is None) == (costs is None) or claimed("parts", "doubtful", clause):
            continue
        if number.signed and number.value < 0:
            continue
        verb = brings or costs
        named = [item for item in loose_names(_before(reading.lower, start, verb)) if item.name]
        if verb is None or not named:
            continue
        judged = list(_effects(named[-1].name, number, values))
        if judged and all((change > 0) == (brings is not None) for change, _ in judged):
            change, what = judged[0]
            yield reading.doubt(f"{verb[0]!r}: without it, {what} changed by {change:+.4f}")
            return


def _piece(lower: str, place: int) -> tuple[int, int]:
    """The part of a sentence around a place, cut at semicolons, colons and "and"."""
    cuts = [0, *(hit.start() for hit in re.finditer(r"[;:]|\band\b|\bund\b|\bet\b|\by\b", lower)), len(lower)]
    start = max(cut for cut in cuts if cut <= place)
    return start, min(cut for cut in cuts if cut > place)


def _before(lower: str, start: int, verb: re.Match[str] | None) -> str:
    """What is in front of a verb, in its piece and right before it."""
    return lower[start : start + verb.start()][-60:] if verb is not None else ""


def _effects(name: str, number: Number, values: Values) -> Iterator[tuple[float, str]]:
    """The changes of that size which came when a setting was switched off, and nothing else of it is known."""
    for first, second in values.measured.experiments:
        before, after = first.runs[-1], second.runs[-1]
        differ = [key for key, field in before.config.items() if after.setting(key) != field.value]
        if name not in differ or is_off(before.setting(name)) or not is_off(after.setting(name)):
            continue
        for metric in values.scores:
            a, b = first.mean(metric), second.mean(metric)
            if a is None or b is None or not registry()[metric].higher_is_better:
                continue
            fact = Fact(b - a, Kind.DIFFERENCE, metric, (), -1, metric, signless=True)
            if agreed(fact, number):
                yield b - a, registry()[metric].title


def zeros_as_unpredicted(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Its zero classes are the ones that it never predicts”, where some are predicted and always wrong."""
    if reading.doubtful or reading.sentence.row:
        return
    zero, unpredicted = claimed("zeros", "zero", reading.lower), claimed("zeros", "unpredicted", reading.lower)
    if zero is None or unpredicted is None or zero.end() > unpredicted.start():
        return
    between = reading.lower[zero.end() : unpredicted.start()]
    are = claimed("zeros", "are", between)
    if are is None or are.start() > 30 or len(between) > 70 or claimed("zeros", "doubtful", between):
        return
    keys = reading.sentence.group_keys or reading.sentence.implied_groups
    judged = []
    for group in values.measured.settled:
        count, silent = group.mean("zero_f1_classes"), values.named("never_predicted", group.key)
        if count is not None and silent is not None and (not keys or group.key in keys):
            judged.append((count == silent, f"{silent:.4g} of the {count:.4g} of {group.title}"))
    if judged and not any(right for right, _ in judged):
        yield reading.doubt(f"{are[0]!r}: never predicted are {judged[0][1]}")


def fractions_called_points(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“They lose 0.218 percentage points”, where the score fell by 0.218, which is 21.8 points."""
    if reading.doubtful:
        return
    for number in reading.sentence.numbers:
        if not number.points or number.spelled or not 0.02 <= abs(number.value) < 1:
            continue
        if not re.search(r"[%p]", number.text.lower()) or re.search(r"\d\s*points?$", number.text.lower()):
            continue  # "0.03 points": of a score between 0 and 1, as some say
        unit = number.readings[0].unit
        sources = (*values.measured.changes.all, *values.measured.named_facts)
        same = [
            fact
            for fact in sources
            if abs(abs(fact.value) - abs(number.value)) <= 0.51 * unit and fact.unit != "count"
        ]
        small = [fact for fact in sources if abs(100 * abs(fact.value) - abs(number.value)) <= 0.51 * unit]
        if same and not small:
            why = f"{number.text}: a change of {same[0].value:.4g} is {100 * abs(same[0].value):.3g} points"
            yield reading.doubt(why)
            return


def wrong_parts_of_requests(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“One request in twenty takes more than 6.35 ms”, where this is the median."""
    if reading.doubtful or reading.sentence.row:
        return
    tail, middle = claimed("slower", "tail", reading.lower), claimed("slower", "middle", reading.lower)
    if (tail is None) == (middle is None) or claimed("slower", "doubtful", reading.lower):
        return
    own, other = ("p95", "p50") if tail is not None else ("p50", "p95")
    times = {name: _times(values, name) for name in (own, other)}
    for number in reading.sentence.numbers:
        behind = reading.lower[number.end : number.end + 4]
        if number.whole or re.match(r"\s?ms\b", behind) is None or not times[own]:
            continue
        if any(agreed(fact, number) for fact in times[own]):
            continue
        if any(agreed(fact, number) for fact in times[other]):
            hit = tail or middle
            what = "the median" if other == "p50" else "the 95th percentile"
            yield reading.doubt(f"{hit[0] if hit else ''!r}: {number.text} is {what}")
            return


def _is_time(column: str, name: str) -> bool:
    """A column of tables that holds this percentile of a time."""
    words = vocabulary.names("board_columns")[name]
    return any(re.search(rf"\b{re.escape(word)}\b", column) for word in (name, *words))


def _times(values: Values, name: str) -> list[Fact]:
    return [
        fact
        for board in boards_of(values.measured)
        for (row, column), fact in board.cells.items()
        if _is_time(column, name) or _is_time(row, name)
    ]


def limits_not_kept(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“TF-IDF stays within 10 ms”, where its 95th percentile is above that, or nobody measured it."""
    if vocabulary.says("worded", "unsaid", reading.lower) or reading.sentence.row:
        return
    kept, limit = claimed("keeps", "kept", reading.lower), claimed("keeps", "limit", reading.lower)
    if kept is None or limit is None:
        return
    if claimed("keeps", "not_kept", reading.lower[max(0, kept.start() - 40) : max(kept.end(), limit.end()) + 20]):
        return
    said = [item for item in reading.sentence.numbers if _MS.match(reading.lower, item.end)]
    said = [item for item in said if not item.signed]
    if len(said) > MOST_TIMES or any(item.upper is not None for item in said):
        return
    judged = []
    for family in families_of(values.measured):
        known = {name for own in family.values.values() for name in own}
        high = [name for name in known if _is_time(name.replace("_", " "), "p95")]
        meant = label_meant(family, reading, kept.start()) if len(high) == 1 else None
        if meant is None:
            continue
        label, named = meant
        own = level(family.values[label], high[0])
        medians = [name for name in family.values[label] if _is_time(name.replace("_", " "), "p50")]
        low = next((value for name in medians if (value := level(family.values[label], name)) is not None), None)
        bound = _limit(reading, [item for item in said if own is None or not _is(item, own)], low)
        if bound is not None and own is not None:
            median = "" if low is None else f"its median is {low:.4g} ms, "
            quoted = any(_is(item, value) for item in said for value in (own, low) if value is not None)
            judged.append((quoted, own <= bound, f"{label}: {median}its 95th percentile {own:.4g} ms"))
        elif bound is not None and named:
            judged.append((False, False, f"{label}: the table has no {high[0]} of it"))
    # Where a table holds what the sentence quotes, it is the one that is meant.
    judged = [item for item in judged if item[0]] or judged
    if judged and not any(right for _, right, _ in judged):
        yield reading.doubt(judged[0][2])


def _is(number: Number, value: float) -> bool:
    return abs(number.value - value) <= 0.51 * number.readings[0].unit


MOST_TIMES = 3
"""Times of a sentence of which one may be a limit."""
_MS = re.compile(r"\s?ms\b")


def _limit(reading: Reading, said: list[Number], low: float | None) -> float | None:
    """The limit that a sentence means: given, or told by how far the median is below it."""
    beyond = [item for item in said if low is None or not _is(item, low)]
    if not beyond:
        return None
    below = re.search(r"\d\s?ms (?:below|under|less|unter)\b", reading.lower)
    return (low or 0.0) + beyond[0].value if below else beyond[0].value
