"""The students' one wheel: paribus and `paribus check`, the same bytes every time, importable on its own."""

import ast
import email
import io
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import paribus
from generator.building.leaks import find_leaks
from generator.errors import BuildError
from generator.project import CHECK_NEEDS, ROOT, core_packages, core_requirements
from generator.sources.source import load_source
from generator.wheels.checkmodules import data_beside, reached
from generator.wheels.wheel import build_wheel
from grader.commands.check import NEEDS
from paribus.course.public import public_form, public_name
from tests.grader.graded import release_of, text_of
from tests.shipped import COURSE

# Not jinja2 and rich: torch and transformers look for those themselves.
EXTRAS = ("generator", "nbformat", "jupytext", "nbgrader", "nbclient", "nbconvert", "papermill")


def archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(build_wheel().content))


def test_the_same_package_gives_the_same_bytes() -> None:
    assert build_wheel() == build_wheel()
    assert build_wheel().name == f"paribus-{paribus.__version__}-py3-none-any.whl"


def test_it_holds_paribus_what_the_command_reaches_and_no_source_of_the_course() -> None:
    names = set(archive().namelist())
    assert {"paribus/records/record.py", "grader/commands/check.py", "grader/reading/vocabulary.toml"} <= names
    assert set(reached()) <= names
    held_back = ("week", "catalog", "commands/grade", "gradebook", "handback", "generator/", "__pycache__")
    assert not [name for name in names if any(part in name for part in held_back)]
    assert not [name for name in names if name.startswith("paribus/course/") and name not in reached()]
    assert {name for name in names if name.endswith(".toml") and not name.startswith("paribus")} == set(
        data_beside(reached())
    )


def test_no_line_of_a_solution_stands_in_it() -> None:
    sources = [load_source(entry.source, COURSE) for entry in COURSE.entries()]
    assert find_leaks(sources, {build_wheel().name: build_wheel().content}) == ()


def test_it_asks_for_the_students_core_and_what_the_check_needs() -> None:
    (name,) = [item for item in archive().namelist() if item.endswith("/METADATA")]
    metadata = email.message_from_bytes(archive().read(name))
    wanted = [requirement.replace(" ", "") for requirement in metadata.get_all("Requires-Dist", [])]
    assert sorted(wanted) == sorted((*core_requirements(), "selectolax>=0.4", "mistune>=3.0"))
    assert metadata.get_all("Provides-Extra") is None
    assert set(core_packages()) >= {"numpy", "pandas", "scikit-learn"}


def test_every_package_that_the_command_imports_comes_with_it_and_is_looked_for() -> None:
    """Also those that are imported late, in a function."""
    found = set()
    for path in reached():
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            named = [item.name for item in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {name.partition(".")[0] for name in named}
    others = found - sys.stdlib_module_names - {"paribus", "grader", "course"}
    assert others == set(NEEDS)
    assert others <= {*core_packages(), *CHECK_NEEDS}


def test_what_editors_leave_behind_stays_out(tmp_path: Path) -> None:
    package = tmp_path / "paribus"
    (package / "__pycache__").mkdir(parents=True)
    for name in ("__init__.py", "a.py", "a.py~", "a.py.orig", ".secret.py", "__pycache__/a.pyc"):
        (package / name).write_text("x = 1\n", encoding="utf-8")
    wheel = build_wheel(package)
    names = zipfile.ZipFile(io.BytesIO(wheel.content)).namelist()
    own = [name for name in names if name.startswith("paribus/") and name not in reached()]
    assert own == ["paribus/__init__.py", "paribus/a.py"]


def test_a_package_that_cannot_be_packed_says_where_to_look(tmp_path: Path) -> None:
    package = tmp_path / "paribus"
    package.mkdir()
    (package / "__init__.py").touch()
    with pytest.raises(BuildError, match=r"(?s)cannot be built.*student_pyproject\.toml"):
        build_wheel(package, requirements=["not a requirement !"])


@pytest.mark.long
def test_it_installs_into_a_bare_environment_without_an_index(tmp_path: Path) -> None:
    """No dependency is fetched, and `import paribus` needs none."""
    wheel = build_wheel()
    (tmp_path / wheel.name).write_bytes(wheel.content)
    environment = tmp_path / "bare"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*install, str(tmp_path / wheel.name)], check=True, cwd=tmp_path)
    code = "import paribus, sys; print(paribus.__version__, 'numpy' in sys.modules)"
    done = subprocess.run([python, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [paribus.__version__, "False"]


@pytest.mark.long
def test_every_module_imports_without_the_instructors_extras(tmp_path: Path) -> None:
    """The package as packed, with the rooms above and their libraries out of reach."""
    archive().extractall(tmp_path)
    code = f"""
import importlib, pkgutil, sys
sys.path.insert(0, {str(tmp_path)!r})
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {EXTRAS!r}:
            raise ImportError(name + " is the instructor's")
sys.meta_path.insert(0, Refuse())
import paribus
assert paribus.__file__.startswith({str(tmp_path)!r})
for module in pkgutil.walk_packages(paribus.__path__, "paribus."):
    importlib.import_module(module.name)
importlib.import_module("grader.commands.check")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_alone_checks_a_file(tmp_path: Path) -> None:
    """Unpacked as pip would, found before the checkout, its command called by its entry point."""
    site = tmp_path / "site"
    archive().extractall(site)
    form = public_form(release_of("week1_homework").assignment)
    (tmp_path / public_name(form)).write_text(form.to_json(), encoding="utf-8")
    (tmp_path / "mine.html").write_text(text_of("week1_homework"), encoding="utf-8")
    program = (
        "import runpy, sys, grader; sys.modules['generator'] = None; assert 'site/grader' in grader.__file__; "
        "sys.argv = ['paribus', 'check', 'mine.html']; runpy.run_module('paribus', run_name='__main__')"
    )
    # Without this environment's own packages on the path, `paribus` is the wheel's, entry point included.
    call = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(site)!r}); {program}"]
    ran = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "checks are met." in ran.stdout
    assert "could not be carried out" not in ran.stdout
