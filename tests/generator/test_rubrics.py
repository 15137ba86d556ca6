"""Rubrics in a source: every mistake names its line, graders get the lines, and students get none of them."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from generator.building.build import Built, Options, build, build_assignment, student_files
from generator.building.leaks import find_leaks, secret_lines
from generator.building.release import Conditions, release
from generator.building.variants import model_answer, text_for
from generator.errors import BuildError
from generator.project import ROOT
from generator.sources.headers import SourceCell
from generator.sources.source import read_source
from generator.wheels.wheel import build_wheel
from paribus.course.errors import SourceError
from paribus.course.release import read_release
from paribus.course.rubric import rubric_score
from tests.generator.courses import NAMES, SMALL, build_one, small_references

MEMO = '# %% [markdown] memo="cost" points=5 manual=4 checks={"memo.answered": 1}'
CODE = '# %% experiment="cost" vary="speed" points=4 manual=4'
LINES = ("- 3: names two rescued classes", "- 1.5: says how to test it", "- -1: generalises from one seed")


def memo(*lines: str, header: str = MEMO, more: str = "") -> str:
    """A markdown cell: line 1 its header, line 3 its rubric's first line."""
    rubric = "\n".join(("# <!-- BEGIN RUBRIC -->", *(f"# {line}" for line in lines), "# <!-- END RUBRIC -->"))
    answer = "# <!-- BEGIN SOLUTION -->\n# It cost two points.\n# <!-- END SOLUTION -->"
    return f"{header}\n{rubric}\n{more}# What did it cost?\n#\n{answer}\n"


def code(*lines: str, header: str = CODE) -> str:
    """The same in a code cell."""
    rubric = "\n".join(("### BEGIN RUBRIC", *lines, "### END RUBRIC"))
    return f"{header}\n{rubric}\n### BEGIN SOLUTION\nspeed = 3\n### END SOLUTION\n"


def read(text: str) -> SourceCell:
    return read_source(text, "a.py", {"memo": {"memo.answered": 1.0}}).cells[0]


def test_a_rubric_is_read_in_order_in_markdown_and_in_code() -> None:
    for cell in (read(memo(*LINES)), read(code(*(f"# {line}" for line in LINES)))):
        assert [(line.points, line.text) for line in cell.rubric] == [
            (3.0, "names two rescued classes"), (1.5, "says how to test it"), (-1.0, "generalises from one seed"),
        ]  # fmt: skip
    assert read(memo("", "- +4:  all   of it: really", "#")).rubric[0].text == "all of it: really"


MISTAKES = {
    "no line of a rubric": (memo("- 4: all", "and more"), 4, "`and more` in a rubric", "`- points: text`"),
    "no text": (memo("- 4: all", "- 2:"), 4, "`- 2:` in a rubric", "`- points: text`"),
    "code among the lines": (code("# - 4: all", "speed = 3"), 4, "`speed = 3` in a rubric", "`- points: text`"),
    "points in words": (memo("- four: all"), 3, "`four` for the points", "a number"),
    "no points": (memo("- : all", "- 4: all"), 3, "`` for the points", "a number"),
    "points without end": (memo("- 4: all", "- inf: more"), 4, "`inf` for the points", "a number"),
    "two equal lines": (memo("- 4: all", "- 2: all "), 4, "`all` a second time", "each line once"),
    "a number from a run": (
        memo("- 4: all", '- 2: says {{ reference("a", "b") }}'), 4, "an expression in a rubric", "words",
    ),
    "no manual points": (
        memo("- 4: all", header='# %% [markdown] memo="cost" points=4'), 2, "the memo 'cost', which has no manual",
        "manual=",
    ),
    "prose": (memo("- 4: all", header="# %% [markdown]").partition("# What")[0], 2, "in a prose cell", "memos"),
    "too few points": (
        memo("- 3: most of it", "- -2: too long"), 2, "give 3 points at most, with 4 manual points", "4 or more",
    ),
    "a line of more points than the cell has": (
        memo("- 1: some", "- 9: all of it"), 2, "`all of it` with 9 points", "4 at most",
    ),
    "nothing in it": (memo(), 3, "an empty RUBRIC region", "something"),
    "blank comments alone": (code("#", "#"), 2, "give 0 points at most", "4 or more"),
    "two rubrics": (
        memo("- 4: all", more="# <!-- BEGIN RUBRIC -->\n# - 4: more\n# <!-- END RUBRIC -->\n"), 5,
        "a second rubric", "one rubric",
    ),
    "a misspelt marker": (
        memo("- 4: all").replace("END RUBRIC", "END RUBRICS"), 4, "END RUBRICS", "<!-- BEGIN RUBRIC -->",
    ),
    "never closed": (code("# - 4: all").replace("### END RUBRIC\n", ""), 4, "BEGIN SOLUTION inside", "END RUBRIC"),
}  # fmt: skip
TWINS = (
    memo("- 4: all"),
    memo("- 4: all", "- 2: all of it"),
    code("# - 4: all"),
    memo("- 3: most", "- 1: the rest"),
)


