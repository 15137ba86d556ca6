"""A text is read as a person sees it: what a page hides is left out and told, what only looks like it is read."""

from collections.abc import Iterator
from itertools import product

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert import HTMLExporter

from grader.checks import CHECKS
from grader.checks.base import failed, passed
from grader.checks.survival import unless_unread
from grader.model import Case, Outcome, Recovered, RecoveredCell
from grader.reading.lookalikes import as_seen
from grader.reading.notation import plain
from grader.reading.numbers import find_numbers
from grader.reading.prose import read_cell
from grader.reading.unseen import left_out_of, seen_html, seen_source, unread_remark
from grader.recover import recover
from grader.recover.sheets import with_sheets
from grader.recover.visible import visible_text
from tests.grader.build import CASES, build, load
from tests.grader.ways_to_hide import WAYS
from tests.sampled import sampled

HIDDEN = "macro-F1 rose to 0.762 in secret"
FORMS = ("ipynb", "lab", "classic")


def memo(text: str, form: str) -> RecoveredCell:
    """A notebook with one text cell, written and read again."""
    (cells,) = recovered(text, form=form)
    return cells[0]


def recovered(*texts: str, form: str) -> Iterator[list[RecoveredCell]]:
    """The text cells of a notebook with these, in this order and, of several, in the other one."""
    for order in (texts, texts[::-1])[: len(texts)]:
        cells = [nbformat.v4.new_code_cell("1"), *map(nbformat.v4.new_markdown_cell, order)]
        notebook = nbformat.v4.new_notebook(cells=cells)
        written = (
            nbformat.writes(notebook)
            if form == "ipynb"
            else HTMLExporter(template_name=form).from_notebook_node(notebook)[0]
        )
        yield [cell for cell in recover(written.encode(), "a").cells if cell.cell_type == "markdown"]


def words_of(cell: RecoveredCell) -> str:
    return " ".join(" ".join(block.text for block in read_cell(cell)).split())


@pytest.mark.parametrize(("way", "form"), sampled(list(product(WAYS, FORMS)), 16))
def test_what_nobody_sees_is_not_read_and_is_told(way: str, form: str) -> None:
    hidden = memo(f"It is plain. {WAYS[way][0].format(HIDDEN)} And so on.", form)
    assert words_of(hidden) == "It is plain. And so on."
    (told,) = left_out_of(hidden)
    assert told.begins == HIDDEN
    assert not told.shown
    seen = memo(f"It is plain. {WAYS[way][1].format(HIDDEN)} And so on.", form)
    assert words_of(seen) == f"It is plain. {HIDDEN} And so on."
    assert left_out_of(seen) == ()


SHOWN_OTHERWISE = {
    "a field": ("<textarea>{}</textarea>", "`<textarea>{}</textarea>`"),
    "a button": ("<button>{}</button>", "<kbd>{}</kbd>"),
    "a value": ('<input value="{}">', '<input type="checkbox" value="{}">'),
    "a drawing": ("<svg><text>{}</text></svg>", "<sup>{}</sup>"),
    "a frame": ('<iframe srcdoc="{}"></iframe>', "<mark>{}</mark>"),
    "turned round": ("\u202e{}", "{}"),
    "turned round by its number": ("&#8238;{}", "&#160;{}"),
}


@pytest.mark.parametrize("form", ["ipynb", "classic"])
@pytest.mark.parametrize("way", SHOWN_OTHERWISE)
def test_what_is_shown_otherwise_than_as_text_is_told(way: str, form: str) -> None:
    """A person sees it, so even an answer that passes without it is looked at."""
    assert any(item.shown for item in left_out_of(memo(f"It is {SHOWN_OTHERWISE[way][0].format(HIDDEN)}.", form)))
    assert left_out_of(memo(f"It is {SHOWN_OTHERWISE[way][1].format('twenty')}.", form)) == ()


def test_a_button_that_copies_and_a_formula_that_is_drawn_hide_nothing() -> None:
    assert left_out_of(memo('<button>Copy</button> <span style="display:none"></span> $x$', "ipynb")) == ()


