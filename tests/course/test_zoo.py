"""Zoos as an instructor writes them: what is read, and how a mistake is said."""

from pathlib import Path

import pytest

from paribus.course.errors import ZooError
from paribus.course.zoo import read_zoo
from paribus.course.zoo.statistics import STATISTICS
from paribus.errors import UsageError
from paribus.training.regime import Making
from tests.shipped import COURSE, PROFILES, load_zoo

GOOD = """
schema = "paribus.zoo/1"
name = "small"
title = "A small zoo"
about = "Two models."
codenames = ["One", "Two"]
baseline = "plain"
[data]
load = "letters:load"
settings = ["size"]
[profiles.micro]
epochs = 2
[profiles.smoke]
[profiles.full]
[recipes.plain]
title = "Plain"
story = "Nothing was done."
[recipes.short]
title = "Short"
story = "One epoch."
[recipes.short.changes]
epochs = 1
[[recipes.short.evidence]]
name = "few"
statistic = "epochs"
compare = "difference"
against = "plain"
at_most = -1
says = "It has fewer epochs."
"""

MISTAKES = {
    "an unknown key of the file": ('name = "small"', 'nam = "small"', "unknown name 'nam'"),
    "an unknown key of a recipe": ('story = "One epoch."', 'story = "One"\ntale = "x"', "recipes.short.*'tale'"),
    "an unknown knob": ("epochs = 1", "epoch = 1", r"recipes.short.changes.*'epoch'.*learning_rate"),
    "an unknown knob of a profile": ("epochs = 2", "rate = 2", "profiles.micro.*'rate'"),
    "a value that cannot be meant": ("epochs = 1", "epochs = 0", "recipes.short.*epochs is 0"),
    "evidence that names no test": (
        '"epochs"',
        '"epoch_count"',
        "recipes.short.evidence.few.*'epoch_count'.*steps",
    ),
    "another version": ("paribus.zoo/1", "paribus.zoo/9", "'paribus.zoo/9'; expected 'paribus.zoo/1'"),
    "too few codenames": ('"One", "Two"', '"One"', "codenames.*2 different names"),
    "codenames that are no words": ('"One", "Two"', '"One", "../Two"', "codenames.*single words"),
    "a baseline that is no recipe": (
        'baseline = "plain"',
        'baseline = "none"',
        "unknown baseline .none.*plain, short",
    ),
    "no title": ('title = "Short"', 'title = " "', "recipes.short.*title"),
    "no table": ("[recipes.short.changes]\nepochs = 1", 'changes = "none"', "recipes.short.*changes.*a table"),
    "evidence that is no table": ("[[recipes.short.evidence]]", "[recipes.short.evidence]", "tables"),
    "an unknown comparison": ('"difference"', '"quotient"', "compare = 'quotient'"),
    "a value compared with a recipe": ('compare = "difference"', 'compare = "value"', "against = 'plain'"),
    "no bound": ("at_most = -1", "", "either at_least or at_most"),
    "a bound that is no number": ("at_most = -1", 'at_most = "low"', "at_most = 'low'; expected a number"),
    "a missing profile": ("[profiles.full]", "", "profiles"),
    "weights that are no switch": ('baseline = "plain"', 'baseline = "plain"\nweights = "yes"', "true or false"),
    "sheets that are no switch": (
        'baseline = "plain"',
        'baseline = "plain"\nsheets = 1',
        "sheets = 1.*true or false",
    ),
    "weights beside sheets": (
        'baseline = "plain"',
        'baseline = "plain"\nsheets = true\nweights = true',
        "weights = true.*how they were made",
    ),
    "a making that there is not": ("epochs = 1", 'making = { compress = "int2" }', "compress is 'int2'"),
    "an unknown key of a making": ("epochs = 1", "making = { bits = 4 }", "no 'bits'"),
    "no data": (
        'load = "letters:load"',
        "",
        "data. holds load = None; expected a function of the course's library",
    ),
    "data that are no function": ("letters:load", "letters.load", "load = 'letters.load'"),
    "an unknown key of the data": ('settings = ["size"]', 'setting = ["size"]', "unknown name 'setting'"),
    "a setting that the card has anyway": ('["size"]', '["source"]', "the setting 'source'"),
    "no TOML": ("[recipes.plain]", "[recipes.plain", "is no TOML"),
    "a recipe that is no table": ("[recipes.plain]", "[recipes]\nodd = 3\n[recipes.plain]", "odd = 3"),
    "one test twice": (
        "[[recipes.short.evidence]]",
        (
            '[[recipes.short.evidence]]\nname = "few"\nstatistic = "epochs"\nat_least = 1\nsays = "x"\n'
            "[[recipes.short.evidence]]"
        ),
        "a name of its own",
    ),
}


def _read(text: str, folder: Path) -> object:
    path = folder / "zoo.toml"
    path.write_text(text, encoding="utf-8")
    return read_zoo(path, tuple(PROFILES))


def test_a_good_zoo_is_read(tmp_path: Path) -> None:
    assert _read(GOOD, tmp_path)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda name: name.replace(" ", "-"))
def test_a_mistake_is_named_with_its_place(mistake: str, tmp_path: Path) -> None:
    old, new, message = MISTAKES[mistake]
    assert old in GOOD
    with pytest.raises(ZooError, match=rf"(?s){message}"):
        _read(GOOD.replace(old, new, 1), tmp_path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match="cannot be read"):
        read_zoo(tmp_path / "none.toml", tuple(PROFILES))


def test_a_zoo_that_is_not_listed_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match="week2, pathologies, compressed"):
        load_zoo("week7")


@pytest.mark.parametrize("name", COURSE.zoos)
def test_the_courses_zoos_are_whole(name: str) -> None:
    """Every recipe but the baseline changes something and has evidence; every test names a statistic."""
    zoo = load_zoo(name)
    for recipe in zoo.recipes:
        assert recipe.evidence
        assert {test.statistic for test in recipe.evidence} <= set(STATISTICS)
        for profile in PROFILES:
            assert bool(recipe.changed(profile)) != (recipe.name == zoo.baseline)


def test_a_profile_of_a_recipe_changes_one_key_of_its_making(tmp_path: Path) -> None:
    """What the profile does not name stays as the recipe's changes have it."""
    one = "[recipes.short.profiles.smoke]\nmaking = { share = 0.75 }"
    path = tmp_path / "zoo.toml"
    making = f'making = {{ compress = "prune", share = 0.5 }}\n{one}'
    path.write_text(GOOD.replace("epochs = 1", making), encoding="utf-8")
    zoo = read_zoo(path, tuple(PROFILES))
    made = {profile: zoo.settings(zoo.recipe("short"), profile)[1].making for profile in PROFILES}
    assert made == {
        "micro": Making("prune", 0.5), "smoke": Making("prune", 0.75), "full": Making("prune", 0.5),
    }  # fmt: skip


def test_the_lectures_zoo_has_the_lectures_models() -> None:
    recipes = {recipe.lectures: recipe for recipe in load_zoo("week2").recipes}
    config = {name: load_zoo("week2").settings(recipe, "full")[0] for name, recipe in recipes.items()}
    assert config["Charlie"].epochs == 1
    assert (config["Bravo"].epochs, config["Bravo"].train_rows) == (15, 5000)
    assert (config["Delta"].epochs, config["Delta"].class_weights) == (3, "none")
    assert (config["Alpha"].epochs, config["Alpha"].class_weights) == (3, "sqrt_inverse")
