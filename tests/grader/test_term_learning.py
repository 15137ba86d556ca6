"""What the pages of a term say: who slips, what is not learned, what improved, how long grading took."""

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from grader.desk.items import Decision
from grader.desk.store import FILE, Store
from grader.errors import TermError
from grader.grading.identity import Handed
from grader.lms.grades import CheckCount, Graded
from grader.term.learning import changes_of, checks_of, improved, slips
from grader.term.make import make_term
from grader.term.pages import Field, field_of, path_of, term_pages
from grader.term.people import bring_together
from grader.term.reckon import Line, reckon
from grader.term.timing import times_of
from paribus.course.term import load_term
from tests.grader.term_class import absent, course_toml, got, graded_folder, plan, week
from tests.robust.browser import CHROMIUM, DRIVER, open_browser

MET, MISSED, OPEN = CheckCount(1, 0, 0), CheckCount(0, 1, 0), CheckCount(0, 0, 1)


def lines_of(*weeks: Graded) -> tuple[Line, ...]:
    return reckon(plan(), weeks, bring_together(weeks), {})


def test_who_falls_against_the_class_slips_and_a_hard_week_makes_nobody_slip() -> None:
    """The others lose thirty points, and Ada sixty-five."""
    weeks = [
        week(1, got("ada", 90), got("bob", 80), got("cem", 70), got("dee", 95)),
        week(2, got("ada", 25), got("bob", 50), got("cem", 40), absent("dee")),
    ]
    found = slips(lines_of(*weeks), weeks)
    assert [one.line.person.number for one in found] == ["ada", "dee"]
    assert found[0].fall == pytest.approx((0.25 - 0.40) - (0.90 - 0.85))
    assert found[1].fall is None
    assert found[1].missing == ("Week 2",)


def test_who_never_handed_anything_in_does_not_slip_but_is_in_the_table() -> None:
    weeks = [week(1, got("ada", 90), absent("bob")), week(2, got("ada", 90), absent("bob"))]
    assert slips(lines_of(*weeks), weeks) == ()


def test_a_check_is_not_learned_where_as_many_miss_it_as_at_first() -> None:
    def of(place: int, **checks: list[CheckCount]) -> Graded:
        people = [
            got(
                str(person), 50, checks={name.replace("__", "."): counts[person] for name, counts in checks.items()}
            )
            for person in range(4)
        ]
        return week(place, *people)

    weeks = [
        of(1, memo__answered=[MISSED, MISSED, MET, MET], form__toc=[MISSED, MISSED, MISSED, MET],
           tasks__tests_passed=[OPEN] * 4, memo__sources=[MISSED] * 4),
        of(2, memo__answered=[MISSED, MET, MISSED, OPEN], form__toc=[MET, MET, MET, MISSED],
           tasks__tests_passed=[OPEN] * 4),
    ]  # fmt: skip
    people = [line.person for line in lines_of(*weeks)]
    found = {one.check: one for one in checks_of(people, weeks)}
    assert next(iter(found)) == "memo.answered"
    assert [name for name, one in found.items() if one.not_learned] == ["memo.answered"]
    assert found["memo.answered"].missed == (0.5, 2 / 3)
    assert found["memo.sources"].missed == (1.0, None)
    assert "tasks.tests_passed" not in found  # nobody has decided it


def test_what_was_missed_at_first_and_met_at_last_improved() -> None:
    weeks = [
        week(1, got("7", 1, checks={"a": MISSED, "b": MET, "c": MISSED, "d": MISSED})),
        week(2, got("7", 1, checks={"a": MET, "b": MISSED, "c": OPEN})),
    ]
    changes = {one.check: one for one in changes_of(bring_together(weeks)[0], weeks)}
    assert [name for name, one in changes.items() if improved(one)] == ["a"]
    assert [name for name, one in changes.items() if one.last.missed] == ["b", "c", "d"]


def test_a_field_of_the_heat_map_says_how_many_and_shows_one_miss() -> None:
    counts = [OPEN, CheckCount(3, 0, 1), CheckCount(9, 1), CheckCount(1, 1), CheckCount(0, 2)]
    assert [field_of(one) for one in counts] == [
        Field(), Field("0 of 3", "h0"), Field("1 of 10", "h1"), Field("1 of 2", "h2"), Field("2 of 2", "h3"),
    ]  # fmt: skip


