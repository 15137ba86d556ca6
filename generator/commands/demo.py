"""`paribus demo`: a week goes out and comes back, on this machine, in minutes."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.cli import Command

if TYPE_CHECKING:
    from rich.console import Console

    from generator.demo import Comparison
    from generator.zoo.build import Built

WHAT_COMES = (
    "A week goes out and comes back: a class is simulated, its notebooks run for real and are graded; then a\n"
    "blind lab is trained. Six steps, some five minutes on two cores, about twenty seconds the second time;\n"
    "Ctrl-C loses nothing that is finished. The first graded pages come in step 4, at {graded}/report.html."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--course", type=Path, metavar="DIR",
        help="a course with a class to simulate: its folder, or its course.toml (default: the one that ships)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("build/demo"), metavar="DIR", help="default: %(default)s")
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="notebooks side by side (default 2)")


def run(arguments: argparse.Namespace) -> int:
    """Run every step; 0 only where each was done and every grade is as expected."""
    from rich.console import Console

    console = Console()
    out, workers = arguments.out, arguments.jobs
    console.print(WHAT_COMES.format(graded=out / "graded"), highlight=False)

    from generator import demo
    from generator.classroom.students import read_class
    from generator.commands.run import show_progress
    from generator.commands.zoo import show_progress as show_training
    from paribus.course.locate import course_of

    scene = demo.demo_scene(None if arguments.course is None else course_of(arguments))
    course = scene.course
    with demo.one_kernel(workers, at_once=not out.exists()) as kernel:
        console.rule(f"1 of 6  build {scene.homework.week} for Kaggle, Colab and Jupyter")
        report = demo.build_week(scene, out / "course")
        console.print(f"{len(report.files)} files in {report.out}")
        console.rule(f"2 of 6  run the week's solutions headless (profile {scene.table.profile})")
        with show_progress() as observe:
            lab = demo.run_solutions(scene, out / "run", observe, workers=workers, kernel=kernel)
        console.rule(f"3 of 6  a class of 24 works on {scene.homework.name} (profile {scene.table.profile})")
        with show_progress() as observe:
            room = demo.make_classroom(scene, out / "course", lab)
            students = read_class(room.table, scene.class_file)
            archive, worksheet = demo.make_class(
                room, students, out / "class", observe, workers=workers, kernel=kernel
            )
        console.print(f"{archive} and {worksheet}, as Moodle gives them")
        console.rule("4 of 6  grade the zip")
        graded = out / "graded"
        demo.grade_class(scene, archive, worksheet, out / "course", graded, workers=workers)
        comparisons = demo.compare(graded / "results.jsonl", students)
        _show(console, comparisons)
        console.print(f"Look at the class now: {graded / 'report.html'}", soft_wrap=True, highlight=False)
        console.rule("5 of 6  run two students' work again: one honest, one with a forged record")
        if not demo.audit_students(scene, graded, workers=workers):
            console.print("Nothing was audited; the sentence above says why. Grading needs no sandbox.")
        console.rule(f"6 of 6  train the blind lab {scene.zoo}: unlabelled models (profile {course.run_profile})")
        with show_training(out / "zoo", quiet=False) as (observe, say):
            built = demo.build_blind_lab(scene, out / "zoo", observe, workers, kernel=kernel, say=say)
    console.print(_zoo_in_short(built), highlight=False)
    _where(console, out, graded, built)
    return 0 if not any(item.problem for item in comparisons) else 1


def _show(console: "Console", comparisons: "Sequence[Comparison]") -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("student", "what is known of the work", "score", "failed checks", box=None, header_style="bold")
    for item in comparisons:
        score = (
            f"{item.score:g} + {item.pending:g} pending" if item.status in ("graded", "partial") else item.status
        )
        failed = f"[red]{escape(item.problem)}[/red]" if item.problem else _in_short(item)
        table.add_row(escape(item.student.name), escape(item.student.about), score, failed)
    console.print(table)
    right = sum(not item.problem for item in comparisons)
    console.print(f"{right} of {len(comparisons)} students were graded as expected.")


def _in_short(item: "Comparison") -> str:
    """The failed checks, those that were expected first; three of them at most."""
    expected = [check for check in item.student.expects if check in item.failed]
    names = [*expected, *(check for check in item.failed if check not in expected)]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "none"


def _zoo_in_short(built: "Built") -> str:
    """What the models were proved to show."""
    gates = [item for item in built.found if item.gates]
    held = f"{sum(item.held for item in built.found)} of {len(built.found)} tests hold"
    if not gates:
        return f"{held}; none is required, as nobody has measured them over ten seeds."
    ways = "the one way" if built.fitting == 1 else f"{built.fitting} ways"
    return f"{held}, among them all {len(gates)} that are required; they leave {ways} of naming the models."


def _where(console: "Console", out: Path, graded: Path, built: "Built") -> None:
    places = {
        "student notebooks": out / "course/student",
        "instructor's files": out / "course/instructor",
        "executed solutions": out / "run/instructor",
        "blind lab (students)": built.student,
        "blind lab (reveal)": built.instructor / "reveal.html",
        "class report": graded / "report.html",
        "audit": graded / "audit/audit.html",
        "feedback pages": graded / "feedback",
        "gradebook (nbgrader)": graded / "gradebook.db",
        "for Moodle": f"{graded / 'worksheet.csv'} and {graded / 'feedback.zip'}",
    }
    console.rule("where everything is")
    for what, where in places.items():
        console.print(f"{what:<22}{where}", soft_wrap=True, highlight=False)


COMMAND = Command(
    name="demo",
    summary="A week goes out and comes back: build, run, train a blind lab, simulate a class of 24, grade, audit.",
    example="paribus demo",
    configure=configure,
    run=run,
)
