"""How large a model is on disk: its tensors as torch saves them, plain and zipped."""

import tempfile
import zlib
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


def size_mb(model: Any) -> float:  # any torch module
    """The size of the saved weights in MB (millions of bytes)."""
    with tempfile.TemporaryDirectory(prefix="paribus-size-") as folder:
        return _saved(model, Path(folder)).stat().st_size / 1e6


def zipped_mb(model: Any) -> float:
    """The same after zlib's compression: what is left where many numbers are equal, such as zeros."""
    packer = zlib.compressobj(6)
    size = 0
    with (
        tempfile.TemporaryDirectory(prefix="paribus-size-") as folder,
        _saved(model, Path(folder)).open("rb") as file,
    ):
        while part := file.read(CHUNK):
            size += len(packer.compress(part))
    return (size + len(packer.flush())) / 1e6


def _saved(model: Any, folder: Path) -> Path:
    import torch

    file = folder / "weights.pt"
    torch.save(model.state_dict(), file)
    return file
