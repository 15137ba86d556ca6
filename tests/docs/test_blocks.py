"""Every block of the pages is run, loaded by what loads its like, or says in a table how it is held."""

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import paribus
from generator.building.hidden import make_job
from generator.sources.percent import read_percent
from generator.sources.source import read_source
from paribus import selfcheck
from paribus.course.errors import SourceError
from paribus.course.policy import load_policy
from paribus.course.term import load_term
from paribus.course.words import read_words
from paribus.course.zoo import read_zoo
from paribus.metrics.registry import registry
from paribus.training.profiles import Profile
from tests.docs.pages import BLOCKS, ROOT, Block, block_of, lines_of

HERE = "tests/docs/test_blocks.py"
RUN_BY = {
    "README.md": "tests/paribus/test_docs.py",
    "docs/experiments.md": "tests/paribus/test_docs.py",
    "docs/training.md": "tests/training/test_docs.py",
    "docs/compression.md": "tests/training/test_docs.py",
    "docs/data.md": "tests/data/test_docs.py",
    "docs/notebook-platforms.md": "tests/course/test_added_platforms.py",
    "docs/learning-platforms.md": "tests/course/test_added_platforms.py",
    "docs/metrics.md": "tests/course/measured_course.py",
    "docs/checks-of-your-own.md": "tests/course/measured_course.py",
    "docs/authoring.md": HERE,
    "docs/your-own-course.md": HERE,
}
"""Pages whose blocks of Python are run, all of them, by this test."""
RUN_ALONE = {
    "# scores: the probability of each class": "tests/paribus/test_docs.py",
    "from paribus.zoo.diagnosis": "tests/paribus/test_docs.py",
}
"""Blocks that another test runs than their page's, by how they begin."""
NOT_RUN = {
    "import complaints\nimport paribus.zoo": "a zoo takes minutes; tests/paribus/test_zoo.py opens a small one",
    "data = paribus.zoo.load_data(zoo, complaints.load)": "as above; tests/paribus/test_zoo.py compares its models",
}
"""Blocks that no test runs, by how they begin, and why. The names that they use are looked up."""
PYTHON = [block for block in BLOCKS if block.language == "python"]


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.name)
def test_a_block_of_python_is_run_or_says_why_not(block: Block) -> None:
    ast.parse(block.text)
    alone = [test for beginning, test in RUN_ALONE.items() if block.text.startswith(beginning)]
    if alone or block.page in RUN_BY:
        test = (ROOT / (alone or [RUN_BY[block.page]])[0]).read_text(encoding="utf-8")
        assert Path(block.page).name in test
    else:
        assert any(block.text.startswith(beginning) for beginning in NOT_RUN), (
            f"{block.name}: no test runs this block. Run it and add the page to RUN_BY, or say why not in NOT_RUN."
        )
        assert missing_names(block.text) == []


PLACES = {"figures_zoo": "paribus/figures/zoo.py", "complaints": "course/library/complaints"}
"""Modules of `NOT_RUN` whose names are no paths. Their files are read, since torch takes seconds to import."""


def missing_names(code: str) -> list[str]:
    """What a block calls in our modules, and none of their files defines."""
    missing = []
    for module, name in re.findall(r"\b(paribus\.[a-z_]+|complaints|figures_zoo)\.([a-z_]+)\b", code):
        place = ROOT / PLACES.get(module, module.replace(".", "/"))
        files = [place] if place.is_file() else sorted(place.rglob("*.py"))
        if not any(re.search(rf"^def {name}\(", file.read_text(encoding="utf-8"), re.MULTILINE) for file in files):
            missing.append(f"{module}.{name}")
    return missing


@pytest.mark.parametrize(
    ("code", "missing"), [("paribus.zoo.open_zoo(x)", []), ("complaints.lod(x)", ["complaints.lod"])]
)
def test_a_name_that_is_gone_is_found(code: str, missing: list[str]) -> None:
    assert missing_names(code) == missing


