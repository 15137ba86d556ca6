"""What a course brings of its own besides its sources: metrics.py, checks.py and vocabulary.toml.

A release carries their texts, so that its folder is all that grading needs. The modules are the instructor's code:
whoever imports them has the text from a release whose digests fit.
"""

import hashlib
import linecache
import re
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

from paribus.course.errors import CatalogError
from paribus.course.words import read_words
from paribus.metrics.registry import SHIPPED_REGISTRY, Registry

METRICS, CHECKS, WORDS = "metrics.py", "checks.py", "vocabulary.toml"
FILES = (METRICS, CHECKS, WORDS)


def read_own(home: Path) -> dict[str, str]:
    """The files of its own that the folder of a course.toml holds, as texts by name."""
    found = {}
    for name in FILES:
        path = home / name
        if path.is_file():
            try:
                found[name] = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise CatalogError(f"{path}: cannot be read ({error}). Save it as UTF-8.") from error
    return found


def digest_of(text: str) -> str:
    """The SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def metrics_of(own: Mapping[str, str], where: str = "") -> Registry:
    """Paribus's metrics and those of a course's metrics.py, with the words of its vocabulary.toml; ``where`` is how
    messages call its folder.

    CatalogError where one of them cannot be read, UsageError where what metrics.py holds are no metrics.
    """
    known = _metrics(own[METRICS], f"{where}{METRICS}") if METRICS in own else SHIPPED_REGISTRY
    return _worded(known, own[WORDS], f"{where}{WORDS}") if WORDS in own else known


@cache
def _worded(known: Registry, text: str, file: str) -> Registry:
    return replace(known, words=read_words(text, file, known))


@cache
def _metrics(text: str, file: str) -> Registry:
    found = getattr(import_text(text, file), "METRICS", None)
    if not isinstance(found, tuple | list):
        raise CatalogError(f"{file}: holds no METRICS; end it with METRICS = (Metric(…),).")
    return SHIPPED_REGISTRY.with_own(found, file)


@cache
def import_text(text: str, file: str) -> ModuleType:
    """The module of a text, made once a process. CatalogError says at which line ``file`` cannot be imported."""
    name = f"paribus_own_{Path(file).stem}_{digest_of(text)[:12]}"
    module = ModuleType(name)
    sys.modules[name] = module  # as dataclasses and pickle look for it
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # tracebacks show its lines
    try:
        exec(compile(text, file, "exec"), module.__dict__)  # noqa: S102 - the instructor's own file
    except Exception as error:
        del sys.modules[name]
        raise CatalogError(
            f"{file}{_line(error, file)}: cannot be imported ({type(error).__name__}: {error}). {_advice(error)}"
        ) from error
    return module


def _advice(error: Exception) -> str:
    """What to do about an error on the way."""
    if isinstance(error, ImportError):
        return "The file may import paribus and what paribus needs, and no library of the course."
    if isinstance(error, TypeError) and str(error).startswith("Metric.__init__() missing"):
        needed = " and ".join(f"{name}=…" for name in re.findall(r"'(\w+)'", str(error)))
        less = " Where less is better it is False, else True." if "higher_is_better" in needed else ""
        return f"Add {needed} to the Metric(…) there.{less}"
    return "Correct the line."


def _line(error: Exception, file: str) -> str:
    """``:12``, the last line of the file that the error went through."""
    if isinstance(error, SyntaxError):
        return f":{error.lineno}" if error.lineno else ""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f":{lines[-1]}" if lines else ""
