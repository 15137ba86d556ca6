"""What to do where a model does not fit into a GPU's memory."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from paribus.errors import TrainingError


@contextmanager
def fitting_memory(settings: Mapping[str, object]) -> Iterator[None]:
    """Turn torch's out-of-memory error inside into a TrainingError that says what to lower; ``settings`` are the
    run's, by name. Where torch was not imported there is nothing to turn.
    """
    try:
        yield
    except RuntimeError as error:
        if not isinstance(error, getattr(sys.modules.get("torch"), "OutOfMemoryError", ())):
            raise
        size, length = settings.get("batch_size"), settings.get("max_length")
        tokens = f" of up to {length} tokens" if length else ""
        texts = f" with batches of {size} texts{tokens}" if size else ""
        raise TrainingError(
            f"The model does not fit into the GPU's memory{texts}: restart the kernel, halve batch_size in every "
            "arm, and run from the top."
        ) from error
