"""Citations in a memo's text that no list of sources, and nothing else in the file, has."""

import re
from itertools import takewhile

from grader.model import Case
from grader.reading import vocabulary
from grader.reading.answers import new_sentences
from paribus.course.assignment import Cell

_AUTHORS = re.compile(
    r"(?P<author>[A-Z][\w'’-]{2,})(?:,? (?:et al\.?|(?:and|&|und|et|y|e) [A-Z][\w'’-]+))*,? \(?(?P<year>(?:19|"
    r"20)\d\d)[a-z]?\)?"
)
_NUMBERED = re.compile(r"\[(?P<number>\d{1,2})\]")
_MONTHS = re.compile(
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|in|since|until|"
    r"week|year|the|of)",
    re.IGNORECASE,
)
_NO_SOURCE = re.compile(
    r"\breference (?:code|implementation|runs?|rows?|numbers?|values?|models?|records?|bands?|points?|arm)\b",
    re.IGNORECASE,
)
"""What is called a reference and is nobody's source."""


def names_a_source(sentence: str) -> bool:
    """A word for a source or an AI tool, or for having used none, is in it."""
    return vocabulary.has("sources", "words", _NO_SOURCE.sub("", sentence))


def unlisted(case: Case, memo: Cell) -> str:
    """The first citation before a memo's list of sources whose author, or number, is nowhere else; "" where
    each does.
    """
    sentences = new_sentences(case, memo)
    running = " ".join(takewhile(lambda sentence: not _is_list(sentence), sentences))
    whole = " ".join(sentences)
    for hit in _AUTHORS.finditer(running):
        known = _MONTHS.fullmatch(hit["author"]) or whole.count(hit["author"]) > 1
        if not known and not _stands(case, hit["author"], memo):
            return hit[0].strip()
    for hit in _NUMBERED.finditer(running):
        if whole.count(hit[0]) < 2 and not _stands(case, hit[0], memo):
            return hit[0]
    return ""


def _is_list(sentence: str) -> bool:
    """It says what was read; "et al." alone does not."""
    named = (sentence[item.start : item.end].lower() for item in vocabulary.find("sources", "words", sentence))
    return "http" in sentence or any(word != "et al" for word in named)


def _stands(case: Case, word: str, memo: Cell) -> bool:
    """The word is in another cell, or in what was released."""
    if any(word in cell.source for cell in case.assignment.cells):
        return True
    own = case.matches[memo.key].recovered
    here = own.position if own is not None else -1
    return any(
        word in (cell.source or cell.html)
        for cell in case.notebook.cells
        if cell.cell_type == "markdown" and cell.position != here
    )
