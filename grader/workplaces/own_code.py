"""The digest of the code that judges: what a batch, and every worker of a cluster, must have in common."""

import functools
import hashlib
from pathlib import Path

import grader
import paribus


@functools.cache
def own_code() -> str:
    """The digest of the code that judges: after a changed check, or another word in the vocabulary, everything is
    judged anew.
    """
    folders = [Path(room.__file__).parent for room in (paribus, grader) if room.__file__]
    found = {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": path
        for folder in folders
        for path in folder.glob("**/*")
        if path.suffix in (".py", ".toml")
    }
    digest = hashlib.sha256()
    for name in sorted(found):
        digest.update(name.encode() + b"\0" + hashlib.sha256(found[name].read_bytes()).digest())
    return digest.hexdigest()
