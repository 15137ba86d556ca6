"""Which command lines of the pages are typed by a test, in which order, and which are not, with the reason.

A new line on a page goes into one of the scenes, or under a reason. Lines that begin with `make` need neither:
their recipes are read.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """Lines that are typed one after another in a copy of the made course, and files that are there afterwards."""

    name: str
    lines: tuple[str, ...]
    leaves: tuple[str, ...]
    site: str = ""
    """The learning platform that answers from memory."""


GRADE = "paribus grade submissions.zip --assignment week1_homework"
FETCHED = "paribus grade week1/submissions"
BUILT = ("paribus new mycourse", "cd mycourse", "paribus build week1 --lint", "paribus build week1")
"""Typed once; every scene has a copy of what they leave."""

SCENES = (
    Scene(
        "before a class",
        (
            "paribus preview week1_homework",
            "paribus publish week1 --dry-run",
            "paribus checks",
            "paribus checks --page docs/checks.md",
            "paribus quiz week2_quiz",
            "paribus quiz week2_quiz --out build",
            "paribus docs",
            "paribus check week1_homework.html",
            "python -m paribus check week1_homework.html",
            "export PARIBUS_CANVAS_TOKEN=…",
            "export PARIBUS_MOODLE_TOKEN=…",
            "export DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH=10",
        ),
        ("docs/checks.md", "build/instructor/quizzes/week2_quiz/key.html"),
    ),
)
"""Typed by every run of the tests."""

LONG_SCENES = (
    Scene(
        "a class in a folder",
        (
            "paribus grade handed_in/ --assignment week1_homework --out graded",
            "paribus grade handed_in --assignment week1_homework --out graded --collect",
            "paribus desk graded",
            "paribus desk graded --requests mail",
            "paribus desk graded --disagreements",
            'paribus desk graded --full-points recommendation --because "The text did not say whom you advise."',
            "paribus desk graded --take-back recommendation",
            'paribus desk graded --full-points one_change:seeds.enough --because "No text said how many seeds."',
            "paribus term graded --out term",
        ),
        ("graded/report.html", "graded/grades.csv", "graded/complete.json", "term/index.html"),
    ),
    Scene(
        "a class on Moodle",
        (
            f"{GRADE} --worksheet Grades.csv --out build/graded -j 2",
            f'{GRADE} --worksheet Grades.csv --out build/graded --only 1234 --only "Ann Lee"',
            f"{GRADE} --commitments codes.csv --out build/graded",
            "paribus keep build/graded --until 2028-09-30 --term 2027S --into kept.json",
            f"{GRADE} --out build/graded --earlier kept.json",
            "paribus keep --forget 4711 --into kept.json",
        ),
        ("build/graded/worksheet.csv", "build/graded/feedback.zip", "kept.json"),
    ),
    Scene(
        "a class on Moodle, as the README has it",
        (
            "paribus build week1",
            f"{GRADE} --worksheet worksheet.csv --out graded",
            "paribus desk graded",
            "paribus term graded --out term",
        ),
        ("graded/worksheet.csv", "term/index.html"),
    ),
    Scene(
        "a class on Moodle, by its web services",
        (
            "paribus moodle fetch week1 --moodle https://moodle.example --id 42",
            f"{FETCHED} --worksheet week1/worksheet.csv --assignment week1_homework --out graded",
            "paribus moodle push graded --fetched week1 --dry-run",
            "paribus moodle push graded --fetched week1",
        ),
        ("week1/worksheet.csv", "graded/worksheet.csv"),
        "moodle",
    ),
    Scene(
        "a class on Canvas, by its web services",
        (
            "paribus canvas fetch week1 --canvas https://canvas.example/courses/12/assignments/345",
            f"{FETCHED} --gradebook week1/gradebook.csv --assignment week1_homework --out graded",
            "paribus canvas push graded --fetched week1 --dry-run",
            "paribus canvas push graded --fetched week1",
        ),
        ("week1/gradebook.csv", "graded/canvas_gradebook.csv"),
        "canvas",
    ),
)
"""Typed by `make long`: each grades a class, some ten seconds of the processor."""

AFTERNOON = "executes notebooks; tests/generator/test_new_course_installed.py types it (make long)"
SOLUTIONS = "executes the shipped course's notebooks for minutes; tests/generator/test_run.py runs small ones"
REHEARSES = "rehearses for minutes; tests/generator/test_rehearsal.py does it with fewer variants"
TRAINS = "trains models for minutes; tests/generator/test_zoo_build.py does it with smaller ones"
CARS = "of the page's larger course; tests/course/test_own_course.py does it with the same names"
SANDBOX = "runs notebooks again in a sandbox; tests/grader/test_audit_command.py types it"
KAGGLE = "needs a zoo; tests/generator/test_zoo_publish.py publishes one to a Kaggle in memory"
OWNER = "NAME is for the reader to replace; tests/generator/test_publish.py publishes for another owner in memory"
DASK = "needs a cluster; tests/grader/test_cluster.py starts one"
INDEX = "installs from the package index; `make installed` does"
SERVES = "serves until it is stopped; the file that it opens is held against the build"

NOT_TYPED = {
    "paribus run week1": AFTERNOON,
    "paribus rehearse week1_homework": AFTERNOON,
    "paribus release week1": AFTERNOON,
    "jupyter nbconvert --to notebook --execute build/instructor/solution/jupyter/week1_homework.ipynb "
    "--output-dir handed_in --output ada": AFTERNOON,
    "jupyter nbconvert --to html handed_in/ada.ipynb --output-dir handed_in --output grace": AFTERNOON,
    "paribus run week1 --profile smoke": SOLUTIONS,
    "paribus run week1 --profile micro": SOLUTIONS,
    "paribus run week1_lab --data complaints.parquet": SOLUTIONS,
    "paribus run week1_homework --profile smoke --record": SOLUTIONS,
    "paribus run week1 --profile long --record": CARS,
    "paribus grade handed_in/ --assignment week1_cars --out graded": CARS,
    "paribus rehearse week1_homework --slice": REHEARSES,
    "paribus rehearse week2_lab": REHEARSES,
    "paribus zoo build week2 --term 2027S": TRAINS,
    "paribus zoo build pathologies --term 2027S": TRAINS,
    "paribus zoo verify week2": TRAINS,
    "paribus zoo reveal week2 --term 2027S": TRAINS,
    "paribus publish week2": KAGGLE,
    "paribus publish week1 --owner NAME": OWNER,
    f"{GRADE} --out build/graded --run-tests": SANDBOX,
    "paribus audit build/graded --sample 5": SANDBOX,
    "paribus audit build/graded --cache ~/.cache/huggingface --zoo build/student/zoo --memory-mb 24000 "
    "--disk-mb 6000": SANDBOX,
    "dask scheduler": DASK,
    "dask worker tcp://host:8786 --nworkers 8": DASK,
    f"{GRADE} --out build/graded --cluster tcp://host:8786": DASK,
    "paribus term graded/week1 graded/week2 --csv quizzes=grades.csv --csv exam=grades.csv --out term":
        "needs two graded weeks; tests/grader/test_term_command.py types it for two",
    "python -m pip install 'paribus[canvas]'": INDEX,
    "python -m pip install paribus-0.1.0-py3-none-any.whl": INDEX,
    "jupyter lab build/student/jupyter/week1_homework.ipynb": SERVES,
    ".venv/bin/python -m tests.red FOLDER --list": "reads a folder of faulty files; tests/grader/test_red.py does",
}  # fmt: skip
"""Lines that no test types as they are shown, and why; their arguments are parsed by the real parser."""
