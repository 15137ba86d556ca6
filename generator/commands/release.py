"""`paribus release`: a build that may go out, with nothing missing and its hidden tests proven."""

import argparse
import json
from pathlib import Path

from generator.commands.build import as_json, as_lines, configure_build, options_of
from paribus.cli import Command
from paribus.course.locate import course_of


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


def run(arguments: argparse.Namespace) -> int:
    """Release what was asked for; 0 only where every condition held."""
    from rich.console import Console

    from generator.building.release import Conditions, release

    course = course_of(arguments)
    conditions = Conditions(
        allow_missing=arguments.allow_missing, skip_hidden=arguments.skip_hidden, data=arguments.data
    )
    with Console(stderr=True, quiet=arguments.json).status("Building …") as status:
        report = release(
            course, course.select(arguments.name), arguments.out, options_of(arguments, course), conditions,
            progress=status.update,
        )  # fmt: skip
    caught = sum(len(task.wrong) for proof in report.proofs for task in proof.tasks)
    if arguments.json:
        print(json.dumps({**json.loads(as_json(report.build)), "wrong_answers_caught": caught}, indent=1))
    else:
        print(as_lines(report.build))
        print(f"Tests:             {f'{caught} planted wrong answers caught' if report.proofs else 'not tried'}")
    return 0


COMMAND = Command(
    name="release",
    summary="Build for students and graders, once references are recorded and hidden tests proven.",
    example="paribus release week1 --profile micro --allow-missing --out build",
    configure=configure,
    run=run,
)
