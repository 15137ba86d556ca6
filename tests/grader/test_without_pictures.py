"""What is taken out of a page before it is parsed changes nothing of what is read from it."""

import base64
import lzma
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from grader.recover import recover, without_pictures
from grader.recover.without_pictures import SIGN, drop_styles, lift_pictures, parse_lean
from paribus.course.limits import DEFAULT_LIMITS

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
PICTURE = base64.b64encode(bytes(range(256)) * 40)
HEAD = b'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>\n'
PIECES = [
    b"<style>", b'<style type="text/css">', b"</style>", b"</STYLE >", b"</style", b"a > b { c: d }", b"/* </b> */",
    b"<script>", b"<script src='x.js'>", b"</script>", b"</Script>", b"<!--", b"-->", b"<title>", b"</title>",
    b"<meta name=x content=y>", b"<link href='>'>", b"<p title='", b'"', b"'", b"=", b">", b"<", b"/", b" ", b"\n",
    b"</head>", b"<body>", b"<div class=cell>", b"</div>", b"<textarea>", b"</textarea>", b"<noscript>", b"&lt;",
]  # fmt: skip
IN_BODY = [
    b'<img src="data:image/png;base64,', b'<b src="data:image/svg+xml;charset=x;base64,', b"AAAAAAAA",
    b"AA\nAA/AA=",
    b"BB<BB>BBBB", b"CC&amp;CC", b'"', b'">', b"'", b">", b"<!--", b"-->", b"<p>", b"<textarea>", b"</textarea>",
    b"<script>", b"</script>", b"<x ", b" y='", SIGN.encode(), f"{SIGN}0{SIGN}".encode(), "é’“".encode(),
    b"&#x80;0&#x80;", b"&#128;0&#0128", b"&#xE0F2;0&#xe0f2;", b"&euro;", b"\x80",
]  # fmt: skip


def emptied(page: bytes) -> str | None:
    """A parsed page without the contents of its style sheets."""
    parsed = LexborHTMLParser(page)
    for sheet in parsed.css("style"):
        sheet.inner_html = ""
    return parsed.html


@settings(max_examples=600)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=14), opening=st.sampled_from([HEAD, b"", b"<html><head>"]))
def test_a_page_parses_without_its_style_sheets_as_with_them(pieces: list[bytes], opening: bytes) -> None:
    page = opening + b"".join(pieces)
    assert emptied(drop_styles(page)) == emptied(page)


@settings(max_examples=600)
@given(pieces=st.lists(st.sampled_from(IN_BODY), max_size=14))
def test_a_page_parses_without_its_pictures_as_with_them(pieces: list[bytes]) -> None:
    """Put back in, they stand where they stood."""
    page = b"".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(without_pictures, "LEAST", 4)
        parsed, _, lifted = parse_lean(page)
    whole = parsed.html or ""
    for number, run in enumerate(lifted.runs):
        whole = whole.replace(f"{SIGN}{number}{SIGN}", run.decode())
    assert whole == LexborHTMLParser(page).html


