"""A terminal that cannot write every character gets another one instead of an error.

Windows gives programs a code page such as cp1252 when their output goes into a file or a pipe.
"""

import codecs
import io
import unicodedata
from collections.abc import Iterable
from types import MappingProxyType
from typing import TextIO

ERRORS = "paribus-plain"
PLAIN = MappingProxyType(
    {"→": "->", "←": "<-", "≥": ">=", "≤": "<=", "≠": "!=", "≈": "~", "−": "-", "‑": "-", "–": "-", "—": "-",
     "…": "...", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "×": "x", "·": "-", "•": "*", "●": "*", "✕": "x",
     "α": "alpha", "σ": "sigma", "±": "+/-"}
)  # fmt: skip


def speak_plainly(streams: Iterable[TextIO]) -> None:
    """Let these streams write what their encoding lacks in other letters."""
    codecs.register_error(ERRORS, _plainly)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Letters without their accents, signs as people type them, a question mark for the rest."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    written = "".join(_written(character) for character in error.object[error.start : error.end])
    return written, error.end


def _written(character: str) -> str:
    spelt = PLAIN.get(character) or unicodedata.normalize("NFKD", character)
    return spelt.encode("ascii", "ignore").decode() or "?"
