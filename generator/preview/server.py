"""The preview's pages on this machine's loopback address: read-only, and no script but its own."""

import flask

from generator.preview.views import VIEWS
from generator.preview.watch import Watched
from generator.templates import TEMPLATES
from generator.templates.pages import environment

HOST = "127.0.0.1"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def make_app(watched: Watched) -> flask.Flask:
    """The pages of one assignment. Requests under another host's name are refused, so that no page of another
    site can read them.
    """
    app = flask.Flask("paribus-preview", static_folder=None, template_folder=None)
    app.config["TRUSTED_HOSTS"] = [HOST, "localhost"]
    pages = environment()

    @app.get("/")
    def _first() -> flask.typing.ResponseReturnValue:
        return flask.redirect("/student")

    @app.get("/<any(student, solution, released):name>")
    def _page(name: str) -> str:
        shown = watched.shown()
        template = pages.get_template("preview.html.j2")
        return template.render(shown=shown, view=shown.views.get(name), name=name, views=VIEWS)

    @app.get("/version")
    def _version() -> flask.typing.ResponseReturnValue:
        return {"version": watched.shown().version}

    @app.get("/<any('preview.css', 'preview.js'):name>")
    def _static(name: str) -> flask.Response:
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return flask.Response((TEMPLATES / name).read_text(encoding="utf-8"), mimetype=kind)

    @app.after_request
    def _careful(response: flask.Response) -> flask.Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app
