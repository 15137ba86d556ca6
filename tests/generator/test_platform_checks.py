"""The pins of each platform's image, and what `make platforms` says; the run itself is `make platforms`."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from generator.errors import RunError
from generator.project import ROOT
from tools.platform_checks import EXTRA, TORCH, Image, Outcome, main, make_environment, read_image, stands_in

PIN_FILES = sorted((ROOT / "kaggle").glob("*.txt"))


@pytest.mark.parametrize("path", PIN_FILES, ids=[path.stem for path in PIN_FILES])
def test_each_image_pins_what_the_course_stands_on(path: Path) -> None:
    names = {pin.partition("==")[0] for pin in read_image(path).pins}
    assert {"transformers", "datasets", "scikit-learn", "nbconvert"} <= names
    assert "torch" not in names


def test_the_report_says_what_stands_in_for_the_image() -> None:
    words = stands_in(Image("x", "3.12", "2.10", ()))
    assert re.fullmatch(
        r"Python 3\.\d+\.\d+ for the image's 3\.12, torch==2\.13\.0 \(CPU\) for its torch 2\.10", words
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# python 3.12\n# torch 2.10\nnumpy>=2\n", r"x\.txt:3: found 'numpy>=2', expected an exact pin"),
        ("# python 3.12\nnumpy==2.0.2\n", r"x\.txt: needs the lines"),
    ],
)
def test_a_pin_file_that_pins_nothing_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "x.txt").write_text(text)
    with pytest.raises(RunError, match=told):
        read_image(tmp_path / "x.txt")


def test_one_failure_anywhere_is_a_failure() -> None:
    good = Outcome("x", "", "passed: 3 passed", {"week1_lab": "passed: 9 s"})
    assert good.passed
    assert not Outcome("x", "", "failed: 1 failed", good.notebooks).passed
    assert not Outcome("x", "", good.tests, {"week1_lab": "failed: no"}).passed


def _finished(folder: Path, wheel: Path) -> Path:
    """An environment whose marker fits: its interpreter fails at whatever it is asked."""
    python = folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/bin/false")
    pins = hashlib.sha256("\n".join(["numpy==2.0.2", TORCH, *EXTRA]).encode()).hexdigest()
    marker = {"pins": pins, "wheel": hashlib.sha256(wheel.read_bytes()).hexdigest()}
    (folder / "installed.json").write_text(json.dumps(marker))
    return python


def test_a_finished_environment_is_kept_and_a_new_wheel_is_installed_into_it(tmp_path: Path) -> None:
    wheel = tmp_path / "paribus-0-py3-none-any.whl"
    wheel.write_bytes(b"one")
    image = Image("x", "3.12", "2.10", ("numpy==2.0.2",))
    python = _finished(tmp_path / "x", wheel)
    assert make_environment(image, tmp_path / "x", wheel) == python
    wheel.write_bytes(b"two")
    with pytest.raises(RunError, match=r"pip could not install --no-deps --force-reinstall .*\(exit status 1\)"):
        make_environment(image, tmp_path / "x", wheel)
    assert not (tmp_path / "x" / "installed.json").exists()


def test_a_platform_that_does_not_exist_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["kaggle-1999-01"])
    assert caught.value.code == 2
    assert "Choose from: colab-2026-08, kaggle-2026-08" in capsys.readouterr().err
