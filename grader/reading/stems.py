"""Words without their endings: "predicted" and "predict" are one, and a tier's name is one in any language."""

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]{3,}")
_SMALL = """
the and for was were are with that this from than then but its it's had has have not all any one two
per over into our my their which who what how more less when where while only also both each after
before between about under above does did die der das und mit von den dem des ein eine ist les une
est que con los las del por una
"""
"""Words that name nothing, in English and in the languages that are met most."""
_EMPTY = frozenset(_SMALL.split())
_TIERS = {
    "mid": "middle middles mids mitte milieu medio media meio midden середина середине",
    "head": "heads kopf tête cabeza testa cabeça kop głowa голова голове huvud hoved cabecera",
    "tail": "tails schwanz queue cola coda cauda staart ogon хвост хвосте svans hale",
}
"""Words for the three tiers of classes, in the languages in which students write."""
_SAME = {word: tier for tier, words in _TIERS.items() for word in words.split()}
_RUNS = {
    "头部": " head ",
    "中部": " mid ",
    "尾部": " tail ",
    "ヘッド": " head ",
    "ミッド": " mid ",
    "テール": " tail ",
    "头": " head ",
    "尾": " tail ",
}
"""The same in scripts without blanks between words; longer ones come first."""
_ENDINGS = ("ities", "ations", "ation", "ingly", "edly", "ies", "ing", "ity", "ed", "es", "ly", "s", "e", "y")


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A word without its ending, four letters at least."""
    lower = word.lower()
    if lower in _SAME:
        return _SAME[lower]
    for ending in _ENDINGS:
        if lower.endswith(ending) and len(lower) - len(ending) >= 4:
            return lower[: -len(ending)]
    return lower


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """The stems of a text's telling words."""
    if not text.isascii():
        for run, word in _RUNS.items():
            text = text.replace(run, word)
    return frozenset(stem(word) for word in _WORD.findall(text) if word.lower() not in _EMPTY)
