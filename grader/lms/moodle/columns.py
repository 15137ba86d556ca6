"""Which column of Moodle's worksheet holds what: by Moodle's words in any language, else by what is in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import WorksheetError
from grader.intake.languages import COLUMNS, Language, plain_word, words_for
from grader.intake.numerals import NUMBER

DATE_OR_NONE = re.compile(r"-|.*\d.*", re.DOTALL)
KEPT = tuple("identifier status due group grade maximum scale changeable submitted modified feedback".split())
"""What holds nobody's name. Of a column that is not known nobody can say that."""


@dataclass(frozen=True)
class Columns:
    """Where the worksheet has what; -1 for a column it does not have. Anonymous worksheets have no names."""

    identifier: int
    grade: int
    modified: int
    feedback: int = -1
    maximum: int = -1
    name: int = -1
    submitted: int = -1
    group: int = -1
    email: int = -1
    status: int = -1
    due: int = -1
    scale: int = -1
    changeable: int = -1
    online_text: int = -1

    @property
    def nameless(self) -> frozenset[int]:
        """The columns that may be kept where no name is to be stored."""
        return frozenset(getattr(self, role) for role in KEPT) - {-1}


def find_columns(
    header: Sequence[str], rows: Sequence[Sequence[str]], known: Sequence[Language], origin: str
) -> Columns:
    """Find the columns by name, and those whose name is not known by what is in them.

    WorksheetError names what is missing.
    """
    cells = [plain_word(text) for text in header]
    found = {role: _named(cells, role, known) for role in COLUMNS if role != "identifier"}
    values = [[row[column].strip() for row in rows] for column in range(len(header))]
    if found["maximum"] < 0 and found["scale"] < 0:
        found["maximum"] = _maximum_by_shape(values)
    if found["maximum"] < 0 and found["scale"] < 0:
        found["scale"] = _scale_by_shape(values)
    if found["grade"] < 0 and max(found["maximum"], found["scale"]) > 0:
        found["grade"] = max(found["maximum"], found["scale"]) - 1
    if found["modified"] < 0 and found["grade"] >= 0:
        found["modified"] = _modified_by_shape(values, found["grade"])
    if found["submitted"] < 0 and found["modified"] > 0:
        found["submitted"] = _submitted_by_shape(values, found["modified"])
    if found["changeable"] < 0 <= found["modified"]:
        found["changeable"] = _changeable_by_shape(values, found["grade"], found["modified"])
    if found["feedback"] < 0 and 0 <= found["modified"] < len(header) - 1:
        found["feedback"] = found["modified"] + 1
    missing = [
        what for role, what in (("grade", "Grade"), ("modified", "Last modified (grade)")) if found[role] < 0
    ]
    if missing:
        raise WorksheetError(
            f"{origin}: no column could be told to be {' or '.join(missing)}; its header is "
            f"{', '.join(repr(text) for text in header)}. Download the grading worksheet from Moodle again, "
            "with its columns as they are, or with the site's language set to English."
        )
    return Columns(identifier=0, **found)


def _named(cells: Sequence[str], role: str, known: Sequence[Language]) -> int:
    """The first column of a name; the first column of all is always the identifier."""
    words = words_for(role, known)
    return next((place for place, cell in enumerate(cells) if place > 0 and cell in words), -1)


def _maximum_by_shape(values: Sequence[Sequence[str]]) -> int:
    """The same positive number in every row, after a column that holds grades or nothing."""
    for column in range(2, len(values)):
        content = set(values[column])
        if (
            len(content) == 1
            and NUMBER.fullmatch(next(iter(content)))
            and all(not grade or grade == "-" or NUMBER.fullmatch(grade) for grade in values[column - 1])
        ):
            return column
    return -1


def _scale_by_shape(values: Sequence[Sequence[str]]) -> int:
    """The same words in every row, after a column that holds some of them or nothing."""
    for column in range(2, len(values)):
        content = set(values[column])
        words = scale_words(next(iter(content))) if len(content) == 1 else ()
        if len(words) > 1 and all(grade in ("", "-", *words) for grade in values[column - 1]):
            return column
    return -1


def scale_words(cell: str) -> tuple[str, ...]:
    """The words of a scale; Moodle writes several blanks between them."""
    return tuple(" ".join(word.split()) for word in re.split(r"\s{2,}", cell.strip()) if word)


def _modified_by_shape(values: Sequence[Sequence[str]], grade: int) -> int:
    """The last column after the grade that holds dates or ``-`` in every row."""
    dates = [
        column
        for column in range(grade + 2, len(values))
        if values[column]
        and all(DATE_OR_NONE.fullmatch(value) and not NUMBER.fullmatch(value) for value in values[column])
    ]
    return dates[-1] if dates else -1


def _changeable_by_shape(values: Sequence[Sequence[str]], grade: int, modified: int) -> int:
    """The column between the grade and its time that says yes or no in every row."""
    words = words_for("yes", ()) | words_for("no", ())
    for column in range(grade + 1, modified):
        said = {plain_word(value) for value in values[column]}
        if said and said <= words:
            return column
    return -1


def _submitted_by_shape(values: Sequence[Sequence[str]], modified: int) -> int:
    """The last column of dates before the grade's."""
    for column in range(modified - 1, 1, -1):
        content = [value for value in values[column] if value and value != "-"]
        if content and all(len(re.findall(r"\d+", value)) >= 4 for value in content):
            return column
    return -1
