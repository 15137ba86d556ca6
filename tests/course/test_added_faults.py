"""An added platform that does not fit, or fails, ends a command in a sentence that says whose it is."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from generator.building.build import Options, build
from generator.errors import BuildError
from generator.platforms import choose as notebooks
from generator.platforms.platform import Setting
from grader.errors import WorksheetError
from grader.intake.file_names import read_any_name
from grader.intake.roster import Roster
from grader.lms import choose as classes
from paribus.cli import main
from paribus.course.assignment import Assignment
from paribus.course.catalog import load_course
from paribus.course.policy import Policy
from paribus.errors import UsageError
from tests.course.campus import POINTS, Install, package, write_course

Change = Callable[[dict[str, str]], None]
UNINSTALL = "Mend it, or type: python -m pip uninstall paribus-campus"


def put(name: str, old: str, new: str) -> Change:
    """A change of a file's text."""

    def change(files: dict[str, str]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return change


def without(name: str) -> Change:
    """A file less."""
    return lambda files: files.__delitem__(name)


def again(files: dict[str, str]) -> None:
    """A second package that adds the same."""
    other = {name.replace("campus-1.0", "other-1.0"): text for name, text in files.items() if "dist-info" in name}
    files.update({name: text.replace("paribus-campus", "paribus-other") for name, text in other.items()})


def unfit(kind: str, wrong: str, name: str = "campus") -> str:
    return f"The {kind} platform {name!r} of the package paribus-campus {wrong}. {UNINSTALL}"


def twice(kind: str, name: str, one: str, other: str) -> str:
    return (
        f"{one} and {other} both bring a {kind} platform called {name!r}. "
        f"Leave one of them: python -m pip uninstall {other}"
    )


NAMED, TABLE = "campus = paribus_campus.notebooks", "paribus_campus/notebooks/platform.py"
BROKEN: list[tuple[str, Change, str]] = [
    ("our own name", put(POINTS, NAMED, "kaggle = x"), twice("notebook", "kaggle", "paribus", "paribus-campus")),
    ("a name twice", again, twice("notebook", "campus", "paribus-campus", "paribus-other")),
    (
        "no name",
        put(POINTS, NAMED, "../up = paribus_campus.notebooks"),
        unfit("notebook", "needs a name of small letters, digits, _ and -", "../up"),
    ),
    (
        "a value",
        put(POINTS, NAMED, "campus = pack.platform:PLATFORM"),
        unfit("notebook", "has the entry point 'pack.platform:PLATFORM'; expected a package alone, such as 'pack'"),
    ),
    (
        "no package",
        put(POINTS, NAMED, "campus = gone"),
        unfit("notebook", "cannot be imported (ModuleNotFoundError: No module named 'gone')"),
    ),
    (
        "no platform.py",
        without(TABLE),
        unfit("notebook", "needs a value PLATFORM of generator.platforms.platform in its platform.py"),
    ),
    (
        "an error",
        put(TABLE, "PLATFORM =", "1 / 0\nPLATFORM ="),
        unfit("notebook", "cannot be imported (ZeroDivisionError: division by zero)"),
    ),
    (
        "an end of the process",
        put(TABLE, "PLATFORM =", "raise SystemExit(0)\nPLATFORM ="),
        unfit("notebook", "cannot be imported (SystemExit: 0)"),
    ),
    (
        "another name",
        put(TABLE, 'name="campus"', 'name="library"'),
        unfit("notebook", "calls itself 'library' in its platform.py; expected 'campus'"),
    ),
    (
        "no handin.md",
        without("paribus_campus/notebooks/handin.md"),
        unfit("notebook", "has no file handin.md beside its platform.py"),
    ),
    (
        "our own file",
        put("paribus_campus/grades/platform.py", '"campus.csv"),)', '"grades.csv"),)'),
        unfit("learning", "writes 'grades.csv', and so does 'plain'; expected a file name of its own"),
    ),
    (
        "no read_name",
        put("paribus_campus/grades/names.py", "def read_name", "def read"),
        unfit(
            "learning",
            "cannot be imported "
            "(AttributeError: module 'paribus_campus.grades.names' has no attribute 'read_name')",
        ),
    ),
]


def read_all() -> None:
    """All that is read of platforms."""
    notebooks.platforms()
    classes.platforms()
    read_any_name("ada.html")


@pytest.mark.parametrize(("change", "said"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_package_that_does_not_fit_is_refused_in_a_sentence(change: Change, said: str, install: Install) -> None:
    files = package()
    change(files)
    install(files)
    with pytest.raises(UsageError) as raised:
        read_all()
    assert str(raised.value) == said


def test_the_package_as_it_is_fits(install: Install) -> None:
    install(package())
    read_all()


def test_a_command_ends_with_that_sentence_and_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], install: Install
) -> None:
    files = package()
    again(files)
    install(files)
    with pytest.raises(SystemExit) as stopped:
        main(["build", "week1_lab", "--course", str(write_course(tmp_path / "mine").parent)])
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert "both bring a learning platform called 'campus'" in told
    assert "Traceback" not in told


def test_a_text_for_students_that_cannot_be_filled_in_is_told(tmp_path: Path, install: Install) -> None:
    files = package()
    files["paribus_campus/notebooks/start.md.j2"] = "Open {{ exmaple }}."
    install(files)
    course = load_course(write_course(tmp_path / "mine"))
    wrong = "start.md.j2 of the notebook platform 'campus' cannot be filled in: 'exmaple' is undefined."
    with pytest.raises(BuildError, match=re.escape(wrong)):
        build(course, [course.entry("week1_lab")], tmp_path / "out", Options())


READS = "paribus_campus/grades/names.py"
GRADES = "paribus_campus/grades/platform.py"


def failing(name: str, old: str, new: str, kind: str, said: str) -> tuple[Change, str]:
    return put(name, old, new), unfit(kind, said)


FAULTS: dict[str, tuple[Change, str]] = {
    "an error": failing(
        READS,
        'start, _, rest = path.partition("--")',
        'start, rest = path.split("--")',
        "learning",
        "fails in read_name for 'ada.html' (names.py, line 6, ValueError: not enough values to unpack "
        "(expected 2, got 1))",
    ),
    "an end of the process": failing(
        READS,
        'start, _, rest = path.partition("--")',
        "raise SystemExit",
        "learning",
        "fails in read_name for 'ada.html' (names.py, line 6, SystemExit)",
    ),
    "no parameter": failing(
        READS,
        "read_name(path)",
        "read_name()",
        "learning",
        "fails in read_name for 'ada.html' (TypeError: read_name() takes 0 positional arguments but 1 was given)",
    ),
    "another type": failing(
        READS,
        'start, _, rest = path.partition("--")',
        'return ("Ada", "77")',
        "learning",
        "gives ('Ada', '77') in read_name for 'ada.html'; expected grader.intake.file_names.Named | None",
    ),
    "a value of another type": failing(
        GRADES,
        'outputs=(("for the office", "campus.csv"),)',
        'outputs=("for the office", "campus.csv")',
        "learning",
        "has outputs = ('for the office', 'campus.csv') in its platform.py; expected tuple[tuple[str, str], ...]",
    ),
    "a platform's function": failing(
        GRADES,
        "    grades=grades,",
        "    grades=grades,\n    is_table=lambda header: 1 / 0,",
        "learning",
        "fails in is_table (platform.py, line 17, ZeroDivisionError: division by zero)",
    ),
    "a function that a function gives": failing(
        GRADES,
        "    grades=grades,",
        "    grades=grades,\n    reader=lambda people: lambda path: 1 / 0,",
        "learning",
        "fails in reader(…) for 'ada.html' (platform.py, line 17, ZeroDivisionError: division by zero)",
    ),
    "among what is given one by one": failing(
        GRADES,
        "    grades=grades,",
        "    grades=grades,\n    place=lambda found, roster: (1 / 0 for _ in (1,)),",
        "learning",
        "fails in place (platform.py, line 17, ZeroDivisionError: division by zero)",
    ),
    "no function": failing(
        GRADES,
        "    grades=grades,",
        "    grades=grades,\n    feedback='feedback',",
        "learning",
        "fails in feedback (TypeError: 'str' object is not callable)",
    ),
    "a notebook platform's function": failing(
        TABLE,
        'return Place("Run',
        'return 1 / 0 or Place("Run',
        "notebook",
        "fails in place for 'a.whl' (platform.py, line 5, ZeroDivisionError: division by zero)",
    ),
    "a notebook platform's function of another type": failing(
        TABLE,
        'return Place("Run this cell first.", "/shared", "Ask for {wheel} at the desk.")',
        'return "/shared"',
        "notebook",
        "gives '/shared' in place for 'a.whl'; expected Place",
    ),
}


def call_all() -> None:
    """What each of the faults is in, as commands call it."""
    read_any_name("ada.html")
    campus = classes.platforms()["campus"]
    campus.is_table(("id",))
    campus.reader(None)("ada.html")
    list(campus.place([], Roster()))
    campus.feedback([], {}, cast(Assignment, None))
    notebooks.platforms()["campus"].place(cast(Setting, None), "a.whl")


@pytest.mark.parametrize(("change", "said"), FAULTS.values(), ids=FAULTS)
def test_a_function_that_fails_is_told_with_its_package_its_file_and_the_error(
    change: Change, said: str, install: Install
) -> None:
    files = package()
    change(files)
    install(files)
    with pytest.raises(UsageError) as raised:
        call_all()
    assert str(raised.value) == said


def test_the_functions_of_the_package_as_it_is_are_called_in_peace(install: Install) -> None:
    install(package())
    call_all()


def test_an_error_of_paribus_passes_as_it_is(install: Install) -> None:
    """What a platform refuses on purpose, in its own words; and paribus's own fault is not laid at its door."""
    files = package()
    put(GRADES, "    grades=grades,", "    grades=grades,\n    is_table=refuses,")(files)
    put(GRADES, "\n\nPLATFORM", "\n\ndef refuses(header):\n    raise WorksheetError('No.')\n\n\nPLATFORM")(files)
    put(GRADES, "from dataclasses", "from grader.errors import WorksheetError\nfrom dataclasses")(files)
    install(files)
    campus = classes.platforms()["campus"]
    with pytest.raises(WorksheetError, match=r"^No\.$"):
        campus.is_table(("id",))
    with pytest.raises(AttributeError):
        campus.enrolled(None, cast(Policy, None))


def test_a_class_is_not_graded_with_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], install: Install
) -> None:
    files = package()
    put(READS, 'start, _, rest = path.partition("--")', 'start, rest = path.split("--")')(files)
    install(files)
    folder = write_course(tmp_path / "mine").parent
    monkeypatch.chdir(folder)
    assert main(["release", "week1_lab", "--skip-hidden", "--skip-solution"]) == 0
    Path("handed_in").mkdir()
    shutil.copy("build/student/campus/week1_lab.ipynb", "handed_in/ada@example.org.ipynb")
    with pytest.raises(SystemExit) as stopped:
        main(["grade", "handed_in", "--assignment", "week1_lab", "--out", "graded"])
    assert stopped.value.code == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "of the package paribus-campus fails in read_name for 'ada@example.org.ipynb' (names.py, line 6," in told
    assert "Traceback" not in told
