"""Marks and fingerprints, what they prove and what they do not, and the groups that pairs make."""

import random as plain_random
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import FoundRecord, Likeness, Result, Sketch
from grader.pages.report import report_page
from grader.similarity.fingerprints import WINDOW, run_digests, winnow
from grader.similarity.groups import groups_of, links_of
from grader.similarity.marks import make_marks, numbers, pack, short
from grader.similarity.pairs import CODE_HOLDERS, CODE_LEAST, SUFFICE, WEAK, find_copies
from grader.similarity.shared import HOLDERS, sharing
from paribus.records.record import Record
from tests.grader.build import CASES, build, load
from tests.grader.classroom import make_assignment, make_result
from tests.grader.test_copied import CODE, strongest


def handed(submission: str, marks: dict[str, list[str]], **more: Any) -> Result:  # a Result's own fields
    packed = {kind: pack(map(short, texts), most=None) for kind, texts in marks.items()}
    return make_result(submission, sketch=Sketch((short(submission),), {}, packed), **more)


def pairs(results: list[Result]) -> list[tuple[str, str]]:
    return sorted((first, second) for first, second, _ in links_of(find_copies(results)))


# --- what makes a pair ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "least"), sorted(SUFFICE.items()))
def test_enough_strong_marks_make_a_pair_and_one_fewer_do_not(kind: str, least: int) -> None:
    for count in (least, least - 1):
        told = {kind: [f"mark {number}" for number in range(count)]} if count else {}
        found = pairs([handed("ann", told), handed("ben", told), handed("cem", {kind: ["another"]})])
        assert found == ([("ann", "ben")] if count == least else [])


@pytest.mark.parametrize("kind", WEAK)
def test_weak_marks_make_no_pair_and_add_a_line_to_one(kind: str) -> None:
    """Equal seeds on equal machines give them to everyone."""
    weak = {kind: [f"mark {number}" for number in range(9)]}
    assert pairs([handed("ann", weak), handed("ben", weak)]) == []
    strong = {**weak, "reasons": ["one reason"]}
    (first, _) = find_copies([handed("ann", strong), handed("ben", strong)])
    assert first.alike == (Likeness("ben", False, {}, {"reasons": 1, kind: 9}),)


def test_a_record_that_names_another_ones_record_is_told_though_the_nonce_was_replaced() -> None:
    """Whoever puts a nonce of their own into each record, and signs each anew, leaves the links."""
    case = build(load(CASES / "_bases" / "homework.json"))
    forged = tuple(
        FoundRecord(item.position, replace(item.record, nonce="f" * 32)) for item in case.records if item.record
    )
    own = make_result("ann", sketch=Sketch(("1",), {}, make_marks(case)))
    copy = make_result("ben", sketch=Sketch(("2",), {}, make_marks(replace(case, records=forged))))
    (link,) = links_of(find_copies([own, copy]))
    assert strongest(link[2]) == "chain"


def test_what_a_tenth_of_a_class_has_tells_nothing() -> None:
    """Four of forty may have a reason from one of them; five have it from the lecture."""
    for holders in (3, 4, 5):
        others = [handed(f"other{number}", {}) for number in range(40 - holders)]
        same = [handed(f"same{number}", {"reasons": ["a reason"]}) for number in range(holders)]
        assert len(groups_of(find_copies([*others, *same]))) == (holders < 5)


def test_a_students_attempts_count_as_one_holder() -> None:
    """Of three people with one reason one handed in five times: it is not common for that."""
    attempts = [handed(f"ann-{number}", {"reasons": ["a reason"]}, student="ann") for number in range(5)]
    (group,) = groups_of(find_copies([*attempts, handed("ben", {"reasons": ["a reason"]})]))
    assert {"ben", "ann-0"} <= {*group.members}


def test_code_that_many_have_makes_no_pair() -> None:
    """Of a hundred: eight who share a loop are shown, nine have what many found."""
    loop = {"code": [f"passage {number}" for number in range(CODE_LEAST)]}
    others = [
        handed(f"other{number:02d}", {"code": [f"{number} {item}" for item in range(50)]}) for number in range(91)
    ]
    for holders in (2, CODE_HOLDERS, CODE_HOLDERS + 1):
        found = groups_of(find_copies([*others, *(handed(f"same{number}", loop) for number in range(holders))]))
        assert [len(group.members) for group in found] == ([holders] if holders <= CODE_HOLDERS else [])


