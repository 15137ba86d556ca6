"""`paribus quiz`: a quiz for Moodle and for paper, its numbers taken from what recorded runs measured."""

import argparse
import json
from pathlib import Path

from paribus.cli import Command
from paribus.course.locate import add_course, course_of, example_names
from paribus.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", help="a quiz of the course: a name under [quizzes] in course.toml")
    add_course(parser)
    parser.add_argument(
        "--seed", default="1", metavar="TEXT", help="draws other variants, say a term's name (default: %(default)s)"
    )
    parser.add_argument("--sheets", type=int, default=4, metavar="N", help="sheets on paper (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("build"), metavar="DIR", help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Write the quiz's files."""
    from generator.quizzes.files import quiz_files, read_quiz
    from generator.running.references import load_references
    from paribus.files import write_atomic

    if not 1 <= arguments.sheets <= 26:
        raise UsageError(f"--sheets is {arguments.sheets}; give 1 to 26.")
    course = course_of(arguments)
    quiz = read_quiz(course, arguments.name)
    files = quiz_files(
        course, quiz, load_references(course.folders.solutions), arguments.seed, count=arguments.sheets
    )
    for path, content in files.items():
        write_atomic(arguments.out / path, content)
    if arguments.json:
        written = {"out": str(arguments.out), "questions": len(quiz.questions), "files": sorted(files)}
        print(json.dumps(written, indent=1))
        return 0
    print(f"{quiz.title}: {len(quiz.questions)} questions, each in {quiz.variants} variants")
    for path in files:
        print(f"  {arguments.out / path}")
    print("Moodle: Question bank > Import > Moodle XML. Print sheets.html; key.html is for whoever marks.")
    return 0


COMMAND = Command(
    name="quiz",
    summary="A quiz for Moodle and for paper, with a key; neighbours get different numbers.",
    example="paribus quiz {quiz} --out build",
    configure=configure,
    run=run,
    names=example_names,
)
