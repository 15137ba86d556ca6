"""A quiz on paper: sheets on which no two neighbours have the same question, and the key for whoever marks them."""

from collections.abc import Mapping, Sequence

from generator.quizzes.draw import seat
from generator.quizzes.markdown import html_of
from generator.quizzes.question import Asked, Option, Quiz
from generator.templates.pages import environment, style_and_policy

SEATS = (4, 6)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def quiz_page(quiz: Quiz, sheets: Mapping[str, Sequence[Asked]], course_title: str, *, key: bool) -> str:
    """One HTML page: each sheet on pages of its own, with answers and their reasons where it is the ``key``."""
    pages = environment()
    pages.filters.update(html=html_of, answer=answer_of)
    style, policy = style_and_policy("quiz.css")
    names = list(sheets)
    return pages.get_template("quiz.html.j2").render(
        quiz=quiz, sheets=sheets, course_title=course_title, key=key, style=style, policy=policy, letters=LETTERS,
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