def test_the_tables_name_nothing_that_is_gone() -> None:
    assert {page for page in RUN_BY if not any(block.page == page for block in PYTHON)} == set()
    for beginning in (*RUN_ALONE, *NOT_RUN):
        assert any(block.text.startswith(beginning) for block in PYTHON), beginning


def test_the_picture_with_controls_of_the_page_is_drawn() -> None:
    """docs/authoring.md."""
    space: dict[str, Any] = {}
    for block in PYTHON:
        if block.page == "docs/authoring.md":
            exec(block.text, space)  # noqa: S102 - the page's own example
    assert space["curve"](0.1, 1).axes


def test_a_notebook_looks_its_profile_up_as_the_page_says() -> None:
    """docs/your-own-course.md."""
    space: dict[str, Any] = {
        "paribus": paribus, "PROFILE": "long", "make_model": lambda width: f"{width} wide",
        "PROFILES": {"long": {"about": "an hour", "width": 40}},
    }  # fmt: skip
    exec(block_of("docs/your-own-course.md", "profile ="), space)  # noqa: S102 - the page's own example
    assert isinstance(space["profile"], Profile)
    assert space["model"] == "40 wide"


# --- TOML: what loads a course's own table loads the page's -----------------------------------------------

ZOO = """
schema = "paribus.zoo/1"
name = "compressed"
title = "Models without a label"
about = "Three models."
codenames = ["Agate", "Beryl", "Coral"]
baseline = "original"
sheets = true
[data]
load = "complaints:load"
[profiles.micro]
model = "tiny-teacher"
epochs = 2
learning_rate = 2e-3
max_length = 48
"""


def _policy(text: str, folder: Path) -> None:
    roster = "" if "roster =" in text else '[grading]\nroster = "roster.csv"\n'
    (folder / "roster.csv").write_text("Student number,name\n1,Ada\n", encoding="utf-8")
    (folder / "course.toml").write_text(roster + text, encoding="utf-8")
    assert load_policy("week1_homework", folder / "course.toml").roster


def _term(text: str, folder: Path) -> None:
    entries = "".join(
        f'[weeks.{week}]\ntitle = "One"\n[weeks.{week}.assignments.{week}_homework]\ntitle = "Homework"\n'
        f'kind = "homework"\nsource = "{week}.py"\nprofile = "quick"\n'
        for week in ("week1", "week2")
    )
    (folder / "course.toml").write_text(f"{text}\n{entries}", encoding="utf-8")
    plan = load_term(folder / "course.toml")
    assert (plan.late_days, plan.drop) == (3, {"memos": 1})


def _words(text: str, folder: Path) -> None:
    words = read_words(text, str(folder / "vocabulary.toml"), registry())
    assert words["metrics"]["rmse"] == ("typical error", "erreur type")


def _recipes(text: str, folder: Path) -> None:
    told = "".join(
        f'[recipes.{name}]\ntitle = "{name}"\nstory = "So."\n' for name in ("original", "pruned", "distilled")
    )
    (folder / "zoo.toml").write_text(f"{ZOO}{told}{text}", encoding="utf-8")
    assert [recipe.name for recipe in read_zoo(folder / "zoo.toml", ["micro"]).recipes][1:] == [
        "pruned",
        "distilled",
    ]


LOADED: dict[tuple[str, str], Callable[[str, Path], None] | str] = {
    ("docs/notebook-platforms.md", "[build-system]"): "tests/course/test_added_platforms.py",
    ("docs/learning-platforms.md", "[build-system]"): "tests/course/test_added_platforms.py",
    ("docs/learning-platforms.md", "[grading]"): _policy,
    ("docs/learning-platforms.md", "[grading.roster_columns]"): _policy,
    ("docs/term.md", "[term]"): _term,
    ("docs/your-own-course.md", "[metrics]"): _words,
    ("docs/zoo.md", "[recipes.pruned.changes]"): _recipes,
    ("docs/your-own-course.md", "[course]"): "tests/course/test_own_course.py",
    ("docs/your-own-course.md", "[grading]"): "tests/course/test_own_course.py",
    ("docs/your-own-course.md", "[library]"): "tests/course/test_own_course.py",
    ("docs/your-own-course.md", "owner ="): "tests/docs/made_course.py",
    ("docs/quizzes.md", "[quizzes]"): "tests/docs/made_course.py",
    ("docs/quizzes.md", "[[question]]"): "tests/docs/made_course.py",
    ("docs/checks-of-your-own.md", "# cases/"): "tests/course/measured_course.py",
}
"""What loads a block of TOML: a function here, or the file that puts it into a course that is built."""


