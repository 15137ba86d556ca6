"""`paribus check`: a student's own look, by the public checks alone, without the instructor's packages."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import paribus
from grader.checks import CHECKS
from grader.checks.base import failed, passed
from grader.checks.doubts import Doubt, with_doubts
from grader.commands.check import NEEDS, as_lines
from grader.grading.preview import Preview, _item, preview
from grader.model import Evidence, Outcome, Verdict
from paribus.cli import main
from paribus.course.assignment import CheckPoints
from paribus.course.public import public_form, public_name
from paribus.errors import ParibusError
from tests.grader.graded import release_of, text_of
from tests.sampled import sampled

ROOT = str(Path(paribus.__file__).parent.parent)
FORMS = [public_form(release_of(name).assignment) for name in ("week1_lab", "week1_homework")]


@pytest.fixture(name="folder")
def student_folder(tmp_path: Path) -> Path:
    """What a student has: an export, and the forms that came with the notebooks."""
    for form in FORMS:
        (tmp_path / public_name(form)).write_text(form.to_json(), encoding="utf-8")
    (tmp_path / "mine.html").write_text(text_of("week1_homework"), encoding="utf-8")
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    status = main(["check", *map(str, arguments)])
    told = capsys.readouterr()
    return status, told.out + told.err


def test_an_honest_file_has_little_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The form is found beside the file, the assignment by the notebook's own name."""
    status, told = call(capsys, folder / "mine.html")
    assert status == 0
    assert "checks are met." in told
    assert "Not looked at: points, hidden tests" in told


def test_what_is_wrong_is_told_with_its_place_and_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An edited record, an untouched memo: each under its heading."""
    text = text_of("week1_homework").replace("macro_f1", "macro_f2", 3)
    (folder / "mine.html").write_text(text, encoding="utf-8")
    _, told = call(capsys, folder / "mine.html", "--json")
    found: dict[str, Any] = json.loads(told)
    failed = [item for item in found["findings"] if item["outcome"] == "failed"]
    assert "integrity.chain" in {item["check"] for item in failed}
    assert all(item["because"] and item["where"] for item in failed)
    _, words = call(capsys, folder / "mine.html")
    assert "To do" in words
    assert "Run that cell again" in words
    assert "Records are as written: " in words
    assert all(f"{CHECKS[item['check']].title}: {item['because']}" in words for item in failed)


def test_every_finding_of_one_check_is_told_with_its_line() -> None:
    """Whoever mends the first alone would train again and meet the next; one finding is told as it was."""
    doubts = [
        Doubt(f"{name} is made once (line {line}).", (Evidence("one_change", f"line {line}: {name} = 1"),))
        for name, line in (("network", 2), ("optimiser", 3))
    ]  # fmt: skip
    lines = ("one_change, line 2: network = 1", "one_change, line 3: optimiser = 1")
    for some in (doubts, doubts[:1]):
        found = with_doubts(passed("Fine."), some)
        verdict = Verdict("experiments.one_change", found.outcome, found.because, 1.0, found.values, found.evidence)
        item = _item(FORMS[1], "one_change", verdict, "One change")
        told = as_lines(Preview("week1_homework", "Homework", (), (item,)))
        first = next(number for number, line in enumerate(told) if "network is made once" in line)
        assert told[first + 1 : -2] == [
            *(f"      also: {doubt.because}" for doubt in some[1:]),
            *(f"      {line}" for line in lines[: len(some)]),
        ]


def test_what_is_proved_does_not_hide_what_is_suspected() -> None:
    """A failed check keeps its reason; the doubts are told beside it, and points stay what they were."""
    found = with_doubts(failed("Proved."), [Doubt("Suspected.")])
    assert (found.outcome, found.because, found.values["doubts"]) == (Outcome.FAILED, "Proved.", ["Suspected."])
    verdict = Verdict("experiments.one_change", found.outcome, found.because, 1.0, found.values, found.evidence)
    assert _item(FORMS[1], "one_change", verdict, "One change").further == ("Suspected.",)


def test_what_concerns_the_whole_notebook_stands_under_no_one_heading(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A diary in the first memo is told with the memo's heading, and not under the last one of the notebook."""
    page = text_of("week1_homework")
    diary = "We ran out of time, and I was stuck for hours."
    (folder / "mine.html").write_text(
        page.replace("The encoder leaves", f"{diary} The encoder leaves", 1), encoding="utf-8"
    )
    _, told = call(capsys, folder / "mine.html")
    lines = told.splitlines()
    at = next(number for number, line in enumerate(lines) if CHECKS["memo.no_diary"].title in line)
    headings = [line.strip() for line in lines[:at] if line.startswith("  ") and not line.startswith("    ")]
    assert headings[-1] == "The notebook as a whole"
    assert lines[at].endswith("(under What the encoder changed)")


