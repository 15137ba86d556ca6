"""The cells that set a notebook up and hand it in, executed: what is missing is said in a sentence."""

import stat
import subprocess
import sys
import types
import venv
from pathlib import Path

import nbformat
import pytest

import paribus
from generator.building.build import Options, build_assignment
from generator.building.frame import frame, needed_packages, setting_of
from generator.platforms.platform import Setting
from generator.wheels.wheel import build_wheel
from paribus.course.catalog import load_course
from tests.course.own_course import write_course
from tests.generator.courses import SMALL
from tests.sampled import sampled

ENTRY = SMALL.entry("week0_tiny")
PLATFORMS = ("kaggle", "colab", "jupyter")
WHEEL = f"paribus-{paribus.__version__}-py3-none-any.whl"
PROFILE = SMALL.profile("micro")
NEEDED = " ".join(needed_packages(SMALL, ENTRY, PROFILE))


def setup(platform: str, folder: Path, version: str = "9.9.9", **changes: str) -> str:
    """The setup cell of a platform whose inputs lie in ``folder``, with parts of it changed."""
    text = frame(platform, ENTRY, Setting(SMALL, version), PROFILE).setup.source
    here = {"/kaggle/input": folder.as_posix(), "/content": folder.as_posix()}
    for old, new in {**{place: here[place] for place in here if place in text}, **changes}.items():
        assert old in text
        text = text.replace(old, new)
    return text


def run(text: str, folder: Path, python: Path | str = sys.executable, **environment: str) -> str:
    """What a cell prints, or the last lines of its error; there is no index to install from."""
    offline = {"PATH": "/usr/bin:/bin", "PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_NO_CACHE_DIR": "1",
               "PIP_RETRIES": "0", **environment}  # fmt: skip
    call = [str(python), "-c", text]
    done = subprocess.run(call, cwd=folder, env=offline, capture_output=True, text=True, check=False, timeout=120)
    return done.stdout or done.stderr


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds pip and nothing else."""
    folder = tmp_path_factory.mktemp("bare") / "environment"
    venv.create(folder, with_pip=True)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def python_without_pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment as uv makes it."""
    folder = tmp_path_factory.mktemp("uv") / "environment"
    venv.create(folder, with_pip=False)
    return folder / "bin" / "python"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_is_installed_where_the_version_is_there(platform: str, tmp_path: Path) -> None:
    said = run(setup(platform, tmp_path, paribus.__version__), tmp_path)
    assert said == f"paribus {paribus.__version__} is ready.\n"


@pytest.mark.parametrize(
    ("platform", "place", "name"),
    sampled(
        [
            ("kaggle", "datasets", WHEEL.replace(".whl", "-2.whl")), ("colab", ".", WHEEL), ("jupyter", ".", WHEEL),
            ("jupyter", ".", WHEEL.replace(".whl", " (1).whl")), ("kaggle", "datasets/owner/paribus-wheel", WHEEL),
        ],
        3,
    ),
)  # fmt: skip
def test_the_wheel_is_installed_with_the_internet_off_whatever_a_browser_called_it(
    platform: str, place: str, name: str, bare_python: Path, tmp_path: Path
) -> None:
    """On Kaggle it is found wherever the data set is mounted."""
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    (tmp_path / place / name).write_bytes(build_wheel().content)
    subprocess.run([bare_python, "-m", "pip", "uninstall", "-y", "-q", "paribus"], check=True, capture_output=True)
    text = setup(platform, tmp_path, paribus.__version__).replace(NEEDED, "")
    assert run(text, tmp_path, bare_python) == f"paribus {paribus.__version__} is ready.\n"


@pytest.mark.parametrize(
    ("platform", "advice"),
    [
        ("kaggle", "search for the data set paribus-course/paribus-wheel"),
        ("jupyter", "that came with this notebook"),
    ],
)
def test_a_wheel_that_is_not_there_is_said_with_what_to_do(platform: str, advice: str, tmp_path: Path) -> None:
    said = run(setup(platform, tmp_path), tmp_path)
    assert f"There is no paribus-9.9.9-py3-none-any.whl in {tmp_path}." in said
    assert advice in said
    (tmp_path / "paribus-0.0.9-py3-none-any.whl").touch()
    assert "(but paribus-0.0.9-py3-none-any.whl)" in run(setup(platform, tmp_path), tmp_path)


