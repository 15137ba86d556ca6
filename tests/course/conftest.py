"""A package is installed for a test."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.campus import Install, forget


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Lay files down where Python finds them, until the test ends."""

    def lay(files: dict[str, str]) -> None:
        for name, text in files.items():
            path = tmp_path / "site" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path / "site"))
        forget()

    yield lay
    monkeypatch.undo()
    forget()
    for name in [name for name in sys.modules if name.startswith("paribus_campus")]:
        del sys.modules[name]
