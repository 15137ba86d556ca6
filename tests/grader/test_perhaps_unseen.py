"""What may be hidden and nobody can tell; style sheets of other cells, formulas, numbers with other characters."""

from itertools import product

import pytest

from grader.reading.lookalikes import as_seen
from grader.reading.unseen import left_out_of, unread_remark
from tests.grader.test_unseen import FORMS, HIDDEN, case_with, memo, recovered, words_of
from tests.grader.ways_to_hide import UNTOLD
from tests.sampled import sampled


@pytest.mark.parametrize(("way", "form"), sampled(list(product(UNTOLD, FORMS)), 16))
def test_what_nobody_can_tell_without_drawing_the_page_is_read_and_told(way: str, form: str) -> None:
    cell = memo(f"It is plain. {UNTOLD[way][0].format(HIDDEN)} And so on.", form)
    assert HIDDEN in words_of(cell)
    assert any(item.read and item.shown for item in left_out_of(cell))
    twin = memo(f"It is plain. {UNTOLD[way][1].format(HIDDEN)} And so on.", form)
    assert HIDDEN in words_of(twin)
    assert left_out_of(twin) == ()


@pytest.mark.parametrize("form", FORMS)
def test_a_style_sheet_holds_in_every_text_cell(form: str) -> None:
    """Also in those before it; what stands in code is no sheet."""
    for text, seen in (
        ("<style>.q{display:none}</style>", "It is plain."),
        ("`<style>.q{display:none}</style>`", f"It is plain. {HIDDEN}"),
        ("<style>.r{display:none}</style>", f"It is plain. {HIDDEN}"),
    ):
        for cells in recovered(f'It is plain. <b class="q">{HIDDEN}</b>', f"Some words. {text}", form=form):
            cell = next(cell for cell in cells if "plain" in (cell.html or cell.source))
            assert words_of(cell) == seen
            assert bool(left_out_of(cell)) is (HIDDEN not in seen)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("hidden", "seen"),
    [
        ("$x\\phantom{\\text{rose to 0.762}}$", "$x$"), ("$x\\textcolor{white}{0.762}$", "$x$"),
        ("$x\\style{display:none}{0.762}$", "$x$"), ("$x\\hphantom{0.762$", "$x"),
    ],
)  # fmt: skip
def test_what_a_formula_hides_is_not_read_and_is_told(hidden: str, seen: str, form: str) -> None:
    cell = memo(f"It is {hidden}", form)
    assert words_of(cell) == f"It is {seen}"
    assert [item.shown for item in left_out_of(cell)] == [False]
    assert left_out_of(memo("It is $x\\text{rose to 0.762}\\textcolor{red}{1}$ and `\\phantom{a}`", form)) == ()


@pytest.mark.parametrize("form", ["ipynb", "lab"])
@pytest.mark.parametrize(
    ("disguised", "plain_"),
    [
        ("0.S62", "0.5B"), ("0.7G2", "0.7s"), ("0.76Ƨ", "0.76σ"), ("0.7бᒿ", "0.7 балла"), ("0.⁷⁶²", "0.7²"),
        ("0.7<sup>6</sup>2", "0.76<sup>2</sup>"), ("0.<sup>76</sup>", "0.<sup>1</sup>"), ("0.7₆2", "CO₂ 0.7"),
        ("0,Z62", "0,7로"),
    ],
)  # fmt: skip
def test_a_number_with_other_characters_for_digits_is_told(disguised: str, plain_: str, form: str) -> None:
    (told,) = left_out_of(memo(f"The accuracy is {disguised} here.", form))
    assert told.read
    assert told.shown
    assert left_out_of(memo(f"The accuracy is {plain_} here.", form)) == ()


def test_a_chinese_stop_between_digits_is_a_point_where_no_chinese_stands() -> None:
    assert as_seen("it is 0。762, or 0｡762") == "it is 0.762, or 0.762"
    assert as_seen("零F1类别降为0。20个周期后") == "零F1类别降为0。20个周期后"


def test_the_remark_says_what_was_read_and_what_was_not() -> None:
    told = unread_remark(case_with(f"<b hidden>{HIDDEN}</b> and <i style='filter:url(#a)'>{HIDDEN} too</i>"))
    assert "was not read" in told
    assert "was read as it is" in told
    assert "and 2 more" in unread_remark(case_with("".join(f"<b hidden>number {index}</b>" for index in range(6))))