def test_colab_without_its_address_says_what_to_upload_and_what_pip_said(tmp_path: Path) -> None:
    said = run(setup("colab", tmp_path, **{"https://example.org": str(tmp_path)}), tmp_path)
    assert "could not be installed. Upload paribus-9.9.9-py3-none-any.whl" in said
    assert "The installer said:\n" in said


@pytest.mark.parametrize("platform", sampled(PLATFORMS, 3))
def test_a_damaged_wheel_is_said_with_what_the_installer_said(
    platform: str, bare_python: Path, tmp_path: Path
) -> None:
    (tmp_path / "paribus-9.9.9-py3-none-any.whl").write_bytes(build_wheel().content[:2000])
    said = run(setup(platform, tmp_path).replace(NEEDED, ""), tmp_path, bare_python)
    assert "paribus-9.9.9-py3-none-any.whl could not be installed." in said
    assert "CalledProcessError" not in said


def test_packages_that_are_missing_are_named_with_the_line_to_type(tmp_path: Path) -> None:
    said = run(setup("jupyter", tmp_path, numpy="no-such-package"), tmp_path)
    assert f"{sys.executable} -m pip install no-such-package\n" in said


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_old_python_is_said(platform: str, tmp_path: Path) -> None:
    old = "import sys; sys.version_info = (3, 10, 4); sys.version = '3.10.4 (main)'\n"
    said = run(old + setup(platform, tmp_path), tmp_path)
    assert "This notebook needs Python 3.11 or newer; this is Python 3.10.4." in said


def test_an_environment_without_pip_is_said(python_without_pip: Path, tmp_path: Path) -> None:
    (tmp_path / WHEEL).write_bytes(build_wheel().content)
    text = setup("jupyter", tmp_path, paribus.__version__).replace(NEEDED, "")
    said = run(text, tmp_path, python_without_pip)
    assert f"{python_without_pip} -m ensurepip" in said


@pytest.mark.long
def test_uv_installs_into_an_environment_of_its_own(python_without_pip: Path, tmp_path: Path) -> None:
    """Here a script stands for uv: it hands the wheel to this environment's pip."""
    (tmp_path / WHEEL).write_bytes(build_wheel().content)
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/called\nshift 4\n'
        f'exec {sys.executable} -m pip --python {python_without_pip} install "$@"\n'
    )
    uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
    path = f"{uv.parent}:/usr/bin:/bin"
    text = setup("jupyter", tmp_path, paribus.__version__)
    assert f"{uv} pip install --python {python_without_pip} matplotlib" in run(
        text, tmp_path, python_without_pip, PATH=path
    )
    said = run(text.replace(NEEDED, ""), tmp_path, python_without_pip, PATH=path)
    assert said == f"paribus {paribus.__version__} is ready.\n"
    called = (tmp_path / "called").read_text()
    assert called.startswith(f"pip install --python {python_without_pip} --quiet --no-deps --no-index ")


def test_a_session_that_still_uses_another_version_is_told_to_restart(tmp_path: Path) -> None:
    import_first = "import paribus; paribus.__version__ = '0.0.1'\n"
    said = run(import_first + setup("jupyter", tmp_path, paribus.__version__), tmp_path)
    assert (
        f"paribus {paribus.__version__} is installed, but this session still uses 0.0.1. Restart the kernel" in said
    )


