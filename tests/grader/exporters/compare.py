"""Exports beside their notebooks: is every code cell read exactly, and what else survived?

    .venv/bin/python -m tests.grader.exporters.compare FOLDER             # a table, one line an export
    .venv/bin/python -m tests.grader.exporters.compare FOLDER --misses    # and each cell that was not read

Pairs every NAME.html below FOLDER with the NAME.ipynb in the same folder. A notebook is often saved again after
its export was made; such a cell is no miss of `recover`. To tell the two apart, a cell that was not read exactly is
looked for in the page's text as the standard library's own HTML parser gives it, blanks aside: where it stands
nowhere in that text, or only as part of a longer cell that was read, the page was made from another version of the
notebook (``other``); else `recover` missed it, if only for a blank (``blanks``). What was read and is not in the
notebook is counted, too: code cells beyond the notebook's, of another version perhaps (``extra``), and cells that
nobody wrote, with nothing in them or with words that stand nowhere in the notebook (``phantoms``). Exit status 1 if
anything was missed or is a phantom.
"""

import argparse
import base64
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser
from pathlib import Path

from grader.errors import UnreadableError
from grader.evidence.records import read_records
from grader.grading.match import prose_words, rendered_words
from grader.model import Recovered, RecoveredCell
from grader.recover import recover
from grader.recover.text import as_utf8, terminal_text

BLANKS = re.compile(r"\s+")
BREAK = "\n-----\n"
GENERATOR = re.compile(rb'<meta[^>]{0,40}name="generator"[^>]{0,40}content="([^"]{1,40})"', re.IGNORECASE)
CELL_OPTION = re.compile(r"^#\|.*\n?", re.MULTILINE)  # Quarto takes them out of what it shows


@dataclass(frozen=True)
class Share:
    """How many of ``asked`` things of the notebook were read exactly, and how many the page does not hold."""

    asked: int
    exact: int
    other: int

    @property
    def missed(self) -> int:
        """What stands in the page and was not read exactly."""
        return self.asked - self.exact - self.other

    def __add__(self, more: "Share") -> "Share":
        """Both together."""
        return Share(self.asked + more.asked, self.exact + more.exact, self.other + more.other)


NOTHING = Share(0, 0, 0)


@dataclass(frozen=True)
class Comparison:
    """One export held against its notebook. ``problem`` is the refusal of a page that is no notebook; outputs are
    compared in the cells whose source and execution count are the same in both. ``misses`` are (what the notebook
    holds, what was read in its place), of which ``blanks`` differ in blanks alone; ``extra`` and ``phantoms`` count
    what was read beyond the notebook's cells.
    """

    name: str
    family: str
    code: Share = NOTHING
    streams: Share = NOTHING
    tables: Share = NOTHING
    pictures: Share = NOTHING
    records: Share = NOTHING
    blanks: int = 0
    extra: int = 0
    phantoms: int = 0
    problem: str = ""
    misses: tuple[tuple[str, str], ...] = ()

    @property
    def shares(self) -> tuple[Share, ...]:
        """In the table's order."""
        return (self.code, self.streams, self.tables, self.pictures, self.records)

    @property
    def beyond(self) -> tuple[int, ...]:
        """In the table's order: cells that differ in blanks alone, cells beyond the notebook's, and phantoms."""
        return (self.blanks, self.extra, self.phantoms)


def pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Every page with its notebook, in order."""
    for page in sorted([*folder.rglob("*.html"), *folder.rglob("*.htm")]):
        notebook = page.with_suffix(".ipynb")
        if notebook.is_file():
            yield page, notebook


def compare(name: str, page: bytes, notebook: bytes) -> Comparison:
    """Hold what `recover` reads from a page against what it reads from the notebook."""
    try:
        found, expected = recover(page, name), recover(notebook, "notebook.ipynb")
    except UnreadableError as error:
        return Comparison(name, "-", problem=str(error))
    generator = GENERATOR.search(page[:4096])
    family = found.family + (f" ({generator[1].decode()})" if generator and found.family == "quarto" else "")
    shown = _Text.of(as_utf8(page)[0].decode("utf-8", errors="replace"))
    wanted = [cell for cell in expected.cells if cell.cell_type == "code" and _source(cell, found)]
    there = [cell for cell in found.cells if cell.cell_type == "code"]
    asked, read = [_source(cell, found) for cell in wanted], [_source(cell, found) for cell in there]
    code, misses = _codes(asked, read, shown)
    blocks = SequenceMatcher(None, asked, read, autojunk=False).get_matching_blocks()
    same = [(wanted[a + i], there[b + i]) for a, b, size in blocks for i in range(size)]
    same = [(left, right) for left, right in same if left.count == right.count]
    return Comparison(
        name, family, code,
        streams=_outputs(same, "stream", shown), tables=_outputs(same, "table", shown),
        pictures=_outputs(same, "picture", shown), records=_records(expected, found),
        blanks=sum(_squashed(source) in map(_squashed, there_too.split(BREAK)) for source, there_too in misses),
        extra=_extra(asked, [source for source in read if source]), phantoms=_phantoms(expected, found),
        misses=misses,
    )  # fmt: skip


class _Text(HTMLParser):
    """A page's characters without any blanks, those of each ``<pre>``, and the pictures in it, by another parser
    than `recover`'s.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.blocks: set[str] = set()
        self.pictures: list[str] = []
        self.shown = self.squashed = ""
        self._start = 0

    def handle_data(self, data: str) -> None:
        """Collect a text, a script's and a style's too."""
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect an embedded picture; note where a block begins."""
        if tag == "img":
            self.pictures.extend(value for name, value in attrs if name == "src" and value)
        if tag == "pre":
            self._start = len(self.pieces)

    def handle_endtag(self, tag: str) -> None:
        """Collect a block."""
        if tag == "pre":
            self.blocks.add(_squashed("".join(self.pieces[self._start :])))

    @classmethod
    def of(cls, page: str) -> "_Text":
        """Read a page."""
        parser = cls()
        parser.feed(page)
        parser.close()
        parser.shown = terminal_text("".join(parser.pieces))
        parser.squashed = _squashed("".join(parser.pieces))
        return parser

    def holds(self, text: str) -> bool:
        """Whether a text stands in the page, blanks aside."""
        return _squashed(text) in self.squashed


def _squashed(text: str) -> str:
    return BLANKS.sub("", text)


def _source(cell: RecoveredCell, page: Recovered) -> str:
    """A cell's source up to blanks at its ends; without the lines that Quarto takes out, where it made the page."""
    return (CELL_OPTION.sub("", cell.source) if page.family == "quarto" else cell.source).strip()


def _codes(wanted: Sequence[str], there: Sequence[str], shown: _Text) -> tuple[Share, tuple[tuple[str, str], ...]]:
    exact = other = 0
    misses = []
    for tag, start, end, low, high in SequenceMatcher(None, wanted, there, autojunk=False).get_opcodes():
        if tag == "equal":
            exact += end - start
            continue
        for source in wanted[start:end]:
            longer = any(source in read for read in there) and _squashed(source) not in shown.blocks
            if shown.holds(source) and not longer:
                misses.append((source, BREAK.join(there[low:high])))
            else:
                other += 1
    return Share(len(wanted), exact, other), tuple(misses)


def _extra(wanted: Sequence[str], there: Sequence[str]) -> int:
    """How many code cells were read beyond those that may stand for another one of the notebook."""
    steps = SequenceMatcher(None, wanted, there, autojunk=False).get_opcodes()
    return sum(max(0, (high - low) - (end - start)) for tag, start, end, low, high in steps if tag != "equal")


def _phantoms(expected: Recovered, found: Recovered) -> int:
    """How many cells were read that nobody wrote: with nothing in them, or with words that the notebook has not."""
    code = [[cell for cell in notebook.cells if cell.cell_type == "code"] for notebook in (expected, found)]
    empty = [sum(not (cell.source.strip() or cell.outputs) for cell in cells) for cells in code]
    text = "\n".join(f"{rendered_words(cell.source)}\n{cell.source}" for cell in expected.cells)
    own = set(prose_words(text).split())
    texts = [prose_words(cell.source).split() for cell in found.cells if cell.cell_type != "code"]
    foreign = sum(2 * sum(word in own for word in words) < len(words) for words in texts)
    return max(0, min(empty[1] - empty[0], len(code[1]) - len(code[0]))) + foreign


