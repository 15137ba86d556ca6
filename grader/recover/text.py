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
# An escape that begins no code goes, too: it would begin one with what comes to be after it.
ESCAPE_CODE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])?")
# Controls, which a terminal obeys, and what turns the direction in which the text after it is shown. No script
# needs them: letters that are read from right to left are so by themselves.
_OBEYED = dict.fromkeys(
    [*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
# In JSON text: a backslash that is escaped itself, the two halves of a character, or (1) one half alone.
_HALF = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
FIRST_NEWLINE = re.compile(rb"<pre>\n")  # takes 0.6 of what bytes.replace takes on a page
SLICE = 16_384


def as_utf8(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The file in UTF-8 without a byte order mark, and what has to be said about reading it. Never fails: what
    fits no encoding is read with replacement characters, and that is a remark.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            if encoding == "utf-8":
                content = content[len(mark) :]
                break
            return _encoded(content.decode(encoding, errors="replace").removeprefix("\ufeff")), ()
    if _is_wide(content):
        little = content[1:400:2].count(0) >= content[0:400:2].count(0)
        return _encoded(content.decode("utf-16-le" if little else "utf-16-be", errors="replace")), ()
    if _is_utf8(content):
        return content, ()
    declared = _declared(content)
    if declared:
        remark = f"The file is in the encoding {declared}, not UTF-8."
        return _encoded(content.decode(declared, errors="replace")), (remark,)
    remark = "The file is damaged or in an unknown encoding: some characters could not be read."
    return _encoded(content.decode("utf-8", errors="replace")), (remark,)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")


def _is_utf8(content: bytes) -> bool:
    """Decoded in slices: one wide character in a page would make a single string of all of it four times as
    large, and slow.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), SLICE):
            part = content[start : start + SLICE]
            if not part.isascii() or decoder.getstate()[0]:
                decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_wide(content: bytes) -> bool:
    """UTF-16 without a mark: about half of the first bytes are zero."""
    opening = content[:400]
    return opening.count(0) > len(opening) // 3


def _declared(content: bytes) -> str:
    found = META_CHARSET.search(content[:4096])
    if not found:
        return ""
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
    except LookupError:
        return ""
    return name if name in LEGACY_ENCODINGS else ""


def whole_characters(text: str) -> tuple[str, bool]:
    r"""JSON text whose strings are valid Unicode, and whether they were not: JSON can write half of a character
    (a lone surrogate), which no file and no database can hold. Such a half becomes the replacement character.

    >>> whole_characters(r'"\ud83d\ude00 \ud83d"')
    ('"\\ud83d\\ude00 \\ufffd"', True)
    """
    if "\\ud" not in text and "\\uD" not in text:
        return text, False
    whole = _HALF.sub(lambda found: r"\ufffd" if found[1] else found[0], text)
    return whole, whole != text


def keep_carriage_returns(page: bytes) -> bytes:
    r"""An HTML page whose bare ``\r`` survive the parser, as character references.

    The ``\r`` of a CRLF line end survives too, and goes with the text it is in (`line_ends`,
    `terminal_text`). A page without any ``\n`` was written with the line ends of old Macs.
    """
    if b"\r" not in page:
        return page
    if b"\n" not in page:
        return page.replace(b"\r", b"\n")
    return page.replace(b"\r", b"&#13;")


def keep_first_newlines(page: bytes) -> bytes:
    r"""An HTML page in which a ``<pre>`` keeps the line end that it begins with: parsers drop one there.

    Kernels cut streams anywhere, and from nbconvert 7.14 on each piece is in a ``<pre>`` of its own.
    """
    return FIRST_NEWLINE.sub(b"<pre>\n\n", page)


def line_ends(text: str) -> str:
    r"""Text in which every line end is ``\n``."""
    return re.sub(r"\r+\n?", "\n", text) if "\r" in text else text


def terminal_text(text: str) -> str:
    r"""What a terminal shows of a stream: escape codes gone, lines that were started again folded.

    >>> terminal_text("10 %\r50 %\r100 %\ndone\n")
    '100 %\ndone\n'
    """
    if "\x1b" in text:
        text = ESCAPE_CODE.sub("", text)
    if "\r" in text:
        *ended, last = text.split("\n")
        text = "\n".join([*(_last_writing(line.rstrip("\r")) for line in ended), _last_writing(last)])
    return text


def _last_writing(line: str) -> str:
    r"""What is in a line that was started again: all after its last ``\r`` but one that ends it."""
    return line[line.rfind("\r", 0, -1) + 1 :]


def harmless(text: str) -> str:
    r"""Text whose characters are shown one after another: fit for a page, a terminal, and a person who grades.

    >>> harmless("lr = 1e-5 \u202e\x1b[31m# tset")
    'lr = 1e-5 [31m# tset'
    """
    return text if text.isprintable() and text.isascii() else text.translate(_OBEYED)
