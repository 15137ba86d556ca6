"""What a test was given and what it expected, as plain values, compared as `paribus.selfcheck` does."""

from collections.abc import Callable, Mapping
from typing import Any

from grader.errors import SandboxError
from paribus import selfcheck


class Opaque:
    """A value that could not be sent; it equals nothing."""

    def __init__(self, what: str) -> None:
        """``what`` it is."""
        self.what = what


def decode(value: Any) -> Any:  # whatever was sent
    """The value that `grader.audit.sandboxed.tests.encode` sent. SandboxError where it is none."""
    if not isinstance(value, dict):
        if isinstance(value, list):
            raise SandboxError("the sandbox sent a list that is no value")
        return value
    try:
        kind, content = next(iter(value.items()))
        return _READERS[kind](content)
    except (KeyError, StopIteration, TypeError, ValueError) as error:
        raise SandboxError(f"the sandbox sent what is no value ({type(error).__name__}: {error})") from error


def _array(content: Any) -> Any:
    import numpy as np

    return np.asarray(decode(content))


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "number": int,
    "float": float,
    "list": lambda content: [decode(item) for item in content],
    "tuple": lambda content: tuple(decode(item) for item in content),
    "set": lambda content: {decode(item) for item in content},
    "dict": lambda content: {decode(key): decode(item) for key, item in content},
    "array": _array,
    "opaque": lambda content: Opaque(str(content)),
}


def disagreement(kind: str, got: Any, expected: Any, what: str, tolerance: float | None) -> str:
    """Why a test does not pass, in the words that a student knows from visible tests; "" where it does.

    SandboxError where one of the values could not be sent, or the two cannot be compared.
    """
    for value in (got, expected):
        if isinstance(value, Opaque):
            raise SandboxError(
                f"{what}: a value of the kind {value.what} cannot be compared outside of the notebook"
            )
    try:
        if kind == "true":
            selfcheck.true(got, what)
        elif kind == "close":
            selfcheck.close(got, expected, what, **({} if tolerance is None else {"tolerance": tolerance}))
        else:
            selfcheck.equal(got, expected, what)
    except selfcheck.SelfCheckError as error:
        return str(error)
    except (TypeError, ValueError) as error:
        raise SandboxError(f"{what}: the values cannot be compared ({error})") from error
    return ""
