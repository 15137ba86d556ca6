"""course.toml: what it says is typed, and what it cannot say is refused with the table's name."""

from pathlib import Path

import pytest

from generator.building.frame import platforms_of
from generator.errors import BuildError
from grader.lms.choose import platforms
from paribus.course.assignment import Assignment
from paribus.course.catalog import load_course
from paribus.course.errors import CatalogError
from paribus.course.platforms import LEARNING, homes
from paribus.course.tables import NAME
from paribus.errors import UsageError
from paribus.experiments import notebook
from tests.shipped import COURSE, PROFILES

GOOD = """
[course]
title = "A course"

[wheel]
url = "https://example.org/{version}.whl"

[profiles.small]
epochs = 2

[profiles.large]
about = "hours"
epochs = 20
needs_gpu = true
needs = ["torch"]
time_limit = 7200

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
profile = "small"
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
    assert (entry.files, entry.kaggle_datasets, course.library, course.zoos) == ((), (), None, {})
    assert course.folders.solutions == tmp_path / "solutions"


def test_checks_of_a_course_get_settings_of_its_own_by_name(tmp_path: Path) -> None:
    """An assignment's own take the place of the course's."""
    text = GOOD.replace("margin = 1", 'margin = 1\nown = { unit = "points", days = [1, 2] }')
    text = text.replace("{ margin = 2 }", '{ margin = 2, own = { unit = "seconds" } }')
    course = load_course(write(tmp_path, text))
    assert course.settings == {"margin": 1, "unit": "points", "days": [1, 2]}
    assert course.entry("week1_lab").settings == {"margin": 2, "unit": "seconds", "days": [1, 2]}


def test_a_release_with_settings_that_are_no_longer_known_is_read() -> None:
    old = Assignment("a", "A", "w", "lab", "p", (), settings={"languages": ["en"], "foo": 3})
    assert Assignment.from_json(old.to_json()) == old


@pytest.mark.parametrize("name", homes(LEARNING))
def test_a_learning_platform_is_called_as_its_folder_is(name: str, tmp_path: Path) -> None:
    """The catalog knows them by their folders alone, and the grader by what they call themselves."""
    assert platforms()[name].name == name
    assert set(platforms()) == set(homes(LEARNING))
    assert load_course(write(tmp_path, f'{GOOD}\n[grading]\nlms = "{name}"\n')).lms == name


def test_profiles_are_the_courses_own(tmp_path: Path) -> None:
    """Settings are free; the first profile is the smallest, and the one that runs use without --profile."""
    course = load_course(write(tmp_path, GOOD))
    large = course.profile("large")
    assert (large.epochs, large.needs_gpu, large.needs, large.time_limit) == (20, True, ("torch",), 7200)
    assert course.profile(None) is course.smallest is course.profiles["small"]
    assert course.carried["large"] == {"epochs": 20, "about": "hours", "needs_gpu": True}
    with pytest.raises(UsageError, match=r"'lage'\. Choose one of: small, large \(hours\)\. Did you mean 'large'"):
        course.profile("lage")


def test_a_name_is_what_notebooks_take_for_one() -> None:
    """Both ask for the same form."""
    assert NAME.pattern == notebook._ASSIGNMENT.pattern


def test_an_unknown_platform_of_a_course_is_refused(tmp_path: Path) -> None:
    text = GOOD.replace('title = "A course"', 'title = "A course"\nplatforms = ["jupiter"]')
    with pytest.raises(BuildError, match=r"platforms names 'jupiter'; expected one of .* Did you mean 'jupyter'"):
        platforms_of(load_course(write(tmp_path, text)))


def test_a_course_without_profiles_has_one(tmp_path: Path) -> None:
    text = GOOD[: GOOD.index("[profiles")] + GOOD[GOOD.index("[points") :].replace('profile = "small"\n', "")
    course = load_course(write(tmp_path, text))
    assert list(course.profiles) == ["course"] == [course.entry("week1_lab").profile]


def test_what_a_course_owns_is_found_from_its_file(tmp_path: Path) -> None:
    """The current folder plays no part."""
    package = tmp_path / "library" / "cars"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "cars.csv").write_text("a\n", encoding="utf-8")
    (tmp_path / "blind.toml").write_text("", encoding="utf-8")
    text = GOOD.replace('kind = "lab"', 'kind = "lab"\nfiles = ["cars.csv"]\nkaggle_datasets = ["me/cars-2027"]')
    text = text.replace("[settings]", '[zoos]\nblind = "blind.toml"\n[folders]\nsolutions = "../kept"\n[settings]')
    course = load_course(write(tmp_path, text))
    entry = course.entry("week1_lab")
    assert entry.files == (tmp_path / "cars.csv",)
    assert entry.kaggle_datasets == ("me/cars-2027",)
    assert course.library is not None
    assert (course.library.name, course.library.packages) == ("cars-library", (package,))
    assert course.folders.solutions == tmp_path.parent / "kept"
    assert course.zoos == {"blind": tmp_path / "blind.toml"}


@pytest.mark.parametrize("name", ["paribus", "Cars", "paribus-cars"])
def test_a_library_has_a_name_of_its_own(tmp_path: Path, name: str) -> None:
    package = tmp_path / "library" / "cars"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"\[library\] holds name = '.*'; expected small letters"):
        load_course(write(tmp_path, GOOD.replace("[settings]", f'[library]\nname = "{name}"\n[settings]')))
    package.rename(tmp_path / "library" / "grader")
    with pytest.raises(CatalogError, match="a package called 'grader'; expected a name that paribus does not use"):
        load_course(write(tmp_path, GOOD))


def test_an_unknown_name_is_answered_with_what_there_is(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, GOOD))
    with pytest.raises(UsageError, match=r"'week9'\. Weeks: week1\. Assignments: week1_lab\."):
        course.select("week9")


def test_the_real_course_can_be_read() -> None:
    course = COURSE
    assert course.weeks
    for entry in course.entries():
        assert entry.profile in PROFILES


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "A course"', "title = 3", r"\[course\] holds title = 3; expected title = a text"),
        (
            'title = "A course"',
            'title = "A course"\nparibus = "99.1"\nsubtitle = "from the future"',
            r"written for paribus 99\.1 or newer, and this is .*\. Type: pip install --upgrade paribus",
        ),
        (
            'title = "A course"',
            'title = "A course"\nparibus = ">=1"',
            r"paribus = '>=1'; expected the oldest version that will do",
        ),
        ("margin = 1", "margn = 1", r"\[settings\] holds the unknown name 'margn'; .*Did you mean 'margin'"),
        ("margin = 1", 'margin = "1"', r"\[settings\] holds margin = '1'; expected a number"),
        ("margin = 1", "public_bands = 1", r"\[settings\] holds public_bands = 1; expected true or false"),
        (
            "margin = 1",
            "margin = 1\nfoo = 3",
            r"toml:\d+: \[settings\] holds the unknown name 'foo'; .* own checks belong in \[settings\.own\]",
        ),
        (
            "settings = { margin = 2 }",
            "settings = { foo = 2 }",
            r"\[weeks\.week1\.assignments\.week1_lab\.settings\] holds the unknown name 'foo'",
        ),
        ("margin = 1", "own = 1", r"\[settings\] holds own = 1; expected a table \[own\]"),
        (
            "margin = 1",
            "[settings.own]\nmargin = 1",
            r"\[settings\.own\] holds margin, which grading reads; expected it in \[settings\]",
        ),
        ("margin = 1", "[settings.own]\nday = 2027-03-01", r"\[settings\.own\] holds day = .*; expected a text, a"),
        (
            "[settings]",
            '[grading]\nlms = "moodl"\n[settings]',
            r"toml:\d+: \[grading\] holds the unknown learning platform 'moodl'; .*Did you mean 'moodle'\?",
        ),
        ("[settings]", "[setings]", r"\[the file\] holds the unknown name 'setings'"),
        ("[course]\n", "course = 1\n[nothing]\n", r"the unknown name 'nothing'"),
        ('kind = "lab"', 'kind = "exam"', r"kind = 'exam'; expected one of lab, homework, project"),
        (
            'profile = "small"',
            'profile = "smal"',
            r"profile 'smal'; expected one of small, large\. Did you mean 'small'",
        ),
        ("[profiles.small]", '[profiles."a b"]', r"\[profiles\.a b\] holds the name 'a b'"),
        ("epochs = 2\n", "epochs = [2]\n", r"\[profiles\.small\] holds epochs = \[2\]; expected a text, a number"),
        ("epochs = 2\n", '"two words" = 2\n', r"the setting 'two words'; expected a name that Python knows"),
        ("time_limit = 7200", "time_limit = 0", r"time_limit = 0; expected seconds that a notebook may take"),
        (
            'title = "A course"',
            'title = "A course"\nrun_profile = "huge"',
            r"the unknown profile 'huge'; expected one",
        ),
        ("assignments.week1_lab", "assignments.Week1_Lab", r"the name 'Week1_Lab'; .*such as 'week1_lab'"),
        (
            'kind = "lab"',
            'kind = "lab"\nfiles = ["cars.csv"]',
            r"course\.toml:\d+: .*the file 'cars.csv' under files, which is not there",
        ),
        ('kind = "lab"', 'kind = "lab"\nfiles = ["lab.py", "./lab.py"]', r"two files called 'lab.py'"),
        ('kind = "lab"', 'kind = "lab"\nkaggle_datasets = ["cars"]', r"data set 'cars'; expected a name such as"),
        (
            "[settings]",
            '[checks."seeds.enough"]\nminimun = 3\n[settings]',
            r"\[checks\.seeds\.enough\] holds the unknown option 'minimun'; .*Did you mean 'minimum'",
        ),
        (
            "[settings]",
            '[checks."form.links"]\nx = 1\n[settings]',
            r"the option 'x'; expected no option: this check",
        ),
        ("[settings]", '[zoos]\nblind = "blind.toml"\n[settings]', r"blind = 'blind.toml', which is not there"),
        ("[settings]", '[folders]\nsolution = "x"\n[settings]', r"'solution'; .*Did you mean 'solutions'"),
        ("[settings]", '[library]\nname = "mine"\n[settings]', r"\[library\] holds no package"),
        ("[settings]", '[library]\npackages = ["lib"]\n[settings]', r"the package 'lib', which is none"),
        (
            "[settings]",
            "[grading.assignments.week1_labb]\n[settings]",
            r"\[grading\.assignments\] holds the unknown assignment 'week1_labb'; .*Did you mean 'week1_lab'",
        ),
        (
            'source = "lab.py"',
            'source = "lob.py"',
            r"course\.toml:\d+: .*source = 'lob.py', which is not there; .* Did you mean 'lab.py'",
        ),
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
        (
            '"tasks.tests_passed" = 1',
            '"tasks.tests_passed" = 0.9',
            r"course\.toml:\d+: .*shares that sum to 0.9 \(0.9\); expected .* that sum to 1: add 0.1 to them",
        ),
        (
            '"tasks.tests_passed" = 1',
            '"tasks.tests_passed" = 0.9\nmanual = 0.2',
            r"course\.toml:\d+: .*shares that sum to 1.1 \(0.9 \+ 0.2\); expected .*: take 0.1 from them",
        ),
        (
            '"tasks.tests_passed" = 1',
            '"tasks.tests_passed" = 2\nmanual = -1',
            r"expected shares from 0 to 1 that sum to 1\.",
        ),
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