@pytest.mark.parametrize(
    ("hidden", "seen"),
    [
        ("[//]: # (macro-F1 rose to 0.762)\n\nPlain.", "Plain."),
        ("[x]: <> 'macro-F1 rose to 0.762'\n\nPlain.", "Plain."),
        ("![macro-F1 rose to 0.762](a.png)\n\nPlain.", "Plain."),
        ("Plain.<!-- macro-F1 rose to 0.762 -->", "Plain."),
        ("`<b hidden>0.762</b>` is code", "<b hidden>0.762</b> is code"),
        ("[1]: https://arxiv.org/abs/1\n\nSee [1].", "[1]: https://arxiv.org/abs/1 See [1]."),
        ("F1 &gt; 0&#46;7 &amp; more", "F1 > 0.7 & more"),
    ],
)
def test_markdown_is_read_as_it_renders(hidden: str, seen: str) -> None:
    assert words_of(memo(hidden, "ipynb")) in (seen, seen.replace("<b hidden>", "").replace("</b>", ""))


@pytest.mark.parametrize("form", ["ipynb", "lab"])
@pytest.mark.parametrize(
    "written",
    [
        "0.762", "0&#46;762", "0.<!-- -->762", "0.\u200b7\u200b62", "０．７６２", "0·762", "$0.762$", "0.7\u00ad62",
        "0\u2060.762", "0.7б2", "О.762", "O.762", "0.<wbr>762", "0.<span></span>762", "0•762", "0\u2024762",
        "0.\u200a762", "0.7\ufe0e62", "$0.\\!762$", "$0.7\\phantom{9}62$", "$0.\\textcolor{white}{9}762$",
        "$0.7\\,62$", "0\u02d9762", "0。762",
        "zero point seven six two", "seventy-six point two percent", "<b>0</b>.762", "𝟎.𝟕𝟔𝟐", "0٫762",
        '0.<span style="display:none">1</span>762', "0.7\U000e00206\U000e00202", "\u0660.\u0667\u0666\u0662",
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_looks(written: str, form: str) -> None:
    """In whatever characters it was written: 0.762, or 76.2 %."""
    (block,) = read_cell(memo(f"The accuracy is {written} here.", form))
    (number,) = find_numbers(plain(block.text))
    assert number.value == pytest.approx(76.2 if number.percent else 0.762)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("at one point two classes vanished", [1.0, 2.0]), ("one point about it", [1.0]), ("from point A to B", []),
        ("v1.O of pandas", []), ("layer I.A and item l", []), ("2.5 and 1,5", [2.5, 1.5]),
        ("sixty points", [60.0]), ("zero point nine", [0.9]), ("six point four per cent", [6.4]),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_number_in_words_or_letters_is_none(text: str, values: list[float]) -> None:
    assert [number.value for number in find_numbers(as_seen(text))] == values


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("mаcrо-F1", "macro-F1"), ("the encοder", "the encoder"), ("p\u200br\u00ade\u2060dict", "predict"),
        ("Точность выросла", "Точность выросла"), ("Ακρίβεια", "Ακρίβεια"), ("naïve café", "naïve café"),
        ("μ and σ", "μ and σ"), ("精度は", "精度は"), ("F1-мера", "F1-мера"),
    ],
)  # fmt: skip
def test_a_word_of_one_script_stays_what_it_is(written: str, seen: str) -> None:
    assert as_seen(written) == seen
    assert as_seen(seen) == seen


def test_a_hidden_output_shows_nothing() -> None:
    assert (
        visible_text('<p>a <b style="display:none">0.762 <i hidden>x</i></b> <i style="color:red">b</i></p>')
        == "a b"
    )


@pytest.mark.parametrize("template", ["lab", "classic"])
@pytest.mark.parametrize("tag", ["style", "script"])
def test_a_page_that_lost_its_end_to_an_open_element_is_not_whole(tag: str, template: str) -> None:
    """nbconvert cleans what it rendered, and what stands after such an element is gone."""
    for text, whole in ((f"<{tag}>", False), (f"<{tag}></{tag}>", True)):
        cells = [nbformat.v4.new_markdown_cell(text), nbformat.v4.new_code_cell("1", execution_count=1)]
        page = HTMLExporter(template_name=template).from_notebook_node(
            nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("0"), *cells])
        )[0]
        found = recover(page.encode(), "a.html")
        assert found.whole is whole
        assert any(f"A <{tag}> is left open" in remark for remark in found.remarks) is not whole


