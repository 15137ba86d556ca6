"""Every command that README.md and docs/ show is one that paribus takes, and every block of code is run or read.

A block of Python is run by a test that names the page; one that cannot be run says why in `NOT_RUN`. A new page
with Python needs a line in one of the two tables.
"""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.sources.percent import read_percent
from generator.sources.source import read_source
from paribus.cli import build_parser, find_commands, main

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))

RUN_BY = {
    "README.md": "tests/paribus/test_docs.py",
    "docs/experiments.md": "tests/paribus/test_docs.py",
    "docs/training.md": "tests/training/test_docs.py",
    "docs/data.md": "tests/data/test_docs.py",
    "docs/notebook-platforms.md": "tests/course/test_added_platforms.py",
    "docs/learning-platforms.md": "tests/course/test_added_platforms.py",
    "docs/metrics.md": "tests/course/measured_course.py",
    "docs/checks-of-your-own.md": "tests/course/measured_course.py",
}
"""Pages whose blocks of Python are run, all of them, by this test."""

NOT_RUN = {
    "import complaints\nimport paribus.zoo": "a zoo takes minutes; tests/paribus/test_zoo.py opens a small one",
    "data = paribus.zoo.load_data(zoo, complaints.load)": "as above; tests/paribus/test_zoo.py compares its models",
    "from paribus.zoo.diagnosis": "as above; tests/paribus/test_diagnosis.py makes diagnoses",
}
"""Blocks that no test runs, by how they begin, and why."""

PROGRAMS = ("paribus", "make", "python", "jupyter", "dask", "cd", "export")
"""What a command line may begin with; a block without such a line is a listing, or what a command prints."""

COMMANDS = {command.name: command for command in find_commands()}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, its first line's number, the language it names, its text."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    lines = page.read_text(encoding="utf-8").split("\n")
    fences = [number for number, line in enumerate(lines) if line.lstrip().startswith("```")]
    assert len(fences) % 2 == 0, f"{page.name}: a block that does not end"
    for first, last in zip(fences[::2], fences[1::2], strict=True):
        indent = len(lines[first]) - len(lines[first].lstrip())
        text = "\n".join(line[indent:] for line in lines[first + 1 : last])
        yield Block(page, first + 2, lines[first].strip().removeprefix("```"), text)


BLOCKS = [block for page in PAGES for block in blocks(page)]
SHELL = [
    pytest.param(line, id=f"{block.name} {line}")
    for block in BLOCKS
    if block.language in ("", "sh")
    for line in block.text.split("\n")
    if line.split(" ")[0] in PROGRAMS
]
EXAMPLES = [pytest.param(command.example, id=f"{name} --help") for name, command in COMMANDS.items()]
PYTHON = [block for block in BLOCKS if block.language == "python"]
NAMED = sorted(
    {found for page in PAGES for found in re.findall(r"`(paribus [a-z][^`]*)`", page.read_text("utf-8"))}
)


def words_of(line: str) -> list[str]:
    return shlex.split(line, comments=True)


@pytest.mark.parametrize("line", [*SHELL, *EXAMPLES])
def test_a_command_line_is_one_that_can_be_typed(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    program, *arguments = words_of(line)
    if program == "python" and arguments[:2] == ["-m", "paribus"]:
        program, arguments = "paribus", arguments[2:]
    if program == "paribus" and "--help" not in arguments:
        try:
            build_parser(list(COMMANDS.values())).parse_args(arguments)
        except SystemExit:
            pytest.fail(capsys.readouterr().err)
    elif program == "make":
        assert [word for word in arguments if "=" not in word and word not in TARGETS] == []
    elif program == "python":
        flag, module, *_ = arguments
        assert flag == "-m"
        assert module == "pip" or (ROOT / module.replace(".", "/")).exists() or module == "venv", module


@pytest.mark.parametrize("words", NAMED)
def test_a_command_in_a_sentence_exists_with_its_options(words: str) -> None:
    name, *rest = words.split(" ")[1:]
    if name not in COMMANDS:
        pytest.fail(f"there is no `paribus {name}`")
    parser = build_parser([COMMANDS[name]])
    text = "\n".join(_help(parser))
    unknown = [word for word in rest if word.startswith("--") and word.rstrip(".,;") not in text]
    assert unknown == []


def _help(parser: object) -> Iterator[str]:
    """The option strings of a parser and of the parsers below it."""
    for action in getattr(parser, "_actions", ()):
        yield from action.option_strings
        for below in (action.choices or {}).values() if isinstance(action.choices, dict) else ():
            yield from _help(below)


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.name)
def test_a_block_of_python_is_run_or_says_why_not(block: Block) -> None:
    ast.parse(block.text.replace("…", "..."))
    page = str(block.page.relative_to(ROOT))
    if page in RUN_BY:
        test = (ROOT / RUN_BY[page]).read_text(encoding="utf-8")
        assert block.page.name in test, f"{RUN_BY[page]} does not read {page}"
    else:
        assert any(block.text.startswith(beginning) for beginning in NOT_RUN), (
            f"{block.name}: no test runs this block. Run it and add the page to RUN_BY, or say why not in NOT_RUN."
        )


