"""One notation for LaTeX, other scripts' digits and blanks, and what is no result's number at all."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.reading import vocabulary
from grader.reading.answers import count_words, statements_of
from grader.reading.asides import asides
from grader.reading.notation import plain
from grader.reading.numbers import find_numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$0.318$", 0.318), (r"$0.318 \pm 0.02$", 0.318), ("$0{,}318$", 0.318), ("０．３１８", 0.318),
        ("٠٫٣١٨", 0.318), ("−0.03", -0.03), (r"$2 \times 10^{-5}$", 2e-5), ("0·318", 0.318),
    ],
)  # fmt: skip
def test_a_number_is_read_in_its_own_notation(text: str, value: float) -> None:
    found = find_numbers(plain(text))
    assert found[0].readings[0].value == pytest.approx(value)


@given(st.text(alphabet=st.characters(max_codepoint=126, exclude_characters="\\${")))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@given(st.text())
@example("\\¨")
def test_plain_is_its_own_result(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    "aside",
    ["2027-01-04", "14:30", "(Devlin et al., 2019)", "arXiv:1810.04805", "torch 2.13.0", "Section 3.2", "Figure 4"],
)
def test_dates_versions_and_citations_are_asides(aside: str) -> None:
    text = f"As {aside} says, accuracy was 0.545."
    spans = asides(text)
    assert any(text[start:end].strip("() ") in aside for start, end in spans)
    assert not any(start <= text.index("0.545") < end for start, end in spans)


def test_sentences_of_a_list_are_its_lines() -> None:
    assert statements_of("accuracy 0.5\nmacro-F1 0.3\nseeds 13, 14\n") == (
        "accuracy 0.5", "macro-F1 0.3", "seeds 13, 14",
    )  # fmt: skip
    assert len(statements_of("It rose; then it fell. It was e.g. noise.")) == 2


def test_two_characters_without_blanks_are_a_word() -> None:
    assert count_words("我换了批量大小") == 4
    assert count_words("I changed the batch size") == 5


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("编码器（种子 19）的准确率是 0.462，macro-F1 是 0.175", ["accuracy", "macro_f1"]),
        ("宏平均F1是0.3", ["macro_f1"]),
        ("the accuracy is 0.462, macro-F1 is 0.175", ["accuracy", "macro_f1"]),
        ("inaccuracy is no metric", []),
    ],
)
def test_a_metric_is_found_where_no_spaces_part_words(text: str, names: list[str]) -> None:
    assert [mention.name for mention in vocabulary.find_all("metrics", text)] == names
