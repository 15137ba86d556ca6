"""Requests to look again on a student's page: the form to fill in, and what was asked earlier with its answer."""

from dataclasses import dataclass

TITLE = "Please look again"


@dataclass(frozen=True)
class Asked:
    """A request as its pages show it: with its answer, "" as long as there is none, and who gave it."""

    number: int
    cell: str
    because: str
    at: str
    answer: str = ""
    grader: str = ""


def form(submission: str, cell: str) -> str:
    """The form for one cell, to be copied from the feedback page. `grader.desk.requests` reads it."""
    return f"{TITLE}\nsubmission: {submission}\nabout: {cell}\nbecause: (your reasons, in a few sentences)\n"
