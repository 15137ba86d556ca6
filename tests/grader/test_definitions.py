"""Definition lists are read as labels with their texts, typed in Markdown or in HTML, or exported."""

import pytest

from grader.reading.prose import Block, read_html, read_markdown
from grader.reading.template import read_template

TEMPLATE = {
    "Variable changed": "learning rate, from 0.002 to 0.0002",
    "Held constant": "data, model, epochs",
    "Prediction": "macro-F1 falls",
    "Result": "macro-F1 was 0.161 and then 0.054",
    "Meaningful?": "one seed, so nobody can tell",
}
PARTS = dict(zip(("changed", "held", "prediction", "result", "meaningful"), TEMPLATE.values(), strict=True))
TYPED = "\n\n".join(f"{term}\n: {text}" for term, text in TEMPLATE.items())
LOOSE = "\n\n".join(f"{term}\n\n: {text}" for term, text in TEMPLATE.items())
TIGHT = "\n".join(f"{term}\n:   {text}" for term, text in TEMPLATE.items())
TAGS = "".join(f"<dt>{term}</dt>\n<dd>{text}</dd>\n" for term, text in TEMPLATE.items())
SHOWN = "".join(f"<p>{term}\n: {text}</p>" for term, text in TEMPLATE.items())
SHOWN_LOOSE = "".join(f"<p>{term}</p><p>: {text}</p>" for term, text in TEMPLATE.items())
OPEN = "".join(f"<dt>{term}<dd><p>{text}</p>" for term, text in TEMPLATE.items())


@pytest.mark.parametrize("source", [TYPED, LOOSE, TIGHT, f"<dl>\n{TAGS}</dl>", f"<dl>{OPEN}</dl>"])
def test_a_template_as_a_definition_list_is_read_from_its_source(source: str) -> None:
    assert read_template(read_markdown(source)) == PARTS


@pytest.mark.parametrize(
    "page", [f"<dl>{TAGS}</dl>", f"<dl>{OPEN}</dl>", f"<div><dl><div>{TAGS}</div></dl></div>", SHOWN, SHOWN_LOOSE]
)
def test_and_from_a_page(page: str) -> None:
    assert read_template(read_html(page)) == PARTS


def test_a_term_with_two_texts_keeps_both_and_a_list_in_a_text_is_a_list() -> None:
    page = "<dl><dt>Held</dt><dd>data</dd><dd>model<ul><li>depth</li></ul></dd></dl>"
    assert [item.text for item in read_html(page)] == ["Held: data", "model", "depth"]
    assert read_markdown("Held\n: data\n: model") == (Block("item", "Held: data\nmodel"),)


@pytest.mark.parametrize("text", ["```\nterm\n: text\n```", "a : b", "at 12\n:30", "- item\n- other"])
def test_a_colon_that_defines_nothing_stays(text: str) -> None:
    """In code, within a line, and with no blank behind it."""
    lines = "\n".join(block.text for block in read_markdown(text))
    assert all(line in lines for line in text.replace("- ", "").replace("```", "").split("\n"))
