"""What a notebook shows of an error of ours: the student's own lines and the sentence, none of our source.

IPython asks an exception for ``_render_traceback_``; the form is IPython's own, so that exports are read as ever.
"""

import linecache
import sys
import traceback
from collections.abc import Iterator
from types import FrameType

WIDTH = 75
NOTEBOOK = "__main__"
"""What Python calls the module that a notebook's cells are."""


def rendered(error: BaseException) -> list[str]:
    """The error as lines: a head, each cell's line on the way to it, the sentence."""
    name = type(error).__name__
    head = f"{name}{'Traceback (most recent call last)':>{WIDTH - len(name)}}"
    return ["-" * WIDTH, head, *dict.fromkeys(_line(frame, number) for frame, number in _way_to(error)), "",
            f"{name}: {error}"]  # fmt: skip


def _way_to(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    """The notebook's own frames, from the outermost; those of what caused the error come last."""
    found: BaseException | None = error
    while found is not None:
        for frame, number in traceback.walk_tb(found.__traceback__):
            if frame.f_globals.get("__name__") == NOTEBOOK:
                yield frame, number
        found = found.__cause__


def _line(frame: FrameType, number: int) -> str:
    """Where a frame is and what is written there."""
    code = frame.f_code
    inside = "" if code.co_name == "<module>" else f" in {code.co_name}"
    written = linecache.getline(code.co_filename, number, frame.f_globals).rstrip()
    return f"{_cell(code.co_filename)}{inside}, line {number}\n----> {number} {written}"


def _cell(file: str) -> str:
    """What IPython calls the cell of a file that it made: "Cell In[3]"."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    describe = getattr(getattr(shell, "compile", None), "format_code_name", None)
    told = describe(file) if describe is not None else None  # older than IPython 8, or no cell
    return " ".join(told) if told else "Your code"