def _outputs(cells: Sequence[tuple[RecoveredCell, RecoveredCell]], kind: str, shown: _Text) -> Share:
    """Outputs of a kind, by what they hold; a cell that was run again holds others, which the page does not."""
    share = NOTHING
    for cell, read in cells:
        left = Counter(_held(read, kind))
        for held in _held(cell, kind):
            exact = left[held] > 0
            left[held] -= exact
            absent = not exact and not _in_page(held, shown)
            share += Share(1, int(exact), int(absent))
    return share


def _held(cell: RecoveredCell, kind: str) -> list[str | bytes]:
    """What a cell's outputs of a kind hold. Quarto joins a cell's streams, the lab template writes a text that was
    displayed as it writes a stream, and pandoc fills rows up with empty cells: none of these is compared.
    """
    if kind == "picture":
        return [output.picture_bytes for output in cell.outputs if output.mime in ("image/png", "image/jpeg")]
    if kind == "table":
        tables = [output.text for output in cell.outputs if "<table" in output.html]
        return ["\n".join(line.rstrip("\t") for line in text.split("\n")) for text in tables]
    streams: dict[str, str] = {}
    for output in cell.outputs:
        shown = output.kind == "stream" or (output.kind == "display" and output.mime == "text/plain")
        if shown and output.text.strip():
            name = output.name or "stdout"
            streams[name] = streams.get(name, "") + output.text.strip() + "\n"
    return [*streams.values()]


def _in_page(held: str | bytes, shown: _Text) -> bool:
    if isinstance(held, str):
        return shown.holds(held) if "\t" in held else held in shown.shown
    text = base64.b64encode(held).decode()
    return any(text in _squashed(picture) for picture in shown.pictures)


def _records(expected: Recovered, found: Recovered) -> Share:
    """Evidence records that are whole in the notebook and the same in the page."""
    wanted = [item.record for item in read_records(expected) if item.record is not None]
    there = [item.record for item in read_records(found) if item.record is not None]
    return Share(len(wanted), sum(record in there for record in wanted), 0)


COLUMNS = ("code cells", "streams", "tables", "pictures", "records")
BEYOND = ("blanks", "extra", "phantoms")


def table(comparisons: Sequence[Comparison]) -> str:
    """The comparisons as a markdown table: exact of those that the page holds, and how many it does not hold."""
    columns = (*COLUMNS, *BEYOND)
    lines = ["| export | family | " + " | ".join(columns) + " |", "| --- | --- |" + " --- |" * len(columns)]
    total, beyond = [NOTHING] * len(COLUMNS), [0] * len(BEYOND)
    for item in comparisons:
        if item.problem:
            lines.append(f"| {item.name} | {item.problem} |" + " |" * len(columns))
            continue
        total = [so_far + share for so_far, share in zip(total, item.shares, strict=True)]
        beyond = [so_far + more for so_far, more in zip(beyond, item.beyond, strict=True)]
        told = [*map(_told, item.shares), *(str(number or "–") for number in item.beyond)]
        lines.append(f"| {item.name} | {item.family} | {' | '.join(told)} |")
    told = [*map(_told, total), *(str(number or "–") for number in beyond)]
    lines.append(f"| all {len(comparisons)} | | {' | '.join(told)} |")
    return "\n".join(lines)


def _told(share: Share) -> str:
    if not share.asked:
        return "–"
    other = f" ({share.other} other)" if share.other else ""
    return f"{share.exact} of {share.asked - share.other}{other}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--misses", action="store_true", help="show what was not read exactly")
    options = parser.parse_args(arguments)
    found = [
        compare(str(page.relative_to(options.folder)), page.read_bytes(), notebook.read_bytes())
        for page, notebook in pairs(options.folder)
    ]
    print(table(found))  # noqa: T201 - a script prints
    for item in found if options.misses else ():
        for source, read in item.misses:
            print(f"\n=== {item.name}\n{source}\n--- read in its place:\n{read}")  # noqa: T201
    faults = (item.problem or item.phantoms or any(share.missed for share in item.shares) for item in found)
    return int(not found or any(faults))


if __name__ == "__main__":
    sys.exit(main())
