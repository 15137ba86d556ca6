"""Claims about classes at zero: how many or which part of them are never predicted, or tried and always wrong; how
many were rescued and lost.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise

from grader.evidence.groups import Group
from grader.evidence.settings import number_of
from grader.evidence.worded.fractions import FRACTION, fraction_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading.nouns import ITEMS

_SMALL = (
    r"(?:(?:twenty|thirty|forty|fifty)(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|one|two|three|four|"
    r"five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    r"(?<![\d.,/])\d{1,3}(?![.,/]?\d| ?%))"
)
_QUANTIFIER = re.compile(
    rf"(?<!\w)(?:(?P<all>nearly all|almost all|all|every one|each one|each|every|the same is true)|"
    rf"(?P<none>none|not one|not a single one|no one)|"
    rf"(?P<most>most|the majority|the (?:larger|greater|bigger) (?:part|half|share)|more than half|over half)|"
    rf"(?P<few>few|a minority|the minority|less than half|fewer than half|the smaller (?:part|half|share))|"
    rf"{FRACTION}|(?P<number>{_SMALL}))(?!\w)"
)
_ZERO = re.compile(r"\bzero|\bdead\b|\bf1 ?= ?0|\bf1 of 0\b")
_TRIED = (
    r"(?:predict\w*|tri(?:ed|es)|try|guess\w*|named?|names|chosen|chooses?|picked|picks|says?|said|used|given|"
    r"attempted|proposed|put forward)"
)
_KINDS = {
    "always_wrong": re.compile(
        rf"\balways (?:\w+ )?(?:wrong\w*|missed|incorrect\w*|badly|failed)|\bwrong (?:every|each) time|"
        rf"\b{_TRIED}\b[^.;]{{0,40}}?\b(?:without (?:any )?success|in vain|unsuccessfully|never (?:right\w*|"
        rf"correct\w*|a hit)|not once right\w*|gets? (?:it |them )?wrong|but (?:always )?(?:wrong\w*|missed|"
        rf"incorrect\w*))|\b(?:is|are|was|were) {_TRIED} (?:sometimes|now and then|at least once|"
        rf"occasionally|at all)|"
        rf"\bsometimes {_TRIED}\b|\b(?:does|do|did) {_TRIED}\b|\b(?:guesses|guessed|names|named|"
        rf"answers) (?:it |them )?wrong(?:ly)?\b|\b(?:is|are|was|were) ever {_TRIED}\b"
    ),
    "never_predicted": re.compile(
        rf"\bnever (?:even |once )*(?:{_TRIED}|an? answer|the answer|touch\w*|appears?|come up|comes up|"
        rf"output\w*)\b|"
        rf"\b(?:silent|mute) (?:on|about)\b|\b(?:does|do|did) (?:not|n't) (?:even )?{_TRIED}\b|"
        rf"\bnot (?:even )?(?:once )?{_TRIED}(?: at all| once| even once)?\b|\bpredicts? none\b|"
        rf"\b{_TRIED} (?:none|not one|not a single one) of\b|\bnever\b(?=\W*(?:$|,|\.|;))"
    ),
}
_ANY_OF_THEM = re.compile(
    r"\bnever (?:predicts?|tries|names|chooses) (?:a single one|any|one) of (?:them|these|those)\b|"
    r"\b(?:predicts?|tries|names|chooses) (?:none|not one|not a single one) of (?:them|these|those)\b"
)
_PIECE = re.compile(r"[;:]|,(?! but| yet| and always| never| without)|\s[–—]\s|\b(?:while|whereas)\b")

Fits = Callable[[float, float], bool]
"""Whether a count out of all classes at zero is what the words say."""


_OF_OTHERS = re.compile(
    r"\bclasses (?:that |which )?(?:(?:the|these|they|it|my|our|we|i|\w+ing) )?(?:\w+ )?"
    r"(?:woke|rescued?|saved?|brought|gained|freed|won|moved|left zero|came back|improved|changed)\b"
)
""" "Half of the classes that the weights woke up": a part of others than those at zero."""
_I = re.compile(r"\b(?:i|we) (?:had |have |did )?(?:not|never) predict")
"""What somebody did not foresee, and no class that is never predicted."""


def wrong_parts_of_zero(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Twelve of the 21 zeros are never predicted”, where thirteen are."""
    if reading.unsaid or reading.sentence.row or not _speaks_of_zeros(reading, values) or _I.search(reading.lower):
        return
    if (single := _ANY_OF_THEM.search(reading.lower)) is not None:
        counts = _counts("never_predicted", _meant(reading, values, 0, len(reading.lower)), values)
        yield from _judged(reading, counts, single[0], "never_predicted", lambda count, zero: count == zero)
        return
    for start, end in _pieces(reading.lower):
        piece = reading.lower[start:end]
        kinds = [(hit, name) for name, pattern in _KINDS.items() for hit in pattern.finditer(piece)]
        if len(kinds) > 1 and kinds[0][0].start() <= kinds[1][0].start() < kinds[0][0].end():
            kinds = kinds[:1]  # "guessed now and then, but never rightly"
        if len(kinds) != 1:
            continue
        said, name = kinds[0]
        told = [hit for hit in _QUANTIFIER.finditer(piece[: said.start()]) if not _is_no_part(piece, hit)]
        if len(told) != 1 or re.search(
            r"\bnot\b|n't\b|\bmore\b|\bfewer\b", _without(piece, told[0])[: said.start()]
        ):
            continue
        if re.search(r"\bever\b", said[0]) and not told[0]["none"]:
            continue
        if _OF_OTHERS.search(piece[told[0].end() : said.start()]):
            continue
        counts = _counts(name, _meant(reading, values, start, end), values)
        yield from _judged(reading, counts, f"{told[0][0]} … {said[0]}", name, _fitting(told[0]))


