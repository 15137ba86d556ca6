"""The student's package costs nothing to import and needs none of the instructor's libraries."""

import subprocess
import sys
from pathlib import Path

import pytest

import paribus
from paribus.cli import Command, main

HEAVY = ("torch", "nbformat", "transformers", "sklearn", "pandas", "matplotlib", "IPython", "jinja2", "scipy",
         "statsmodels", "optuna")  # fmt: skip


def modules_after(statement: str) -> set[str]:
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_paribus_imports_little_and_nothing_heavy() -> None:
    names = modules_after("import paribus")
    assert not names & set(HEAVY)
    assert len({name for name in names if name.startswith("paribus.")}) <= 2, (
        "rooms are imported when they are named"
    )


def test_a_notebook_begins_without_torch_or_any_other_heavy_library() -> None:
    made = ("notebook", "experiment", "sweep", "ablation", "search", "versus", "commitment")
    rooms = ", ".join(
        ("selfcheck", "statistics", "statistics.intervals", *(f"experiments.{name}" for name in made))
    )
    names = modules_after("; ".join(f"import paribus.{room}" for room in rooms.split(", ")))
    assert not names & set(HEAVY)


def test_rooms_are_imported_when_they_are_named() -> None:
    assert paribus.metrics.__name__ == "paribus.metrics"
    assert callable(paribus.begin)


def test_a_name_that_is_no_room_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'metrix'"):
        paribus.metrix  # noqa: B018 - the access is the test


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"]], ids=" ".join)
def test_a_reader_that_has_enough_ends_a_command_without_a_traceback(arguments: list[str]) -> None:
    """`paribus … | head`: the reader goes away before all is written."""
    command = [sys.executable, "-m", "paribus", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == ""
    assert child.returncode in (0, 1)


@pytest.mark.parametrize("missing", ["fcntl", "resource"])
def test_a_command_that_needs_linux_or_macos_says_so_elsewhere(missing: str, tmp_path: Path) -> None:
    """As on Windows, where Python's library lacks them."""
    blocked = f"import sys; sys.modules[{missing!r}] = None; from paribus.cli import main; "
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_text("<p>a</p>", "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", f"{blocked} sys.exit(main(['grade', 'in', '--assignment', 'a', '--out', 'out']))"],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"paribus grade: this command needs Linux or macOS, as Python has no {missing} here. "
        "On Windows type it in WSL."
    )


def test_another_missing_module_is_not_taken_for_one_of_these(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_: object) -> int:
        raise ModuleNotFoundError("No module named 'nowhere'", name="nowhere")

    command = Command("lose", "lose a module", "paribus lose", lambda parser: None, run)
    monkeypatch.setattr("paribus.cli.find_commands", lambda: [command])
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        main(["lose"])
