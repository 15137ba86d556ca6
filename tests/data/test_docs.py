"""The examples of docs/data.md run as they are printed."""

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "data.md"


def test_the_examples_run() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    space: dict[str, Any] = {}
    for block in blocks:
        exec(block, space)  # noqa: S102 - the page's own examples
    assert len(space["data"].classes) > 1
