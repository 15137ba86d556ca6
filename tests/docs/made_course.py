"""The course that the lines of the pages are typed in: what `paribus new` writes, with what the pages add to it."""

import csv
import shutil
import zipfile
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

from grader.lms.canvas.web import fake as canvas
from grader.lms.canvas.web.fake import FakeCanvasSite
from grader.lms.moodle.web import fake as moodle
from grader.lms.moodle.web.fake import FakeMoodle
from paribus.course.catalog import load_course
from tests.course.measured_course import CASE, CHECKS, PASSING
from tests.docs.pages import block_of

HOMEWORK = "week1_homework.ipynb"
BUILT = Path("build/student/jupyter") / HOMEWORK
REFERENCE = "week2_homework class_weights.changed.macro_f1"
CLASS = {"1234": "Ann Lee", "4711": "Bob Hope"}
UNANSWERED = "*Write your answer here.*"
ANSWER = (
    "I would use the forest, since it is wrong by less than the constant on the patients that it has not seen. "
    "I changed one setting alone, over three seeds. The difference is smaller than its interval, so I would not "
    "pay for deeper trees before more patients have come."
)
"""Long enough to be compared with what others wrote."""
WORKSHEET = ("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade",
             "Last modified (submission)", "Last modified (grade)", "Feedback comments")  # fmt: skip


def dress(course: Path) -> None:
    """Add what the pages show to a new course: a quiz, checks and words of its own, Kaggle's settings."""
    quizzes = block_of("docs/quizzes.md", "[quizzes]")
    settings = (course / "course.toml").read_text(encoding="utf-8")
    settings = settings.replace('platforms = ["jupyter"]', 'platforms = ["jupyter", "kaggle"]')
    question = block_of("docs/quizzes.md", "[[question]]").replace(REFERENCE, "week1_homework forest.rmse")
    quiz = f'title = "Week 2"\nvariants = 4\n{question}\n'
    texts = {
        "course.toml": f"{settings}\n{quizzes}\n",
        "week2/quiz.toml": quiz,
        "exam/bank.toml": quiz,
        "checks.py": CHECKS,
        "cases/own.names_its_unit/without.toml": CASE,
        "cases/own.names_its_unit/with.toml": PASSING,
        "vocabulary.toml": block_of("docs/your-own-course.md", "[metrics]"),
        "kaggle/settings.toml": block_of("docs/your-own-course.md", "owner ="),
    }
    for name, text in texts.items():
        path = course / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")


def hand_in(course: Path) -> None:
    """What two students hand in: the built notebook with its memo answered, and an export of it; and what an
    instructor has.
    """
    written = nbformat.read(course / BUILT, as_version=4)
    (memo,) = [cell for cell in written.cells if cell.cell_type == "markdown" and UNANSWERED in cell.source]
    memo.source = memo.source.replace(UNANSWERED, ANSWER)
    nbformat.write(written, course / HOMEWORK)
    page = HTMLExporter().from_filename(str(course / HOMEWORK))[0]
    (course / "week1_homework.html").write_text(page, encoding="utf-8")
    (course / "handed_in").mkdir()
    shutil.copy(course / HOMEWORK, course / "handed_in" / "ada.ipynb")
    shutil.copy(course / "week1_homework.html", course / "handed_in" / "grace.html")
    (course / "mail").mkdir()
    (course / "mail" / "ada.txt").write_text("Please look again.\n", encoding="utf-8")
    (course / "codes.csv").write_text("id,code\n1234,7KQ2-M8XR-4VD4\n", encoding="utf-8")


def on_site(course: Path, site: str) -> FakeMoodle | FakeCanvasSite:
    """The same class at a learning platform that answers from memory, and the course that names it."""
    name_platform(course, site)
    files = {"1234": course / HOMEWORK, "4711": course / "week1_homework.html"}
    works = [(int(number), CLASS[number], {file.name: file.read_bytes()}) for number, file in files.items()]
    if site == "moodle":
        return FakeMoodle([moodle.Person(*work) for work in works])
    title = load_course(course / "course.toml").entry("week1_homework").title
    return FakeCanvasSite([canvas.Person(number, name, files=files) for number, name, files in works], name=title)


def name_platform(course: Path, name: str) -> None:
    settings = (course / "course.toml").read_text(encoding="utf-8")
    settings = settings.replace('lms = "plain"', f'lms = "{name}"').replace('roster = "roster.csv"', "")
    (course / "course.toml").write_text(settings, encoding="utf-8")


def on_moodle(course: Path) -> None:
    """The same class as Moodle hands it over: its zip and its worksheet."""
    name_platform(course, "moodle")
    files = {"1234": course / HOMEWORK, "4711": course / "week1_homework.html"}
    with zipfile.ZipFile(course / "submissions.zip", "w") as archive:
        for number, file in files.items():
            archive.write(file, f"{CLASS[number]}_{number}_assignsubmission_file_/{file.name}")
    for name in ("Grades.csv", "worksheet.csv"):
        with (course / name).open("w", encoding="utf-8", newline="") as table:
            writer = csv.writer(table)
            writer.writerow(WORKSHEET)
            for number, person in CLASS.items():
                mail = f"{person.split()[0].lower()}@uni.example"
                told = ("Submitted for grading", "", "50.00", "Monday, 1 March 2027, 10:00 AM", "-", "")
                writer.writerow((f"Participant {number}", person, mail, *told))
