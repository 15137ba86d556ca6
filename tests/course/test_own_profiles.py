"""Settings of a profile that no source of the course takes are told; those that some code takes are not."""

from importlib.resources import files
from pathlib import Path

import pytest

from generator.building.untaken import untaken_settings
from generator.project import shipped_course
from paribus.cli import main
from paribus.course.catalog import load_course
from tests.course.own_course import COURSE, SOURCE, write_course


def test_a_setting_of_a_profile_that_no_source_takes_is_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_course(tmp_path)
    path = tmp_path / "course.toml"
    build = ["build", "week1", "--course", str(tmp_path), "--out", str(tmp_path / "build")]
    assert main(build) == 0
    assert capsys.readouterr().err == ""
    path.write_text(COURSE.replace("width = 4\n", "widht = 4\n", 1), encoding="utf-8")
    assert main(build) == 0
    told = capsys.readouterr().err
    line = 1 + COURSE[: COURSE.index("width = 4")].count("\n")
    assert told.startswith(
        f"note  {path}:{line}: no source takes the setting widht of [profiles.quick]. Write WIDHT into a parameters"
    )
    assert told.endswith("Did you mean 'width'?\n")


def test_what_code_with_the_profiles_asks_for_is_taken(tmp_path: Path) -> None:
    """A source with PROFILES, the library and recipes may ask; a source that cannot be read says so when built."""
    write_course(tmp_path)
    (tmp_path / "course.toml").write_text(
        COURSE.replace("width = 4\n", "width = 4\nspeed = 1\nsize = 2\nload = 3\n")
    )
    source, library = tmp_path / "week1" / "cars.py", tmp_path / "library" / "mechanics" / "more.py"
    assert len(untaken_settings(load_course(tmp_path / "course.toml"))) == 3
    source.write_text(
        SOURCE.replace("import paribus\n", "import paribus\nspeed = profile.speed\n"), encoding="utf-8"
    )
    assert len(untaken_settings(load_course(tmp_path / "course.toml"))) == 3
    asks = "import paribus\nprofile = get_profile(PROFILE, PROFILES)\nspeed = profile.speed\n"
    source.write_text(SOURCE.replace("import paribus\n", asks), encoding="utf-8")
    library.write_text("def size(profile):\n    return profile.size + profile.settings['load']\n", encoding="utf-8")
    assert untaken_settings(load_course(tmp_path / "course.toml")) == ()
    library.unlink()
    source.write_text("# %% points=3\nx = 1\n", encoding="utf-8")
    assert untaken_settings(load_course(tmp_path / "course.toml")) == ()


def test_every_setting_of_the_shipped_courses_is_taken() -> None:
    template = Path(str(files("generator.templates"))) / "course" / "course.toml"
    assert [untaken_settings(load_course(path)) for path in (shipped_course(), template)] == [(), ()]