def test_little_of_much_code_makes_no_pair() -> None:
    """Thirty passages in common are much of fifty, and little of a hundred."""
    for own, pair in ((20, True), (70, False)):
        both = [f"shared {number}" for number in range(CODE_LEAST)]
        held = [[*both, *(f"{name} {number}" for number in range(own))] for name in "ab"]
        assert bool(pairs([handed("ann", {"code": held[0]}), handed("ben", {"code": held[1]})])) is pair


@pytest.mark.parametrize("packed", ["", "cut", "é" * 8, "AAAAAAA", "\x00" * 8])
def test_marks_that_were_edited_are_compared_with_nobody(packed: str) -> None:
    bad = make_result("bad", sketch=Sketch((), {}, {"reasons": packed, "unheard of": "AAAAAAAA"}))
    good = handed("ann", {"reasons": ["a reason"]})
    assert pairs([good, bad]) == []
    assert len(numbers(packed)) <= 1


# --- laws -----------------------------------------------------------------------------------------------------

KINDS = st.dictionaries(
    st.sampled_from([*SUFFICE, *WEAK]),
    st.lists(st.sampled_from([f"text {n}" for n in range(6)]), max_size=4),
    max_size=4,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(KINDS, min_size=2, max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_the_class_does_not_matter(
    classes: list[dict[str, list[str]]], shuffle: plain_random.Random
) -> None:
    results = [handed(f"s{number}", marks) for number, marks in enumerate(classes)]
    mixed = list(results)
    shuffle.shuffle(mixed)
    one, other = ({item.submission: item.alike for item in find_copies(order)} for order in (results, mixed))
    assert one == other
    groups = ({frozenset(group.members) for group in groups_of(find_copies(order))} for order in (results, mixed))
    assert next(groups) == next(groups)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=14))
def test_groups_are_what_pairs_connect(edges: list[tuple[int, int]]) -> None:
    """Every pair lies within one group, and without its pairs a group falls apart."""
    marks: dict[int, list[str]] = {number: [] for number in range(13)}
    for first, second in edges:
        for place in {first, second}:
            marks[place].append(f"{first}-{second}")
    found = groups_of(find_copies([handed(f"s{n:02d}", {"said": texts}) for n, texts in marks.items()]))
    reached = {frozenset(component(number, edges)) for number in range(13)}
    assert {frozenset(int(name[1:]) for name in group.members) for group in found} == {
        item for item in reached if len(item) > 1
    }


def component(start: int, edges: list[tuple[int, int]]) -> set[int]:
    known, before = {start}, set[int]()
    while known != before:
        before = set(known)
        known |= {place for edge in edges for place in edge if known & {*edge}}
    return known


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.integers(0, 40), max_size=12), min_size=1, max_size=12))
def test_digests_in_common_are_counted_as_by_hand(held: list[set[int]]) -> None:
    arrays = [np.array(sorted(items), dtype=np.uint64) for items in held]
    by_hand = {
        (first, second): len(held[first] & held[second])
        for second in range(len(held)) for first in range(second) if held[first] & held[second]
    }  # fmt: skip
    assert sharing(arrays) == by_hand


def test_what_everyone_has_is_compared_in_a_number_that_grows_as_the_class() -> None:
    for people in (200, 400):
        assert len(sharing([np.array([7], dtype=np.uint64)] * people)) < people * HOLDERS


# --- fingerprints ---------------------------------------------------------------------------------------------


def digits(number: int) -> bytes:
    return str(number).encode()


def of(source: str) -> set[bytes]:
    return winnow(run_digests(source))


def test_names_values_comments_and_layout_leave_the_fingerprints_as_they_are() -> None:
    assert of(CODE["loop"]) == of(CODE["renamed"])
    assert len(of(CODE["loop"])) > CODE_LEAST
    assert len(of(CODE["loop"]) & of(CODE["own"])) < 5


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 9_999), min_size=WINDOW, max_size=40),
    st.lists(st.integers(), max_size=30),
    st.lists(st.integers(), max_size=30),
)
def test_a_passage_in_common_leaves_a_fingerprint_in_common(
    passage: list[int], before: list[int], after: list[int]
) -> None:
    """As many token runs in a row as a window holds are enough, whatever stands around them."""
    middle = [b"m%d" % number for number in passage]
    assert winnow(middle[:WINDOW]) <= winnow([*map(digits, before), *middle[:WINDOW], *map(digits, after)])
    assert winnow([*map(digits, before), *middle]) & winnow([*middle, *map(digits, after)])


