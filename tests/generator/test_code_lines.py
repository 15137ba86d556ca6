"""Lines of code: comments, docstrings and blank lines are none, whatever they look like."""

import pytest

from tools.code_lines import ROOT, code_lines, count, main, table

SOURCE = '''"""A module.

# Not a comment.
"""

import re  # with a comment

NAMES = (
    "a",

    # between
    "b",
)
"""What the name above holds."""


def f(text: str) -> str:
    """A docstring."""
    return """a text
that is code

# all of it
"""
'''


def test_only_lines_with_code_count() -> None:
    assert code_lines(SOURCE) == 1 + 4 + 1 + 5
    assert code_lines("") == code_lines("# nothing\n\n") == 0


def test_rooms_are_counted_apart_and_together() -> None:
    sources = iter([("a/one.py", "x = 1\n"), ("a/b/two.py", '"""Two."""\n\ny = 2\nz = 3\n'), ("c.py", "# no\n")])
    counted = count(sources, ("a", "c.py"))
    assert counted == {"a": (2, 5, 3), "c.py": (1, 1, 0)}
    assert table(counted).splitlines()[-1].split() == ["together", "3", "6", "3"]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no repository around these files")
def test_the_working_tree_and_a_commit_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools/code_lines.py"]) == 0
    assert main(["tools/__init__.py", "--at", "HEAD"]) == 0
    first, second = (line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("tools/"))
    assert int(first[3].replace(",", "")) > 40
    assert second[1:] == ["1", "1", "0"]
