r"""Bytes to text, and the two things terminals do to text: carriage returns and escape codes.

Progress bars write ``\r`` to start their line again. An HTML parser turns a bare ``\r`` into a line break,
so it is put into the page as a character reference before parsing and folded after it.
"""

import codecs
import re

# Encodings a browser or an editor may have saved a page in, beside UTF-8 and UTF-16. Anything else is refused
# by name, since Python's codec table also holds things that are no text (hex, zip, …).
LEGACY_ENCODINGS = frozenset(
    {
        *("big5", "gb2312", "gb18030", "gbk", "euc_jp", "euc_kr", "shift_jis", "koi8-r", "koi8-u", "mac-roman"),
        *(f"cp125{n}" for n in range(9)),
        *(f"iso8859-{n}" for n in (1, 2, 5, 7, 9, 15)),
    }
)
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is a prefix of it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
ESCAPE_CODE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
OVERWRITTEN = re.compile(r"[^\n]*\r(?=[^\n])")
BARE_CR = re.compile(r"\r(?!\n)")


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file and what has to be said about reading it. Never fails: what fits no encoding is
    read as UTF-8 with replacement characters, and that is a remark.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding).removeprefix("\ufeff"), ()
            except UnicodeDecodeError:
                break
    else:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return (text, ()) if not _is_wide(content) else (_wide(content), ())
    declared = _declared(content)
    if declared:
        return content.decode(declared, errors="replace"), (f"The file is in the encoding {declared}, not UTF-8.",)
    if _is_wide(content):
        return _wide(content), ()
    text = content.decode("utf-8", errors="replace")
    return text, ("The file is damaged or in an unknown encoding: some characters could not be read.",)


def _is_wide(content: bytes) -> bool:
    """UTF-16 without a mark: about half of the first bytes are zero."""
    return content[:400].count(0) > len(content[:400]) // 3


def _wide(content: bytes) -> str:
    little = content[1:400:2].count(0) >= content[0:400:2].count(0)
    return content.decode("utf-16-le" if little else "utf-16-be", errors="replace")


def _declared(content: bytes) -> str:
    found = META_CHARSET.search(content[:4096])
    if not found:
        return ""
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
    except LookupError:
        return ""
    return name if name in LEGACY_ENCODINGS else ""


def keep_carriage_returns(page: str) -> str:
    r"""An HTML page whose bare ``\r`` survive the parser, as character references.

    A page without any ``\n`` was written with the line ends of old Macs: there ``\r`` is the line end.
    """
    if "\r" not in page:
        return page
    page = re.sub(r"\r+\n", "\n", page)
    if "\n" not in page:
        return page.replace("\r", "\n")
    return page.replace("\r", "&#13;")


def terminal_text(text: str) -> str:
    r"""What a terminal shows of a stream: escape codes gone, lines that were started again folded.

    >>> terminal_text("10 %\r50 %\r100 %\ndone\n")
    '100 %\ndone\n'
    """
    if "\x1b" in text:
        text = ESCAPE_CODE.sub("", text)
    if "\r" in text:
        text = re.sub(r"\r+\n", "\n", text)
        text = OVERWRITTEN.sub("", text)
    return text
