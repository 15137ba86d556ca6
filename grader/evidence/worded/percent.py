"""Points called percent: "an increase of 13 %" of a score that rose by thirteen points, and so nearly doubled."""

import re
from collections.abc import Iterator

from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Place, Values
from grader.reading import vocabulary
from paribus.metrics.registry import registry

_PERCENT = re.compile(
    r"(?P<before>\b(?:rose|rises|risen|grew|grown|climb\w*|increas\w*|improv\w*|fell|falls|dropp?\w*|decreas\w*|"
    r"declin\w*|lost|loses?|loss|gain\w*|shrank|rise|fall)\b(?: only| just)?(?: by| of)?(?: about| roughly| around|"
    r" nearly| almost| some| only)?\s+)?(?<![\d.,–-])(?P<value>\d{1,3}(?:[.,]\d)?) ?(?:%|percent\b|per cent\b)"
    r"(?!\s*(?:points?|-?punkt))(?P<behind>\s+(?:more|less|higher|lower|better|worse)\b)?"
)


def points_called_percent(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A change in percent that is the change in points of a score which began far from 100 %, and not its own.

    Where the sentence gives other percentages, a loose word for points may be meant.
    """
    hits = list(_PERCENT.finditer(reading.lower))
    if len(hits) != 1 or reading.sentence.row or not (hits[0]["before"] or hits[0]["behind"]):
        return
    start, end = reading.clause_at(hits[0].start())
    if vocabulary.says("worded", "unsaid", reading.lower[start:end]) or vocabulary.has(
        "context", "elsewhere", reading.sentence.text
    ):
        return
    hit, value = hits[0], float(hits[0]["value"].replace(",", "."))
    unit = 0.5 if "." not in hit["value"] and "," not in hit["value"] else 0.05
    names = reading.sentence.metric_names or reading.sentence.implied_metrics
    names = frozenset(name for name in names if name in registry() and registry()[name].is_share)
    told = []
    for before, after in values.steps_of(reading.sentence.text):
        for name in values.scores:
            a, b = values.value(Place(name, before)), values.value(Place(name, after))
            if a is None or b is None or a <= 0 or b <= 0:
                continue
            if any(abs(100 * abs(b - a) / start - value) <= max(unit, 0.06 * value) for start in (a, b)):
                return  # it is a change in percent of some score
            if name in names and abs(100 * abs(b - a) - value) <= unit * 1.1:
                told.append((name, a, b))
    if told:
        name, a, b = told[0]
        change = f"{100 * (b - a):+.1f} points and {100 * (b - a) / a:+.0f} %"
        yield reading.doubt(f"{hit[0].strip()!r}: {registry()[name].title} {a:.4f} → {b:.4f} is {change}")
