"""Arrays that a run keeps beside its records: logits, for the error analysis that comes after training.

A record holds the winning class of every validation item and nothing more; what probability the others got is too
much for it. It is kept in ``kept/`` in the session's folder, where a restarted kernel finds it. It is no evidence:
nothing of it is handed in.

    kept.put(run, "logits", logits)             # inside the training function, at the best epoch
    kept.get(notebook, result, "logits")        # afterwards, tomorrow too
    kept.put_weights(run, network)              # all parameters of a model, as one array
    kept.load_weights(notebook, result, network)
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

    from paribus.experiments.recording import Recording
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


def put_weights(run: "Run", network: "Any") -> None:
    """Keep the parameters of a torch model under the name "weights", as 32-bit floats in their order."""
    import numpy as np
    from torch.nn.utils import parameters_to_vector

    put(run, "weights", parameters_to_vector(network.parameters()).detach().cpu().numpy().astype(np.float32))


def load_weights(notebook: "Recording", result: "RunResult", network: "Any") -> "Any":
    """Give ``network``, made as the run made it, the parameters that the run kept; returns it in evaluation mode.

    Raises EvidenceError where they cannot be read, or are those of another architecture.
    """
    import torch
    from torch.nn.utils import vector_to_parameters

    weights = get(notebook, result, "weights")
    expected = sum(value.numel() for value in network.parameters())
    if weights.shape != (expected,):
        raise EvidenceError(
            f"The weights of {result.name!r} are {weights.size:,} numbers, and this model has {expected:,} "
            "parameters: load the model with the run's own settings."
        )
    with torch.no_grad():
        vector_to_parameters(torch.tensor(weights), network.parameters())
    return network.eval()


def _file(folder: Path, run: str, name: str) -> Path:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise EvidenceError(f"An array is kept under a short name such as 'logits'; got {name!r}.")
    return folder / FOLDER / f"{run}-{name}.npy"
