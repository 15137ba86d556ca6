"""The page about the class, its plots, and both pages in a real browser."""

import html
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Result
from grader.pages.feedback import feedback_page
from grader.pages.plots import Band, Bin, Dot, Share, bar, histogram, strip
from grader.pages.report import bands_of, report_page
from paribus.course.assignment import CheckPoints
from tests.grader.classroom import (
    BAD,
    GOOD,
    OPEN,
    REFERENCES,
    WORDS,
    careful_result,
    cell_result,
    make_assignment,
    make_result,
    unreadable_result,
    verdict,
)

ASSIGNMENT = make_assignment()
ATTACK = "<script>alert(1)</script>"


def klass() -> list[Result]:
    """Three students who wait, one who is done, one with a file that is none, one with a broken check of ours."""
    broken = verdict(
        "memo.answered", OPEN, 3.0, "This could not be checked.", traceback="ZeroDivisionError: by zero"
    )
    done = cell_result("whole", 0.0, verdict("form.ran_in_order", GOOD, 6.0, "In order."))
    return [
        careful_result("ada"),
        careful_result("bob", name="Bob", metrics={"encoder.macro_f1": 0.3, "tfidf.macro_f1": 0.132}),
        careful_result("eve", name="Eve", metrics={"encoder.macro_f1": 0.2}, remarks=("You handed in two files.",)),
        make_result("dan", done, name="Dan"),
        make_result("flo", cell_result("trade_off", 0.0, broken), name="Flo"),
        unreadable_result("pdf", name="Mallory"),
    ]


def page(results: list[Result]) -> str:
    return report_page(results, ASSIGNMENT, checks=WORDS, bands=bands_of(REFERENCES, ASSIGNMENT))


def words(text: str) -> str:
    body = text[text.index("<header") :]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def test_it_counts_the_class() -> None:
    text = words(page(klass()))
    for tile in (
        "6 handed in",
        "5 graded",
        "4 wait for a person",
        "1 file without a score",
        "16 median of 28 points",
    ):
        assert tile in text


def test_the_page_says_where_what_waits_is_decided() -> None:
    text = words(page(klass()))
    assert "type paribus desk OUT , where OUT is the folder of this page. Or grade the cells in nbgrader" in text


def test_bad_files_and_remarks_have_a_line_each() -> None:
    text = words(page(klass()))
    assert "Mallory pdf.html Not graded. This file seems to be a PDF." in text
    assert "Eve eve.html You handed in two files." in text


def test_two_of_one_name_are_told_apart() -> None:
    """Two people by their numbers, and the files of one by their names."""
    people = [("ann-1", "1", "a.ipynb"), ("ann-2", "2", "a.ipynb"), ("ann-2-b", "2", "a (1).ipynb")]
    same = [
        careful_result(name, name="Ann", student=number, source=f"Ann_{number}/{file}")
        for name, number, file in people
    ]
    text = words(page([*same, careful_result("eve", name="Eve")]))
    assert all(f"{name} graded" in text for name in ("Ann (1)", "Ann (2, a.ipynb)", "Ann (2, a (1).ipynb)", "Eve"))


def test_who_waits_is_listed_with_the_reasons_and_a_link() -> None:
    markup = page(klass())
    assert '<a href="feedback/bob.html"><bdi>Bob</bdi></a>' in markup
    text = words(markup)
    assert "Bob 8 The trade-off (5) · The notebook as a whole (3)" in text
    assert "Numbers come from your runs: The number 0.231" in text
    assert "2 points are given by hand." in text


def test_the_checks_that_fail_most_come_first_and_advice_apart() -> None:
    advice = cell_result("whole", 0.0, verdict("seeds.enough", BAD, 0.0, "One seed."))
    text = words(page([*klass(), make_result("gus", advice), make_result("hal", advice)]))
    wanted = (
        "Exactly one thing changed experiments.one_change 3 not met",
        "Numbers come from your runs memo.numbers_traced 3 for a person", "Advice, without points",
        "Enough seeds seeds.enough 2 not met", "Missed by nobody:", "its tests passed",
    )  # fmt: skip
    places = [text.index(words) for words in wanted]
    assert places == sorted(places)