@pytest.mark.parametrize(
    "source",
    ["", "x = 1", "def f(:\n", "\x00", "(" * 5_000, "not python at all!", "%%bash\nls", "-" * 200_000 + "1"],
)
def test_code_that_is_short_or_cannot_be_parsed_has_none(source: str) -> None:
    assert of(source) == set()


def test_magics_do_not_keep_a_cell_from_being_read() -> None:
    assert of(f"%matplotlib inline\n!pip install x\n{CODE['loop']}") == of(CODE["loop"])


def test_what_was_released_leaves_none() -> None:
    """A cell that was handed out with its code: run as it is, or with a line of one's own below it."""
    base = load(CASES / "_bases" / "homework.json")
    own = set(numbers(make_marks(build(base))["code"]))
    base["cells"]["encoder-run"]["released"] = CODE["loop"]
    for more in ("", "\nprint('done')\n"):
        base["cells"]["encoder-run"]["handed"] = CODE["loop"] + more
        assert len(set(numbers(make_marks(build(base))["code"])) - own) <= bool(more)
    base["added"] = [{"after": "title", "type": "code", "text": CODE["own"]}]
    assert len(set(numbers(make_marks(build(base))["code"])) - own) > CODE_LEAST


# --- the page -------------------------------------------------------------------------------------------------


def test_the_report_says_what_a_group_shares_and_who_shares_what() -> None:
    """A row a group; what only some of it share names them."""
    both = {"reasons": ["one"], "losses": ["a", "b"]}
    results = find_copies(
        [
            handed("ann", both, name="Ann"), handed("ben", {**both, "said": ["two"]}, name="Ben"),
            handed("cem", {"said": ["two"]}, name="Cem"),
        ]
    )  # fmt: skip
    page = report_page(results, make_assignment())
    assert 'Ann</bdi></a>, <a href="feedback/ben.html"><bdi>Ben</bdi></a>, <a href="feedback/cem.html">' in page
    for words in (
        "in the same second, with the same reason. <span",
        "word for word: 1. <span",
        "to the last digit: 2. <span",
    ):
        assert words in page


def test_of_a_large_group_those_are_named_who_do_not_share() -> None:
    """Five handed in one reason, and one of them shares a second with a sixth."""
    five = [handed(f"s{number}", {"reasons": ["one"], "said": ["two"] * (number == 4)}) for number in range(5)]
    others = [handed(f"other{number}", {}) for number in range(50)]
    page = report_page(
        find_copies([*five, handed("zoe", {"said": ["two"]}, name="Zoë"), *others]), make_assignment()
    )
    assert re.search(
        r'word for word: 1\. <span class="soft">All but <a href="feedback/zoe.html"><bdi>Zoë</bdi></a></span>', page
    )
    assert re.search(r'the same reason\. <span class="soft"><a href="feedback/s4.html">', page)


def test_what_a_notebook_has_imported_is_no_mark_of_a_place() -> None:
    """Another version of torch is one: the place is another."""
    case = build(load(CASES / "_bases" / "homework.json"))

    def mark(more: dict[str, str]) -> str:
        starts = [item.record for item in case.records if item.record is not None and item.record.environment]
        changed = [replace(record, environment={**record.environment, **more}) for record in starts]
        return make_marks(replace(case, records=tuple(FoundRecord(0, record) for record in changed)))["environment"]

    assert mark({"libraries": "pandas 2.2"}) == mark({})
    assert mark({"torch": "2.0"}) != mark({})


def test_records_hold_no_more_marks_than_are_kept() -> None:
    """A notebook with a thousand predictions keeps the smallest digests: those that every copy keeps."""
    case = build(load(CASES / "_bases" / "homework.json"))
    start = next(item.record for item in case.records if item.record is not None and item.record.prediction)
    assert isinstance(start, Record)
    assert start.prediction is not None
    many = tuple(
        FoundRecord(0, replace(start, prediction=replace(start.prediction, why=f"{number} {'word ' * 9}")))
        for number in range(1_000)
    )
    marks = make_marks(replace(case, records=many))
    assert len(numbers(marks["reasons"])) == len(numbers(marks["chain"])) == 64
    assert all(len(numbers(packed)) <= 400 for packed in marks.values())