@pytest.mark.parametrize(("text", "line", "found", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_rubric_names_its_line(text: str, line: int, found: str, expected: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(text)
    assert caught.value.line == line
    assert found in caught.value.found
    assert expected in caught.value.expected


@pytest.mark.parametrize("text", TWINS)
def test_the_same_rubrics_without_the_mistake_are_read(text: str) -> None:
    assert read(text).rubric


def test_lines_may_give_more_than_the_manual_points() -> None:
    assert sum(line.points for line in read(memo("- 4: all", "- 3: another way to all")).rubric) == 7


PAGE = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```\n(.*?)```", PAGE.partition("## Rubrics\n")[2].partition("\n## ")[0], re.DOTALL)


def test_the_pages_examples_are_rubrics() -> None:
    memo, experiment = map(read, EXAMPLES)
    assert [line.points for line in memo.rubric] == [2, 2, -1]
    assert [line.points for line in experiment.rubric] == [2, 0]
    assert rubric_score(memo.rubric, [line.key for line in memo.rubric], memo.manual) == 3
    assert model_answer(memo).startswith("The encoder rescued two classes")


# --- what is built -------------------------------------------------------------------------------------------

TINY = SMALL.entry("week0_tiny")
OPTIONS = Options(profile="micro", references=small_references())
BUILT = build_assignment(SMALL, TINY, OPTIONS)
MARKED = re.compile(r"^(# <!-- |### )BEGIN RUBRIC.*?END RUBRIC[ ->]*\n(#\n)?", re.MULTILINE | re.DOTALL)


def built_from(folder: Path, text: str) -> Built:
    path = folder / "tiny.source"
    path.write_text(text, encoding="utf-8")
    return build_assignment(SMALL, dataclasses.replace(TINY, source=path), OPTIONS)


def test_the_release_carries_lines_and_model_answers_for_graders() -> None:
    thoughts, one = BUILT.assignment.cell("thoughts"), BUILT.assignment.cell("one")
    assert [line.points for line in thoughts.rubric] == [2, 1, -1]
    assert thoughts.model_answer == (
        "A model answer that no student should ever see before handing in.\nThe reference was 0.132."
    )
    assert [line.text for line in one.rubric] == ["says what the changed arm was better at"]
    assert one.model_answer == (
        'outcome = "the changed arm was better than the other"\n\n'
        'closing_words = "a second part of the same experiment"'
    )
    others = [cell for cell in BUILT.assignment.cells if cell.key not in {"thoughts", "one"}]
    assert not any(cell.rubric or cell.model_answer for cell in others)


def test_a_rubric_is_in_the_instructors_notebook_alone() -> None:
    for (variant, platform), text in BUILT.notebooks.items():
        assert ("offers an explanation that somebody could test" in text) == (variant == "instructor"), platform
        assert ("BEGIN RUBRIC" in text) == (variant == "instructor"), platform
    assert "RUBRIC" not in BUILT.release.notebook


def test_a_rubric_changes_nothing_but_what_graders_read(tmp_path: Path) -> None:
    """Written after students have the notebook: the same digest, the same notebooks, the same public form."""
    text = TINY.source.read_text(encoding="utf-8")
    plain = built_from(tmp_path, MARKED.sub("", text))
    assert plain.release.digest == BUILT.release.digest
    assert plain.release.notebook == BUILT.release.notebook
    for (variant, platform), notebook in plain.notebooks.items():
        assert (notebook == BUILT.notebooks[variant, platform]) == (variant != "instructor")
    assert not any(cell.rubric for cell in plain.assignment.cells)
    wheel = build_wheel()
    assert student_files([plain], wheel) == student_files([BUILT], wheel)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
@pytest.mark.parametrize(("before", "after"), [(1, 1), (0, 1), (1, 0)])
def test_blank_lines_around_a_rubric_reach_no_student(place: int, before: int, after: int) -> None:
    """Above all paragraphs, between two, below them; with a blank line on both sides or on one."""
    header = '# %% [markdown] memo="m" points=1 manual=1\n'
    paragraphs = ("# First.\n", "# Then this.\n", "# <!-- BEGIN SOLUTION -->\n# So.\n# <!-- END SOLUTION -->\n")
    above, below = "#\n".join(paragraphs[:place]), "#\n".join(paragraphs[place:])
    rubric = "# <!-- BEGIN RUBRIC -->\n# - 1: so\n# <!-- END RUBRIC -->\n"
    written = above + "#\n" * (before if above else 0) + rubric + "#\n" * (after if below else 0) + below
    for variant in ("student", "solution"):
        text = text_for(read(header + written), variant)
        assert text == text_for(read(header + "#\n".join(paragraphs)), variant)


@pytest.mark.parametrize(
    "secret", ["- 2: offers an explanation that somebody could test", "names what would refute it"]
)
@pytest.mark.parametrize("file", ["a.ipynb", "a.public.json", "README.md"])
def test_a_line_of_a_rubric_is_found_wherever_a_student_would_get_it(secret: str, file: str) -> None:
    """In a notebook, as a value in a form, in a text; a source without the rubric has nothing to find."""
    content = {
        "a.ipynb": json.dumps({"cells": [{"source": [f"Hint: {secret}\n", secret]}]}),
        "a.public.json": json.dumps({"cells": [{"rubric": [{"text": secret}]}]}),
        "README.md": f"Graders look at this:\n{secret}\n",
    }[file]
    found = find_leaks([BUILT.source], {file: content.encode()})
    assert [leak.cell for leak in found] == ["thoughts"]


def test_a_model_answer_in_a_students_form_is_found() -> None:
    form = json.dumps({"cells": [{"model_answer": BUILT.assignment.cell("one").model_answer}]})
    found = find_leaks([BUILT.source], {"a.public.json": form.encode()})
    assert {leak.cell for leak in found} == {"one"}


def test_a_hint_that_quotes_the_rubric_stops_a_release(tmp_path: Path) -> None:
    path = tmp_path / "tiny.source"
    hint = "# ### What do you think?\n# Full points: offers an explanation that somebody could test"
    path.write_text(
        TINY.source.read_text(encoding="utf-8").replace("# ### What do you think?", hint), encoding="utf-8"
    )
    entry = dataclasses.replace(TINY, source=path)
    conditions = Conditions(proofs=None, skip_hidden=True, allow_missing=True)
    with pytest.raises(BuildError, match=r"these lines of solutions, rubrics or hidden tests[^']*'thoughts'"):
        release(SMALL, [entry], tmp_path / "out", OPTIONS, conditions)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_a_courses_rubrics_is_a_secret_that_the_laws_search_for(name: str) -> None:
    source = build_one(name).source
    secrets = secret_lines([source])
    assert all(line.text in secrets for cell in source.cells for line in cell.rubric)


def test_other_points_of_a_line_replace_a_releases_assignment_alone(tmp_path: Path) -> None:
    """Built over the release that is there: another assignment.json, the same digest, nothing new for students."""
    out, text = tmp_path / "out", TINY.source.read_text(encoding="utf-8")
    folder = out / "instructor" / "release" / "week0_tiny"
    path = tmp_path / "tiny.source"
    path.write_text(text, encoding="utf-8")
    entry = dataclasses.replace(TINY, source=path)
    build(SMALL, [entry], out, OPTIONS)
    before, files = read_release(folder), {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    path.write_text(text.replace("- 2: offers", "- 3: offers"), encoding="utf-8")
    build(SMALL, [entry], out, OPTIONS)
    after = read_release(folder)
    assert after.digest == before.digest
    old, new = (each.assignment.cell("thoughts").rubric for each in (before, after))
    assert [line.key for line in new] == [line.key for line in old]
    assert [line.points for line in new] == [3, 1, -1]
    changed = {file.relative_to(out).as_posix() for file, content in files.items() if file.read_bytes() != content}
    release_files = {f"instructor/release/week0_tiny/{name}" for name in ("assignment.json", "complete.json")}
    notebooks = {
        f"instructor/instructor/{platform}/week0_tiny.ipynb" for platform in ("kaggle", "colab", "jupyter")
    }
    assert changed == release_files | notebooks | {"complete.json"}
