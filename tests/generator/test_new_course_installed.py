"""What an instructor types first works from the installed wheel, in an empty folder."""

from pathlib import Path

import pytest

from tests.generator.first_afternoon import GRADE, HAND_IN, LINES, ROOT, check, install


@pytest.mark.long
def test_the_first_afternoon_works_from_an_installed_wheel(tmp_path: Path) -> None:
    """`make installed` does the same with libraries that come from the package index."""
    (tmp_path / "empty").mkdir()
    check(install(tmp_path, from_index=False), tmp_path / "empty")


def test_the_page_shows_these_lines() -> None:
    page = (ROOT / "docs" / "your-own-course.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in (*LINES, *HAND_IN, GRADE) if line not in page] == []
