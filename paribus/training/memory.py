"""What to do where a model does not fit into a GPU's memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from paribus.errors import TrainingError
from paribus.training.config import TrainingConfig


@contextmanager
def fitting_memory(config: TrainingConfig) -> Iterator[None]:
    """Turn torch's out-of-memory error inside into a TrainingError that says what to lower."""
    import torch

    try:
        yield
    except torch.OutOfMemoryError as error:
        raise TrainingError(
            f"The model does not fit into the GPU's memory with batches of {config.batch_size} texts of up to "
            f"{config.max_length} tokens: restart the kernel, halve batch_size in every arm, and run from the top."
        ) from error
