"""The pages of the documentation, as tests read them: fenced blocks, command lines, commands within sentences."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
PROGRAMS = ("paribus", "make", "python", "pip", "jupyter", "dask", "cd", "export", ".venv/bin/python")
"""What a command line may begin with; a block without such a line is a listing, or what a command prints."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, its first line's number, the language it names, its text."""

    page: str
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    lines = page.read_text(encoding="utf-8").split("\n")
    fences = [number for number, line in enumerate(lines) if line.lstrip().startswith("```")]
    assert len(fences) % 2 == 0, f"{page.name}: a block that does not end"
    for first, last in zip(fences[::2], fences[1::2], strict=True):
        indent = len(lines[first]) - len(lines[first].lstrip())
        text = "\n".join(line[indent:] for line in lines[first + 1 : last])
        yield Block(str(page.relative_to(ROOT)), first + 2, lines[first].strip().removeprefix("```"), text)


BLOCKS = tuple(block for page in PAGES for block in blocks(page))


def words_of(line: str) -> list[str]:
    """A command line's words, without its comment."""
    return shlex.split(line, comments=True)


def is_command(line: str) -> bool:
    return line.partition(" ")[0] in PROGRAMS


def lines_of(block: Block) -> list[str]:
    """The command lines of a block, each as it is typed: without its comment."""
    if block.language not in ("", "sh"):
        return []
    return [re.sub(r"\s+# .*$", "", line) for line in block.text.split("\n") if is_command(line)]


TYPED = tuple(dict.fromkeys(line for block in BLOCKS for line in lines_of(block)))
"""Every command line of every block, once."""
SPOKEN = tuple(
    sorted(
        {
            " ".join(found.split())
            for page in PAGES
            for found in re.findall(
                r"`([^`]+)`", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
            )
            if is_command(found) and " " in found
        }
    )
)
"""Every command within a sentence, once."""


def block_of(page: str, start: str) -> str:
    """The text of the page's one block that begins so."""
    (found,) = [block.text for block in BLOCKS if block.page == page and block.text.startswith(start)]
    return found
