"""Texts, names and notebooks that are made to break whoever reads, stores or writes them."""

import html
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from grader.grading.grade import grade_one
from grader.grading.results import from_line, to_line
from paribus.errors import RecordError
from paribus.records.block import BEGIN, END
from paribus.records.canonical import canonical, digest_of
from tests.grader.graded import release_of, submit, text_of
from tests.robust.attacks import everywhere

NUMBERS = (
    "1e999", "-1e999 %", "10^999", "9" * 400, "0e999", "1e-999", "1.7e308",
    "\uff11,\uff12\uff13\uff14,\uff15\uff16\uff17", "\u0660.\u0665\u0661", "\U0001d7ce.\U0001d7d3", "\u00bd",
    "5\u00b2", "\u2212\u221e", "NaN", "1" + ",000" * 200, "0." + "3" * 5_000, "12" * 2_200,
)  # fmt: skip
CHARACTERS = (
    "\ud83d", "\ude00\ud83d", "\udcff", "\u202egpj.exe", "\u2067x\u2069", "\x00", "\x1b[31m", "\x9b31m", "\x85",
    "a\u2028b\u2029c", "\ufeff", "\ufffe", "\U0010ffff", "e" + "\u0301" * 300, "\u200b" * 50, "\r\n\r",
)  # fmt: skip
MARKUP = (
    '=HYPERLINK("//x")', "</script><b>", "&#xD800; &#x202e; &#0;", "{{ 7 * 7 }}{% raw %}", "\\ud800",
    "<b id=1>" * 40, "<p " + " ".join(f"a{number}" for number in range(6_000)) + ">x", "$" * 500,
    "| a | b |\n|---|---|\n" + "| 1e999 |\n" * 30,
)  # fmt: skip
TEXTS = (*NUMBERS, *CHARACTERS, *MARKUP)
"""What a student's program or a student may put anywhere; the longest one has 45,000 characters."""

NAMES = (
    b"con.html", b"AUX.ipynb", b"com1.ipynb", b"lpt9", b"nul.tar.html", b"trailing. .html", b"trailing.",
    b" lead.html", b"a:b?.html", b'"quoted".html', b"a|b<c>.html", b"caf\xe9.html", b"\xff\xfe.ipynb",
    "\u202elmth.fdp.html".encode(), "\u2067x\u2069.html".encode(), b"\x1b[2J.html", b"line\nbreak.html",
    "\U0001f600.html".encode(), b"=1+1.html", b"...html", b"-rf.html", b"%00.html",
    "\u0645\u0631\u062d\u0628\u0627.html".encode(), b"x" * 200 + b".html", b"a_b_c.html",
)  # fmt: skip
"""How files and folders may be called on a disk."""


HOMEWORK = "week1_homework"


@cache
def _homework() -> str:
    return text_of(HOMEWORK, "ipynb")


def answered(texts: Sequence[str]) -> bytes:
    """The executed homework with hostile texts in its answers, its code, its outputs and its records' fields."""
    page: dict[str, Any] = json.loads(_homework())
    at = 0
    for cell in page["cells"]:
        text = texts[at % len(texts)]
        at += 1
        if cell["cell_type"] == "markdown":
            cell["source"] = f"{''.join(cell['source'])}\n\nThe macro-F1 of the encoder rose to {text}.\n{text}"
            continue
        cell["source"] = f"{''.join(cell['source'])}\n# {text}"
        for output in cell["outputs"]:
            if "text" in output:
                output["text"] = f"{''.join(output['text'])}\nmacro_f1 = {text}"
            shown = output.get("data", {})
            if BEGIN in "".join(shown.get("text/html", "")):
                shown["text/html"] = _with_record("".join(shown["text/html"]), text)
        cell["outputs"].append({"output_type": "error", "ename": text, "evalue": text, "traceback": [text]})
    return json.dumps(page).encode()


def check_judged(texts: Sequence[str]) -> None:
    """Whatever stands in the homework, every check answers, and the result is one line that is read back."""
    result = grade_one(submit(answered(texts), source="ann.ipynb"), [release_of(HOMEWORK)])
    assert result.cells, result.remarks
    assert not [item.traceback for cell in result.cells for item in cell.verdicts if item.traceback]
    line = to_line(result)
    assert len(line.encode().decode().splitlines()) == 1
    assert to_line(from_line(line)) == line


def files_of(content: bytes) -> list[tuple[bytes, bytes]]:
    """A class of up to four files out of any bytes: names, and raw contents or notebooks with hostile texts."""
    files = []
    for number, part in enumerate(content.split(b"\0\0", 3)):
        name, kind, which, rest = NAMES[sum(part[:1]) % len(NAMES)], sum(part[1:2]) % 3, sum(part[2:3]), part[3:]
        text = rest.decode("utf-8", "surrogateescape") + (TEXTS[which % len(TEXTS)] if kind == 2 else "")
        owner = (
            b"" if which % 3 == 0 else b"%s_%d_assignsubmission_file_/" % (name.replace(b"_", b" ")[:150], which)
        )
        files.append((b"%s%d %s" % (owner, number, name), json.dumps(everywhere(text)).encode() if kind else rest))
    return files


def _with_record(shown: str, text: str) -> str:
    """The markup with its first record's texts and numbers changed, and a digest that fits where one can."""
    before, _, rest = shown.partition(BEGIN)
    block, _, after = rest.partition(END)
    body = json.loads(html.unescape(block).replace("\n", ""))
    body.pop("digest")
    changed = {**body, "run_name": f"{body.get('run_name', '')}{text}"} if "run_name" in body else body
    if "values" in changed:
        changed["values"] = {**changed["values"], f"note.{text}": 1.7e308, "macro_f1": 1e308}
    try:
        record = canonical({**changed, "digest": digest_of(changed)})
    except RecordError:  # half a character: no program of ours would write it, but a student's may
        record = json.dumps(changed)
    return f"{before}{BEGIN}\n{html.escape(record, quote=False)}\n{END}{after}"