@pytest.mark.parametrize("hiding", ["display:none", "visibility:visible"])
def test_a_cell_that_the_page_hides_is_told(hiding: str) -> None:
    cells = [nbformat.v4.new_code_cell(str(number), execution_count=number) for number in (1, 2, 3)]
    page = HTMLExporter(template_name="lab").from_notebook_node(nbformat.v4.new_notebook(cells=cells))[0]
    before, cell, after = page.rpartition('<div class="jp-Cell jp-CodeCell')
    found = recover(f'{before}<div style="{hiding}">{cell}{after}'.encode(), "a.html")
    assert found.whole is (hiding != "display:none")
    assert any("The page hides 1 cell" in remark for remark in found.remarks) is (hiding == "display:none")


def case_with(text: str) -> Case:
    raw = load(CASES / "_bases" / "homework.json")
    key = next(name for name, cell in raw["cells"].items() if cell.get("role") == "memo")
    raw["cells"][key] = {**raw["cells"][key], "handed": text}
    return build({**raw, "family": "ipynb"})


def test_a_verdict_on_a_text_with_a_hidden_part_is_for_a_person() -> None:
    """What is hidden may be the answer; what is shown otherwise may be wrong; beside neither nothing changes."""
    for text, bad, good in (
        ('Short. <span style="display:none">All the rest of it.</span>', Outcome.UNDECIDED, Outcome.PASSED),
        ("Short. <textarea>macro-F1 is 0.762</textarea>", Outcome.UNDECIDED, Outcome.UNDECIDED),
        ("Short. <span>All the rest of it.</span>", Outcome.FAILED, Outcome.PASSED),
    ):
        case = case_with(text)
        key = next(cell.key for cell in case.assignment.cells if cell.role == "memo")
        cell = case.assignment.cell(key)
        short = unless_unread(case, cell, CHECKS["memo.answered"], failed("too short"))
        assert (short.outcome, unless_unread(case, cell, CHECKS["memo.answered"], passed("long")).outcome) == (
            bad,
            good,
        )
        assert short.proposal == ("failed" if bad is Outcome.UNDECIDED else "")
        assert unless_unread(case, cell, CHECKS["seeds.enough"], failed("too few")).outcome is Outcome.FAILED
        assert bool(unread_remark(case)) is (bad is Outcome.UNDECIDED)


PIECES = st.sampled_from(
    ["<b hidden>", "</b>", "<style>", "</style>", ".x{display:none}", "<p class=x>", "<<{color:}", "<template>",
     "```", "`", "[a]: <> (b c d)", "\n", "<i style='color:white;font-size:0;left:-9e9px'>", "0.7", "O.", "ооo",
     "\u202e", "<svg>", "<input value='1 2 3 4'>", "&#8238;", "@media{", "style=", "@media print{a{", "}",
     "<i style='transform:scale(calc(1/0)) matrix(a);color:hsl(,;--a:var(--a);display:var(--a)'>", "$\\phantom{",
     "<style>&{& .x{", "rect(", "0.S6", "\x00", "\ue0f2", "word "]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=4), max_size=25).map("".join))
def test_no_text_breaks_it_and_what_was_read_is_read_the_same_again(text: str) -> None:
    for read in (seen_html, seen_source):
        assert all(item.words for item in read(text).left_out)
    assert as_seen(as_seen(text)) == as_seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "O" * 40_000,
        "<" * 20_000,
        "`" * 30_000,
        "[a]: x " * 6_000,
        "{" * 40_000,
        "o." * 20_000,
        "\\phantom{" * 4_000,
    ],
)
def test_a_long_text_of_one_thing_costs_no_more_than_it_is_long(text: str) -> None:
    cell = RecoveredCell(0, "markdown", text)
    read_cell(cell)
    assert len(left_out_of(cell)) == text.startswith("\\phantom")


@pytest.mark.parametrize("text", ["<style>", "<style>a{", "<style>a{b:c}</style>", "<style>@media(a){"])
def test_a_sheet_of_one_thing_costs_no_more_than_it_is_long(text: str) -> None:
    cell = RecoveredCell(0, "markdown", text * (30_000 // len(text)))
    for item in with_sheets([cell, RecoveredCell(1, "markdown", "It is plain.")]):
        assert "plain" in words_of(item) or left_out_of(item) == ()


def test_a_file_of_texts_alone_has_nothing_hidden() -> None:
    assert left_out_of(RecoveredCell(0, "code", "<b hidden>x y</b>")) == ()
    assert Recovered("ipynb", ()).whole