def test_a_check_that_todays_table_lacks_shows_its_name_in_words() -> None:
    """An older result may hold one."""
    text = words(report_page(klass(), ASSIGNMENT))
    assert "Experiments: one change experiments.one_change 3 not met" in text
    assert "Memo: numbers traced: The number 0.231" in text


def test_a_remark_on_many_files_is_one_line() -> None:
    many = [careful_result(f"s{n}", name=f"Student {n}", remarks=("No ids in this export.",)) for n in range(5)]
    text = words(page(many))
    assert "5 students No ids in this export. Who Student 0 , Student 1 , Student 2" in text
    assert text.count("No ids in this export.") == 1


def test_metrics_stand_against_the_reference_band() -> None:
    text = words(page(klass()))
    assert "encoder · Macro-F1 3 students, 1 outside the band: Bob" in text
    assert "tfidf · Macro-F1 2 students, all within the band" in text
    assert "encoder · Accuracy" not in text, "one student's value alone is no distribution"


def test_what_has_no_reference_stands_apart() -> None:
    two = [careful_result("ada"), careful_result("bob")]
    text = words(page(two))
    assert text.index("3 other metrics") < text.index("encoder · Accuracy")
    assert "encoder · Macro-F1 2 students, no reference" in words(report_page(two, ASSIGNMENT))


@pytest.mark.parametrize(
    ("asked", "first", "others"),
    [
        ({"metric": "accuracy"}, ["encoder · Accuracy", "tfidf · Accuracy"], 3),
        ({"values": ["tfidf.macro_f1"]}, ["tfidf · Macro-F1"], 4),
        ({"metric": "log_loss"}, ["encoder · Macro-F1", "tfidf · Macro-F1"], 3),
    ],
)
@pytest.mark.parametrize("at", ["cell", "check"])
def test_the_metrics_that_the_assignment_asks_about_come_first(
    asked: dict[str, object], first: list[str], others: int, at: str
) -> None:
    """They alone are open, whatever has a reference; where no run has one of them, those with a reference are."""
    cell = ASSIGNMENT.cell("batch_size")
    more = {"options": asked} if at == "cell" else {"checks": (CheckPoints("own.asks", 0.0, asked),)}
    cells = tuple(replace(item, **more) if item is cell else item for item in ASSIGNMENT.cells)
    text = words(
        report_page(
            [careful_result("ada"), careful_result("bob")],
            make_assignment(cells),
            bands=bands_of(REFERENCES, ASSIGNMENT),
        )
    )
    places = [text.index(name) for name in (*first, f"{others} other metrics")]
    assert places == sorted(places)
    titles = ("encoder · Accuracy", "encoder · Macro-F1", "tfidf · Accuracy", "tfidf · Macro-F1")
    assert all(text.index(name) > places[-1] for name in titles if name not in first)


def test_a_band_without_an_interval_shows_its_mean() -> None:
    bands = {"encoder.macro_f1": Band(0.2)}
    assert "dashed: the reference's mean" in words(report_page(klass(), ASSIGNMENT, bands=bands))
    assert "3 students, no reference" in words(report_page(klass(), ASSIGNMENT))


def test_references_of_another_profile_or_assignment_are_no_band() -> None:
    assert bands_of({}, ASSIGNMENT) == {}
    assert bands_of({"week1_homework": [{"profile": "full", "values": {}}]}, ASSIGNMENT) == {}
    assert bands_of(REFERENCES, ASSIGNMENT)["encoder.macro_f1"] == Band(0.209, 0.19, 0.228)


def test_tracebacks_are_for_the_instructor() -> None:
    text = words(page(klass()))
    assert "memo.answered · The trade-off · Flo ZeroDivisionError: by zero" in text


def test_a_class_of_nobody_and_of_bad_files_only_has_a_page() -> None:
    assert "0 handed in" in words(page([]))
    assert "Nothing was graded." in words(page([unreadable_result()]))


