"""Markup made to cost a parser far more than it is long; and honest markup, which is left as it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from grader.evidence.records import read_records
from grader.model import Recovered, RecoveredCell
from grader.reading.prose import read_html
from grader.recover import recover
from grader.recover.clean import clean_html
from grader.recover.excess import MOST_ATTRIBUTES, MOST_OPEN, without_excess
from grader.recover.outputs import MarkupOutput
from grader.recover.visible import visible_text
from paribus.records.block import BEGIN

FIXTURES = Path(__file__).parent / "fixtures"

CELL = b'<div class="jp-Cell jp-CodeCell jp-Notebook-cell"><div class="jp-InputArea"><pre>x = 1</pre></div></div>'


def formatting(opened: int, paragraphs: int) -> bytes:
    """Formatting elements that are left open, and the paragraphs in which a parser opens them all again."""
    return b"<p>" + b"".join(b"<b id=i%d>" % i for i in range(opened)) + b"<p>x</p>" * paragraphs


def attributes(number: int) -> bytes:
    """One tag with so many attributes."""
    return b"<p " + b" ".join(b"a%d=1" % i for i in range(number)) + b">x</p>"


def elements(markup: bytes) -> int:
    """How many elements a parser makes of it."""
    return len(LexborHTMLParser(markup).css("*"))


@pytest.mark.parametrize(
    "markup",
    [formatting(400, 400), formatting(400, 400) + b"</b>" * 400, formatting(400, 400).replace(b"b id", b"FONT\nid"),
     formatting(400, 400).replace(b"<b ", b"<b></b><b/")],
    ids=["left open", "closed in the end", "another tag", "beside closed ones"],
)  # fmt: skip
def test_elements_that_are_opened_again_and_again_are_bounded(markup: bytes) -> None:
    """The elements of a page are a small multiple of its tags, and its text is all there."""
    bounded = without_excess(markup)
    assert elements(bounded) < 2 * MOST_OPEN * markup.count(b"<p>") < elements(markup)
    assert LexborHTMLParser(bounded).body.text() == LexborHTMLParser(markup).body.text()  # type: ignore[union-attr]


def test_a_tag_of_too_many_attributes_keeps_its_name() -> None:
    bounded = LexborHTMLParser(without_excess(attributes(3 * MOST_ATTRIBUTES)))
    found = bounded.css_first("p")
    assert found is not None
    assert (found.text(), len(found.attributes)) == ("x", 1)


HONEST = {
    "a picture's path": b"<svg><path d='" + b"M0 1 L2 3 " * 5_000 + b"'/></svg>",
    "many attributes": attributes(MOST_ATTRIBUTES // 2),
    "much bold text": b"<p class='a'><b class='x'>so</b> <i>it</i> is</p>" * 5_000,
    "bold that is left open, alike": b"<b>x<br>" * 20 + b"<p>x</p>" * 1_000,
    "code with angles": b"<pre>" + b"<code class='a'>a &lt;b x&gt;</code>\n" * 2_000 + b"</pre>",
}


@pytest.mark.parametrize("markup", HONEST.values(), ids=list(HONEST))
def test_honest_markup_is_left_as_it_is(markup: bytes) -> None:
    assert without_excess(markup) is markup or without_excess(markup) == markup


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*.html")), ids=lambda path: path.name)
def test_no_export_is_changed(path: Path) -> None:
    content = path.read_bytes()
    assert without_excess(content) == content


READERS: dict[str, Callable[[str], object]] = {
    "grader.recover.without_pictures": lambda markup: recover(CELL + markup.encode(), "a.html"),
    "grader.recover.excess": visible_text,
    "grader.evidence.records": lambda markup: read_records(output_of(f"{BEGIN}{markup}")),
    "grader.reading.prose": read_html,
}


def output_of(html: str) -> Recovered:
    """A notebook with one output of markup."""
    shown = MarkupOutput.of("display", html, "text/html")
    return Recovered("ipynb", (RecoveredCell(0, "code", "", outputs=(shown,)),))


@pytest.mark.parametrize("room", READERS)
def test_every_parser_of_what_a_student_wrote_is_given_bounded_markup(
    room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[int] = []

    def parser(markup: bytes) -> LexborHTMLParser:
        parsed.append(elements(markup))
        return LexborHTMLParser(markup)

    where = room if room == "grader.recover.without_pictures" else "grader.recover.excess"
    monkeypatch.setattr(f"{where}.LexborHTMLParser", parser)
    READERS[room](formatting(200, 400).decode())
    assert len(parsed) == 1
    assert parsed[0] < 2 * MOST_OPEN * 400


def test_what_the_gradebook_shows_is_bounded() -> None:
    assert clean_html(formatting(400, 400).decode()).count("<b>") < 2 * MOST_OPEN * 400
