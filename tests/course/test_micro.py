"""The solutions of the later weeks and the project run on the smallest profile, as `paribus run` runs them."""

import resource
from pathlib import Path

import pytest

from generator.running.given import given_files
from generator.running.headless import Settings, run_assignments
from generator.running.kernel import WorkerKernel
from tests.shipped import COURSE, PROFILES, solution_of

ONE_THREAD = {"OMP_NUM_THREADS": "1"}
"""Other tests run beside it."""
BOUND = 4 * 30.0
"""Seconds of the processor: half a minute of two cores, twice, as a busy processor does less in a second."""
SHORT = ("project_proposal",)
LONG = (
    "project_midterm",
    "week3_homework", "week4_lab", "week4_homework", "week5_lab", "week5_homework", "week6_homework", "project",
    "methodology_lab",
)  # fmt: skip
"""More than 15 seconds of the processor each. `test_labs` runs the labs that need a blind zoo."""
NOTEBOOKS = (*SHORT, *(pytest.param(name, marks=pytest.mark.long) for name in LONG))


def processor() -> float:
    """Seconds of the processor that ended children took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder: what one notebook keeps in the cache, another one finds."""
    return tmp_path_factory.mktemp("micro")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_solution_runs_on_micro_within_its_bound(name: str, out: Path) -> None:
    before = processor()
    settings = Settings(PROFILES["micro"], given=given_files(COURSE, [COURSE.entry(name)]), time_limit=1200)
    kernel = WorkerKernel(environment=ONE_THREAD)
    (finished,) = run_assignments([name], solution_of, settings, out, solutions=out, kernel=kernel)
    assert finished.count > 0
    assert processor() - before < BOUND
