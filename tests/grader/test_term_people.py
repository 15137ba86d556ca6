"""Who is who over several weeks, and whose a row of a table is: nobody guesses."""

import pytest

from grader.classrun.grades import Grade, Graded
from grader.errors import TermError
from grader.term.outside import read_outside
from grader.term.people import Person, bring_together
from tests.grader.term_class import WEEKS, got, week


def anna(number: str, email: str = "") -> Grade:
    """One of several people of this name."""
    return got(number, 1, name="Anna Schmidt", email=email)


def people(*weeks: Graded, same: tuple[tuple[str, ...], ...] = ()) -> dict[str, list[str]]:
    """Everybody's numbers by the newest one; who is unclear with a question mark."""
    return {
        one.number + ("?" if one.unclear else ""): [one.grades[name].number for name in WEEKS if name in one.grades]
        for one in bring_together(weeks, same)
    }


def test_a_number_that_lasts_is_one_person_whatever_the_name_becomes() -> None:
    """And another number is somebody else, with the same name as well."""
    weeks = (week(1, got("7", 1, name="Ada Lovelace"), anna("8")), week(2, got("7", 1, name="Ada King"), anna("9")))
    assert people(*weeks) == {"7": ["7", "7"], "8": ["8"], "9": ["9"]}
    assert bring_together(weeks)[0].name == "Ada King"


def test_where_numbers_are_given_anew_the_address_is_the_person_and_else_the_name() -> None:
    weeks = (
        week(1, got("1", 1, name="Ada Lovelace", email="ada@x.org"), got("2", 1, name="Bob  Hope")),
        week(2, got("11", 1, name="Ada King", email="ADA@x.org"), got("12", 1, name="Hope Bob")),
    )
    assert people(*weeks) == {"11": ["1", "11"], "12": ["2", "12"]}


def test_two_of_one_name_are_told_apart_by_their_addresses() -> None:
    weeks = [week(place, anna(f"{place}1", "a@x.org"), anna(f"{place}2", "b@x.org")) for place in (1, 2)]
    assert people(*weeks) == {"21": ["11", "21"], "22": ["12", "22"]}


UNCLEAR = {
    "two of one name and nothing else": (
        [week(place, anna(f"{place}1"), anna(f"{place}2"), got("3", 1)) for place in (1,)]
        + [week(2, anna("21"), anna("22"), got("33", 1, name="Bo", email="bo@x.org"))]
        + [week(3, got("34", 1, name="Bo", email="bo@x.org"))],
        {"11?", "12?", "21?", "22?"},
    ),
    "one name and another address": (
        [week(1, anna("1", "a@x.org"), got("2", 1, name="Bo")),
         week(2, anna("3", "b@x.org"), got("4", 1, name="Bo"))],
        {"1?", "3?"},
    ),
    "one number of two people": (
        [week(1, got("1", 1, name="Ada", email="a@x.org"), got("2", 1)),
         week(2, got("1", 1, name="Bob", email="b@x.org"), got("2", 1))],
        {"1?"},
    ),
    "an address that two have": (
        [week(1, got("1", 1, email="a@x.org"), got("2", 1, email="a@x.org"))],
        {"2?"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("weeks", "unclear"), UNCLEAR.values(), ids=list(UNCLEAR))
def test_who_may_be_two_people_is_unclear(weeks: list[Graded], unclear: set[str]) -> None:
    assert {number for number in people(*weeks) if number.endswith("?")} == unclear


def test_course_toml_says_who_is_who_by_any_name() -> None:
    weeks = week(1, got("1", 1, name="Ada"), got("2", 1, name="Bob")), week(2, got("3", 1, name="Countess"))
    assert people(*weeks, same=(("ada", "Countess"),)) == {"2": ["2"], "3": ["1", "3"]}
    with pytest.raises(TermError, match="same names 'Zoe', and nobody"):
        bring_together(weeks, (("Ada", "Zoe"),))


def test_weeks_that_share_nobody_are_refused() -> None:
    with pytest.raises(TermError, match="Nobody of week1_homework could be found in week2_homework"):
        bring_together([week(1, got("1", 1)), week(2, got("2", 1))])


# --- tables from outside ----------------------------------------------------------------------------------------

CLASS = bring_together(
    [week(1, got("7", 1, name="Ada King", email="ada@x.org"), got("8", 1, name="Bob Hope"), anna("9"),
          anna("10"))]
)  # fmt: skip


def rows(
    text: str, columns: dict[str, float] | None = None, class_: tuple[Person, ...] = CLASS
) -> dict[str, object]:
    """What a table says by the person's number, and its notes."""
    found = read_outside(text.encode(), "quiz.csv", columns or {"Q": 10.0}, class_)
    points = {class_[place].number: value for place, value in found.points["Q"].items()}
    return {**points, "notes": list(found.notes)}


def test_a_row_is_found_by_address_by_number_and_by_name() -> None:
    by_address = rows("Email address,Q\nADA@x.org,7.5\n")
    by_number = rows("ID number;Nachname;Q\n8;;7,5\n")
    by_name = rows("First name,Surname,Q\nBob,Hope,75 %\n", {"Q": 100.0})
    assert (by_address, by_number, by_name) == (
        {"7": 7.5, "notes": []},
        {"8": 7.5, "notes": []},
        {"8": 75.0, "notes": []},
    )


def test_a_row_that_is_nobodys_is_told_with_its_line() -> None:
    """A number with another's name, a name of two, a name with another's address, a person twice, a stranger."""
    text = "ID number,Full name,Email,Q\n8,Ada Kong,,1\n,Anna Schmidt,,1\n,Ada King,no@x.org,1\n8,Bob Hope,,1\n"
    found = rows(text + ",Bob Hope,,2\n99,Zoe,,1\n,,ada@x.org,-\n")
    assert found == {
        "7": None,
        "notes": [
            "quiz.csv, row 2: Ada Kong is in no graded week, so that the row is nobody's.",
            "quiz.csv, row 3: Anna Schmidt may be several people, so that the row is nobody's.",
            "quiz.csv, row 4: Ada King is in no graded week, so that the row is nobody's.",
            "quiz.csv, row 7: Zoe is in no graded week, so that the row is nobody's.",
            "quiz.csv, rows 5 and 6: both are of Bob Hope, so that neither counts.",
        ],
    }


WRONG = {
    "nobody's": ("Points,Q\n1,2\n", "no column says who a row is; it has 'Points', 'Q'"),
    "no column": ("Name,Quiz\nAda King,2\n", "has no column 'Q', which course.toml names"),
    "empty": ("", "no column"),
    "no number": ("Name,Q\nBob Hope,ill\n", "row 2, column 'Q': holds 'ill'; expected points from 0 to 10"),
    "too many": ("Name,Q\nBob Hope,11\n", "holds '11'; expected points from 0 to 10"),
    "a workbook": ("PK\x03\x04\ud800", "is an Excel workbook or a zip"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=list(WRONG))
def test_a_table_that_does_not_fit_is_refused(text: str, told: str) -> None:
    with pytest.raises(TermError, match=told):
        read_outside(text.encode("utf-8", "surrogatepass"), "quiz.csv", {"Q": 10.0}, CLASS)
