"""Seed by seed: what a spread is called, and a bound that every seed is said to keep."""

import re
import statistics
from collections.abc import Iterator

from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary
from paribus.metrics.registry import registry

_SPREAD_OF = re.compile(
    r"\b(?:spread|standard deviation|sd|deviation|scatter) of (?:the |these |those |my |our )*(?:(?:paired|"
    r"seed[- ]by[- ]seed|three|four|"
    r"single|individual) )*(?:differences?|changes)(?: (?:between|over|across) (?:the )?(?:arms|"
    r"seeds))?\W{1,3}(?:(?:is|was|of|only|about|"
    r"being)\W+)*(?P<value>0?\.\d{2,4})(?!\d)"
)


def spreads_of_differences(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The spread of the differences (0.012)”, which is the spread of one arm."""
    hit = _SPREAD_OF.search(reading.lower)
    if hit is None:
        return
    said, unit = float(hit["value"]), 10.0 ** -len(hit["value"].partition(".")[2])
    arms: list[str] = []
    for first, second in values.measured.experiments:
        for metric in values.scores:
            a, b = values.seeds(metric, first.key), values.seeds(metric, second.key)
            shared = [seed for seed in a if seed in b]
            if len(shared) < 2:
                continue
            differences = [b[seed] - a[seed] for seed in shared]
            if any(
                abs(spread(differences) - said) <= 0.51 * unit for spread in (statistics.stdev, statistics.pstdev)
            ):
                return
            for group, seeds in ((first, a), (second, b)):
                if abs(statistics.stdev(seeds.values()) - said) <= 0.51 * unit:
                    what = vocabulary.title("metric_titles", metric)
                    arms.append(
                        f"{what} of {group.title}; that of the differences is {statistics.stdev(differences):.4f}"
                    )
    if arms:
        yield reading.doubt(f"{hit['value']} is the spread of {arms[0]}")


_PLUS_MINUS = re.compile(r"±\s*(?P<value>\d*[.,]\d+)")
_FILLERS = (
    r"only|just|the|a|an|half|one|its|their|width|of|with|das|die|der|des|ein|eine|eines|halbe[srn]?|le|la|les|un|une|il|lo|"
    r"o|el|de|du|del|moitié|mitad|metà|metade|95"
)
_CALLED = re.compile(
    r"±\W{0,3}(?:[^\W\d]+\W+){0,3}?(?:(?:is|are|means?|gives?|shows?|being|as|ist|sind|est|sont|es|son|è|sono|são|jest)"
    rf"\W+)?(?:(?:{_FILLERS})\W+){{0,6}}(?P<what>standard errors?|s\.?e\.?m?\b|confidence (?:intervals?|limits?)|"
    r"(?:(?:paired|welch|item) )?intervals?|standardfehlers?|konfidenzintervalls?|erreurs?[- ]types?|"
    r"intervalle de confiance|error(?:es)? estándar|intervalo de confianza|errore standard|"
    r"intervallo di confidenza|erro padrão|standard hiba|błąd standardowy)(?!\w)"
)
_NOT = re.compile(r"\b(?:not|no|nor|never|nicht|kein\w*|pas|non|não|nem|nie)\b|n't\b")


def misnamed_spreads(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“0.144 ± 0.051 (mean ± standard error)”, where 0.051 is the standard deviation over the seeds."""
    hit = _CALLED.search(reading.lower)
    if hit is None or reading.doubtful or _NOT.search(reading.lower[max(0, hit.start() - 25) : hit.end()]):
        return
    told = {
        match["value"].replace(",", ".") for match in _PLUS_MINUS.finditer(f"{reading.earlier} {reading.lower}")
    }
    for group in values.measured.settled:
        for metric in values.scores:
            seeds = list(values.seeds(metric, group.key).values())
            if len(seeds) < 2:
                continue
            deviation = statistics.stdev(seeds)
            for said in sorted(told):
                unit = 10.0 ** -len(said.partition(".")[2])
                if abs(deviation - float(said)) <= 0.51 * unit < abs(deviation / len(seeds) ** 0.5 - float(said)):
                    what = f"± {said} is the standard deviation of {group.title} over its seeds"
                    yield reading.doubt(f"{hit['what']!r}: {what}")
                    return


_EVERY = re.compile(
    r"\b(?:(?:stay|remain|keep|kept|lie|lay)(?:s|ed)?|is|was|are|were) (?:\w+ )?(?P<side>below|under|within|above|"
    r"over) (?:the |a )?"
    r"(?P<value>\d+(?:\.\d+)?) ?(?P<unit>ms|mb|%|s)?\b[^.;]{0,20}?\b(?:(?:with|for|in|on|at|under) (?:every|each|"
    r"all)(?: \w+){0,3} seeds?|"
    r"for every one of the seeds)\b"
)


def bounds_of_every_seed(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Its 95th percentile stayed below 3.82 ms with every seed”, where one seed's is 13.98."""
    hit = _EVERY.search(reading.lower)
    if hit is None or reading.doubtful or reading.is_denied(max(0, hit.start() - 25), hit.end()):
        return
    bound = float(hit["value"]) / (100 if hit["unit"] == "%" else 1)
    below = hit["side"] in ("below", "under", "within")
    metrics = _metrics(reading, values)
    judged = []
    for metric in metrics:
        for group in values.measured.settled:
            if reading.sentence.group_keys and group.key not in reading.sentence.group_keys:
                continue
            seeds = values.seeds(metric, group.key)
            if len(seeds) > 1:
                judged.append((all((value < bound) == below for value in seeds.values()), group.title, seeds))
    if judged and not any(right for right, _, _ in judged):
        _, title, seeds = judged[0]
        told = ", ".join(f"{value:.4g}" for value in seeds.values())
        yield reading.doubt(f"{hit[0]!r}: the seeds of {title} have {told}")


def _metrics(reading: Reading, values: Values) -> list[str]:
    """What may be meant: a score that is named, or what the runs measured, by a word of its name."""
    named = set(reading.sentence.metric_names)
    known = {name for group in values.measured.groups for run in group.runs for name in run.metrics}
    for part, phrases in vocabulary.names("board_columns").items():
        if any(phrase in reading.lower for phrase in phrases):
            named |= {name for name in known if part in name.split("_")}
    return sorted(name for name in named if name in known and name in registry())
