"""What claims of a kind sound like, from claimed.toml: one pattern a list, in all its languages."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from grader.reading import nouns

_SIGN = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Signs of scripts that put no spaces between words."""


@cache
def _lists() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(nouns.filled(Path(__file__).with_name("claimed.toml").read_text(encoding="utf-8")))


@cache
def pattern(table: str, name: str) -> re.Pattern[str]:
    """One list as one pattern: whole words, or signs."""
    found = _lists()[table][name]
    spaced = [item for item in found if not re.search(f"[{_SIGN}]", item)]
    signs = [item for item in found if re.search(f"[{_SIGN}]", item)]
    parts = [rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)"] if spaced else []
    return re.compile("|".join([*parts, *signs]))


def claimed(table: str, name: str, lower: str) -> re.Match[str] | None:
    """The first place where a list's words are in a lower-case text."""
    return pattern(table, name).search(lower)
