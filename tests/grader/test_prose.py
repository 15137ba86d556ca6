"""Markdown is read into the same blocks from its source and from its rendered form."""

from collections.abc import Callable

import pytest

from grader.reading.answers import normal, sentences
from grader.reading.numbers import find_numbers
from grader.reading.prose import Block, read_cell, read_html, read_markdown
from grader.reading.template import read_template
from grader.recover import recover
from tests.grader.graded import NAMES, text_of


def blocks_of(name: str, ending: str) -> list[tuple[str, str, int]]:
    cells = recover(text_of(name, ending).encode(), f"a.{ending}").cells
    blocks = [block for cell in cells if cell.cell_type == "markdown" for block in read_cell(cell)]
    return [(block.kind, normal(block.text), block.level) for block in blocks if "$" not in block.text]


@pytest.mark.parametrize("name", NAMES)
def test_an_export_says_what_its_source_says(name: str) -> None:
    """Headings, items, rows and paragraphs of real exports are those of the notebook's own markdown."""
    assert blocks_of(name, "lab.html") == blocks_of(name, "ipynb")
    assert blocks_of(name, "classic.html") == blocks_of(name, "ipynb")


@pytest.mark.parametrize("read", [read_markdown, lambda text: read_html(f"<p>{text}</p>")], ids=["source", "page"])
@pytest.mark.parametrize(
    ("text", "said", "numbers"),
    [
        ("macro-F1 of 0.318<sup>1</sup>, see", "macro-F1 of 0.318^1, see", ["0.318"]),
        ("5×10<sup>-5</sup> is", "5×10^-5 is", ["5×10^-5"]),
        ('0.318<sup class="note">2</sup>', "0.318^2", ["0.318"]),
        ("the 4<sup>th</sup> epoch", "the 4th epoch", []),
    ],
)
def test_a_number_that_is_raised_is_no_part_of_the_one_before_it(
    read: Callable[[str], tuple[Block, ...]], text: str, said: str, numbers: list[str]
) -> None:
    (block,) = read(text)
    assert block.text == said
    assert [number.text for number in find_numbers(block.text)] == numbers


def test_blocks_of_markdown() -> None:
    """Headings with their level, items, rows with their header, fences as code, comments left out."""
    found = read_markdown(
        "## Result ##\n\nOne **bold**\nline\n\n- item\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n<!-- no -->\n"
        "```\n# code\n```\n"
    )
    assert [(block.kind, block.text) for block in found] == [
        ("heading", "Result"), ("paragraph", "One bold\nline"), ("item", "item"), ("row", "a | b"),
        ("row", "1 | 2"),
        ("code", "# code"),
    ]  # fmt: skip
    assert found[0].level == 2
    assert found[4].header == ("a", "b")


def test_blocks_of_html() -> None:
    """Nested lists, bare text, tables with heads; anchors and scripts say nothing."""
    found = read_html(
        "<h3 id='x'>Result<a class='anchor-link'>¶</a></h3>bare <b>text</b>"
        "<ul><li>one<ul><li><p>two</p></li></ul></li></ul>"
        "<table><tr><th>a</th></tr><tr><td>1</td></tr></table><script>no()</script><pre>code</pre>"
    )
    assert [(block.kind, block.text) for block in found] == [
        ("heading", "Result"), ("paragraph", "bare text"), ("item", "one"), ("item", "two"), ("row", "a"),
        ("row", "1"),
        ("code", "code"),
    ]  # fmt: skip


def test_a_table_that_an_exporter_left_as_it_was_typed_is_a_table() -> None:
    """nbconvert 7.0 renders no tables; a line of text with bars in it is none."""
    found = read_html(
        "<p>| field | mine |\n| --- | --- |\n| Prediction | up |</p><p>| a | is the size\nof a set</p>"
    )
    assert [block.kind for block in found] == ["row", "row", "paragraph"]
    assert found[1].cells == ("Prediction", "up")
    assert found[1].header == ("field", "mine")


def test_deep_nesting_is_read_without_recursion() -> None:
    """3,000 nested lists are a student's choice, not a crash."""
    assert read_html("<ul><li>" * 3_000 + "deep" + "</li></ul>" * 3_000)[-1].text == "deep"


def test_a_line_break_ends_no_sentence_and_neither_does_an_abbreviation() -> None:
    """An empty line does."""
    text = "It reaches an accuracy\nof 0.5, e.g. on validation. Then it stops.\n\nNew paragraph"
    assert sentences(text) == (
        "It reaches an accuracy of 0.5, e.g. on validation.", "Then it stops.", "New paragraph",
    )  # fmt: skip


TEMPLATES = {
    "rows": """
| field | text |
| - | - |
| Variable changed | lr |
| Held constant | data |
| Prediction | up |
| Result | 0.4 |
| Meaningful? | no |
""",
    "columns": """
| Variable changed | Held constant | Prediction | Result | Meaningful? |
| - | - | - | - | - |
| lr | data | up | 0.4 | no |
""",
    "bold": """
**What I changed:** lr

**Kept constant:** data

**Hypothesis:** up

**Outcome:** 0.4

**Conclusion:** no
""",
    "numbered": """
1. Variable changed: lr
2. Held constant: data
3. Prediction (before the run): up
4. Result: 0.4
5. Noise? no
""",
    "headings": """
#### The change
lr
#### Controls
data
#### My prediction
up
#### Findings
0.4
#### Is it meaningful?
no
""",
}


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_is_read_in_whatever_form(text: str) -> None:
    """The same five parts."""
    found = read_template(read_markdown(text))
    assert found == {"changed": "lr", "held": "data", "prediction": "up", "result": "0.4", "meaningful": "no"}


def test_a_sentence_that_begins_with_a_parts_name_opens_it() -> None:
    """Plain sentences are a template too."""
    blocks = [Block("paragraph", text) for text in ("I changed the learning rate.", "We predicted a drop of 0.1.")]
    assert set(read_template(blocks)) == {"changed", "prediction"}


@pytest.mark.parametrize(
    ("text", "part", "said"),
    [
        ("**Held constant.** All that I could have touched: data, model, seed.", "held", "touched: data"),
        ("* what I varied: batch size\n* what I didn't: data, model, seed", "held", "data, model"),
        ("#### What I turned\nThe rate.\n\n#### What I left alone\nData, model.", "changed", "The rate"),
        (
            "Result: 0.2 and 0.3.\n\nMeaningful? It is a lead and not a finding. And more seeds cost time.",
            "meaningful",
            "And more",
        ),
    ],
)
def test_a_word_within_a_sentence_begins_no_part(text: str, part: str, said: str) -> None:
    """ "Could have touched:" is no label of what was changed; the part goes on."""
    assert said in read_template(read_markdown(text))[part]  # type: ignore[index]  # a name of a part
