"""Arrays that a run keeps beside its records: logits, for the error analysis that comes after training.

A record holds the winning class of every validation item and nothing more; what probability the others got is too
much for it. It is kept in ``kept/`` in the session's folder, where a restarted kernel finds it. It is no evidence:
nothing of it is handed in.

    kept.put(run, "logits", logits)             # inside the training function, at the best epoch
    kept.get(notebook, result, "logits")        # afterwards, tomorrow too
"""

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.display.show import say
from paribus.errors import EvidenceError
from paribus.files import write_atomic

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike, NDArray

    from paribus.records.recording import Recording
    from paribus.records.runs import Run, RunResult

FOLDER = "kept"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def put(run: "Run", name: str, values: "ArrayLike") -> None:
    """Keep an array of numbers under ``name``; put again, the later one stays.

    Where the disk cannot be written to, that is said and training goes on. Raises EvidenceError where the name is
    none, or the values are no numbers.
    """
    import numpy as np

    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise EvidenceError(f"{name!r} of {run.name!r} is an array of {array.dtype}; expected numbers.")
    file = _file(run.session.folder, run.start.run, name)
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    try:
        write_atomic(file, buffer.getvalue())
    except OSError as error:  # an error analysis is not worth an hour of training
        say(f"The {name} of {run.name} could not be kept on disk ({error.strerror}); training goes on.")


def get(notebook: "Recording", result: "RunResult", name: str) -> "NDArray[Any]":
    """The array that a finished run kept under ``name``.

    Raises EvidenceError where it is not on this machine or cannot be read.
    """
    import numpy as np

    file = _file(notebook.session.folder, result.run, name)
    try:
        array: NDArray[Any] = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise EvidenceError(
            f"The {name} of {result.name!r} (seed {result.seed}) cannot be read from {file} "
            f"({type(error).__name__}). Records travel in the notebook's output, these arrays only with the "
            ".paribus folder: attach the earlier session's output with that folder, or train this run again "
            "(again=True)."
        ) from error
    return array


def _file(folder: Path, run: str, name: str) -> Path:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise EvidenceError(f"An array is kept under a short name such as 'logits'; got {name!r}.")
    return folder / FOLDER / f"{run}-{name}.npy"
