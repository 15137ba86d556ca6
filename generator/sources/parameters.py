"""The parameters cell: the notebook's own profile, and what the course's profiles are."""

import ast
import re
from collections.abc import Mapping
from typing import Any

from paribus.training.profiles import Profile

PROFILE_LINE = re.compile(r'^PROFILE\s*=\s*"(?P<profile>\w+)"', re.MULTILINE)
ASKS = re.compile(r"\bPROFILES\b")
ABOUT = "# What each profile stands for; from the course."


def asks_profiles(texts: list[str]) -> bool:
    """Whether a source looks its settings up: ``paribus.training.profiles.get_profile(PROFILE, PROFILES)``."""
    return any(ASKS.search(text) for text in texts)


def with_profile(text: str, profile: Profile, carried: Mapping[str, Mapping[str, Any]], *, asked: bool) -> str:
    """A parameters cell whose default profile is ``profile``.

    A source that looks its settings up (``asked``) gets PROFILES (``carried``), and its own parameters stay. In any
    other the parameters that the profile names get its values.
    """
    text = PROFILE_LINE.sub(f'PROFILE = "{profile.name}"', text)
    if not asked:
        return _with_values(text, {key.upper(): value for key, value in profile.settings.items()})
    rows = "".join(f"    {_quoted(name)}: {_row(settings)},\n" for name, settings in carried.items())
    return f"{text.rstrip()}\n{ABOUT}\nPROFILES = {{\n{rows}}}"


def _with_values(text: str, values: Mapping[str, Any]) -> str:
    lines = text.splitlines()
    for statement in ast.parse(text).body:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target, value = statement.targets[0], statement.value
        if isinstance(target, ast.Name) and target.id in values and value.lineno == value.end_lineno:
            number = value.lineno - 1
            line = lines[number].encode()
            new = line[: value.col_offset] + _literal(values[target.id]).encode() + line[value.end_col_offset :]
            lines[number] = new.decode()
    return "\n".join(lines)


def _row(settings: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{_quoted(key)}: {_literal(value)}" for key, value in settings.items()) + "}"


def _literal(value: object) -> str:
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    """A text as Python writes it, in double quotes."""
    return '"' + repr("'" + text)[2:-1].replace('"', '\\"').replace("\\'", "'") + '"'
