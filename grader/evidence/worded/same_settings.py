"""A setting that is said to be the same in two runs or arms, and is not."""

import re
from collections.abc import Iterator
from itertools import combinations

from grader.evidence.groups import Group
from grader.evidence.runs import finished
from grader.evidence.settings import loose_names
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading.vocabulary import Mention

_BOTH = (
    r"(?:both|all|either|each|the two|the three|every)(?: of (?:the|them|my|these))? ?(?:models?|arms?|runs?|"
    r"networks?|candidates?|"
    r"encoders?|"
    r"of "
    r"them)?"
)
_SAME_ELSEWHERE = re.compile(
    r"\b(?:gleiche?n?|dieselbe|derselbe|dasselbe|identisch)\b|\b(?:la|le|les) mêmes?\b|\bidentiques?\b|\b(?:la|"
    r"el) mism[ao]\b|"
    r"\b(?:lo|la) stess[oa]\b|\b(?:a|o) mesm[ao]\b|\bugyanaz\b|\btak[aie] sam[aoey]?\b|\bодинаков\w*"
)
_BOTH_ELSEWHERE = re.compile(
    r"\b(?:bei|für|in|mit) beiden?\b|\bbeide (?:modelle|arme|läufe)\b|\b(?:pour|dans|chez) les deux\b|\b(?:para|"
    r"en|con) (?:ambos|los dos)\b|"
    r"\b(?:per|in|con) entrambi\b|\b(?:para|em|nos) (?:os )?(?:ambos|dois)\b|\bmindkét\b|\b(?:dla|w) obu\b|\b(?:у|"
    r"для|в) об\w+"
)
_MODELS = re.compile(r"\bmod[eéè]l\w*|\bnetworks?\b|\bмодел\w*")
_SAME = re.compile(
    rf"\b(?:is|was|were|are|stay(?:s|ed)|remain(?:s|ed))(?: \w+)? (?:exactly )?(?:the same|equal|identical|"
    rf"unchanged)\b(?: \w+)? "
    rf"(?:for|in|with|across|under|between) {_BOTH}|\b(?:the same|an? (?:equal|identical)|at equal|with equal)\b"
)
_FOR_BOTH = re.compile(
    rf"\b(?:for|in|with|across|under|between) {_BOTH}|\bboth (?:models|arms|runs|networks)\b|"
    rf"\bthe teacher and the students?\b"
)
_PREDICATE = re.compile(
    r"\b(?:is|was|were|are|stay\w*|remain\w*|ist|sind|war|blieb|est|était|sont|es|era|è|é|foi|была?|był[ao]?|jest|"
    r"volt)\b|\bодинаков"
)
_NOT = re.compile(
    r"\b(?:not|n't|no|never|would|if|should|whether|except|but|only|almost|nearly|order|shape|"
    r"kind)\b|n't\b|\?"
)


def unlike_settings(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The learning rate was the same for both models”, where one had 0.002 and the other 0.005."""
    if reading.unsaid or reading.sentence.row:
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        said = _SAME.search(clause) or _SAME_ELSEWHERE.search(clause)
        both = _FOR_BOTH.search(clause) or _BOTH_ELSEWHERE.search(clause)
        if said is None or both is None or _NOT.search(clause):
            continue
        settings = loose_names(clause)
        names = {item.name for item in settings}
        if len(names) != 1 or not any(_is_of(said, item, clause) for item in settings):
            continue
        (name,) = names
        pairs = list(_pairs(reading, values, name, models=_MODELS.search(reading.lower) is not None))
        unlike = [(first, second) for first, second in pairs if not _values(first, name) & _values(second, name)]
        if pairs and len(unlike) == len(pairs):
            first, second = unlike[0]
            told = f"{first.title} has {_told(first, name)} and {second.title} {_told(second, name)}"
            yield reading.doubt(f"{said[0]!r}: {name} of {told}")
            return


def _is_of(said: re.Match[str], setting: Mention, clause: str) -> bool:
    """“The same” is right before the setting, or the setting's own predicate."""
    if setting.start >= said.end():
        return (
            re.fullmatch(r"\s+(?:peak |initial |value (?:of|for) (?:the )?)?", clause[said.end() : setting.start])
            is not None
        )
    return re.fullmatch(r"\s*(?:\w+\s+){0,4}", clause[setting.end : said.start()]) is not None and (
        _PREDICATE.search(clause[setting.end : said.end()]) is not None
    )


def _pairs(reading: Reading, values: Values, name: str, *, models: bool) -> Iterator[tuple[Group, Group]]:
    """The runs that may be meant by both: those that are named, else the arms; of models, the runs beside them."""
    groups = [group for group in values.measured.settled if _values(group, name)]
    named = [group for group in groups if group.key in reading.sentence.group_keys]
    if len(named) > 1:
        yield from combinations(named, 2)
        return
    asked = [group for group in groups if group.key in values.about and group.key.startswith("run:")]
    if len(asked) > 1:
        yield from combinations(asked, 2)
        return
    arms = [pair for pair in values.measured.experiments if all(_values(group, name) for group in pair)]
    alone = [group for group in groups if group.key.startswith("run:")]
    yield from combinations(alone, 2) if models and len(alone) > 1 else iter(arms)


def _values(group: Group, name: str) -> set[object]:
    return {value for run in finished(group.runs) if (value := run.setting(name)) is not None}


def _told(group: Group, name: str) -> str:
    return " or ".join(sorted(map(str, _values(group, name))))
