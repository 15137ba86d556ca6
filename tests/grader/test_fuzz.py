"""What the fuzzer once broke something with, or begins with, breaks nothing."""

from pathlib import Path

import pytest

from tests.robust.fuzz import FOUND, TARGETS, seeds

CASES = sorted(path for path in FOUND.iterdir() if path.is_file())


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_what_was_found_breaks_nothing(path: Path) -> None:
    target = next(name for name in TARGETS if path.name.startswith(name))
    TARGETS[target](path.read_bytes())


@pytest.mark.parametrize("name", list(TARGETS))
def test_the_seeds_break_nothing(name: str) -> None:
    for content in seeds(name):
        TARGETS[name](content)
