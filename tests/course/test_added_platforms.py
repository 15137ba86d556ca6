"""A package that is installed adds a notebook platform and a learning platform: those of docs/notebook-platforms.md
and docs/learning-platforms.md, as they are there.
"""

import csv
import json
import re
import shutil
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from generator.building.build import Options, build
from generator.errors import BuildError
from generator.platforms import choose as notebooks
from generator.platforms.choose import platform_names
from grader.lms import choose as classes
from grader.lms import names
from grader.lms.choose import platform_named, told_by
from grader.lms.names import read_any_name
from paribus.cli import main
from paribus.course.catalog import load_course
from paribus.course.platforms import LEARNING, homes
from paribus.errors import UsageError

ROOT = Path(__file__).parents[2]
NOTEBOOKS, CLASSES = "docs/notebook-platforms.md", "docs/learning-platforms.md"
POINTS = "paribus_campus-1.0.dist-info/entry_points.txt"
NAMES = """
from grader.lms.names import Named


def read_name(path):
    start, _, rest = path.partition("--")
    return Named(start, start.removeprefix("card"), file=rest, by="Campus") if start.startswith("card") else None
"""


Install = Callable[[dict[str, str]], None]


def block(page: str, language: str) -> str:
    """The last block of a page in this language."""
    return str(re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)[-1])


def entry_points() -> dict[str, dict[str, str]]:
    """Those of both pages."""
    pages = [tomllib.loads(block(page, "toml"))["project"]["entry-points"] for page in (NOTEBOOKS, CLASSES)]
    return {**pages[0], **pages[1]}


def package() -> dict[str, str]:
    """The files of the package, as pip leaves them in a folder that Python looks into."""
    groups = entry_points()
    lines = [f"[{group}]\n{name} = {value}\n" for group, points in groups.items() for name, value in points.items()]
    return {
        "paribus_campus-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: paribus-campus\nVersion: 1.0\n",
        POINTS: "".join(lines),
        "paribus_campus/__init__.py": "",
        "paribus_campus/notebooks/__init__.py": "",
        "paribus_campus/notebooks/platform.py": block(NOTEBOOKS, "python"),
        "paribus_campus/notebooks/start.md.j2": "Sign in with your card, then open {{ example }}.",
        "paribus_campus/notebooks/handin.md": "## Hand in\n\nPress **Send**. __HAND_IN_IPYNB__.\n",
        "paribus_campus/grades/__init__.py": "",
        "paribus_campus/grades/platform.py": block(CLASSES, "python"),
        "paribus_campus/grades/names.py": NAMES,
    }


def forget() -> None:
    """What is installed is read once a process; a test installs in between."""
    for kept in (homes, notebooks.platforms, classes.platforms, names._readers):
        kept.cache_clear()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Lay files down where Python finds them, until the test ends."""

    def lay(files: dict[str, str]) -> None:
        for name, text in files.items():
            path = tmp_path / "site" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path / "site"))
        forget()

    yield lay
    monkeypatch.undo()
    forget()
    for name in [name for name in sys.modules if name.startswith("paribus_campus")]:
        del sys.modules[name]


def write_course(folder: Path) -> Path:
    """`paribus new`'s course, for the platforms of the campus."""
    shutil.copytree(ROOT / "generator" / "templates" / "course", folder)
    path = folder / "course.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace('platforms = ["jupyter"]', 'platforms = ["campus"]')
    path.write_text(text.replace('lms = "plain"', 'lms = "campus"'), encoding="utf-8")
    return path


def test_the_wheel_of_the_pages_holds_all_of_it(tmp_path: Path) -> None:
    """The blocks of both pages as one pyproject.toml: the second page's adds its entry point."""
    files = package()
    added = block(CLASSES, "toml").partition("[project.entry-points")
    files["pyproject.toml"] = block(NOTEBOOKS, "toml") + added[1] + added[2]
    for name, text in files.items():
        if "dist-info" not in name:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
    (wheel,) = WheelBuilder(str(tmp_path)).build(directory=str(tmp_path / "dist"), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, text in package().items():
        if "dist-info" not in name:
            assert held[name] == text
    points = held[POINTS]
    for group, named in entry_points().items():
        assert f"[{group}]\ncampus = {named['campus']}" in points


@pytest.mark.slow
def test_notebooks_are_built_and_a_class_is_graded_for_an_installed_platform(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    install: Install,
) -> None:
    install(package())
    folder = write_course(tmp_path / "mine").parent
    monkeypatch.chdir(folder)
    assert main(["release", "week1_lab", "--skip-hidden", "--skip-solution"]) == 0
    notebook = Path("build/student/campus/week1_lab.ipynb")
    text = "".join(line for cell in json.loads(notebook.read_bytes())["cells"] for line in cell["source"])
    assert "/shared" in text
    assert "Press **Send**. Upload `week1_lab.ipynb` in Campus." in text
    readme = Path("build/student/README.md").read_text(encoding="utf-8")
    assert "### On campus\n\nSign in with your card, then open week1_lab." in readme
    assert list(Path("build/student/campus").glob("paribus-*.whl"))
    Path("handed_in").mkdir()
    shutil.copy(notebook, "handed_in/ada@example.org.ipynb")
    Path("roster.csv").write_text("id,name,email\ns1001,Ada Lovelace,ada@example.org\n", encoding="utf-8")
    assert main(["grade", "handed_in", "--assignment", "week1_lab", "--out", "graded"]) == 0
    assert "campus.csv goes to the office" in " ".join(capsys.readouterr().out.split())
    (row,) = csv.DictReader(Path("graded/campus.csv").read_text(encoding="utf-8").splitlines())
    assert (row["identifier"], row["name"], row["points"]) == ("s1001", "Ada Lovelace", "0.00")
    assert not Path("graded/grades.csv").exists()


def test_names_are_in_the_order_of_the_alphabet_and_nothing_is_imported(
    install: Install,
) -> None:
    files = package()
    files["paribus_campus/notebooks/platform.py"] = files["paribus_campus/grades/platform.py"] = "1 / 0"
    install(files)
    assert platform_names() == ("campus", "colab", "jupyter", "kaggle")
    assert tuple(homes(LEARNING)) == ("campus", "canvas", "moodle", "plain")


def test_the_names_that_an_installed_platform_gives_files_are_read(
    install: Install,
) -> None:
    assert read_any_name("card77--homework.html") is None
    install(package())
    found = read_any_name("card77--homework.html")
    assert found is not None
    assert (found.number, found.file, found.by) == ("77", "homework.html", "Campus")
    assert read_any_name("ada.html") is None


def test_a_name_that_ours_read_is_left_to_ours(install: Install) -> None:
    path = "Ann Lee_17_assignsubmission_file_/week1.html"
    before = read_any_name(path)
    assert before is not None
    grasping = 'def read_name(path):\n    return Named("file", "0", by="Campus")\n'
    install(package() | {"paribus_campus/grades/names.py": f"from grader.lms.names import Named\n{grasping}"})
    assert read_any_name("card77--homework.html") is not None
    assert read_any_name(path) == before


def test_what_fits_two_platforms_asks_for_one(install: Install) -> None:
    """Without the package the same header is a roster's."""
    header = ("id", "name", "email")
    assert told_by(header, ()).name == "plain"
    install(package())
    with pytest.raises(UsageError) as raised:
        told_by(header, ())
    assert str(raised.value) == (
        "course.toml names no learning platform, and the table of the class may be of campus and plain. "
        "Write which one under [grading], such as lms = 'campus'."
    )
    assert platform_named("campus").name == "campus"


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
