"""In the sandbox: papermill runs one notebook, and what it became is written to the output as one line of JSON.

The order comes as JSON on the input: ``notebook``, ``parameters``, ``seconds``, ``links``. The kernel has
neither the input nor the output.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

NAME, DONE = "submission.ipynb", "executed.ipynb"


def main() -> None:
    """Run it; the answer says how it ended, with the notebook as far as it came."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    order = json.load(sys.stdin)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for given, folder in order["links"].items():
        link_files(given, folder)
    answer = execute(order)
    channel.write(json.dumps(answer) + "\n")
    channel.flush()


def link_files(given: str, folder: str) -> None:
    """Make ``folder`` a tree like ``given`` with links to its files: new files can be put beside them.

    Locks are left out: the hub's libraries make their own, and could not write to these. Of several preparations of
    the same data they take the newest, so folders keep their times.
    """
    places = sorted(Path(given).rglob("*"))
    whole = {path: path.stat().st_mtime_ns for path in places if path.is_dir() and not path.is_symlink()}
    for path in whole:
        (Path(folder) / path.relative_to(given)).mkdir(parents=True)
    for path in places:
        if path not in whole and path.suffix != ".lock":
            (Path(folder) / path.relative_to(given)).symlink_to(path)
    for path, changed in whole.items():
        os.utime(Path(folder) / path.relative_to(given), ns=(changed, changed))


def execute(order: dict[str, Any]) -> dict[str, Any]:
    """The executed notebook, and why it stopped ("" where it came to its end)."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type] # as `paribus.display.startup` does
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    began, why = time.monotonic(), ""
    with open(NAME, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(order["notebook"], file)
    seconds = float(order["seconds"])
    try:
        papermill.execute_notebook(
            NAME, DONE, parameters=order["parameters"], progress_bar=False, kernel_name="python3",
            language="python", start_timeout=120,
            timeout_func=lambda cell: max(0.1, seconds - (time.monotonic() - began)),
        )  # fmt: skip
    except PapermillExecutionError as error:
        waits = "StdinNotImplementedError" in error.ename
        why = "it waits for input" if waits else f"it stopped with {error.ename}: {str(error.evalue)[:300]}"
    except CellTimeoutError:
        why = f"it was still running after {seconds:g} seconds"
    except DeadKernelError:
        why = "its kernel died; often there is not enough memory"
    try:
        notebook = nbformat.read(DONE, as_version=4)
    except OSError:
        notebook = None
    return {"why": why, "notebook": notebook, "seconds": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    main()
