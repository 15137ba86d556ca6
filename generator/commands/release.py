"""`paribus release`: a build that may go out, with nothing missing and its hidden tests proven."""

import argparse
import json
from functools import partial
from pathlib import Path

from generator.commands.build import as_json, as_lines, configure_build, options_of, say_untaken
from paribus.cli import Command
from paribus.course.locate import course_of, example_names
from paribus.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    configure_build(parser)
    parser.add_argument(
        "--allow-missing",
        action="store_true",
        help="release without the references or the keys of blind zoos that are needed",
    )
    parser.add_argument(
        "--revealed",
        action="store_true",
        help="the blind models have been revealed: feedback may name their recipes",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="try the tests on this file instead of the smallest profile's data",
    )
    parser.add_argument(
        "--skip-hidden", action="store_true", help="do not try the hidden tests against planted wrong answers"
    )
    parser.add_argument(
        "--skip-solution", action="store_true", help="do not run the solution and grade it with the release"
    )
    parser.add_argument(
        "--allow-open", action="append", default=[], metavar="CHECK",
        help="a check that may fail or stay undecided on the solution; may be given more than once",
    )  # fmt: skip
    parser.add_argument(
        "--run-profile", metavar="NAME", help="the profile that the solution runs on (default: as of `paribus run`)"
    )
    parser.add_argument(
        "--runs", type=Path, default=Path("build/run"), metavar="DIR",
        help="where `paribus run` keeps its runs; an unchanged one is not run again (default: %(default)s)",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Release what was asked for; 0 only where every condition held."""
    from rich.console import Console

    from generator.building.release import Conditions, release
    from generator.rehearsal.solution import Solutions, grade_solutions

    if arguments.data is not None and not arguments.data.is_file():
        raise UsageError(f"--data {arguments.data}: there is no such file. Name a file to try the tests on.")
    course = course_of(arguments)
    entries, options = course.select(arguments.name), options_of(arguments, course)
    with Console(stderr=True, quiet=arguments.json).status("Building …") as status:
        how = Solutions(
            course.profile(arguments.run_profile), arguments.runs, tuple(arguments.allow_open), say=status.update
        )
        conditions = Conditions(
            arguments.allow_missing, arguments.skip_hidden, arguments.data,
            None if arguments.skip_solution else partial(grade_solutions, course, entries, options, how),
            accept=arguments.accept,
        )  # fmt: skip
        report = release(course, entries, arguments.out, options, conditions, progress=status.update)
    say_untaken(course)
    caught = sum(len(task.wrong) for proof in report.proofs for task in proof.tasks)
    if arguments.json:
        print(
            json.dumps(
                {
                    **json.loads(as_json(report.build)),
                    "wrong_answers_caught": caught,
                    "left_open": [str(item) for item in report.left_open],
                    "quizzes_left_out": list(report.quizzes_left_out),
                },
                indent=1,
            )
        )
    else:
        print(as_lines(report.build))
        print(f"Tests:             {f'{caught} planted wrong answers caught' if report.proofs else 'not tried'}")
        graded = "not graded" if arguments.skip_solution else "every check passes"
        for quiz in report.quizzes_left_out:
            print(f"Left out:          {quiz}")
        print(f"Solution:          {'; '.join(f'left open: {item}' for item in report.left_open) or graded}")
    return 0


COMMAND = Command(
    name="release",
    summary="Build for students and graders, once references are recorded and hidden tests proven.",
    example="paribus release {week} --profile {profile} --allow-missing --out build",
    configure=configure,
    run=run,
    names=example_names,
)
