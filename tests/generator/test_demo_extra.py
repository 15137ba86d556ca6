"""`make demo` installs the extra "demo": less than the instructor's and the training extra together."""

import subprocess
import tomllib

from generator.project import ROOT

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]


def test_the_demos_packages_are_those_of_the_other_extras_with_the_same_bounds() -> None:
    others = {*EXTRAS["instructor"], *EXTRAS["train"]}
    assert set(EXTRAS["demo"]) < others


def test_make_demo_says_what_it_will_do_before_it_installs_anything() -> None:
    """What make would run, in order: the words come first."""
    told = subprocess.run(
        ["make", "--dry-run", "--always-make", "demo"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    words, installed, demo = (told.index(part) for part in ("some five minutes", "pip install", "paribus demo"))
    assert words < installed < demo
    assert ".[demo]" in told
