"""`paribus preview`: one notebook in a browser, as students and graders see it, while it is written."""

import argparse

from paribus.cli import Command
from paribus.course.locate import add_course, course_of, example_names
from paribus.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", help="an assignment, or a week that has one")
    add_course(parser)
    parser.add_argument(
        "--profile", metavar="NAME", help="the notebooks' default profile (default: what course.toml says)"
    )
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="the port on this machine (default: one that is free)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    from werkzeug.serving import make_server

    from generator.preview.server import HOST, make_app
    from generator.preview.watch import Watched

    course = course_of(arguments)
    entry, *others = course.select(arguments.name)
    if others:
        names = ", ".join(item.name for item in (entry, *others))
        raise UsageError(f"{arguments.name} has several notebooks: {names}. Name one of them.")
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"--port {arguments.port} is no port; expected a number from 0 to 65535.")
    app = make_app(Watched(course.file, entry.name, arguments.profile))
    try:
        server = make_server(HOST, arguments.port, app, threaded=True)
    except (OSError, SystemExit) as error:  # werkzeug exits where the port is taken
        raise UsageError(f"port {arguments.port} is in use here. Leave --port out, or choose another.") from error
    print(f"{entry.title}: http://{HOST}:{server.port}/", flush=True)
    print("Save a file of the course, and the page follows. Ctrl-C ends the preview.", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
    return 0


COMMAND = Command(
    name="preview",
    summary="Show one notebook in a browser while you write it, with the points and checks of each cell.",
    example="paribus preview {homework}",
    names=example_names,
    configure=configure,
    run=run,
)
