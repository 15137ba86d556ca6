"""Numbers in prose: what is printed, at which precision, and whether a value agrees with it.

A printed number can be read in more than one way ("1,234" is a thousand or one and a bit); every
reading is kept, and a value agrees where it agrees with one of them.
"""

import math
import re
import sys
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_SPACE = "\u00a0\u2009\u202f"
_DIGITS = rf"[1-9]\d{{0,2}}(?:[,.'’{_SPACE}]\d{{3}})+(?:[.,]\d+)?(?!\d)|\d+[.,]\d+|\d+|\.\d+"
_RAISED = r"\s?(?:\^|\*\*)\s?\(?[+\-−]?\s?\d{1,3}\)?"
_POWER = rf"[eE][+\-−]?\d{{1,3}}|\s?[×x*·]\s?10{_RAISED}"
_UNIT = (
    r"%[\s-]?p(?:oints?|ont\w*)|%|‰|percentage[\s-]points?|percent[\s-]points?|per[\s-]?cent|pct\b|prozentpunkte?n?|"
    r"prozent|ppts?\b|"
    r"pp\b|p\.p\.|points?\b|pts?\b|pour[\s-]cent|por ciento|per cento|procent\w*|процент\w*|puntos?\b|punti\b|"
    r"pontos?\b|"
    r"punten\b|százalékpont\w*|százalék\w*|パーセント|ポイント|个百分点|百分点|пункт\w*|punkt\w*"
)
# A digit after a letter or a point belongs to a name ("F1", "v2.0"), and so does one behind a letter and a hyphen
# ("GPT-4").
_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_.^])(?<!\d,)(?<![A-Za-z][-‐‑])(?P<sign>[+\-−–±]?)"
    rf"(?:(?P<ten>10)(?P<raised>{_RAISED})|(?P<body>{_DIGITS})(?P<power>{_POWER})?)"
    rf"(?:(?P<unit>\s?(?:{_UNIT}))|(?P<times>\s?[x×](?![A-Za-z_0-9])(?!\s?\d))|(?![A-Za-z_\d]))",
    re.IGNORECASE,
)
_POINTS = re.compile(r"point|punkt|punt|pont|пункт|ポイント|百分点|^pp|p\.p|^pts?$")
_PLUS_MINUS = re.compile(
    r"\s*(?:±|\+/-|\+-|\\pm)\s*|\s*\(\s*(?:sd|std|s\.d\.|σ|±|standard deviation)\s*[=:]?\s*", re.IGNORECASE
)
_TO = re.compile(r"\s*(?:–|—|-|−|to|until|\.\.\.?|…|bis)\s*", re.IGNORECASE)
# Full-width separators and signs, as they are typed between full-width digits.
_WIDE = {"，": ",", "．": ".", "％": "%", "－": "-", "＋": "+"}
_SMALL = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
""".split()
_LARGE = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {name: value for value, name in enumerate(_SMALL)} | {
    name: 10 * value for value, name in enumerate(_LARGE, 2)
}
_WORD = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_LARGE)})[- ](?P<ones>{'|'.join(_SMALL[1:10])})|(?P<word>{'|'.join(_WORDS)}))\b",
    re.IGNORECASE,
)
_DIGIT_WORDS = {name: str(value) for value, name in enumerate(_SMALL[:10])} | {"oh": "0", "nought": "0"}
_DIGIT_WORD = "|".join(_DIGIT_WORDS)
_TENS_AND_ONES = rf"(?:(?:{'|'.join(_LARGE)})(?:[- ](?:{'|'.join(_SMALL[1:10])}))?|{'|'.join(_SMALL)}|nought)"
# "zero point seven six", "sixty-two point four percent"; in "at one point two classes" no number has decimals.
_SPOKEN = re.compile(
    rf"\b(?P<whole>{_TENS_AND_ONES})\s+point(?P<rest>(?:[\s-]+(?:{_DIGIT_WORD})\b)+)"
    rf"(?P<unit>\s+(?:per\s?cent\b|percentage[\s-]points?|points?\b))?",
    re.IGNORECASE,
)


LARGEST = sys.float_info.max_10_exp
"""The power of ten beyond which there is no float."""


class Agreement(StrEnum):
    """What a value is to a printed number."""

    YES = "yes"
    ALMOST = "almost"
    NO = "no"


@dataclass(frozen=True)
class Reading:
    """One way to read a printed number: its value and how many decimals it shows (negative: 2e3 shows -3)."""

    value: float
    decimals: int

    @property
    def unit(self) -> float:
        """One in the last printed place."""
        return float(10.0**-self.decimals)


@dataclass(frozen=True)
class Number:
    """A number as printed. ``percent``: with a percent sign or its word; ``points``: percentage points; ``signed``:
    a written plus or minus; ``times``: a factor ("4.9×"); ``spread`` what is behind ±; ``upper`` the end of
    a range.
    """

    text: str
    start: int
    end: int
    readings: tuple[Reading, ...]
    percent: bool = False
    points: bool = False
    signed: bool = False
    spelled: bool = False
    times: bool = False
    spread: "Number | None" = None
    upper: "Number | None" = None

    @property
    def value(self) -> float:
        """The first reading's value."""
        return self.readings[0].value

    @property
    def whole(self) -> bool:
        """It was printed without decimals."""
        return not self.readings or self.readings[0].decimals <= 0


