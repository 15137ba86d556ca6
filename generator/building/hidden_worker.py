"""Runs one assignment's solution as a script and tries every stub and planted wrong answer against its tests.

Started by `generator.building.hidden` as a process of its own (``python -m … JOB RESULT``). At a task it
forks once for the stub and once for each wrong answer; each child runs what is between the task
and its tests, then the tests, and says what they said. The parent goes on with the solution. So data are
loaded and models trained once for all of them.
"""

import ast
import contextlib
import io
import json
import linecache
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

CHILD_SECONDS = int(os.environ.get("PARIBUS_PROOF_SECONDS", "60"))
"""A wrong answer that never ends is stopped then, and counts as caught."""

Cell = Mapping[str, Any]


def main(job_path: Path, result_path: Path) -> None:
    """Work through a job. The result has one entry a task, and an error where the solution itself failed."""
    job = json.loads(job_path.read_text(encoding="utf-8"))
    namespace = vars(sys.modules["__main__"])
    namespace["display"] = lambda *shown, **options: None
    result = work(job["cells"], namespace)
    result_path.write_text(json.dumps(result), encoding="utf-8")


def work(cells: Sequence[Cell], namespace: dict[str, Any]) -> dict[str, Any]:
    """Run the cells in order; at a task, fork for everything that is tried in the solution's place."""
    tasks: dict[str, Any] = {}
    for number, cell in enumerate(cells):
        if cell["kind"] == "task":
            attempt = partial(_try, cell, *_until_tests(cells, number), namespace)
            tasks[cell["key"]] = {
                "stub": _in_child(partial(attempt, cell["stub"])),
                "wrong": {name: _in_child(partial(attempt, text)) for name, text in cell["wrong"].items()},
            }
        if cell["kind"] == "tests":
            tasks[cell["task"]]["solution"] = _in_child(partial(_test_solution, cell, namespace))
        error = _run(cell["key"], cell["text"], namespace)
        if error and cell["kind"] != "tests":
            return {"tasks": tasks, "failed": cell["key"], "error": error}
    return {"tasks": tasks, "failed": "", "error": ""}


def _until_tests(cells: Sequence[Cell], number: int) -> tuple[Sequence[Cell], Cell]:
    end = next(
        later
        for later in range(number + 1, len(cells))
        if cells[later]["kind"] == "tests" and cells[later]["task"] == cells[number]["key"]
    )
    return cells[number + 1 : end], cells[end]


def _test_solution(tests: Cell, namespace: dict[str, Any]) -> dict[str, str]:
    """Each part's error, and the line of its text that failed, as a text of digits."""
    visible, line = _attempt(tests["key"], tests["text"], namespace)
    hidden, hidden_line = ("", 0) if visible else _attempt(tests["key"], tests["hidden"], namespace)
    return {"visible": visible, "hidden": hidden, "line": str(line or hidden_line)}


def _try(task: Cell, between: Sequence[Cell], tests: Cell, namespace: dict[str, Any], text: str) -> dict[str, str]:
    """What the tests say of ``text`` in the task's place: each error, or "" where that part passes.

    The hidden part is tried even where the visible part fails: then the visible statements run one by one, so
    that what they define is there.
    """
    task_error = _run(task["key"], text, namespace)
    for cell in between:
        _run(cell["key"], cell["text"], namespace)
    visible = task_error or _run(tests["key"], tests["text"], namespace)
    if visible:
        for statement in _statements(tests["text"], tests["key"]):
            _execute(statement, namespace)
    return {"visible": visible, "hidden": task_error or _run(tests["key"], tests["hidden"], namespace)}


def _run(key: str, text: str, namespace: dict[str, Any]) -> str:
    """Run a cell; its error as "Type: message" with the traceback's last lines, or ""."""
    return _attempt(key, text, namespace)[0]


def _attempt(key: str, text: str, namespace: dict[str, Any]) -> tuple[str, int]:
    """Run a cell; its error, and the line of the cell at which it came, counted from 1 (0: none is known)."""
    name = f"<paribus:{key}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    try:
        code = compile(text, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"SyntaxError: {error}", error.lineno or 0
    return _execute(code, namespace)


def _execute(code: CodeType, namespace: dict[str, Any]) -> tuple[str, int]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(code, namespace)  # noqa: S102 - the instructor's own source, in a process of its own
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a wrong answer raises is what we came to see
            places = traceback.extract_tb(error.__traceback__)
            lines = [place.lineno for place in places if place.filename == code.co_filename and place.lineno]
            return "".join(traceback.format_exception_only(error)).strip(), lines[0] if lines else 0
    return "", 0


def _statements(text: str, key: str) -> list[CodeType]:
    body = ast.parse(text).body
    return [compile(ast.Module([item], []), f"<paribus:{key}>", "exec", dont_inherit=True) for item in body]


def _in_child(attempt: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What ``attempt`` returns in a forked process; one that dies or takes too long counts as caught."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(CHILD_SECONDS)
        with os.fdopen(writer, "w", encoding="utf-8") as pipe:
            json.dump(attempt(), pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if status == 0 and text:
        answer: dict[str, str] = json.loads(text)
        return answer
    stopped = os.waitstatus_to_exitcode(status)
    reason = f"took longer than {CHILD_SECONDS} s" if stopped == -signal.SIGALRM else f"ended with status {stopped}"
    return {"visible": f"the process {reason}", "hidden": f"the process {reason}"}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