@pytest.mark.parametrize("path", sorted(EXPORTS.glob("*.html.xz")), ids=lambda path: path.name)
def test_every_exporters_page_is_read_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures, markup and words; most of a page with a template is taken out."""
    page = lzma.decompress(path.read_bytes())
    lighter = recover(page, path.name, DEFAULT_LIMITS)
    if b"</style>" in page and "basic" not in path.name and "pandoc" not in path.name:
        assert len(drop_styles(page)) < len(page) - 200_000
    monkeypatch.setattr(without_pictures, "LEAST", len(page))
    monkeypatch.setattr(without_pictures, "drop_styles", lambda page: page)
    assert recover(page, path.name, DEFAULT_LIMITS) == lighter


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ('<img src="data:image/png;base64,%s">', ["embedded"]),
        ('<img alt="a" src="data:image/png;base64,%s"><p>and words</p>', ["embedded"]),
    ],
)
def test_a_picture_that_was_taken_out_is_decoded(shown: str, told: list[str]) -> None:
    """Within the same budget as one that was not."""
    page = _page("jp-RenderedImage", shown % PICTURE.decode())
    (output,) = recover(page, "a.html").cells[0].outputs
    assert ([output.picture], output.picture_bytes) == (told, base64.b64decode(PICTURE))


@pytest.mark.parametrize("around", ["<p>see <img src={}></p>", "<textarea><img src={}></textarea>"])
def test_a_picture_within_other_markup_is_put_back(around: str) -> None:
    """What people see of an output holds its pictures."""
    markup = around.format(f'"data:image/png;base64,{PICTURE.decode()}"')
    page = _page("jp-RenderedHTMLCommon", markup, mime="text/html")
    (output,) = recover(page, "a.html").cells[0].outputs
    assert PICTURE.decode() in output.html
    assert SIGN not in output.html + output.text


def test_what_only_begins_like_a_picture_stays() -> None:
    """A quote that was left open makes a name of it, which parsers write in small letters."""
    opened = '<img alt="<img src="data:image/png;base64,'
    page = _page("jp-RenderedHTMLCommon", f'{opened}{PICTURE.decode()}">', mime="text/html")
    assert lift_pictures(page)[1].runs
    (output,) = recover(page, "a.html").cells[0].outputs
    shown = LexborHTMLParser(page).css_first("div.jp-OutputArea-output")
    assert shown is not None
    assert output.html == shown.inner_html
    assert PICTURE.decode() not in output.html


def test_a_picture_in_an_explanation_is_put_back() -> None:
    """A markdown cell may show one."""
    page = (
        b'<div class="jp-Cell jp-MarkdownCell"><div class="jp-MarkdownOutput"><p>Look:</p>'
        b'<img src="data:image/png;base64,' + PICTURE + b'"></div></div>'
    )
    (cell,) = recover(page, "a.html").cells
    assert PICTURE.decode() in cell.html
    assert cell.source == "Look:"


@pytest.mark.parametrize("own", [f"{SIGN}0{SIGN}", "’" * 10_001], ids=["the sign", "much like it"])
def test_a_page_that_holds_the_sign_is_read_whole(own: str) -> None:
    """Its own could be taken for that of a picture."""
    page = f'<p>{own}</p><img src="data:image/png;base64,{PICTURE.decode()}">'.encode()
    assert lift_pictures(page) == (page, without_pictures.NOTHING_LIFTED)


@pytest.mark.parametrize("code", ["x80", "128", "0128", "x00080"])
@pytest.mark.parametrize("number", ["0", "99", "9" * 5_000])
def test_the_sign_of_a_picture_cannot_be_forged(code: str, number: str) -> None:
    """Else a few bytes would stand for a whole picture, as often as a student likes."""
    forged = f"&#{code};{number}&#{code};"
    shown = f'<img src="data:image/png;base64,{PICTURE.decode()}">{forged * 3}'
    (output,) = recover(_page("jp-RenderedHTMLCommon", shown, mime="text/html"), "a.html").cells[0].outputs
    assert output.html.count(PICTURE.decode()) == 1
    assert f"€{number}€" in output.html
    assert SIGN not in output.html


@pytest.mark.parametrize("page", [b";base64," * 300_000, b'src="data:image/png;base64,' * 100_000 + b'"'])
def test_many_openings_cost_no_more_than_the_page_is_long(page: bytes) -> None:
    """Each end is looked for once."""
    assert lift_pictures(page)[0] == page


def _page(classes: str, shown: str, mime: str = "image/png") -> bytes:
    return (
        '<div class="jp-Cell jp-CodeCell jp-Notebook-cell"><div class="jp-OutputArea">'
        f'<div class="jp-OutputArea-child"><div class="{classes} jp-OutputArea-output" data-mime-type="{mime}">'
        f"{shown}</div></div></div></div>"
    ).encode()