@pytest.mark.parametrize("page", sampled(["cp1252", "cp437", "ascii", "utf-8"], 4))
def test_it_can_be_read_on_every_code_page(folder: Path, page: str) -> None:
    """Windows gives a program whose output goes into a file one of these."""
    diary = "We ran out of time → π, Łukasz ≥ 1 − 数据."
    text = text_of("week1_homework").replace("The encoder leaves", f"{diary} The encoder leaves", 1)
    (folder / "mine.html").write_text(text, encoding="utf-8")
    for more in ((), ("--json",)):
        call = [sys.executable, "-m", "paribus", "check", "mine.html", *more]
        ran = subprocess.run(
            call, cwd=folder, env={**os.environ, "PYTHONIOENCODING": page, "PYTHONPATH": ROOT},
            capture_output=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        told = ran.stdout.decode(page)
        if more:
            assert any(diary in item["because"] for item in json.loads(told)["findings"])
        else:
            assert ("We ran out of time → π" if page == "utf-8" else "We ran out of time -> ") in told


def test_points_references_and_telling_checks_are_never_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, told = call(capsys, folder / "mine.html", "--json")
    found = json.loads(told)
    assert set(found) == {"assignment", "remarks", "findings", "not_looked_at"}
    assert {name for item in found["findings"] for name in item} == {
        "cell", "where", "check", "outcome", "because", "cells", "found_under", "further", "lines",
    }  # fmt: skip
    assert not {"metrics.near_reference", "integrity.copied"} & {item["check"] for item in found["findings"]}


def test_a_notebook_of_another_course_says_which_form_is_missing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "week1_homework.public.json").unlink()
    status, told = call(capsys, folder / "mine.html")
    assert status == 1
    assert "belongs to week1_homework" in told
    assert "Put week1_homework.public.json" in told


def test_a_file_that_is_no_notebook_says_what_to_hand_in(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.html").write_bytes(b"%PDF-1.7")
    status, told = call(capsys, folder / "mine.html")
    assert status == 1
    assert "PDF" in told


def test_a_notebook_that_names_nothing_is_held_against_the_only_form() -> None:
    """Where it holds none of its cells, it says so."""
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "1", "execution_count": 1, "outputs": []}
    page = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    with pytest.raises(ParibusError, match="seems to belong to another assignment"):
        preview(page.encode(), "mine.ipynb", FORMS[1:])
    with pytest.raises(ParibusError, match="does not say which assignment"):
        preview(page.encode(), "mine.ipynb", FORMS)


def test_a_check_that_this_version_does_not_have_is_left_out() -> None:
    """The form may be newer than the student's package."""
    first = FORMS[1].graded()[0]
    newer = replace(first, checks=(*first.checks, CheckPoints("form.tidy", 0.0)))
    cells = tuple(newer if cell.key == first.key else cell for cell in FORMS[1].cells)
    found = preview(text_of("week1_homework").encode(), "mine.html", [replace(FORMS[1], cells=cells)])
    assert "form.tidy" not in {item.check for item in found.items}
    assert found.of(Outcome.PASSED)


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.html", "is not there"), (".", "is a folder"), ("mine.ipynb", "there is no form of the assignment")],
)
def test_wrong_usage_says_what_to_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.ipynb").write_text(text_of("week1_homework", "ipynb"), encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["check", name])
    assert stopped.value.code == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_file_that_is_no_notebook_says_so_even_without_a_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.html").write_bytes(b"%PDF-1.7")
    assert main(["check", "mine.html"]) == 1
    assert "PDF" in capsys.readouterr().err


@pytest.mark.parametrize("package", NEEDS)
def test_a_package_that_is_missing_is_named_with_the_line_to_type(folder: Path, package: str) -> None:
    """On Kaggle the wheel is installed without its requirements."""
    program = (
        f"import sys; sys.modules['{package}'] = None; from paribus.cli import main; main(['check', 'mine.html'])"
    )
    call = [sys.executable, "-c", _with_check_alone(program)]
    ran = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    line = f"{sys.executable} -m pip install {package}"
    assert f"this needs {package}, which is not installed. Type: {line}" in " ".join(ran.stderr.split())


def test_it_imports_neither_torch_nor_the_instructors_packages(folder: Path) -> None:
    """The answer is there in two seconds because nothing heavy is loaded; a student has none of it anyway."""
    program = (
        "import sys; from paribus.cli import main; status = main(['check', 'mine.html']); "
        "heavy = {'torch', 'nbgrader', 'nbformat', 'jinja2', 'rich', 'sklearn', 'scipy.stats', 'pandas'}; "
        "heavy.add('generator'); "
        "sys.exit(status or ', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    call = [sys.executable, "-c", _with_check_alone(program)]
    ran = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def _with_check_alone(program: str) -> str:
    """The students' package has this one command."""
    return (
        "import paribus.cli as cli; from grader.commands import check; "
        f"cli.find_commands = lambda: list(check.commands()); {program}"
    )
