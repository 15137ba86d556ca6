"""The desk's web application: pages made on the server, one small script of ours, nothing from elsewhere.

It listens on this machine alone. Whoever opens the printed address, with its token, gets a cookie; without
either nothing is answered. Pages load nothing but what the desk itself serves, and a student's file runs no
script in them.
"""

import hmac
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from flask import Flask, Response, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from grader.desk.pages import Pages
from grader.errors import DeskError, GraderError
from grader.pages.shared import style

COOKIE = "paribus_desk"
HOSTS = frozenset({"127.0.0.1", "localhost"})
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
"""For a student's own file in a frame: it is shown, runs nothing, loads nothing and reaches nothing."""
MOST_BYTES = 200_000
"""Of one request: a comment and its decisions."""


def make_app(pages: Pages, token: str) -> Flask:
    """The application over one grader's pages. ``token`` is the address's secret."""
    app = Flask(__name__, static_folder="static")
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES

    @app.before_request
    def only_with_token() -> BaseResponse | None:
        if request.host.partition(":")[0] not in HOSTS:
            abort(HTTPStatus.FORBIDDEN)
        given = request.args.get("token", "")
        if given and hmac.compare_digest(given, token):
            answer = redirect(request.path)
            answer.set_cookie(COOKIE, token, httponly=True, samesite="Strict")
            return answer
        if not hmac.compare_digest(request.cookies.get(COOKIE, ""), token):
            return Response(pages.render("refused.html.j2"), status=HTTPStatus.FORBIDDEN, mimetype="text/html")
        if request.method == "POST" and not request.is_json:  # no other site's form can send JSON
            abort(HTTPStatus.BAD_REQUEST)
        return None

    @app.after_request
    def strict(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", POLICY)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if request.endpoint != "static":
            answer.headers["Cache-Control"] = "no-store"
        return answer

    @app.errorhandler(GraderError)
    def told(error: GraderError) -> tuple[Response, int]:
        status = HTTPStatus.CONFLICT if isinstance(error, DeskError) else HTTPStatus.INTERNAL_SERVER_ERROR
        if request.method == "POST":
            return jsonify(error=str(error)), status
        return Response(pages.render("problem.html.j2", message=str(error)), mimetype="text/html"), status

    _add_pages(app, pages)
    _add_actions(app, pages)
    return app


def _add_pages(app: Flask, pages: Pages) -> None:
    session = pages.session

    @app.get("/")
    def overview() -> str:
        return pages.overview()

    @app.get("/question/<cell>")
    def question(cell: str) -> BaseResponse:
        return redirect(_to(session.first_of(cell)))

    @app.get("/next")
    def following() -> BaseResponse:
        after = request.args.get("submission", ""), request.args.get("cell", "")
        by_student = "by_student" in request.args
        return redirect(_to(session.next_after(after, by_student=by_student), by_student=by_student))

    @app.get("/decide/<submission>/<path:cell>")
    def decide(submission: str, cell: str) -> str:
        undone = request.args.get("undone", 0, type=int)
        return pages.decide(submission, cell, by_student="by_student" in request.args, undone=undone)

    @app.get("/notebook/<submission>")
    def notebook(submission: str) -> str:
        return pages.notebook(submission)

    @app.get("/original/<submission>")
    def original(submission: str) -> Response:
        session.work(submission)
        found = session.folder.file(submission)
        is_page = found.source.lower().endswith((".html", ".htm"))
        answer = Response(found.content, mimetype="text/html" if is_page else "application/x-ipynb+json")
        answer.headers["Content-Security-Policy"] = SANDBOX
        if not is_page:
            answer.headers["Content-Disposition"] = f'attachment; filename="{submission}.ipynb"'
        return answer

    @app.get("/style.css")
    def shared_style() -> Response:
        return Response(str(style()), mimetype="text/css")

    @app.get("/rates")
    def rates() -> str:
        return pages.in_the_field()


def _add_actions(app: Flask, pages: Pages) -> None:
    session = pages.session

    @app.post("/decide/<submission>/<path:cell>")
    def save(submission: str, cell: str) -> Response:
        by_student = "by_student" in request.args
        place = session.save(submission, cell, request.get_json(), by_student=by_student)
        return jsonify(next=_to(place, by_student=by_student))

    @app.post("/undo")
    def undo() -> Response:
        place, undone = session.undo(str(request.get_json().get("request", "")))
        return jsonify(next=_to(place, by_student="by_student" in request.args, undone=undone))

    @app.post("/hold/<submission>/<path:cell>")
    def hold(submission: str, cell: str) -> Response:
        session.work(submission, cell)
        return jsonify(held=session.take(submission, cell))

    @app.post("/answer/<int:number>")
    def answer(number: int) -> Response:
        session.answer(number, str(request.get_json().get("text", "")))
        return jsonify(next=url_for("overview"))

    @app.post("/choose")
    def choose() -> Response:
        body = request.get_json()
        session.choose(str(body.get("submission", "")), str(body.get("grade_id", "")), str(body.get("keep", "")))
        return jsonify(next=url_for("overview"))


def _to(place: tuple[str, str] | None, *, by_student: bool = False, undone: int = 0) -> str:
    """The address of a (submission, cell); the overview where nothing is left. ``by_student``: the next one after
    it is the same student's. ``undone``: so many decisions were taken back there.
    """
    if place is None:
        return url_for("overview")
    submission, cell = place
    way = 1 if by_student else None
    return url_for("decide", submission=submission, cell=cell, by_student=way, undone=undone or None)


def new_token() -> str:
    """A secret for one run of the desk."""
    return secrets.token_urlsafe(24)


@contextmanager
def listening(app: Flask, host: str, port: int) -> Iterator[tuple[int, Callable[[], None]]]:
    """Hold a port (0: a free one); gives it, and what serves there until Ctrl-C. OSError where it is taken.

    waitress: threads, no reloader, no debugger.
    """
    import waitress

    with socket.socket() as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind((host, port))
        server = waitress.create_server(app, sockets=[place], threads=8, ident="paribus desk")
        try:
            yield int(place.getsockname()[1]), server.run
        finally:
            server.close()
