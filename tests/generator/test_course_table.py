"""The README's list of the course says what the recorded runs measured, and nothing that was typed."""

from generator.running.references import References
from tests.shipped import COURSE
from tools.course_table import OPEN, PROFILE, README, course_table, current_table, with_table


def test_the_readme_holds_the_table_of_the_recorded_runs() -> None:
    """After a recording: python -m tools.course_table."""
    text = README.read_text(encoding="utf-8")
    assert with_table(text, current_table()) == text


def test_a_number_that_was_not_recorded_is_said_to_be_open() -> None:
    table = course_table(References({}), COURSE.profile(PROFILE))
    rates = [line for line in table.splitlines() if "one naming fits" in line]
    assert table.count(OPEN) == len(table.splitlines()) - 2 - len(rates)


def test_a_zoo_that_was_not_measured_on_the_profile_is_said_to_be_open() -> None:
    assert "one naming" not in course_table(References({}), COURSE.profile("micro"))
