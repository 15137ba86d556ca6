"""The child process of a run: papermill and the kernel live here.

``python -m generator.running.kernel_worker task.json`` writes one JSON line an event to its standard output and
keeps the partial notebook in the task's output. It shuts the kernel down when it gets SIGTERM or its standard input
closes. It imports nothing of paribus beyond this room's light modules, so that it also runs with the
interpreter of another environment (`make platforms`).
"""

import json
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, TextIO

from generator.running.kernel import cell_labels
from paribus.display.startup import skip_address_grammar

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
STREAM_LIMIT = 20_000


def main(arguments: list[str]) -> int:
    """Execute the one task; the exit status is 0 where it could say how the task ended."""
    skip_address_grammar()
    channel = _claim_stdout()
    _end_with_parent()
    task = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    try:
        last = _execute(task, channel)
    except KeyboardInterrupt:
        return 130
    _send(channel, last)
    return 0


def _claim_stdout() -> TextIO:
    """Keep standard output for events; what the kernel or a library prints goes to the log with stderr."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def _end_with_parent() -> None:
    """Turn SIGTERM and a closed standard input into one KeyboardInterrupt."""

    def interrupt(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGTERM, interrupt)
    threading.Thread(target=watch, daemon=True).start()


def _send(channel: TextIO, event: dict[str, Any]) -> None:
    channel.write(json.dumps(event) + "\n")
    channel.flush()


def _execute(task: dict[str, Any], channel: TextIO) -> dict[str, Any]:
    """Run the notebook; the last event says how it ended."""
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    prepared = papermill.execute_notebook(
        nbformat.read(task["notebook"], as_version=4), task["output"], parameters=task["parameters"],
        prepare_only=True, progress_bar=False, kernel_name="python3", language="python",
    )  # fmt: skip
    labels = cell_labels(prepared)
    codes = [index for index, cell in enumerate(prepared.cells) if cell.cell_type == "code"]
    begun, limit = time.monotonic(), float(task["limit"])
    current = 0

    def announce(cell: dict[str, Any], cell_index: int) -> None:
        nonlocal current
        if cell["cell_type"] == "code":
            current = cell_index
            key, heading = labels[cell_index]
            number = codes.index(cell_index) + 1
            _send(channel, {"event": "cell", "number": number, "of": len(codes), "key": key, "heading": heading})

    def remaining(cell: dict[str, Any]) -> float:
        return max(0.1, limit - (time.monotonic() - begun))

    try:
        papermill.execute_notebook(
            prepared, task["output"], cwd=task["folder"], progress_bar=False,
            kernel_name="python3", language="python", start_timeout=120, iopub_timeout=60,
            on_cell_start=announce, timeout_func=remaining,
        )  # fmt: skip
    except PapermillExecutionError as error:
        if _only_expected_errors(_tidy(Path(task["output"]))):
            return {"event": "done"}
        what = f"stopped with {error.ename}: {error.evalue}"
        return _failed(task, current, what, "\n".join(error.traceback))
    except CellTimeoutError:
        what = f"was still running at the time limit of {task['limit']:.0f} s for the notebook"
        return _failed(task, current, what + "; give a longer --time-limit", "")
    except DeadKernelError:
        return _failed(task, current, "lost its kernel, which died (often: not enough memory)", "")
    _tidy(Path(task["output"]))
    return {"event": "done"}


def _only_expected_errors(notebook: Any) -> bool:  # a notebook node has no types
    """Whether every cell that failed is tagged raises-exception, Jupyter's mark for "go on after this"."""
    failed = [cell for cell in notebook.cells if any(out.output_type == "error" for out in cell.get("outputs", []))]
    return all("raises-exception" in cell.metadata.get("tags", []) for cell in failed)


def _tidy(path: Path) -> Any:  # a notebook node has no types
    """Take out of an executed notebook what papermill adds of this machine, and its marker cells; return it."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [c for c in notebook.cells if "papermill-error-cell-tag" not in c.metadata.get("tags", [])]
    notebook.metadata.get("papermill", {}).update(input_path=None, output_path=None)
    nbformat.write(notebook, path)
    return notebook


def _failed(task: dict[str, Any], index: int, what: str, trace: str) -> dict[str, Any]:
    """The event for a failed cell, with what the partial notebook holds of it."""
    path = Path(task["output"])
    notebook = _tidy(path)
    cell = notebook.cells[index]
    key, heading = cell_labels(notebook)[index]
    streams = "".join(
        f"[{output.name}] {output.text}" for output in cell.get("outputs", []) if output.output_type == "stream"
    )
    under = f" (under {heading!r})" if heading else ""
    return {
        "event": "failed",
        "cell": key,
        "message": f"Cell {key!r}{under} {what}. The partial notebook is kept as {path.name}.",
        "source": cell.source,
        "streams": streams[-STREAM_LIMIT:],
        "traceback": ANSI.sub("", trace),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
