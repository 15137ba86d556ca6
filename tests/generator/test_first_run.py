"""`make first-run`: which steps are timed, from when to when, without running any of them."""

import os
from collections.abc import Sequence
from pathlib import Path

from tools.first_run import INSTALLED, PAGE, measure, table


class User:
    """A clock that moves by what each command takes, and the files that the first demo leaves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def clock(self) -> float:
        return self.now

    def run(self, command: Sequence[str], folder: Path) -> None:
        if command[0] == "git":
            Path(command[-1]).mkdir(parents=True)
            self.now += 5
        elif not (folder / PAGE).exists():
            for path, after in ((INSTALLED, 70), (PAGE, 200)):
                (folder / path).parent.mkdir(parents=True)
                (folder / path).touch()
                os.utime(folder / path, (self.now + after, self.now + after))
            self.now += 280
        else:
            self.now += {"demo": 15, "test": 500, "long": 900}[command[1]]


def test_each_step_is_timed_from_its_own_beginning(tmp_path: Path) -> None:
    user = User()
    steps = measure(tmp_path / "clone", user.run, tests=True, clock=user.clock)
    assert [(step.seconds, step.bound) for step in steps] == [
        (70, 75), (205, 240), (280, 300), (15, 20), (500, 540), (900, None)
    ]  # fmt: skip
    assert "| clone to the first graded page | `git clone; make demo` | 205 s | 240 s |" in table(steps)


def test_without_the_tests_it_ends_with_the_second_demo(tmp_path: Path) -> None:
    user = User()
    assert measure(tmp_path / "clone", user.run, tests=False, clock=user.clock)[-1].what == "a second run"
