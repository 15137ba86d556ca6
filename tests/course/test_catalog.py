"""course.toml: what it says is typed, and what it cannot say is refused with the table's name."""

from pathlib import Path

import pytest

from paribus.course.catalog import load_course
from paribus.course.errors import CatalogError
from paribus.errors import UsageError
from paribus.profiles import PROFILES

GOOD = """
[course]
title = "A course"

[wheel]
url = "https://example.org/{version}.whl"

[points.task]
"tasks.tests_passed" = 1

[settings]
margin = 1

[weeks.week1]
title = "One"

[weeks.week1.assignments.week1_lab]
title = "Lab"
kind = "lab"
source = "lab.py"
profile = "micro"
settings = { margin = 2 }
"""


def write(folder: Path, text: str) -> Path:
    (folder / "lab.py").write_text("# %%\nx = 1\n", encoding="utf-8")
    path = folder / "course.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_course_is_typed(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, GOOD))
    entry = course.entry("week1_lab")
    assert (entry.week, entry.kind, entry.gpu, entry.needs) == ("week1", "lab", False, ())
    assert entry.settings == {"margin": 2}
    assert entry.wrong == tmp_path / "wrong" / "week1_lab"
    assert course.colab == {}
    assert course.select("week1") == course.select("week1_lab") == (entry,)


def test_an_unknown_name_is_answered_with_what_there_is(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, GOOD))
    with pytest.raises(UsageError, match=r"'week9'\. Weeks: week1\. Assignments: week1_lab\."):
        course.select("week9")


def test_the_real_course_can_be_read() -> None:
    course = load_course()
    assert course.weeks
    for entry in course.entries():
        assert entry.profile in PROFILES
        assert entry.name.startswith(entry.week)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "A course"', "title = 3", r"\[course\] holds title = 3; expected title = a text"),
        ("[settings]", "[setings]", r"\[the file\] holds the unknown name 'setings'"),
        ("[course]\n", "course = 1\n[nothing]\n", r"the unknown name 'nothing'"),
        ('kind = "lab"', 'kind = "exam"', r"kind = 'exam'; expected one of lab, homework, project"),
        ('profile = "micro"', 'profile = "tiny"', r"profile = 'tiny'; expected one of micro, smoke, full"),
        ('source = "lab.py"', 'source = "lob.py"', r"source = 'lob.py', which is not there"),
        ('kind = "lab"', 'kind = "lab"\ngpu = "yes"', r"gpu = 'yes'; expected true or false"),
        ('kind = "lab"', 'kind = "lab"\nneeds = "torch"', r"needs = 'torch'; expected a list of package names"),
        ('kind = "lab"', 'kind = "lab"\ncolour = "red"', r"the unknown name 'colour'"),
        ("assignments.week1_lab", "assignments.week1", r"the name 'week1' twice"),
        (
            '"tasks.tests_passed" = 1',
            '"tasks.tested" = 1',
            r"\[points.task\] holds the unknown check 'tasks.tested'",
        ),
        ('"tasks.tests_passed" = 1', '"tasks.tests_passed" = "all"', r"'all'; expected a share between 0 and 1"),
        ('"tasks.tests_passed" = 1', '"tasks.tests_passed" = 0.9', r"shares that sum to 0.9"),
        ('"tasks.tests_passed" = 1', '"tasks.tests_passed" = 1.5\nmanual = -0.5', r"shares from 0 to 1"),
        ("[points.task]", "[points.tests]", r"\[points\] holds the unknown name 'tests'"),
        ("[settings]", '[checks."form.nice"]\n[settings]', r"\[checks\] holds the unknown check 'form.nice'"),
        ("[settings]", '[colab]\nrepository = "a/b"\n[settings]', r"\[colab\] holds branch = None"),
    ],
)
def test_a_mistake_names_its_table(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new)
    with pytest.raises(CatalogError, match=message):
        load_course(write(tmp_path, text))


def test_a_value_in_a_tables_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"settings = 3; expected a table \[settings\]"):
        load_course(write(tmp_path, "settings = 3\n" + GOOD.replace("[settings]\nmargin = 1\n", "")))


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="is no TOML"):
        load_course(write(tmp_path, "[course\n"))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        load_course(tmp_path / "course.toml")