def test_the_tables_name_nothing_that_is_gone() -> None:
    assert {page for page in RUN_BY if not (ROOT / page).is_file()} == set()
    assert {
        beginning for beginning in NOT_RUN if not any(block.text.startswith(beginning) for block in PYTHON)
    } == set()


@pytest.mark.parametrize(
    "block", [item for item in BLOCKS if item.language == "toml"], ids=lambda block: block.name
)
def test_a_block_of_toml_can_be_read(block: Block) -> None:
    """tests/course/test_own_course.py loads the tables of docs/your-own-course.md as a course."""
    assert tomllib.loads(block.text)


@pytest.mark.parametrize(
    "block",
    [item for item in BLOCKS if item.language == "" and item.text.startswith("# %%")],
    ids=lambda block: block.name,
)
def test_a_piece_of_a_source_has_headers_that_can_be_read(block: Block) -> None:
    assert read_percent(
        re.sub(r"^(# %%.*)\n(?=# %%|$)", r"\1\n# text\n", block.text, flags=re.MULTILINE), block.name
    )


def test_a_page_links_only_to_what_is_there() -> None:
    """Files beside the page, and headings as GitHub names them."""
    wrong = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            path, _, anchor = target.partition("#")
            if "://" in target:
                continue
            other = (page.parent / path).resolve() if path else page
            if not other.exists() or (anchor and anchor not in anchors(other)):
                wrong.append(f"{page.relative_to(ROOT)}: {target}")
    assert wrong == []


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert [
        page.name
        for page in (ROOT / "docs").glob("*.md")
        if f"({page.name})" not in index and page.name != "index.md"
    ] == []


def test_every_command_is_on_some_page() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [name for name in COMMANDS if f"paribus {name}" not in text] == []


ANSWER = "# Why is there a gap?\n#\n# <!-- BEGIN SOLUTION -->\n# There is none.\n# <!-- END SOLUTION -->\n"


def test_the_pieces_of_a_source_on_the_page_are_one_source_that_can_be_read() -> None:
    """docs/authoring.md: a task, its tests, a memo and the notebook as a whole, with their points."""
    page = ROOT / "docs" / "authoring.md"
    told = [block.text for block in BLOCKS if block.page == page and block.text.startswith("# %%")]
    pieces = [text for text in told if "BEGIN RUBRIC" not in text]  # tests/generator/test_rubrics.py reads those
    whole = "\n\n".join(['# %% tags=["parameters"]\nPROFILE = "micro"', *pieces, "notebook.summary()\n"])
    text = re.sub(
        r"^(# %% \[markdown\].*\n)(?=# %%)", lambda header: f"{header[1]}{ANSWER}\n", whole, flags=re.MULTILINE
    )
    source = read_source(text, page.name, {"task": {"tasks.tests_passed": 1.0}})
    assert {"double", "gap", "whole"} <= {cell.name for cell in source.cells if cell.points}


CHEAP = ("paribus new mycourse", "cd mycourse", "paribus build week1 --lint")
"""Lines that are run here; tests/generator/first_afternoon.py runs those of docs/your-own-course.md."""


def test_the_cheap_lines_run_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = {" ".join(words_of(line)) for block in BLOCKS for line in block.text.split("\n") if "'" not in line}
    monkeypatch.chdir(tmp_path)
    for line in CHEAP:
        assert line in shown
        program, *arguments = line.split(" ")
        if program == "cd":
            monkeypatch.chdir(arguments[0])
        else:
            assert main(arguments) == 0, capsys.readouterr().err
    assert Path("build/student/README.md").is_file()