@pytest.mark.parametrize(
    "block", [item for item in BLOCKS if item.language == "toml"], ids=lambda block: block.name
)
def test_a_block_of_toml_is_loaded_by_what_loads_a_courses_own(block: Block, tmp_path: Path) -> None:
    (load,) = [
        load for (page, start), load in LOADED.items()
        if page == block.page and block.text.split("\n")[0].startswith(start)
    ]  # fmt: skip
    if isinstance(load, str):
        assert Path(block.page).name in (ROOT / load).read_text(encoding="utf-8")
    else:
        load(block.text, tmp_path)


# --- pieces of a source ------------------------------------------------------------------------------------

PIECES = [block for block in BLOCKS if block.language == "" and block.text.startswith("# %%")]
ANSWER = "# Why is there a gap?\n#\n# <!-- BEGIN SOLUTION -->\n# There is none.\n# <!-- END SOLUTION -->\n"


@pytest.mark.parametrize("block", PIECES, ids=lambda block: block.name)
def test_a_piece_of_a_source_has_headers_that_can_be_read(block: Block) -> None:
    assert read_percent(
        re.sub(r"^(# %%.*)\n(?=# %%|$)", r"\1\n# text\n", block.text, flags=re.MULTILINE), block.name
    )


def authored() -> str:
    """The pieces of docs/authoring.md, as one source."""
    told = [block.text for block in PIECES if block.page == "docs/authoring.md"]
    pieces = [text for text in told if "BEGIN RUBRIC" not in text]  # tests/generator/test_rubrics.py reads those
    whole = "\n\n".join(['# %% tags=["parameters"]\nPROFILE = "micro"', *pieces, "notebook.summary()\n"])
    return re.sub(
        r"^(# %% \[markdown\].*\n)(?=# %%)", lambda header: f"{header[1]}{ANSWER}\n", whole, flags=re.MULTILINE
    )


SHARES = {"task": {"tasks.tests_passed": 1.0}}


def test_the_pieces_of_a_source_on_the_page_are_one_source_that_can_be_read() -> None:
    """docs/authoring.md: a task, its tests, a memo and the notebook as a whole, with their points."""
    source = read_source(authored(), "authoring.md", SHARES)
    assert {"double", "gap", "whole"} <= {cell.name for cell in source.cells if cell.points}


def test_the_pages_tests_pass_its_solution_and_catch_its_wrong_answer(tmp_path: Path) -> None:
    """docs/authoring.md: what the proof of a release does with the three."""
    source = read_source(authored(), "authoring.md", SHARES)
    wrong = {"double": {"planted": block_of("docs/authoring.md", "# Doubles the distance")}}
    task, tests = [cell for cell in make_job(source, wrong, str)["cells"] if cell["kind"] in ("task", "tests")]

    def try_out(code: str) -> None:
        notebook = paribus.begin("week1_homework", "0" * 16, directory=tmp_path / ".paribus")
        exec(f"{code}\n{tests['text']}", {"notebook": notebook, "selfcheck": selfcheck})  # noqa: S102

    try_out(task["text"])
    with pytest.raises(AssertionError, match="A negative number"):
        try_out(task["wrong"]["planted"])


