"""Bold conclusions outside of the template: an effect or its absence is claimed, and no interval over seeds
supports it.
"""

import re
from collections.abc import Iterator

from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values

_NONE = re.compile(
    r"\b(?:ha(?:s|ve|d) no (?:effect|influence|impact)|no (?:effect|influence|impact) (?:on|at all)|"
    r"not (?:at all )?affected by|unaffected by|costs? (?:us |me )?(?:nothing(?! to )|no accuracy|no macro-f1)|"
    r"(?:do|does|did) not (?:affect|influence|matter|cost)|(?:make|makes|made) no difference|plays? no role|"
    r"irrelevant|unimportant|(?:is|are) harmless (?:for|to)|neither helps? nor hurts?|no (?:relation|"
    r"connection|link) between|"
    r"(?:do|does|did) nothing (?:for|to)|"
    r"(?:there is|there was|comes? at|came at) no (?:price|cost|penalty)|"
    r"(?:do|does|did)n't (?:affect|influence|matter|cost)|are free|is free|for free)\b"
)
_SOME = re.compile(
    r"\b(?:clearly|definitely|certainly|undoubtedly|truly|demonstrably) (?:helps?|hurts?|raises?|improves?|"
    r"increases?|lowers?|reduces?|works?)\b|"
    r"\b(?:settles?|settled|proof|proves?|proved|proven|established|establishes|demonstrates?|"
    r"demonstrated) (?:enough )?(?:it|that|this|the question|the matter|(?:the )?(?:weights|encoder|larger|"
    r"smaller|effect))|"
    r"\bis (?:an|a real|a genuine|a true) effect\b|\beffect and (?:no|not) (?:noise|luck|chance)\b|\bno (?:noise|"
    r"luck|coincidence|accident)\b|\b(?:can(?:not|'t)|could not) be (?:noise|luck|chance|coincidence)\b|"
    r"\b(?:we|i) (?:therefore |now |thus |can )*(?:know|be sure) that (?:the )?(?:weights|accuracy|macro-f1|"
    r"effect|batch|rate)|\bproof enough\b|\bno doubt\b"
)
_WEAK = re.compile(
    r"\b(?:not|no|cannot|can't|n't|never|neither|nor|whether|if|may|might|could|would|unless|without|hardly|"
    r"unknown|unclear|how|nobody|none|too few|only if|lead|hint|suggests?|seems?|maybe|perhaps|predict\w*|"
    r"expect\w*|hypothes\w*|should|question|(?:our|my|the|three|these) (?:\w+ )?(?:runs|seeds)|"
    r"to (?:see|be seen)|visible|"
    r"can (?:reach|give|get)|smallest|mean|average|here|these runs|"
    r"on this split|\?)\b|n't\b|\?"
)
_SUBJECT = re.compile(
    r"\b(?:weights?|weighting|batch(?:es)?(?: size)?|learning rate|rate|scheduler?|seeds?|arms?|effect|"
    r"difference|gain|accuracy|macro-f1|encoder|it|that|this)\b"
)


def wrong_effects(reading: Reading, values: Values) -> Iterator[Doubt]:
    """An effect, or none, is stated as a fact of an experiment whose intervals hold zero, or which has one seed an
    arm.
    """
    if reading.sentence.row or reading.doubtful:
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        none, some = _NONE.search(clause), _SOME.search(clause)
        hit = none or some
        if hit is None or _SUBJECT.search(reading.lower) is None:
            continue
        around = clause.replace(hit[0], " ")
        if _WEAK.search(around) or re.search(
            r"\b(?:if|whether|would|could|might|may|predict\w*|expect\w*|hypothes\w*|question)\b|\?", reading.lower
        ):
            continue
        yield from unsupported(reading, values, hit[0], absent=none is not None)
        return


def unsupported(reading: Reading, values: Values, words: str, *, absent: bool) -> Iterator[Doubt]:
    """A doubt where no interval over the seeds supports what is claimed of any experiment that may be meant."""
    named = values.varied(reading.sentence.text) | reading.sentence.group_keys | values.doers(reading.sentence.text)
    pairs = [pair for pair in values.measured.experiments if {group.key for group in pair} & named]
    if not pairs and reading.sentence.group_keys:
        return  # it is about runs that are no arms
    metrics = [name for name in values.scores if name in reading.sentence.metric_names] or list(values.scores)
    told = []
    for first, second in pairs or values.measured.experiments:
        if min(len(values.seeds_of(group.key)) for group in (first, second)) < 2:
            told.append("one run an arm shows neither an effect nor that there is none")
            continue
        for metric in metrics:
            bounds = [
                (low.value, high.value)
                for low, high in values.measured.interval_ends
                if low.metric == metric and first.key in low.operands[0] and "items" not in low.words
            ]
            if not bounds:
                return
            if not all(low <= 0 <= high for low, high in bounds):
                return  # some interval supports a claim
            widest = max(bounds, key=lambda item: item[1] - item[0])
            if absent and max(-widest[0], widest[1]) <= 0.01:
                return
            told.append(
                f"the intervals over the seeds hold zero, one reaches from {widest[0]:+.3f} to {widest[1]:+.3f}"
            )
    if told:
        yield reading.doubt(f"{words!r}: {told[0]}")