def test_a_curve_has_a_gap_where_nothing_was_handed_in() -> None:
    weeks = [week(1, got("7", 100)), week(2, absent("7")), week(3, got("7", 0)), week(4, got("7", 50))]
    path = path_of(lines_of(*weeks)[0].items)
    assert [(dot.number, dot.y) for dot in path.dots] == [(1, 20.0), (3, 120.0), (4, 70.0)]
    assert len(path.lines) == 1
    assert path.words == "Week 1: 100 %; Week 3: 0 %; Week 4: 50 %"


def decide_at(out: Path, *moments: tuple[str, str, int]) -> None:
    """Decisions of the desk: the grader, the cell, and the second."""
    out.mkdir(exist_ok=True)
    begun = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
    now = [begun]
    store = Store(out, [Handed("ada", "7", "ada.ipynb", "00")], lambda: now[0])
    for number, (grader, cell, second) in enumerate(moments):
        now[0] = begun + timedelta(seconds=second)
        decision = Decision(0, "ada", cell, f"item {number}", 1.0, grader=grader)
        store.add([decision, replace(decision, item=f"alike {number}")], seen=number * 2, request=f"r{number}")


def test_the_time_to_grade_is_the_median_between_a_graders_decisions_without_long_pauses(tmp_path: Path) -> None:
    graded = week(1, got("7", 1))
    assert times_of(tmp_path, graded) == ()
    decide_at(tmp_path, ("Ann", "memo", 0), ("Ben", "memo", 5), ("Ann", "memo", 20), ("Ben", "memo", 45),
              ("Ann", "other", 30), ("Ann", "memo", 5000), ("Ann", "memo", 5030))  # fmt: skip
    (found,) = times_of(tmp_path, graded)
    assert (found.question, found.decisions, found.seconds) == ("The memo", 3, 30.0)


def test_a_damaged_store_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("no database", encoding="utf-8")
    with pytest.raises(TermError, match="decisions cannot be read"):
        times_of(tmp_path, week(1))


def test_nothing_that_a_student_chose_becomes_markup() -> None:
    attack = "<script>alert(1)</script>"
    weeks = [week(1, got("7", 1, name=attack, checks={"memo.answered": MISSED})), week(2, got("7", 1, name=attack))]
    pages = term_pages(plan(), weeks, lines_of(*weeks), notes=(attack,))
    assert len(pages) == 2
    for text in pages.values():
        assert "<script" not in text
        assert "&lt;script&gt;" in text


# --- in a real browser ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of thirty, with twenty checks and long names."""
    folder = tmp_path_factory.mktemp("pages")
    checks = {f"memo.check_number_{number}": (MET, MISSED, OPEN) for number in range(20)}
    for place in (1, 2, 3):
        people = [
            got(str(person), 3 * person, place % 3, name=f"Quentin Armstrong-Featherstonehaugh {person}",
                checks={name: found[(person + place) % 3] for name, found in checks.items()})
            for person in range(30)
        ]  # fmt: skip
        graded_folder(folder / f"out{place}", week(place, *people))
    outs = [folder / f"out{place}" for place in (1, 2, 3)]
    make_term(outs, {}, load_term(course_toml(folder, "[term]\nlate_days = 2\n")), folder / "term")
    return folder / "term"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as driver:
        yield driver


@pytest.mark.skipif(
    not (CHROMIUM and DRIVER and importlib.util.find_spec("selenium")),
    reason="NOT OPENED IN A REAL BROWSER: install chromium, chromedriver (Debian: chromium-driver) and selenium",
)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_at_either_width_in_either_scheme(
    pages: Path, browser: Any, width: int, scheme: str
) -> None:  # fmt: skip
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    for page in (pages / "index.html", *sorted((pages / "students").iterdir())[:1]):
        browser.get(page.as_uri())
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, ground[4:-1].split(","))) > 384) == (scheme == "light")
        unnamed = (
            "return document.querySelectorAll('svg[role=img]:not([aria-label]), .wide:not([aria-label])').length"
        )
        assert browser.execute_script(unnamed) == 0
        assert not browser.get_log("browser")
