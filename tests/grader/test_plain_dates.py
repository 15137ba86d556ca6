"""A folder and a roster with dates: sections, extensions, times that cannot be read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paribus.course.policy import Policy
from tests.grader.test_plain import ADA, done, placed, roster_of, table

DUE = {"A": datetime(2027, 3, 1, 12, tzinfo=UTC), "B": datetime(2027, 3, 3, 12, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("section", "submitted", "late", "said"),
    [
        ("A", "2027-03-01 12:00", 0.0, ""),
        ("A", "2027-03-01 13:00", 3600.0, "late: handed in 1 h 0 min after"),
        ("B", "2027-03-01 13:00", 0.0, ""),
        ("B", "2027-03-04T12:00:00", 86400.0, "late: handed in 1 d"),
        ("A", "", 0.0, ""),
        ("A", "yesterday", 0.0, "late: the date 'yesterday' in the roster could not be read, so this counts as"),
        (
            "C",
            "2027-03-09 12:00",
            0.0,
            "late: the roster's section 'C' is no section under due in course.toml (A, B)",
        ),
    ],
)
def test_a_section_has_its_own_date(tmp_path: Path, section: str, submitted: str, late: float, said: str) -> None:
    policy = Policy(due=max(DUE.values()), sections=DUE)
    given = roster_of(f"id,section,submitted\nada,{section},{submitted}\n".encode())
    (found,) = placed(tmp_path, given, "ada.html", policy=policy)
    assert found.late == late
    assert found.remarks == () if not said else found.remarks[0].startswith(said)


def test_an_extension_counts_by_the_rosters_identifier(tmp_path: Path) -> None:
    policy = Policy(due=DUE["A"], extensions={"ada": timedelta(hours=2), "eve": timedelta(hours=2)})
    given = roster_of(b"id,submitted\nada,2027-03-01 13:00\n")
    (found,) = placed(tmp_path, given, "ada.html", policy=policy)
    assert found.late == 0.0
    _, notes = table([done("ada")], given, tmp_path, policy)
    assert "course.toml gives an extension to eve, and the roster has no such identifier." in notes


def test_a_due_time_without_times_is_said(tmp_path: Path) -> None:
    policy = Policy(due=DUE["A"], late_penalty="zero")
    assert (
        "the roster has no column submitted, so nobody is late. Add one, with the time at which each file came, "
        "such as 2027-03-01 23:59." in table([done(ADA)], roster_of(), tmp_path, policy)[1]
    )
    assert "without a roster no times are known" in table([done("ada")], None, tmp_path, policy)[1]


def test_a_time_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    given = roster_of(b"id,submitted\nada,yesterday\n")
    assert "could not be read, so that these count as handed in on time: ada (1 of 1)" in table(
        [done("ada")], given, tmp_path, Policy(due=DUE["A"])
    )[1]  # fmt: skip


def test_a_time_that_cannot_be_read_has_its_line_and_the_form_that_is_read(tmp_path: Path) -> None:
    given = roster_of(b"id,submitted\neve,2027-03-01 10:00\nada,03/04/2027\n")
    both = [done("ada"), done("eve")]
    _, notes = table(both, given, tmp_path, Policy(due=DUE["A"]))
    assert (
        "The roster's column submitted: line 3 has '03/04/2027'; expected a day and a time, such as "
        '2027-03-01 23:59. Correct the roster, or set date_format = "%d/%m/%Y %H:%M", or the like, under [grading] '
        "in course.toml."
    ) in notes
    _, notes = table(both, given, tmp_path, Policy(due=DUE["A"], date_format="%d.%m.%Y"))
    assert "line 2 has '2027-03-01 10:00', line 3 has '03/04/2027'" in notes
    assert "in the form '%d.%m.%Y' that date_format names. Correct the roster, or date_format under" in notes
    read = roster_of(b"id,submitted\nada,03/04/2027\n")
    _, notes = table([done("ada")], read, tmp_path, Policy(due=DUE["A"], date_format="%d/%m/%Y"))
    assert "column submitted" not in notes
