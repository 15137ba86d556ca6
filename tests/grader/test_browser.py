"""In a real browser: formgrader on the gradebook that `paribus grade` wrote, and pages made of attacks."""

import csv
import importlib.util
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from paribus.cli import main
from tests.robust.attacks import NAME, open_all
from tests.robust.browser import CHROMIUM, DRIVER, formgrader_pages, open_browser, open_formgrader
from tests.robust.small_class import command, make_class

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER and importlib.util.find_spec("selenium")),
    reason="NOT OPENED IN A REAL BROWSER: install chromium, chromedriver (Debian: chromium-driver) and selenium",
)
STUDENT = "student-1-1001"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of three, graded, with one answer full of mathematics."""
    folder = tmp_path_factory.mktemp("room")
    make_class(folder, 3)
    path = next((folder / "submissions").glob("Student 1_*")) / "homework.ipynb"
    path.write_bytes(path.read_bytes().replace(b"gave up accuracy", b"gave up $\\\\alpha$ and accuracy"))
    assert main(command(folder, folder / "out", "--json")) == 0
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as driver:
        yield driver


def wait_for(browser: Any, script: str) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 60).until(lambda driver: driver.execute_script(f"return {script}"))


@pytest.mark.long
@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_formgrader_opens_shows_the_findings_and_a_grade_typed_there_reaches_moodle(
    room: Path,
    browser: Any,
    tmp_path: Path,
    app: str,
) -> None:  # fmt: skip
    """Lists, a submission, manual grading without MathJax (its address is out of reach), and --collect."""
    from selenium.webdriver.common.by import By

    out = room / "out"
    score = {"lab": 2.0, "notebook": 1.5}[app]
    with open_formgrader(out, tmp_path, app) as address:
        for place, words in (
            (f"manage_submissions/{NAME}", STUDENT), ("gradebook", NAME), ("manage_students", STUDENT),
            (f"manage_students/{STUDENT}", NAME), (f"gradebook/{NAME}/{NAME}", "Submission #"),
        ):  # fmt: skip
            browser.get(f"{address}/{place}")
            wait_for(browser, f"document.body?.innerText.includes({json.dumps(words)})")
        # The button that would run students' code refuses, and takes nothing away.
        browser.get(f"{address}/manage_submissions/{NAME}")
        wait_for(browser, "document.querySelectorAll('.autograde a').length > 0")
        browser.execute_script("document.querySelector('.autograde a').click()")
        wait_for(browser, "document.body?.innerText.includes('AUTOGRADE WOULD RUN')")
        browser.get(formgrader_pages(address, NAME)[STUDENT])
        wait_for(browser, "document.querySelectorAll('input.score').length === 5")
        assert "α" in browser.page_source or "\\alpha" in browser.page_source
        wait_for(browser, "document.getElementById('trade_off-comment').placeholder.includes('memo.answered')")
        whole = browser.find_element(By.CSS_SELECTOR, "body").text
        assert "form.ran_in_order" in whole
        for name in ("batch_size-evidence", "trade_off", "trade_off-evidence", "whole-evidence"):
            box = browser.find_element(By.ID, name)
            give = score if name == "trade_off" else 0.5
            browser.execute_script("arguments[0].value = ''", box)
            box.send_keys(str(give))
            browser.execute_script("arguments[0].dispatchEvent(new Event('change', {bubbles: true}))", box)
        words = browser.find_element(By.ID, "trade_off-comment")
        words.clear()
        words.send_keys(f"Well argued, seen in {app}.")
        browser.execute_script("arguments[0].dispatchEvent(new Event('change', {bubbles: true}))", words)
        wait_for_grades(out, score, app)
        assert main(command(room, out, "--collect", "--json")) == 0
    with (out / "worksheet.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.reader(file) if row[0] == "Participant 1001")
    page = (out / "feedback" / f"{STUDENT}.html").read_text(encoding="utf-8")
    assert f"Well argued, seen in {app}." in page
    assert row[3] == f"{total(out):.2f}"
    assert "Student 1" in (out / "report.html").read_text(encoding="utf-8")


def wait_for_grades(out: Path, score: float, app: str) -> None:
    """Until formgrader has saved what was typed."""
    import time

    query = (
        "SELECT manual_score FROM grade JOIN base_cell ON base_cell.id = grade.cell_id JOIN submitted_notebook ON "
        "submitted_notebook.id = grade.notebook_id JOIN submitted_assignment ON submitted_assignment.id = "
        "submitted_notebook.assignment_id WHERE base_cell.name = 'trade_off' AND student_id = ?"
    )
    said = "SELECT count(*) FROM comment WHERE manual_comment LIKE ?"
    for _ in range(120):
        with closing(sqlite3.connect(out / "gradebook.db")) as database:
            given = database.execute(query, (STUDENT,)).fetchone()
            if given == (score,) and database.execute(said, (f"%{app}%",)).fetchone() == (1,):
                return
        time.sleep(0.25)
    raise AssertionError(f"formgrader saved {given}, expected {score}")


def total(out: Path) -> float:
    """nbgrader's own sum."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", "") as book:
        return float(book.find_submission(NAME, STUDENT).score)


@pytest.mark.long
def test_no_page_made_of_an_attack_runs_or_fetches_anything(tmp_path: Path) -> None:
    """A short form of `make attacks`: feedback, report and formgrader pages."""
    pages, found = open_all(tmp_path, 9)
    assert found == []
    assert pages >= 9 + 1 + 5 + 8
