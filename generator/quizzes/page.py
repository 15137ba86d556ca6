"""A quiz on paper: sheets on which no two neighbours have the same question, and the key for whoever marks them."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup

from generator.quizzes.draw import seat
from generator.quizzes.markdown import html_of
from generator.quizzes.question import Asked, Option, Quiz

TEMPLATES = Path(__file__).parents[1] / "templates"
SEATS = (4, 6)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def quiz_page(quiz: Quiz, sheets: Mapping[str, Sequence[Asked]], course_title: str, *, key: bool) -> str:
    """One HTML page: each sheet on pages of its own, with answers and their reasons where it is the ``key``."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(html=html_of, answer=answer_of)
    style = Markup((TEMPLATES / "quiz.css").read_text(encoding="utf-8").strip())  # noqa: S704 - our own file
    digest = base64.b64encode(hashlib.sha256(f"\n{style}\n".encode()).digest()).decode()
    names = list(sheets)
    return environment.get_template("quiz.html.j2").render(
        quiz=quiz, sheets=sheets, course_title=course_title, key=key, style=style, letters=LETTERS,
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        room=[[seat(row, column, names) for column in range(SEATS[1])] for row in range(SEATS[0])],
        points=sum(item.points for item in quiz.questions), rights=_rights,
    )  # fmt: skip


def answer_of(asked: Asked) -> str:
    """The right answer in a few words: a number with what it may differ by, the letters of choices, pairs."""
    question = asked.question
    if question.kind == "number":
        right = asked.right[0]
        return f"{right.text} (± {right.tolerance:.{question.digits + 1}f})"
    if question.kind == "match":
        return "; ".join(f"{item.text} – {item.match}" for item in asked.options)
    return ", ".join(letter for letter, item in zip(LETTERS, asked.options, strict=False) if item.credit > 0)


def _rights(asked: Asked) -> list[Option]:
    """The right sides of pairs, sorted, so that their order tells nothing."""
    return sorted(asked.options, key=lambda item: item.match)
