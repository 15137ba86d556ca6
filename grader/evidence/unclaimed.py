"""Numbers that claim nothing about a result: settings, levels of confidence, what is somebody else's."""

import re

from grader.evidence.measured import Measured
from grader.evidence.settings import loose_names
from grader.evidence.statements import Claim, Sentence
from grader.reading import vocabulary
from grader.reading.numbers import Number

_FACTOR = re.compile(r"\s*[×x*·]\s*\d")
LABEL = 5
"""Characters behind a factor within which the name of what it multiplies is: "3x the lr"."""
_JOINTS = frozenset({"of", "is", "was", "=", "to", "are", "at", "from"})


_LEVEL = re.compile(
    r"^[\s-]*(?:%\s*)?(?:confidence|credib|t\b|welch|paired|interval|ci\b|cis\b|jackknife|konfidenz|intervall|"
    r"intervalle|de confiance)",
    re.IGNORECASE,
)


def is_level(number: Number, sentence: Sentence) -> bool:
    """The confidence level of an interval, or the zero that it contains."""
    after = sentence.text[number.end :]
    if number.percent and number.value in (90.0, 95.0, 99.0) and (_LEVEL.match(after) or sentence.interval):
        return True
    return number.value == 0 and number.whole and number.spread is None and sentence.interval


def is_setting(number: Number, sentence: Sentence, measured: Measured) -> bool:
    """A number of seeds, epochs, tokens …: a count of something that is no metric, or a setting's value."""
    text = sentence.text
    if number.points or number.spread is not None:
        return False
    before, after = text[: number.start], text[number.end :]
    if _FACTOR.match(after):
        return True  # "0.6 × 11.62 ms": a factor that the text itself applies
    if number.times and any(item.start <= LABEL for item in loose_names(after[:30])):
        return True  # "3x lr": by how much a setting was changed
    if _names_setting(before, whole=number.whole):
        return not _is_of_named_runs(number, sentence, measured)
    if number.percent:
        return False
    following = re.match(r"[\s\-‑]*([^\W\d_]+)", after)
    word = following[1].lower() if following is not None else ""
    if number.whole and word in vocabulary.phrases("units", "after"):
        return True
    if word.startswith(("class", "klass", "clas")) or re.match(r"\s*(?:of|out of|/)\s*(?:the\s*)?\d", after):
        return False
    if number.spelled:
        return True
    if number.whole and abs(number.value) >= 1000:
        return True
    if number.value in measured.settings and (number.whole or abs(number.value) < 0.05):
        return not sentence.metrics or not is_beside_metric(number, sentence)
    return number.text.lower() in measured.tried and vocabulary.has("context", "exploring", text)


def is_beside_metric(number: Number, sentence: Sentence) -> bool:
    """A metric is named right beside the number."""
    return any(0 <= number.start - item.end <= 12 or 0 <= item.start - number.end <= 4 for item in sentence.metrics)


_VALUES_END = re.compile(r"(?<=\d):\s")
"""Where a setting's values end and others begin: "learning rate 0.001 → 0.0001: 0.516 → 0.230"."""
_IS = re.compile(r"\b(?:is|was|ist|war)\s*$")
_COUNTED = frozenset({"seed", "seeds", "epoch", "epochs", "week", "step", "page", "question", "part"})
"""What only whole numbers count or name: "over three seeds was 51.20" is no seed."""


def _names_setting(before: str, *, whole: bool) -> bool:
    """The words right before a number are a setting's or a label's name ("seed", "learning rate of", "lr =")."""
    near = _VALUES_END.split(before[-44:])[-1]
    words = [word for word, _, _ in vocabulary.tokens(near)]
    while words and (
        words[-1] in _JOINTS
        or re.fullmatch(r"[\d.,]+", words[-1])
        or (words[-1] in ("and", "or") and len(words) > 1 and re.fullmatch(r"[\d.,]+", words[-2]))
    ):
        words.pop()
    units = vocabulary.plain_phrases("units", "before") - (frozenset() if whole else _COUNTED)
    return any(" ".join(words[-size:]) in units for size in (1, 2) if len(words) >= size)


def _is_of_named_runs(number: Number, sentence: Sentence, measured: Measured) -> bool:
    """The setting names the runs, and the number is theirs: "macro-F1 with the lower learning rate is 0.23"."""
    if number.whole or number.value in measured.settings or not _IS.search(sentence.text[: number.start]):
        return False
    named = [(start, end) for start, end, _ in sentence.groups if end <= number.start]
    if not named or sentence.text[named[-1][1] : number.start].strip() not in ("is", "was", "ist", "war"):
        return False
    return any(item.end <= named[-1][0] for item in sentence.metrics)


_SET = re.compile(
    r"\b(?:asks?|asked|wants?|need(?:s|ed)?|requires?|required|demands?|must|faudrait|faut|exige|verlangt|braucht|"
    r"at (?:least|most)|limit|bar|rule|below|under|"
    r"short of|distance to)\b[^.;]{0,30}$",
    re.IGNORECASE,
)
"""Before a number that somebody set: never "above" or "reaches", which say that a run came so far."""

_SET_BEHIND = re.compile(
    r"\s*(?:is|was|are|were|being)?\s*(?:required|asked|needed|demanded|wanted|set|verlangt|gefordert|nötig|exigés?|"
    r"demandés?|requis|exigidos?|pedidos?|richiest[oi])\b",
    re.IGNORECASE,
)


def is_given(number: Number, sentence: Sentence, claim: Claim, measured: Measured) -> bool:
    """A limit that the notebook's own text sets ("the gate asks for 0.92"): beside words that say so, or beside no
    metric.
    """
    if not measured.is_given(number):
        return False
    start, _ = sentence.clause_of(number)
    return (
        not claim.metric_firm
        or _SET.search(sentence.text[start : number.start]) is not None
        or _SET_BEHIND.match(sentence.text[number.end :]) is not None
    )


def is_elsewhere(number: Number, sentence: Sentence, claim: Claim) -> bool:
    """The clause speaks of somebody else's numbers, or of what might be."""
    start, end = sentence.clause_of(number)
    scope = sentence.text[start:end] if claim.metric_firm and claim.group_firm else sentence.text
    return vocabulary.has("context", "elsewhere", scope)
