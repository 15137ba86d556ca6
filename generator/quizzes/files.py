"""A quiz's files: what Moodle imports, what is printed, and the key. Nothing is written here."""

from collections.abc import Mapping, Sequence

from generator.errors import QuizError, ReferenceMissingError
from generator.quizzes.draw import sheets, variants
from generator.quizzes.moodle_xml import moodle_xml
from generator.quizzes.page import quiz_page
from generator.quizzes.question import Measured, Quiz
from generator.quizzes.source import load_quiz
from generator.running.references import References
from paribus.course.catalog import Course, Entry
from paribus.course.near import did_you_mean
from paribus.errors import UsageError

FOLDER = "instructor/quizzes"
SHEETS = 4
SEED = "1"
"""What a release draws with; `paribus quiz --seed` draws other variants."""


def read_quiz(course: Course, name: str) -> Quiz:
    """The quiz of this name; UsageError lists what there is, QuizError says what is wrong with it."""
    if name not in course.quizzes:
        known = ", ".join(course.quizzes) or "none; write [quizzes] into course.toml"
        raise UsageError(
            f"There is no quiz called {name!r}. Quizzes: {known}.{did_you_mean(name, course.quizzes)} The course "
            f"is {course.file}."
        )
    quiz = load_quiz(name, course.quizzes[name])
    weeks = [week.name for week in course.weeks]
    if quiz.week and quiz.week not in weeks:
        raise QuizError(
            f"{quiz.origin}: week = {quiz.week!r}, which course.toml does not have; expected one of "
            f"{', '.join(weeks)}, or no week for a bank of questions."
        )
    return quiz


def quizzes_of(course: Course, weeks: set[str]) -> list[Quiz]:
    """The quizzes that go with these weeks, in course.toml's order."""
    return [quiz for quiz in (read_quiz(course, name) for name in course.quizzes) if quiz.week in weeks]


def week_files(
    course: Course, entries: Sequence[Entry], references: References, *, allow_missing: bool
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files of the quizzes of the weeks that are here whole, and why quizzes are left out: numbers that nobody
    recorded. Without ``allow_missing`` such a number is a ReferenceMissingError.
    """
    files: dict[str, bytes] = {}
    left_out = []
    whole = {week.name for week in course.weeks if all(entry in entries for entry in week.entries)}
    for quiz in quizzes_of(course, whole):
        try:
            files.update(quiz_files(course, quiz, references, SEED))
        except ReferenceMissingError as error:
            if not allow_missing:
                raise
            left_out.append(f"{quiz.title}: {error}")
    return files, tuple(left_out)


def quiz_files(
    course: Course, quiz: Quiz, references: References, seed: str, *, count: int = SHEETS
) -> Mapping[str, bytes]:
    """Path below the build → content. ReferenceMissingError where a number was not measured, QuizError
    where variants are too few.
    """
    profile = course.profile(quiz.profile or None)

    def lookup(item: Measured, where: str) -> float:
        found = references.lookup(item.assignment, item.name, profile=profile)
        if found is None:
            why = references.why_missing(item.assignment, item.name, profile=profile)
            raise ReferenceMissingError(
                f"{where} needs {item.name} of {item.assignment}, which is missing: {why}. Type: paribus run "
                f"{item.assignment} --profile {profile.name} --record"
            )
        return found.mean

    drawn = variants(quiz, seed, lookup)
    on_paper = sheets(drawn, min(count, quiz.variants))
    folder = f"{FOLDER}/{quiz.name}"
    return {
        f"{folder}/moodle.xml": moodle_xml(quiz, drawn, course.title),
        f"{folder}/sheets.html": quiz_page(quiz, on_paper, course.title, key=False).encode(),
        f"{folder}/key.html": quiz_page(quiz, on_paper, course.title, key=True).encode(),
    }
