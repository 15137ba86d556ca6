"""Rebuilt notebooks on their way from judging to the gradebook, so that no file is read twice."""

from grader.model import Result

MOST = 200_000_000
"""The bytes that are kept; what goes beyond is read again instead."""


class Kept:
    """The notebooks of the submissions that this run judged; lives for one run."""

    def __init__(self, most: int = MOST) -> None:
        self._left = most
        self._found: dict[str, bytes] = {}

    def put(self, result: Result, notebook: str) -> None:
        """Keep a notebook, where there is one and room for it."""
        packed = notebook.encode("utf-8", "surrogatepass")
        if packed and len(packed) <= self._left:
            self._left -= len(packed)
            self._found[result.submission] = packed

    def take(self, submission: str) -> str:
        """The notebook, which is given once; "" where there is none."""
        return self._found.pop(submission, b"").decode("utf-8", "surrogatepass")
