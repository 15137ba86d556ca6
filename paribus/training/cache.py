"""What paribus can make again and keeps: a file beside a marker that holds its digest and is written last."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from paribus.errors import TrainingError
from paribus.files import write_atomic


def cache_folder() -> Path:
    """Where paribus keeps what it can make again: $PARIBUS_CACHE, else .paribus/cache in the working folder."""
    return Path(os.environ.get("PARIBUS_CACHE") or ".paribus/cache")


def texts_key(recipe: str, texts: Iterable[str]) -> str:
    """The digest of a recipe and the texts that it is used on, 32 hex digits."""
    key = hashlib.sha256(recipe.encode())
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        key.update(len(raw).to_bytes(8, "little") + raw)
    return key.hexdigest()[:32]


def kept(content: Path, what: str, make: Callable[[], bytes]) -> bytes:
    """The bytes of ``content``, a file in the cache; what is missing or half written is made and kept.

    Its digest is written last, into ``complete.json`` beside it: a file without one, or with one that does not fit,
    is incomplete. ``what`` names it in the TrainingError that is raised where the folder cannot be written.
    """
    marker = content.with_name("complete.json")
    try:
        cached = content.read_bytes()
        if json.loads(marker.read_bytes()) == {"sha256": hashlib.sha256(cached).hexdigest()}:
            return cached
    except (OSError, ValueError):
        pass  # nothing there, or half of it: both are made again below, where a folder that fails is named
    made = make()
    try:
        write_atomic(content, made)
        write_atomic(marker, json.dumps({"sha256": hashlib.sha256(made).hexdigest()}) + "\n")
    except OSError as error:
        raise TrainingError(
            f"{what} cannot be kept in {content.parent} ({error.strerror}). "
            "Set the environment variable PARIBUS_CACHE to a folder that can be written."
        ) from error
    return made