def test_everything_is_text_and_the_same_results_give_the_same_bytes() -> None:
    results = [careful_result(name=ATTACK, remarks=(ATTACK,), metrics={f"{ATTACK}.accuracy": 0.5})] * 2
    assert "<script" not in page(results)
    assert page(klass()) == page(list(reversed(klass())))


# --- plots ----------------------------------------------------------------------------------------------------


@given(
    st.lists(st.floats(-1e6, 1e6), max_size=40),
    st.none() | st.tuples(st.floats(-100, 100), st.floats(0, 10)),
    st.sampled_from([0, 3]),
)
@settings(max_examples=80, deadline=None)
def test_a_strip_plot_keeps_every_dot_in_view(
    values: list[float], band: tuple[float, float] | None, digits: int
) -> None:
    reference = None if band is None else Band(band[0], band[0] - band[1], band[0] + band[1])
    tree = ET.fromstring(strip([Dot("a", value) for value in values], reference, digits))  # noqa: S314  # our own
    dots = [element for element in tree.iter() if element.tag == "circle"]
    assert len(dots) == len(values)
    for dot in dots:
        assert 0 <= float(dot.attrib["cx"].rstrip("%")) <= 100
        assert 0 <= float(dot.attrib["cy"]) <= float(tree.attrib["height"])
    labels = [element.text for element in tree.iter() if element.tag == "text"]
    assert 0 < len(labels) == len(set(labels))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=5))
def test_a_bar_is_filled_by_its_parts(sizes: list[float]) -> None:
    tree = ET.fromstring(bar([Share("passed", size, "x") for size in sizes]))  # noqa: S314  # our own
    widths = [
        float(part.attrib["width"].rstrip("%")) for part in tree.iter() if part.attrib.get("class") == "passed"
    ]
    assert sum(widths) == pytest.approx(100 if sum(sizes) else 0, abs=0.1)


def test_a_histogram_of_nobody_is_empty() -> None:
    assert "No scores yet" in histogram([Bin("0", 0, 0)], "score")
    assert 'aria-label="Distribution of scores. 90: 3"' in histogram([Bin("90", 2, 1)], "score")


# --- in a browser -------------------------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MEASURE = """<!doctype html><title>wait</title>{frames}<script>
addEventListener("load", () => {{
  document.title = [...document.querySelectorAll("iframe")].map(f => {{
    const page = f.contentDocument;
    page.querySelectorAll("details").forEach(d => d.open = true);
    const dots = page.querySelectorAll("svg.icon").length;
    return [f.width, page.documentElement.scrollWidth, page.scripts.length,
            getComputedStyle(page.body).fontSize, dots].join(" ");
  }}).join(";");
}});</script>"""


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here")
def test_no_page_is_wider_than_a_phone(tmp_path: Path) -> None:
    """Both pages, every detail opened, at 390 and 1280 pixels; their own policy lets their style through."""
    wide = "Wide_" * 40
    results = [*klass(), careful_result(wide, name=wide, remarks=(wide,), source=f"{wide}.html")]
    (tmp_path / "report.html").write_text(page(results), encoding="utf-8")
    (tmp_path / "feedback.html").write_text(feedback_page(results[-1], ASSIGNMENT, checks=WORDS), encoding="utf-8")
    frames = "".join(
        f'<iframe src="{name}.html" width="{width}" height="900"></iframe>'
        for name in ("report", "feedback")
        for width in (390, 1280)
    )
    (tmp_path / "measure.html").write_text(MEASURE.format(frames=frames), encoding="utf-8")
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--allow-file-access-from-files", f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000",
        "--dump-dom", (tmp_path / "measure.html").as_uri(),
    ]  # fmt: skip
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    found = re.search(r"<title>(.*?)</title>", told)
    assert found is not None
    measured = [line.split() for line in found.group(1).split(";")]
    assert len(measured) == 4
    for width, scrolled, scripts, font, icons in measured:
        assert int(scrolled) <= int(width)
        assert (scripts, font) == ("0", "16px")
        assert int(icons) or width
