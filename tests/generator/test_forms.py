"""The form of an experiment: what a student finds above the cell, in any course."""

import ast

from generator.building.forms import forms_of
from generator.building.leaks import secret_lines
from generator.sources.source import Source, read_source
from paribus.course.assignment import Role
from tests.generator.courses import NAMES, SMALL, build_one

BEFORE = """# %% tags=["parameters"]
PROFILE = "micro"

# %% [markdown] key="text"
# # Change one thing{shown}

# %% experiment="depth" {options} points=10
{released}### BEGIN SOLUTION
depth_test.run("baseline", train, CONFIG, data=data, seeds=SEEDS)
### END SOLUTION
"""


def source(options: str, released: str = "", shown: str = "") -> Source:
    text = BEFORE.format(options=options, released=released, shown=shown)
    return read_source(text, "week0/depth.py", SMALL.shares)


def form(of: Source) -> str:
    return forms_of(of)["depth"].source


def code(text: str) -> str:
    return text.split("```")[1].removeprefix("python\n")


def test_a_form_names_what_the_header_says_and_is_python_once_filled_in() -> None:
    text = form(source('vary=["max_depth", "trees"] metric="rmse" min_seeds=3'))
    assert code(text).splitlines() == [
        'experiment = notebook.experiment("depth", vary="…")',
        'experiment.run("baseline", train, CONFIG, data=data, seeds=SEEDS)',
        'experiment.predict(metric="rmse", direction="…", low=…, high=…, why="…")',
        'experiment.run("changed", train, replace(CONFIG, …=…), data=data, seeds=SEEDS)',
    ]
    ast.parse(code(text).replace("…", "x"))
    assert "`vary` is one of `max_depth` and `trees`" in text
    assert "at least 3" in text


def test_one_knob_is_named_and_one_seed_is_enough_where_the_header_asks_for_no_more() -> None:
    text = form(source('vary="max_depth"'))
    assert 'vary="max_depth"' in text
    assert "replace(CONFIG, max_depth=…), data=data, seed=SEED)" in text
    assert "at least" not in text


def test_the_form_uses_the_name_that_the_released_cell_gives_the_experiment() -> None:
    text = form(source('vary="max_depth"', 'depth_test = notebook.experiment("depth", vary="max_depth")\n'))
    assert 'depth_test.predict(metric="…"' in text


def test_the_row_of_an_ablation_begins_as_the_released_cell_does_and_has_its_baseline() -> None:
    begun = 'a1 = ablation.row("depth", vary="max_depth")'
    text = form(source('vary="max_depth" min_seeds=3', f"{begun}\n"))
    assert code(text).splitlines() == [
        begun,
        'a1.predict(metric="…", direction="…", low=…, high=…, why="…")',
        'a1.run("changed", train, replace(CONFIG, max_depth=…), data=data, seeds=SEEDS)',
    ]
    assert "has the ablation's baseline already" in text
    assert "notebook.experiment" not in text


def test_an_author_who_shows_the_calls_gets_no_second_form() -> None:
    shown = '\n#\n# ```python\n# experiment = notebook.experiment("depth", vary="…")\n# ```'
    assert forms_of(source('vary="max_depth"', shown=shown)) == {}


def test_a_line_that_the_form_shows_is_no_secret() -> None:
    """The solution's first run reads as the form does, and the release must not take that for a leak."""
    of = source('vary="max_depth" min_seeds=2', 'depth_test = notebook.experiment("depth", vary="max_depth")\n')
    assert 'depth_test.run("baseline", train, CONFIG, data=data, seeds=SEEDS)' in form(of)
    assert secret_lines([of]) == {}


def test_every_experiment_of_every_course_shows_how_it_is_written() -> None:
    for name in NAMES:
        built = build_one(name)
        shown = ""
        for cell in built.assignment.cells:
            shown += cell.source if cell.cell_type == "markdown" else ""
            if cell.role is Role.EXPERIMENT:
                begun = (f'notebook.experiment("{cell.key}"', f'.row("{cell.key.rpartition("-")[2]}"')
                assert any(words in shown for words in begun), name
        assert len({cell.key for cell in built.assignment.cells}) == len(built.assignment.cells)
