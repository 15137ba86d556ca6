"""What a file that is no notebook seems to be, and what to hand in instead. Written for the student."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from grader.errors import UnreadableError
from grader.recover.families import FAMILIES

EXPORT = "Export the notebook as HTML (File, Save and export notebook as, HTML) or hand in the .ipynb file itself."


MEMBERS = 65_536  # bytes at the end of a zip in which its members are listed, enough for any student's
BLANK = b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"


@dataclass(frozen=True)
class Signature:
    """The first bytes of a kind of file. ``within`` further has to be, in small letters, near its start or in a
    zip's list of members, which is its end.
    """

    start: bytes
    seems: str
    advice: str
    within: bytes = b""


SIGNATURES: tuple[Signature, ...] = (
    Signature(b"%PDF", "a PDF", f"A PDF keeps neither cells nor evidence. {EXPORT}"),
    Signature(b"PK\x03\x04", "a Word document", EXPORT, within=b"word/"),
    Signature(b"PK\x03\x04", "an Excel workbook", EXPORT, within=b"xl/"),
    Signature(b"PK\x03\x04", "a presentation", EXPORT, within=b"ppt/"),
    Signature(b"PK\x03\x04", "an OpenDocument file", EXPORT, within=b"vnd.oasis.opendocument"),
    Signature(b"PK\x03\x04", "a zip archive", f"Hand in the file inside it. {EXPORT}", within=b".htm"),
    Signature(b"PK\x03\x04", "a zip archive", f"Hand in the file inside it. {EXPORT}", within=b".ipynb"),
    Signature(
        b"PK\x03\x04", "a zip archive of pictures", f"Screenshots cannot be graded. {EXPORT}", within=b".png"
    ),
    Signature(b"PK\x03\x04", "a zip archive of pictures", f"Screenshots cannot be graded. {EXPORT}", within=b".jp"),
    Signature(b"PK\x03\x04", "a zip archive", f"Hand in the file inside it. {EXPORT}"),
    Signature(b"\xd0\xcf\x11\xe0", "an old Word, Excel or PowerPoint file", EXPORT),
    Signature(b"{\\rtf", "a rich text document", EXPORT),
    Signature(b"\x1f\x8b", "a gzip archive", f"Hand in the file inside it. {EXPORT}"),
    Signature(b"7z\xbc\xaf\x27\x1c", "a 7z archive", f"Hand in the file inside it. {EXPORT}"),
    Signature(b"Rar!", "a rar archive", f"Hand in the file inside it. {EXPORT}"),
    Signature(b"\x89PNG", "a picture", f"A screenshot cannot be graded. {EXPORT}"),
    Signature(b"\xff\xd8\xff", "a picture", f"A screenshot cannot be graded. {EXPORT}"),
    Signature(b"GIF8", "a picture", f"A screenshot cannot be graded. {EXPORT}"),
    Signature(b"bplist00", "a web archive saved by Safari", EXPORT),
    Signature(b"From: <Saved by", "a web archive (MHTML)", EXPORT),
    Signature(b"MIME-Version:", "a web archive (MHTML)", EXPORT),
)


def unreadable(content: bytes, name: str) -> UnreadableError | None:
    """The refusal of a file that is no text at all, or is empty; None where it is worth reading."""
    if not content[:4096].strip(BLANK) and not content.strip(BLANK):  # the first alone: strip copies a page
        return UnreadableError("empty", f"The upload may have been cut off. {EXPORT}")
    for signature in SIGNATURES:
        if not content.startswith(signature.start):
            continue
        if signature.within in content[:4000].lower() or signature.within in content[-MEMBERS:].lower():
            return UnreadableError(signature.seems + _named(name), signature.advice)
    return None


def _named(name: str) -> str:
    """A clause for a file whose name promises a notebook."""
    ending = name.lower().rpartition(".")[2]
    return f" named .{ending}" if ending in ("html", "htm", "ipynb") else ""


OPENING = 20_000


@dataclass(frozen=True)
class PageKind:
    """A kind of page or text without cells, told by a CSS selector, by its title, or by its opening."""

    seems: str
    advice: str
    selector: str = ""
    title: str = ""
    opening: str = ""

    def fits(self, page: LexborHTMLParser, title: str, text: str) -> bool:
        """Whether one of the three signs is there."""
        if self.selector:
            return page.css_first(self.selector) is not None
        if self.title:
            return re.search(self.title, title, re.IGNORECASE) is not None
        return re.search(self.opening, text, re.MULTILINE) is not None


BUILT = (
    "A built page keeps too little of the notebook to be graded. Hand in the .ipynb file that it was built from, "
    "or that notebook's HTML export (File, Save and export notebook as, HTML)."
)
PAGE_KINDS: tuple[PageKind, ...] = (
    PageKind("a page of Jupyter Book or MyST-NB", BUILT, selector="div.cell.docutils div.cell_input"),
    PageKind("a page of nbsphinx", BUILT, selector="div.nbinput.docutils"),
    PageKind("a page of MyST", BUILT, selector="meta[name=generator][content*=myst i], div.myst-jp-nb-block"),
    PageKind(
        "an export of Databricks",
        "Its notebook is in a script. In Databricks choose File, Export, IPython notebook, and hand in the "
        ".ipynb file.",
        selector="meta[name=databricks-html-version]",
    ),
    PageKind(
        "a notebook of Pluto, for Julia", f"This course is graded from Jupyter notebooks in Python. {EXPORT}",
        selector="script[data-pluto-file]",
    ),
    PageKind(
        "an R Markdown page", f"This course is graded from Jupyter notebooks. {EXPORT}",
        selector="html:has(meta[name=generator][content*=pandoc i]) :is(div.main-container, pre.r)",
    ),
    PageKind("a page made by pandoc, without notebook cells", EXPORT,
             selector="meta[name=generator][content*=pandoc i]"),
    PageKind("a Quarto page without notebook cells", EXPORT, selector="meta[name=generator][content^=quarto i]"),
    PageKind(
        "a page saved from Colab without the notebook in it",
        "In Colab, run the last cell of the notebook, which makes the HTML, or choose File, Download, .ipynb.",
        title=r"colab(oratory)?\s*$",
    ),
    PageKind(
        "a page saved from Kaggle without the notebook in it",
        "On Kaggle, open the notebook's menu, choose Download notebook, or save a version and download its HTML.",
        title=r"\|\s*kaggle\s*$",
    ),
    PageKind("a page saved from GitHub", EXPORT, title=r"github\s*$"),
    PageKind(
        "a sign-in page", f"The link was saved instead of the file. {EXPORT}", selector="input[type=password]"
    ),
    PageKind(
        "a web page without notebook cells", EXPORT,
        selector="body p, body div, body table, body h1, body h2, body ul, body span, body script, body a",
    ),
    PageKind("a Python script", f"Outputs are part of what is graded. {EXPORT}",
             opening=r"^(import|from) [A-Za-z_]|^# %%|^def [a-z_]+\("),
)  # fmt: skip


def page_without_cells(page: LexborHTMLParser, title: str, content: bytes, name: str) -> UnreadableError:
    """The refusal of a page or text in which no cell was found."""
    text = content[:OPENING].decode("utf-8", errors="replace")
    if any(family.raw_marker in content for family in FAMILIES if family.raw_marker and not family.sign):
        return UnreadableError("a damaged export: something unclosed in it hides every cell", EXPORT)
    for kind in PAGE_KINDS:
        if kind.fits(page, title, text):
            return UnreadableError(kind.seems, kind.advice)
    if "\ufffd" in text or "\0" in text:
        return UnreadableError("damaged, or in a format we do not know", EXPORT)
    return UnreadableError("plain text" + _named(name), EXPORT)
