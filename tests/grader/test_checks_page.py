"""docs/checks.md says what the checks do today."""

from tests.grader.checks_page import PAGE, render


def test_the_page_is_current() -> None:
    """Make it anew with `python -m tests.grader.checks_page`."""
    assert PAGE.read_text(encoding="utf-8") == render()
