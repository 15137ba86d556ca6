"""Fractions in words: "nearly half", "two fifths", "one in four", and whether a value is one."""

import re
from dataclasses import dataclass

_UNITS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
_COUNTS = {
    "a": 1, "every": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10,
}  # fmt: skip
_HOW = (
    r"(?P<how>(?:well |far |clearly |slightly |a little |a bit |just |somewhat |only )*(?:more than|over|above|"
    r"less than|fewer than|under|below|nearly|almost|not quite|"
    r"about|roughly|around|approximately|some|exactly|close to|a good|barely|hardly|at least|at most))?\s*"
)
FRACTION = (
    rf"{_HOW}(?:(?P<half>half)|(?P<count>a|one|two|three|four|five|six|seven|eight|nine)[\s-](?P<unit>thirds?|"
    rf"quarters?|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?)|"
    r"(?P<top>one|two|three|four|five|six|seven|eight|nine|\d) (?:in|out of) (?:every )?(?P<bottom>two|three|"
    r"four|five|six|seven|eight|nine|ten|\d{1,2}))"
)
NEAR = 0.13
"""How far, of itself, a value may be from a fraction that it is called."""


@dataclass(frozen=True)
class Fraction:
    """A fraction and the words before it."""

    value: float
    how: str

    def fits(self, share: float) -> bool:
        """A share may be called so."""
        if re.search(r"more than|over|above|at least|a good", self.how):
            return share > self.value * 0.985
        if re.search(r"less than|fewer than|under|below|at most", self.how):
            return share < self.value * 1.015
        if re.search(r"nearly|almost|not quite|barely|hardly", self.how):
            return self.value * (1 - 1.6 * NEAR) <= share <= self.value * (1 + NEAR / 2)
        return abs(share - self.value) <= NEAR * self.value + 0.01


def fraction_of(hit: re.Match[str]) -> Fraction:
    """What a match of `FRACTION` says."""
    how = hit["how"] or ""
    if hit["half"]:
        return Fraction(0.5, how)
    if hit["count"]:
        return Fraction(_COUNTS[hit["count"]] / _UNITS[hit["unit"].removesuffix("s")], how)
    top, bottom = (int(hit[name]) if hit[name].isdecimal() else _COUNTS[hit[name]] for name in ("top", "bottom"))
    return Fraction(top / bottom, how)
