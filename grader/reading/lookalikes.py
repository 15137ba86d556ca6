"""Characters that are not what they look like: a text as a person reads it, not as a program does.

Nobody sees format characters between two letters, and nobody tells a Cyrillic о in an English word from a Latin
one. A word whose letters are all of one script stays what it is.
"""

import re
import unicodedata

_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_UNSEEN = re.compile(
    f"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f{_FILLERS}]"
)
_TURNED = re.compile("[\u202d\u202e]")
_LOOKS_LATIN = {
    # Cyrillic
    "а": "a", "в": "b", "с": "c", "е": "e", "һ": "h", "і": "i", "ј": "j", "к": "k", "м": "m", "н": "h", "о": "o",
    "р": "p", "ѕ": "s", "т": "t", "у": "y", "х": "x", "ԁ": "d", "ԛ": "q", "ԝ": "w", "А": "A", "В": "B", "С": "C",
    "Е": "E", "Н": "H", "І": "I", "Ј": "J", "К": "K", "М": "M", "О": "O", "Р": "P", "Ѕ": "S", "Т": "T", "У": "Y",
    "Х": "X", "Ԝ": "W",
    # Greek
    "α": "a", "ο": "o", "ν": "v", "ι": "i", "ρ": "p", "υ": "u", "χ": "x", "κ": "k", "τ": "t", "Α": "A", "Β": "B",
    "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P", "Τ": "T", "Υ": "Y",
    "Χ": "X",
    # Letters of the phonetic alphabets and of no script of their own
    "ɑ": "a", "ɡ": "g", "ı": "i", "ℓ": "l", "ո": "n", "օ": "o", "ս": "u",
}  # fmt: skip
_FOLD = str.maketrans(_LOOKS_LATIN)
_LATIN = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = str.maketrans({
    "O": "0", "o": "0", "О": "0", "о": "0", "Ο": "0", "ο": "0", "օ": "0", "l": "1", "I": "1", "|": "1", "ӏ": "1",
    "Ӏ": "1", "І": "1", "Ι": "1", "ı": "1", "З": "3", "з": "3", "Ӡ": "3", "б": "6", "Ѕ": "5", "ѕ": "5",
})  # fmt: skip
_AS_DIGIT = "OoОоΟοօlI|ӏӀІΙıЗзӠбЅѕ"
_NUMBER = re.compile(rf"(?<![\w.,|])[\d{_AS_DIGIT}]{{1,6}}[.,][\d{_AS_DIGIT}]{{1,8}}(?![\w|])")
"""A number with a decimal point, one digit of it at least a digit."""
_POINT = re.compile(
    "(?<=[0-9])[\u02d9\u00b7\u2022\u2024\u2027\u2219\u22c5\u30fb\uff65\ua4f8\u0701\u0702\u06d4\u16eb](?=[0-9])(?!10\\s?[\\^⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹])"
)
_COMMA = re.compile("(?<=[0-9])[\u201a\u02cf\ua4f9\ufe50](?=[0-9])")
_THIN = re.compile(
    "(?<=[0-9][.,])[\u2000-\u200a\u202f\u205f](?=[0-9])|(?<=[0-9])[\u2000-\u200a\u202f\u205f](?=[.,][0-9])"
)
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"
_STRANGE = "ᒿƧƨƼƽƻʒᏎႽ૪ȢȣϬϭᑯᑲᖯՏշ"
_LIKE_DIGITS = f"SsGBZzqgбЗзӠӡҙ{_STRANGE}"
_DISGUISED = re.compile(
    rf"(?<![\w.,])\d{{1,6}}[.,](?:\d{{0,8}}[{_LIKE_DIGITS}]\d|\d{{0,8}}[{_LIKE_DIGITS}]?[{_STRANGE}]+(?!\w)|"
    rf"\d{{0,8}}[{_RAISED}]+\d|[{_RAISED}]{{2}}|<su[bp]>\s?\d\d|\d{{0,8}}<su[bp]>\s?\d{{1,8}}</su[bp]>\d)"
)
"""A number of whose decimals some are letters, or are raised or lowered: what it is nobody can tell. A single
raised digit is a note's mark, and a letter behind the digits is a unit."""
_LONE_STOP = re.compile("(?<=[0-9])[。｡](?=[0-9])")
_SPACELESS = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def as_seen(text: str) -> str:
    r"""A text as a person reads it.

    >>> as_seen("0.\u200b762, 0.7б2, O.76l and the mаcro-F1 of Москва")
    '0.762, 0.762, 0.761 and the macro-F1 of Москва'
    """
    if not text.isascii():
        text = _COMMA.sub(",", _POINT.sub(".", _THIN.sub("", _UNSEEN.sub("", text))))
        text = _WORD.sub(_one_script, text)
        if _LONE_STOP.search(text) and _SPACELESS.search(text) is None:  # it ends sentences in Chinese
            text = _LONE_STOP.sub(".", text)
    return _NUMBER.sub(_in_digits, text)


def is_turned(text: str) -> bool:
    """Characters in it turn the direction of what follows: a person reads the digits in another order."""
    return _TURNED.search(text) is not None


def is_disguised(text: str) -> bool:
    r"""A number in it has other characters for some of its digits.

    >>> is_disguised("it is 0.S62"), is_disguised("it has 1.5B weights"), is_disguised("it is 0.7² there")
    (True, False, False)
    """
    return _DISGUISED.search(as_seen(text)) is not None


def _in_digits(number: re.Match[str]) -> str:
    """A number in digits; what holds none is no number."""
    return number[0].translate(_DIGITS) if any(map(str.isdigit, number[0])) else number[0]


def _one_script(word: re.Match[str]) -> str:
    """A word of Latin letters and of others that look like them, in Latin letters."""
    text = word[0]
    if text.isascii() or _LATIN.search(text) is None:
        return text
    return unicodedata.normalize("NFC", text).translate(_FOLD)
