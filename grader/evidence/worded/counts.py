"""Claims about classes at zero: how many of them are never predicted, always wrong, rescued; which kind is
larger.
"""

import re
from collections.abc import Iterator

from grader.evidence.worded.fractions import FRACTION, fraction_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values

_QUANTIFIER = re.compile(
    rf"(?<!\w)(?:(?P<all>nearly all|almost all|all|every one|each one|each|every|the same is true)|(?P<none>none|"
    rf"not one|not a single one|no one)|"
    rf"(?P<most>most|the majority|the larger (?:part|half)|more than half|over half)|(?P<few>few|a minority|"
    rf"the minority|less than half|fewer than half|the smaller part)|{FRACTION})(?!\w)"
    r"(?: of)?(?: the| its| these| those| them| his| their| tf-idf's| the encoder's| the model's)*(?: (?:\d{1,3}|"
    r"twenty|nineteen|eighteen|seventeen|other|remaining|\w+'s|\w+-\w+'s))*(?: (?:zero|dead)[ -]?(?:f1 )?classes|"
    r" zeros| classes at zero| classes)?"
)
_KINDS = {
    "never_predicted": re.compile(
        r"\b(?:never (?:predict\w*|chosen|used|named|tried|guessed|picked|an answer)|not predicted (?:at all|"
        r"once|even once)|"
        r"predicts? none|are not predicted|is not predicted|never appear)"
    ),
    "always_wrong": re.compile(r"\b(?:always (?:wrong|missed|incorrect)|predicted (?:at least once )?(?:but|and) (?:always )?wrong|predicted at least once|gets? them wrong|tried (?:and|but) (?:always )?(?:wrong|missed)|wrong every time)"),  # noqa: E501
    "rescued": re.compile(r"\b(?:rescued|saved|left zero|leave zero|brought back|no longer at zero)"),
}  # fmt: skip
_SINGLE = re.compile(
    r"\bnever predicts? (?:a single one|any|one) of (?:them|these|those)\b|\bpredicts? none of (?:them|these|"
    r"those)\b|\bnot (?:one|a single one) of (?:them|these|those) is (?:ever )?predicted\b"
)
_MORE = re.compile(
    r"\b(?P<sign>more|fewer|less)\b[^.;]{0,40}?\b(?P<first>never predicted|always wrong|"
    r"predicted but wrong)\b[^.;]{0,20}?\bthan\b[^.;]{0,20}?\b(?P<second>never predicted|always wrong|"
    r"predicted but wrong)\b"
)
_NAMES = {
    "never predicted": "never_predicted",
    "always wrong": "always_wrong",
    "predicted but wrong": "always_wrong",
}


def wrong_parts_of_zero(reading: Reading, values: Values) -> Iterator[Doubt]:
    """ "All of its zero classes are never predicted", where some are."""  # noqa: D210
    if (
        reading.unsaid
        or reading.sentence.row
        or ("class" not in reading.lower and "zero" not in reading.lower and not _SINGLE.search(reading.lower))
    ):
        return
    single = _SINGLE.search(reading.lower)
    if single is not None:
        yield from _judged(reading, values, single[0], "never_predicted", lambda share: share > 0.999)
        return
    for hit in _QUANTIFIER.finditer(reading.lower):
        start, end = reading.clause_at(hit.start())
        rest = reading.lower[hit.end() : end]
        kinds = [name for name, pattern in _KINDS.items() if pattern.search(rest[:70])]
        before = reading.lower[max(start, hit.start() - 30) : hit.start()]
        if (
            len(kinds) != 1
            or re.search(r"\bnot\b|n't\b|\d", before + rest[:20])
            or not re.search(r"zero|dead|zeros|them|these|those|its", hit[0])
        ):
            continue
        yield from _judged(reading, values, hit[0], kinds[0], lambda share, hit=hit: _fits(share, hit))


def _fits(share: float, hit: re.Match[str]) -> bool:
    if hit["all"]:
        return share > (0.85 if hit["all"].startswith(("nearly", "almost")) else 0.999)
    if hit["none"]:
        return share < 0.001
    if hit["most"]:
        return share > 0.5
    if hit["few"]:
        return share < 0.5
    return fraction_of(hit).fits(share)


def _judged(reading: Reading, values: Values, words: str, kind: str, fits) -> Iterator[Doubt]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    keys = reading.sentence.group_keys or reading.sentence.implied_groups
    shares = {}
    for group in values.measured.settled:
        if keys and group.key not in keys:
            continue
        zero = group.mean("zero_f1_classes")
        count = values.named(kind, group.key) if kind != "rescued" else None
        if kind == "rescued":
            counts = {
                fact.value for fact in values.measured.facts.all if fact.metric == "rescued" and not fact.operands
            }
            zero = next(
                (other.mean("zero_f1_classes") for other in values.measured.settled if other.title == "tfidf"), None
            )
            count = next(iter(counts)) if len(counts) == 1 else None
        if zero and count is not None:
            shares[group.title] = (count, zero)
    if shares and not any(fits(count / zero) for count, zero in shares.values()):
        title, (count, zero) = next(iter(shares.items()))
        yield Doubt(
            reading.sentence.text, reading.sentence.position,
            f"{words.strip()!r}: {kind.replace('_', ' ')} are {count:.4g} of {zero:.4g} classes at F1 = 0 of {title}",  # noqa: E501
        )  # fmt: skip


def wrong_kinds_of_zero(reading: Reading, values: Values) -> Iterator[Doubt]:
    """ "More are always wrong than never predicted", where fewer are."""  # noqa: D210
    if reading.unsaid or reading.sentence.row:
        return
    for hit in _MORE.finditer(reading.lower):
        if vocabulary_denied(reading.lower[max(0, hit.start() - 20) : hit.start()]):
            continue
        keys = reading.sentence.group_keys or reading.sentence.implied_groups
        judged = []
        for group in values.measured.settled:
            if keys and group.key not in keys:
                continue
            first, second = (values.named(_NAMES[hit[name]], group.key) for name in ("first", "second"))
            if first is not None and second is not None:
                judged.append(((first > second) == (hit["sign"] == "more"), first, second, group.title))
        if judged and not any(item[0] for item in judged):
            _, first, second, title = judged[0]
            yield Doubt(
                reading.sentence.text, reading.sentence.position,
                f"{hit[0]!r}: {hit['first']} are {first:.4g} and {hit['second']} {second:.4g} of {title}",
            )  # fmt: skip


def vocabulary_denied(text: str) -> bool:
    """A word of denial stands in it."""
    return re.search(r"\b(?:not|no|n't|never)\b", text) is not None
