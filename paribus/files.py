"""Writing files so that a reader sees the old content or the new one, never half of either; and JSON in them."""

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_atomic(path: Path, content: str | bytes) -> None:
    r"""Replace ``path`` by ``content`` in one step; text is UTF-8 with ``\n`` line ends.

    The temporary file is in the same folder, since only a rename within one file system is atomic.
    """
    write_atomic_parts(path, [content.encode("utf-8") if isinstance(content, str) else content])


def write_atomic_parts(path: Path, parts: Iterable[bytes]) -> None:
    """As `write_atomic`, from pieces that are asked for one at a time; ``path`` itself may be read for them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def json_text(value: object) -> str:
    """A value as a file's JSON: sorted, indented, a final newline."""
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
