"""Citations in a memo's text that no list of sources, and nothing else in the file, has."""

import re

from course.assignment import Cell
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.answers import new_sentences

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


def unlisted(case: Case, memo: Cell) -> str:
    """The first citation of a memo's running text whose author, or number, stands nowhere else; "" where
    each does.
    """
    sentences = new_sentences(case, memo)
    for index, sentence in enumerate(sentences):
        named = (sentence[item.start : item.end].lower() for item in vocabulary.find("sources", "words", sentence))
        if "http" in sentence or any(word != "et al" for word in named):
            continue  # it is the list
        rest = [*sentences[:index], *sentences[index + 1 :]]
        for hit in _AUTHORS.finditer(sentence):
            if not _MONTHS.fullmatch(hit["author"]) and not _stands(case, hit["author"], rest, memo):
                return hit[0].strip()
        for hit in _NUMBERED.finditer(sentence):
            if not _stands(case, hit[0], rest, memo):
                return hit[0]
    return ""


def _stands(case: Case, word: str, rest: list[str], memo: Cell) -> bool:
    """The word stands in another sentence of the memo, in another cell, or in what was released."""
    if any(word in sentence for sentence in rest) or word in memo.source:
        return True
    if any(word in cell.source for cell in case.assignment.cells):
        return True
    own = case.matches[memo.key].recovered
    here = own.position if own is not None else -1
    return any(
        word in (cell.source or cell.html) for cell in case.notebook.cells
        if cell.cell_type == "markdown" and cell.position != here
    )  # fmt: skip
