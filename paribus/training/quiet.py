"""transformers without its load reports, which say what we asked for."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' load report out of a notebook: a new head is what we ask for. Downloads stay visible."""
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, enable_progress_bars
    from transformers.utils import logging

    verbosity, show_bars = logging.get_verbosity(), not are_progress_bars_disabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if show_bars:
        enable_progress_bars()
    try:
        with warnings.catch_warnings():
            # transformers 5.0 compiles functions as it imports ModernBERT, in a way that newer torch deprecates.
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logging.set_verbosity(verbosity)
        if show_bars:
            logging.enable_progress_bar()
