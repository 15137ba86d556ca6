"""Codes that a class handed in before its experiments ran: read from a CSV, handed to whoever they belong to.

Any table does that says who and which code: Moodle's worksheet of an assignment with an online text, an export of a
form, or two columns typed by hand. People are known by identifier, full name, user name or address; a code that
was filed under the wrong person fits nothing, so nothing is lost by reading generously.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.errors import CommitmentsError
from grader.intake.languages import plain_word, words_for
from grader.model import Submission
from paribus.experiments.commitment import normal_code

MAX_BYTES = 20_000_000
MAX_CODES = 20
"""Codes of one person that are tried; each trial takes a moment on purpose."""
SHORT = 20
"""A cell of so few characters holds a code, if a mistyped one, and no sentence."""

_PEOPLE = re.compile(
    r"identifier|participant|student|user ?name|full ?name|name|e-?mail|number|id|kennung|nachname|vorname|"
    r"vollst|teilnehmer|identifiant|nom|nombre|correo"
)
_CODES = re.compile(r"code|commitment|online ?text|text|answer|response|antwort|réponse|respuesta")
_GROUPS = re.compile(r"(?<![\w-])[0-9A-Za-z]{3,5}(?:[–—-][0-9A-Za-z]{3,5}){2}(?![\w-])")
_SPACED = re.compile(r"(?<!\w)(?=([0-9A-Za-z]{4} [0-9A-Za-z]{4} [0-9A-Za-z]{4})(?!\w))")
_PLAIN = re.compile(r"(?<!\w)(?=[A-Za-z]*\d)[0-9A-Za-z]{11,13}(?!\w)")
_MARKUP = re.compile(r"<[^<>]{0,500}>|&nbsp;")


@dataclass(frozen=True)
class Commitments:
    """Codes by person, as they were typed. ``digest`` tells one file from another."""

    codes: Mapping[str, tuple[str, ...]]
    digest: str

    def of(self, submission: Submission) -> tuple[str, ...]:
        """The codes of everyone whose work a submission is."""
        owners = (*submission.owners, submission.name)
        found = [code for owner in owners for code in self.codes.get(_person(owner), ())]
        return tuple(dict.fromkeys(found))[:MAX_CODES]


def read_commitments(content: bytes, origin: str = "commitments") -> Commitments:
    """Read a CSV of codes. CommitmentsError says what was found where it holds no people or no codes."""
    if len(content) > MAX_BYTES:
        raise CommitmentsError(f"{origin}: is {len(content):,} bytes large; at most {MAX_BYTES:,} are read.")
    lines = _lines(_decode(content, origin), origin)
    header = [cell.strip().casefold() for cell in lines[0]] if lines else []
    moodles = [words_for(role, ()) for role in ("identifier", "name", "email")]
    people = [
        place
        for place, name in enumerate(header)
        if _PEOPLE.match(name) or any(plain_word(name) in words for words in moodles)
    ]
    texts = words_for("online_text", ())
    columns = [
        place
        for place, name in enumerate(header)
        if place not in people and (_CODES.search(name) or plain_word(name) in texts)
    ]
    if not people or not columns:
        raise CommitmentsError(
            f"{origin}: expected a first line that names a column of people (identifier, full name, …) and one of "
            f"codes (code, commitment, online text); found {', '.join(header[:8]) or 'nothing'}."
        )
    codes: dict[str, list[str]] = {}
    for line in lines[1:]:
        typed = [code for place in columns if place < len(line) for code in _typed(line[place])]
        for place in people:
            if place < len(line) and _person(line[place]):
                codes.setdefault(_person(line[place]), []).extend(typed)
    if not any(codes.values()):
        raise CommitmentsError(f"{origin}: holds no code such as 7KQ2-M8XR-4VDT in {header[columns[0]]!r}.")
    kept = {person: tuple(found) for person, found in codes.items()}
    return Commitments(kept, hashlib.sha256(repr(sorted(kept.items())).encode()).hexdigest()[:16])


def with_commitments(submissions: Iterable[Submission], commitments: Commitments | None) -> Iterator[Submission]:
    """Every submission with the codes of its people; unchanged where no file was given."""
    for item in submissions:
        yield item if commitments is None else replace(item, commitments=commitments.of(item))


def _person(text: str) -> str:
    """How a person is looked up: Moodle's number without the word before it, else the text in lower case."""
    plain = plain_word(text)
    found = re.fullmatch(r"(\D+?)(\s?)(\d+)", plain)
    if found is None:
        return plain
    word = re.fullmatch(r"[^\W\d]+", found[1]) and found[2]
    return found[3] if word or found[1] in words_for("participant", ()) else plain


def _typed(cell: str) -> list[str]:
    """What looks like a code in a cell, with or without its hyphens, mistyped ones too; words are none."""
    text = " ".join(_MARKUP.sub(" ", cell[:5_000]).split())
    found = [match.group() for pattern in (_GROUPS, _PLAIN) for match in pattern.finditer(text)]
    found += [match[1] for match in _SPACED.finditer(text) if normal_code(match[1]) is not None]
    if not found and len(text) <= SHORT and any(map(str.isdigit, text)):
        found = [text]
    return found[:MAX_CODES]


def _decode(content: bytes, origin: str) -> str:
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CommitmentsError(f"{origin}: is no text. Save the table as CSV, UTF-8, and name that file.")


def _lines(text: str, origin: str) -> Sequence[Sequence[str]]:
    first = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    try:
        return [
            line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if line
        ]
    except csv.Error as error:
        raise CommitmentsError(
            f"{origin}: is no CSV file ({error}). Save the table as CSV and name that."
        ) from error