def _without(piece: str, hit: re.Match[str]) -> str:
    """A piece without a quantifier: "fewer than half" says no fewer of anything."""
    return piece[: hit.start()] + " " * len(hit[0]) + piece[hit.end() :]


def _speaks_of_zeros(reading: Reading, values: Values) -> bool:
    """It names classes at zero, goes on about them, or says "of the 21" where so many are at zero."""
    if _ZERO.search(reading.lower):
        return True
    if _ZERO.search(reading.earlier) and re.search(
        r"\b(?:them|these|those|it|they|its|rest|others?)\b", reading.lower
    ):
        return True
    totals = {
        number_of(hit[0])
        for hit in re.finditer(rf"\b{_SMALL}\b(?= (?:that|which) (?:are|is|remain|stay|were))", reading.lower)
    }
    totals |= {
        number_of(hit["number"]) for hit in _QUANTIFIER.finditer(reading.lower) if _is_total(reading.lower, hit)
    }
    return any(group.mean("zero_f1_classes") in totals for group in values.measured.settled)


def _pieces(lower: str) -> Iterator[tuple[int, int]]:
    cuts = [0, *(hit.start() for hit in _PIECE.finditer(lower)), len(lower)]
    yield from pairwise(cuts)


def _is_no_part(piece: str, hit: re.Match[str]) -> bool:
    """The whole, a score ("F1 = 0"), or a part of something else ("half of that movement")."""
    if re.match(r"\W*(?:kind|type|sort|group)\b", piece[hit.end() :]):
        return True
    if hit["number"] in ("0", "zero") or re.search(r"[=<>]\s*$", piece[: hit.start()]):
        return True
    other = re.match(
        r"\W*of (?:the|that|this|its) (?:\w+ )?(?:movement|change|gain|rise|drop|difference|step)",
        piece[hit.end() :],
    )
    return other is not None or _OF_MODELS.match(piece[hit.end() :]) is not None or _is_total(piece, hit)


_OF_MODELS = re.compile(r" (?:\w+ )?(?:models?|runs?|arms?|tests?|intervals?|networks?)\b")
""" "These two fitted models": no classes."""


_WHOSE = r"(?:the|its|their|these|those|this|that|all|my|our|[\w-]+['’]s)"


def _is_total(piece: str, hit: re.Match[str]) -> bool:
    """A count that says of how many: "of its twenty dead classes", "the encoder's 19 zero classes"."""
    if not hit["number"]:
        return False
    before, behind = piece[: hit.start()], piece[hit.end() :]
    if re.search(r"\b(?:all|every one of|each of)\W+(?:the\W+|of\W+|its\W+)*$", before):
        return True
    of = re.search(rf"\b(?:of|from|among)\W+(?:{_WHOSE}\W+){{0,3}}$", before) is not None
    noun = re.match(r"\W*(?:\w+\W+)?(?:zero|dead|classes (?:at|with)|zeros)", behind) is not None
    return of or (noun and "of" not in before[-12:] and re.search(r"['’]s\W*$|\bits\W*$", before) is not None)


def _fitting(hit: re.Match[str]) -> Fits:
    if hit["all"]:
        least = 0.85 if hit["all"].startswith(("nearly", "almost")) else 0.999
        return lambda count, zero: count > least * zero
    if hit["none"]:
        return lambda count, zero: count < 0.001 * zero
    if hit["most"]:
        return lambda count, zero: count > 0.5 * zero
    if hit["few"]:
        return lambda count, zero: count < 0.5 * zero
    if hit["number"]:
        return lambda count, zero: abs(count - number_of(hit["number"])) < 0.51
    return lambda count, zero: fraction_of(hit).fits(count / zero)


Counted = tuple[float, float, str]
"""How many classes at zero are of a kind, of how many, and of which runs."""


