"""Whose a submission is, whatever people and files are called."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.grading.identity import Handed, pair
from grader.intake.naming import name_submission, nameless


def handed(
    name: str, person: str = "4101", source: str = "Ann_4101_assignsubmission_file_/a.ipynb", sha256: str = "1"
) -> Handed:
    return Handed(name, person, source, sha256)


OLD = handed("ann-4101")
MOVED = replace(OLD, name="now", source="Participant_4101_assignsubmission_file_/a.ipynb")


@pytest.mark.parametrize(
    ("what", "now", "follows"),
    [
        ("the same file", replace(OLD, name="now"), True),
        ("the student's name was revealed, hidden or corrected", MOVED, True),
        ("the same file under another name", replace(OLD, name="now", source="b.ipynb"), True),
        ("a corrected file of the same name", replace(MOVED, sha256="2"), True),
        ("the only file, corrected and renamed", handed("now", source="b.ipynb", sha256="2"), True),
        ("another person with the same file", replace(OLD, name="now", person="4102"), False),
    ],
)
def test_a_submission_continues_its_persons_earlier_file(what: str, now: Handed, follows: bool) -> None:
    assert pair([OLD], [now]) == ({"now": "ann-4101"} if follows else {}), what


def test_a_second_file_takes_nothing_from_the_first() -> None:
    second = handed("b", source="Ann_4101_assignsubmission_file_/a (1).ipynb", sha256="2")
    assert pair([OLD], [second, replace(OLD, name="a")]) == {"a": "ann-4101"}


def test_where_two_files_may_be_the_old_one_neither_is() -> None:
    two = [handed(name, source=f"{name}.ipynb", sha256=name) for name in ("x", "y")]
    assert pair([OLD], two) == {}


def test_a_person_is_the_same_with_names_and_without() -> None:
    before = handed("olga", person="Ольга Smith", source="Ольга Smith/a.ipynb")
    hidden = nameless("Ольга Smith")
    after = handed(hidden, person=hidden, source=f"{hidden}.ipynb")
    assert pair([before], [after]) == {hidden: "olga"}
    assert pair([after], [before]) == {"olga": hidden}
    assert nameless(hidden) == hidden


PEOPLE = st.dictionaries(
    st.one_of(st.integers(1, 10**6).map(str), st.text("aBÅж ._-9", min_size=1, max_size=6)),
    st.sets(st.sampled_from(["a.ipynb", "a (1).ipynb", "b.html", "A.ipynb"]), min_size=1),
    max_size=5,
)  # fmt: skip


def batch(people: dict[str, set[str]], called: str, *, hidden: bool) -> list[Handed]:
    found = []
    for person, files in people.items():
        owner = nameless(person) if hidden else person
        for file in sorted(files):
            name = name_submission(owner, called, file if len(files) > 1 else "")
            source = f"{owner}-{file}" if hidden else f"{person}/{file}"
            found.append(Handed(name, owner, source, f"{person}{file}"))
    return found


@given(PEOPLE, st.booleans(), st.booleans(), st.text("abc ", max_size=4), st.randoms())
def test_no_renaming_hiding_or_order_moves_a_file_to_another(
    people: dict[str, set[str]], before: bool, after: bool, called: str, random: object
) -> None:
    first, second = batch(people, "Ann", hidden=before), batch(people, called, hidden=after)
    shuffled = list(second)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    files = {item.name: item.sha256 for item in second}
    known = {item.name: item.sha256 for item in first}
    found = pair(first, shuffled)
    assert found == pair(first, second)
    assert len(found) == len(second)
    assert all(files[new] == known[old] for new, old in found.items())


@given(PEOPLE, PEOPLE)
def test_a_submissions_name_does_not_depend_on_who_else_is_there(
    some: dict[str, set[str]], others: dict[str, set[str]]
) -> None:
    alone = {item.sha256: item.name for item in batch(some, "", hidden=False)}
    everyone = batch({**others, **some}, "", hidden=False)
    assert {item.sha256: item.name for item in everyone}.items() >= alone.items()
    assert len({item.name for item in everyone}) == len(everyone)


@pytest.mark.parametrize(
    ("student", "other"),
    [("ann", "Ann!"), ("Ольга Smith", "Анна Smith"), ("con", "con-0"), ("a-b", "a b"), ("4101", "４１０１")],
)
def test_names_that_look_alike_in_ascii_are_two(student: str, other: str) -> None:
    assert name_submission(student) != name_submission(other)


def test_a_name_can_be_a_file_on_windows_and_nobody_can_pose_as_another() -> None:
    assert name_submission("ann") == "ann"
    assert name_submission("con").startswith("con-")
    posing = name_submission("Ann!")
    assert name_submission(posing) != posing


@given(PEOPLE, PEOPLE, st.booleans(), st.booleans(), st.sets(st.sampled_from(["a.ipynb", "b.html", "A.ipynb"])))
def test_whatever_is_handed_in_again_stays_with_its_person_and_what_did_not_change_is_followed(
    some: dict[str, set[str]], others: dict[str, set[str]], before: bool, after: bool, changed: set[str]
) -> None:
    """Files come, go and change, names are hidden or shown: nothing reaches another person, nothing twice."""
    now = {person: others.get(person, files) for person, files in {**others, **some}.items()}
    first = batch(some, "Ann", hidden=before)
    second = [
        replace(item, sha256=f"{item.sha256}2") if any(item.source.endswith(file) for file in changed) else item
        for item in batch(now, "", hidden=after)
    ]
    found = pair(first, second)
    old, new = {item.name: item for item in first}, {item.name: item for item in second}
    assert all(nameless(new[one].person) == nameless(old[other].person) for one, other in found.items())
    assert len(set(found.values())) == len(found)
    known = {item.sha256: item.name for item in first}
    for item in second:
        if item.sha256 in known:
            assert found[item.name] == known[item.sha256]