def test_the_message_of_the_page_is_the_one_that_a_build_gives() -> None:
    """docs/authoring.md: a task without tests."""
    told = block_of("docs/authoring.md", "week1/homework.py:84:")
    lines = ["# %%", *["x = 1"] * 82, '# %% task="rescued" points=2', "def rescued():", "    ### BEGIN SOLUTION",
             "    return 1", "    ### END SOLUTION", ""]  # fmt: skip
    with pytest.raises(SourceError) as refused:
        read_source("\n".join(lines), "week1/homework.py", SHARES)
    assert str(refused.value) == told


# --- everything else -----------------------------------------------------------------------------------------

HELD = {
    "course.toml                  ": "a course folder; tests/docs/test_blocks.py looks at the shipped one",
    "# Doubles the distance": "a planted wrong answer; tests/docs/test_blocks.py runs it",
    "# The reference run reached": "a line of a memo; tests/generator/test_references.py fills its like",
    "week1/homework.py:84:": "a message; tests/docs/test_blocks.py provokes it",
    "Ada Ahn   score:": "what a regrading prints; tests/grader/test_upgrade.py",
    "<details><summary>evidence": "a record, cut; tests/docs/test_blocks.py looks its fields up in the schema",
    "instructor/week1_lab/smoke-": "what a run leaves; tests/docs/test_blocks.py looks the names up",
    "student/zoo/week2/": "what a zoo leaves; tests/docs/test_blocks.py looks the names up",
    "mycourse/\n": "the tree of a course folder; tests/docs/test_blocks.py looks its names up",
    "course/        the course": "the tree of the checkout; tests/docs/test_pages.py",
}
"""Blocks that are neither commands nor code that runs, by how they begin, and what holds them."""


def test_every_other_block_says_what_holds_it() -> None:
    others = [
        block for block in BLOCKS
        if block.language not in ("python", "toml") and not lines_of(block) and not block.text.startswith("# %%")
    ]  # fmt: skip
    unknown = [block.name for block in others if not any(block.text.startswith(start) for start in HELD)]
    assert unknown == [], "Say in HELD (tests/docs/test_blocks.py) what holds these blocks, or make them run."
    assert [start for start in HELD if not any(block.text.startswith(start) for block in others)] == []


def test_the_record_on_the_page_has_the_schemas_fields() -> None:
    """docs/evidence.md."""
    text = block_of("docs/evidence.md", "<details>")
    schema = json.loads((ROOT / "paribus" / "records" / "schema.json").read_text(encoding="utf-8"))
    (line,) = [line for line in text.split("\n") if line.startswith("{")]
    shown = json.loads(line.removesuffix(", …") + "}")
    assert set(shown) <= set(schema["properties"])


NAMES_IN = {
    "instructor/week1_lab/smoke-": ("generator/running",),
    "student/zoo/week2/": ("generator/zoo", "paribus/zoo", "generator/publishing", "generator/platforms"),
    "mycourse/\n": ("paribus/course", "generator/platforms", "generator/running", "generator/rehearsal"),
}  # fmt: skip
MADE_UP = {"Alpha", "cars", "mechanics", "week1", "week1_lab", "week1_cars", "swapped", "speed", "homework"}


@pytest.mark.parametrize("start", NAMES_IN)
def test_the_names_of_a_listing_are_those_that_the_code_writes(start: str) -> None:
    (block,) = [item for item in BLOCKS if item.text.startswith(start)]
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for room in NAMES_IN[start] for path in sorted((ROOT / room).rglob("*"))
        if path.suffix in (".py", ".toml", ".md")
    )  # fmt: skip
    told = {
        name
        for line in block.text.split("\n")
        for name in re.findall(r"[\w.-]+\.(?:toml|csv|json|ipynb|html|log|py)\b", line)
    }
    unknown = [name for name in told if name.partition(".")[0] not in MADE_UP and name not in code]
    assert unknown == []


def test_the_tree_of_a_course_folder_is_the_shipped_courses() -> None:
    """docs/authoring.md."""
    tree = block_of("docs/authoring.md", "course.toml    ")
    first = [line.split()[0] for line in tree.split("\n")]
    patterns = [re.sub(r"<\w+>", "*", name) for name in first]
    assert [name for name in patterns if not list((ROOT / "course").glob(name))] == []
