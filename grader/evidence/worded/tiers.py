"""Claims about each or none of the tiers."""

import re
from collections.abc import Iterator

from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Place, Values

_TIERS = re.compile(
    r"\b(?P<all>(?:every|each|all(?: of)?(?: the)?(?: three)?) tiers?|(?:in )?all three tiers)\b|"
    r"\b(?P<none>no tier|none of the tiers)\b"
)


def wrong_counts_of_tiers(reading: Reading, values: Values) -> Iterator[Doubt]:
    """ "Every tier went up", where one did not."""  # noqa: D210
    if reading.unsaid or reading.sentence.row:
        return
    for hit in _TIERS.finditer(reading.lower):
        start, end = reading.clause_at(hit.start())
        relation = next((item for item in reading.hits() if start <= item.start < end), None)
        if relation is None or relation.relation.role != "change":
            continue
        groups = {key for _, _, keys in reading.sentence.groups for key in keys}
        judged = []
        for first, second in values.steps:
            if groups and not {first, second} & groups:
                continue
            changes = {}
            for tier in ("head", "mid", "tail"):
                a, b = values.value(Place("f1", first, tier)), values.value(Place("f1", second, tier))
                if a is not None and b is not None:
                    changes[tier] = b - a
            if len(changes) == 3:
                count = sum(relation.relation.sign * change > 0 for change in changes.values())
                judged.append((count == 3 if hit["all"] else count == 0, changes))
        if judged and not any(right for right, _ in judged):
            told = ", ".join(f"{tier} {change:+.3f}" for tier, change in judged[0][1].items())
            yield Doubt(reading.sentence.text, reading.sentence.position, f"{hit[0]!r}: {told}")
