"""The student's package costs nothing to import and needs none of the instructor's libraries."""

import subprocess
import sys

import pytest

import paribus

HEAVY = ("torch", "nbformat", "transformers", "sklearn", "pandas", "matplotlib", "IPython", "jinja2", "scipy",
         "statsmodels", "optuna")  # fmt: skip


def modules_after(statement: str) -> tuple[float, set[str]]:
    code = (
        "import sys, time; begun = time.perf_counter(); "
        f"{statement}; print(time.perf_counter() - begun, *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, *names = done.stdout.split()
    return float(seconds), set(names)


def test_importing_paribus_takes_less_than_a_third_of_a_second_and_nothing_heavy() -> None:
    seconds, names = modules_after("import paribus")
    assert seconds <= 0.3
    assert not names & set(HEAVY)


def test_a_notebook_begins_without_torch_or_any_other_heavy_library() -> None:
    made = ("notebook", "experiment", "sweep", "ablation", "search", "versus", "commitment")
    rooms = ", ".join(
        ("selfcheck", "statistics", "statistics.intervals", *(f"experiments.{name}" for name in made))
    )
    _, names = modules_after("; ".join(f"import paribus.{room}" for room in rooms.split(", ")))
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