def _counts(kind: str, meant: Sequence[Group], values: Values) -> list[Counted]:
    found = ((values.named(kind, group.key), group.mean("zero_f1_classes"), group.title) for group in meant)
    return [(count, zero, title) for count, zero, title in found if zero and count is not None]


def _judged(reading: Reading, counts: Sequence[Counted], words: str, kind: str, fits: Fits) -> Iterator[Doubt]:
    if counts and not any(fits(count, zero) for count, zero, _ in counts):
        count, zero, title = counts[0]
        yield reading.doubt(
            f"{words!r}: {kind.replace('_', ' ')} are {count:.4g} of {zero:.4g} classes at F1 = 0 of {title}"
        )


def _meant(reading: Reading, values: Values, start: int, end: int) -> list[Group]:
    """The groups that a clause names; else those with as many classes at zero as the sentence says, beside those
    that it names or that are implied.
    """
    here = {key for first, _, keys in reading.sentence.groups if start <= first < end for key in keys}
    if here:
        return [group for group in values.measured.settled if group.key in here]
    said = {int(number.value) for number in reading.sentence.numbers if number.whole}
    said |= {int(number_of(hit[0])) for hit in re.finditer(rf"\b{_SMALL}\b", reading.lower)}
    said |= {first + second for first, second in combinations(sorted(said), 2)}  # "12 of one kind, 8 of the other"
    counted = [group for group in values.measured.settled if group.mean("zero_f1_classes") in said]
    keys = reading.sentence.group_keys or reading.sentence.implied_groups
    named = [group for group in values.measured.settled if not keys or group.key in keys]
    if counted and not reading.sentence.group_keys:
        return counted  # the number says whose classes they are
    return [*counted, *named]


_WON = re.compile(
    r"\b(?:rescued?|saved?|fixed|repaired|won(?: back)?|brought back|revived|recovered|"
    r"c[ao]mes? back(?! to zero)|off zero|"
    r"(?:left|leaves?|leaving) zero|to life)\b"
)
_LOST = re.compile(
    r"\b(?:lost|given up|broke|broken|died?|dies|(?:dropp(?:ed|ing)|fell|falls?|fallen|went|"
    r"goes) (?:back )?to (?:zero|it|f1)|"
    r"falls? back|fell back|(?:went|gone|go) missing|disappeared|vanished|newly (?:at zero|dead)|unlearn\w*|"
    r"sacrificed)\b"
)
_COUNT = re.compile(
    rf"(?<!\w)(?<!\ba )(?<!no )(?<!each )(?<!every )(?<!ed )(?P<count>a single(?: one)?|{_SMALL})(?!\w)"
)
_PART = re.compile(r"[,;:.]|\band\b|\bbut\b|\s[–—]\s")
_BETWEEN = re.compile(
    r"\W*(?:(?:single|classes|class|of|the|them|these|those|were|was|is|are|has|have|had|been|others?|more|"
    r"rare|ones?|"
    r"now|again|newly|only|just|get|gets|got|that (?:[\w-]+\W+){1,3}(?:is|was|were|are))\W+)*"
)
"""What may be between a count and what happened to so many classes."""
_OTHER = re.compile(rf"\bnot\b|n't\b|\bpoints?\b|\bseeds?\b|\bthird\b|\bhits?\b|\bof the rescued\b|\b{ITEMS}")


def wrong_rescues(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Six came back, one was lost”, where five were rescued and none was lost."""
    about = reading.sentence.implied_metrics | reading.sentence.metric_names
    if reading.unsaid or reading.sentence.row or not {"rescued", "lost"} & about:
        return
    known = {
        name: {
            fact.value
            for fact in values.measured.facts.all
            if fact.metric == name and float(fact.value).is_integer()
        }
        for name in ("rescued", "lost")
    }
    cuts = [0, *(hit.start() for hit in _PART.finditer(reading.lower)), len(reading.lower)]
    for start, end in pairwise(cuts):
        piece = reading.lower[start:end]
        kinds = [("rescued", _WON.search(piece)), ("lost", _LOST.search(piece))]
        said = [(name, hit) for name, hit in kinds if hit is not None]
        counts = list(_COUNT.finditer(piece))
        if len(said) != 1 or len(counts) != 1 or _OTHER.search(piece):
            continue
        (name, hit), told = said[0], counts[0]
        first, second = sorted((hit.span(), told.span()))
        adjective = told.end() <= hit.start() and re.match(r"\W+(?:class|one)", piece[hit.end() :]) is not None
        count = 1 if told["count"].startswith("a single") else number_of(told["count"])
        if (
            known[name]
            and not adjective
            and _BETWEEN.fullmatch(piece[first[1] : second[0]])
            and count not in known[name]
        ):
            there = ", ".join(f"{value:.0f}" for value in sorted(known[name]))
            yield reading.doubt(f"{piece.strip(' ,;:.')!r}: {name} classes are {there}")
            return