def find_numbers(text: str) -> list[Number]:
    """Every number of a text in order; ``a ± b`` and ``a–b`` are one number with a spread or an upper end.

    Digits inside words (F1, lab2, TF-IDF2) are no numbers. One that no float can hold (1e999) is left alone.
    """
    return list(_found(text))


@lru_cache(maxsize=4096)
def _found(text: str) -> tuple[Number, ...]:
    """As `find_numbers`; several readers ask for those of one sentence."""
    text = _ascii_digits(text)
    plain = [number for match in _NUMBER.finditer(text) if (number := _read(match)).readings]
    spelled = _spelled_out(text)
    return tuple(_joined(text, sorted([*plain, *spelled], key=lambda number: number.start)))


def _ascii_digits(text: str) -> str:
    """The text with digits of other scripts, and what is typed between full-width ones, as ASCII writes them."""
    if text.isascii():
        return text
    wide: dict[str | int, str | int | None] = {
        digit: str(unicodedata.decimal(digit)) for digit in set(text) if not digit.isascii() and digit.isdecimal()
    }
    return text.translate(str.maketrans(wide | _WIDE)) if wide else text


def _read(match: re.Match[str]) -> Number:
    body, power = (match["body"], match["power"] or "") if match["body"] else ("1", match["raised"])
    unit = (match["unit"] or "").strip().lower()
    negative = match["sign"] in ("-", "−") or (match["sign"] == "–" and match.start() == 0)
    readings = tuple(
        Reading(-value if negative else value, decimals) for value, decimals in _readings(body, _exponent(power))
    )
    points = bool(unit) and _POINTS.search(unit) is not None
    return Number(
        text=match.group().strip(),
        start=match.start(),
        end=match.end(),
        readings=readings,
        percent=bool(unit) and not points,
        points=points,
        signed=match["sign"] in ("+", "-", "−"),
        times=bool(match["times"]),
    )


def _exponent(power: str) -> int:
    if not power:
        return 0
    digits = re.search(r"([+\-−]?)\s?(\d+)\)?$", power)
    sign = -1 if digits is not None and digits[1] in ("-", "−") else 1
    return sign * int(digits[2]) if digits is not None else 0


def _readings(body: str, exponent: int) -> list[tuple[float, int]]:
    """The values a run of digits and separators can be, the likelier one first."""
    texts: list[str] = []
    separators = [character for character in body if not character.isdigit()]
    if not separators:
        texts = [body]
    elif len(separators) == 1 and separators[0] in ".,":
        whole, _, rest = body.partition(separators[0])
        decimal = f"{whole or '0'}.{rest}"
        grouped = len(rest) == 3 and 1 <= len(whole) <= 3 and whole.strip("0")
        if grouped:
            texts = [whole + rest, decimal] if separators[0] == "," else [decimal, whole + rest]
        else:
            texts = [decimal]
    else:
        last = separators[-1]
        if last in ".," and separators.count(last) == 1:
            whole, _, rest = body.rpartition(last)
            texts = [f"{re.sub(r'[^0-9]', '', whole)}.{rest}"]
        else:
            texts = [re.sub(r"[^0-9]", "", body)]
    found = [(float(f"{text}e{exponent}"), len(text.partition(".")[2]) - exponent) for text in texts]
    return [(value, decimals) for value, decimals in found if math.isfinite(value) and decimals >= -LARGEST]


