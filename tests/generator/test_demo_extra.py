"""`make demo` installs the extra "demo": less than the instructor's and the training extra together."""

import re
import subprocess
import tomllib

from generator.building.frame import needed_packages
from generator.demo import demo_scene
from generator.project import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def test_the_demos_packages_are_those_of_the_other_extras_with_the_same_bounds() -> None:
    others = {*EXTRAS["instructor"], *EXTRAS["train"]}
    assert set(EXTRAS["demo"]) < others


def test_the_demo_installs_all_that_its_notebooks_ask_for() -> None:
    """On any profile: solutions are run as students get them, and their setup cells refuse a missing package."""
    installed = {re.split(r"[<>=]", item)[0] for item in (*PROJECT["dependencies"], *EXTRAS["demo"])}
    scene = demo_scene()
    asked = {
        name
        for entry in scene.course.select(scene.homework.week)
        for profile in scene.course.profiles.values()
        for name in needed_packages(scene.course, entry, profile)
    }
    assert asked <= installed


def test_make_demo_says_what_it_will_do_before_it_installs_anything() -> None:
    """What make would run, in order: the words come first."""
    told = subprocess.run(
        ["make", "--dry-run", "--always-make", "demo"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    words, installed, demo = (told.index(part) for part in ("some five minutes", "pip install", "paribus demo"))
    assert words < installed < demo
    assert ".[demo]" in told
