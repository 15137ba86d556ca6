"""The form of an experiment: what a student finds above the cell, in any course."""

import ast

import pytest

from generator.building.forms import forms_of
from generator.building.leaks import secret_lines
from generator.sources.source import Source, read_source
from paribus.course.assignment import Role
from tests.generator.courses import NAMES, SMALL, build_one

RUN = 'depth_test.run("baseline", train, CONFIG, data=data, seeds=SEEDS)'
BEFORE = """# %% tags=["parameters"]
PROFILE = "micro"

# %% [markdown] key="text"
# # Change one thing{shown}

# %% experiment="depth" {options} points=10
{released}### BEGIN SOLUTION
{run}
### END SOLUTION
"""


def source(options: str, released: str = "", shown: str = "", run: str = RUN) -> Source:
    text = BEFORE.format(options=options, released=released, shown=shown, run=run)
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


OWN = (
    "squeeze, PLAIN, data=reviews, seeds=FRESH",
    "baseline(result, PLAIN)",
    "The other names are this notebook's own.",
)
USUAL = ("train, CONFIG, data=data, seeds=SEEDS", "baseline(result, CONFIG)", "Put this notebook's own names")


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        ('a.run("baseline", squeeze, PLAIN, data=reviews, seeds=FRESH)\nb.run("changed", train, SMALL)', OWN),
        ('a.run(\n    "changed", squeeze, replace(PLAIN, max_depth=1), data=reviews, seeds=FRESH\n)', OWN),
        ('a.run("baseline", nets.squeeze, PLAIN, data=reviews, seeds=FRESH)', USUAL),
        ('a.run("baseline", squeeze, PLAIN, data=reviews, seed=7)', USUAL),
        ('run("baseline", squeeze, PLAIN, data=reviews, seeds=FRESH)', USUAL),
    ],
)
def test_the_form_uses_the_plain_names_of_the_solutions_first_run_or_says_whose_to_put(
    run: str, shown: tuple[str, str, str]
) -> None:
    text = form(source('vary="max_depth" min_seeds=2', run=run))
    arm, earlier, said = shown
    assert f'run("baseline", {arm})' in text
    assert (
        arm.replace("PLAIN", "replace(PLAIN, max_depth=…)").replace("CONFIG", "replace(CONFIG, max_depth=…)")
        in text
    )
    assert earlier in text
    assert said in text


def test_the_form_of_an_ablations_row_trains_no_second_baseline() -> None:
    run = 'a1.run("changed", train, replace(RECIPE, depth=1), data=data, seeds=SEEDS)'
    text = form(source('vary="depth" min_seeds=2', 'a1 = ablation.row("depth", vary="depth")\n', run=run))
    assert [line.split("(")[0] for line in code(text).splitlines()] == ["a1 = ablation.row", "a1.predict", "a1.run"]
    assert "replace(RECIPE, depth=…)" in text
    assert "The baseline arm is the ablation's" in text


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
                assert f'notebook.experiment("{cell.key}"' in shown or " = ablation.row(" in shown, name
        assert len({cell.key for cell in built.assignment.cells}) == len(built.assignment.cells)