def _spelled_out(text: str) -> list[Number]:
    """Numbers in words, with decimals or without."""
    spoken = [number for match in _SPOKEN.finditer(text) if (number := _spoken(match)) is not None]
    words = [_spelled(match) for match in _WORD.finditer(text)]
    return [*spoken, *(word for word in words if not any(item.start <= word.start < item.end for item in spoken))]


def _spoken(match: re.Match[str]) -> Number | None:
    """A number with decimals in words; it is as exact as one in figures, so it counts as one."""
    decimals = "".join(_DIGIT_WORDS[word.lower()] for word in re.findall(r"[A-Za-z]+", match["rest"]))
    whole = sum(_WORDS.get(word.lower(), 0) for word in re.findall(r"[A-Za-z]+", match["whole"]))
    unit = (match["unit"] or "").strip().lower()
    if whole and len(decimals) < 2 and not unit:
        return None
    reading = Reading(float(f"{whole}.{decimals}"), len(decimals))
    points = "point" in unit
    return Number(
        match.group(), match.start(), match.end(), (reading,), percent=bool(unit) and not points, points=points
    )


def _spelled(match: re.Match[str]) -> Number:
    if match["word"]:
        value = _WORDS[match["word"].lower()]
    else:
        value = _WORDS[match["tens"].lower()] + _WORDS[match["ones"].lower()]
    return Number(match.group(), match.start(), match.end(), (Reading(float(value), 0),), spelled=True)


def _joined(text: str, numbers: list[Number]) -> list[Number]:
    """Join ``a ± b`` and ``a–b``."""
    joined: list[Number] = []
    index = 0
    while index < len(numbers):
        number = numbers[index]
        following = numbers[index + 1] if index + 1 < len(numbers) else None
        if following is not None:
            between = text[number.end : following.start]
            plus_minus = _PLUS_MINUS.fullmatch(between) or (not between.strip() and following.text.startswith("±"))
            if plus_minus:
                joined.append(_with(number, following, spread=True))
                index += 2
                continue
            before = text[max(0, number.start - 14) : number.start].lower()
            bounds = _TO.fullmatch(between) and "from" not in before and "to" not in between.lower()
            dash = not between and following.text[0] in "–−-" and not number.spelled
            if bounds or dash or ("between" in before and re.fullmatch(r"\s*and\s*", between)):
                joined.append(_with(number, following, spread=False))
                index += 2
                continue
        joined.append(number)
        index += 1
    return joined


def _with(number: Number, other: Number, *, spread: bool) -> Number:
    """One number out of two; the second's unit counts for both."""
    positive = Number(
        other.text, other.start, other.end,
        tuple(Reading(abs(reading.value), reading.decimals) for reading in other.readings),
        other.percent or number.percent, other.points or number.points,
    )  # fmt: skip
    return Number(
        text=f"{number.text} ± {other.text.lstrip('±')}" if spread else f"{number.text}–{other.text.lstrip('–−-')}",
        start=number.start,
        end=other.end,
        readings=number.readings,
        percent=number.percent or other.percent,
        points=number.points or other.points,
        signed=number.signed,
        spread=positive if spread else None,
        upper=None if spread else positive,
    )


def agreement(
    number: Number, value: float, *, fraction: bool, slack: float = 0.0, signless: bool = False
) -> Agreement:
    """How ``value`` agrees with a printed number at its printed precision.

    ``fraction``: the value lies in 0..1 and may be printed as a percentage. ``slack`` is further tolerance in
    units of the last printed place (a difference of two rounded numbers may be off by one). ``signless``: the
    printed number may be the value's size. YES within half a unit; ALMOST where digits were cut instead of rounded.
    """
    best = Agreement.NO
    for reading in number.readings:
        for scale in scales(number, reading, fraction=fraction):
            target = abs(value) if signless and not number.signed else value
            distance = abs(target * scale - reading.value)
            allowance = 1e-9 + 1e-12 * abs(reading.value)
            if distance <= (0.5 + slack) * reading.unit + allowance:
                return Agreement.YES
            if distance < (1.0 + slack) * reading.unit + allowance:
                best = Agreement.ALMOST
    return best


def scales(number: Number, reading: Reading, *, fraction: bool) -> tuple[float, ...]:
    """By what a value is multiplied before it is compared: 100 for percentages of a fraction, else 1."""
    if not fraction:
        return (1.0,)
    if number.percent or number.points:
        return (100.0,)
    return (100.0,) if abs(reading.value) > 1.0 else (1.0,)