def test_a_course_s_library_is_installed_beside_and_a_later_week_replaces_it(
    bare_python: Path, tmp_path: Path
) -> None:
    """Its version follows its content. A session that has imported the older one is told to restart."""
    course = load_course(write_course(tmp_path / "course"))
    entry = course.entry("week1_cars")
    (tmp_path / "course/library/mechanics/__init__.py").write_text("", encoding="utf-8")  # no numpy there
    work = tmp_path / "work"
    work.mkdir()
    (work / WHEEL).write_bytes(build_wheel().content)
    versions = []
    for text in ("", "FAST = 200\n"):
        (tmp_path / "course/library/mechanics/more.py").write_text(text, encoding="utf-8")
        setting = setting_of(course)
        assert setting.library is not None
        (work / setting.library.name).write_bytes(setting.library.content)
        versions.append(setting.library.version)
        newest = setting.library.name
        cell = frame("jupyter", entry, setting, course.smallest).setup.source.replace(NEEDED, "")
        first = "import importlib.util\nif importlib.util.find_spec('mechanics'):\n    import mechanics.more\n"
        said = run((first if text else "") + cell, work, bare_python)
    older, newer = versions
    assert (
        f"mechanics-library {newer} is installed, but this session still uses {older}. Restart the kernel" in said
    )
    ready = f"paribus {paribus.__version__} and mechanics-library {newer} are ready.\n"
    assert run(cell, work, bare_python) == ready
    (work / newest).unlink()
    later = cell.replace(newer, "2")
    assert f"There is no mechanics_library-2-py3-none-any.whl in {work}" in run(later, work, bare_python)


# --- handing in on Colab


@pytest.fixture(name="export")
def export_cell() -> str:
    built = build_assignment(SMALL, ENTRY, Options(profile="micro", platforms=("colab",)))
    cells = nbformat.reads(built.notebooks["student", "colab"], as_version=4).cells
    return str(next(cell for cell in cells if cell["id"] == "handin-export").source)


@pytest.fixture(name="offered")
def colab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A Colab that hands out the notebook and takes downloads: the files that were offered."""
    built = build_assignment(SMALL, ENTRY, Options(profile="micro", platforms=("colab",)))
    document = nbformat.reads(built.notebooks["student", "colab"], as_version=4)
    document.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"0": {}}}
    code = [cell for cell in document.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code[1:-1], 1):
        cell.execution_count = number
    code[1].outputs = [nbformat.v4.new_output("error", ename="NameError", evalue="x", traceback=["NameError: x"])]
    offered: list[str] = []
    module = types.ModuleType("google.colab")
    module._message = types.SimpleNamespace(  # type: ignore[attr-defined]
        blocking_request=lambda name, request, timeout_sec: {"ipynb": document}
    )
    module.files = types.SimpleNamespace(download=offered.append)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", module)
    monkeypatch.chdir(tmp_path)
    return offered


def execute(text: str) -> dict[str, object]:
    """What a cell's names stand for when it has run beside the handle of a notebook."""
    names: dict[str, object] = {"notebook": "the handle"}
    exec(compile(text, "handin", "exec"), names)  # noqa: S102 - our own cell
    return names


def test_run_all_exports_nothing(export: str, offered: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert 'READY = False  # @param {type:"boolean"}' in export
    execute(export)
    assert offered == []
    assert not Path("week0_tiny.html").exists()
    assert (
        "Nothing was exported yet. When every cell has run and you are content, tick READY"
        in capsys.readouterr().out
    )


def test_ticked_it_writes_the_page_says_what_is_in_it_and_offers_it(
    export: str, offered: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It asks for the notebook, and drops widget states that nbconvert cannot read."""
    names = execute(export.replace("READY = False", "READY = True"))
    page = Path("week0_tiny.html").read_text(encoding="utf-8")
    assert 'id="cell-id=double"' in page
    assert "celltag_paribus-double" in page
    assert offered == ["week0_tiny.html"]
    said = capsys.readouterr().out
    assert "1 of them never ran, 1 show an error." in said
    assert "is on its way" in said
    assert names["notebook"] == "the handle"


def test_it_does_no_harm_elsewhere(export: str, capsys: pytest.CaptureFixture[str]) -> None:
    execute(export.replace("READY = False", "READY = True"))
    assert "from the File menu (week0_tiny.html)" in capsys.readouterr().out
