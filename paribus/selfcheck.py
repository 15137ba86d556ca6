"""What the visible tests of a task call. A failed check says what was expected, what was found, where to look.

SelfCheckError          an AssertionError that talks to the student
├── NotDoneYet          the task has not been done
└── NotRightYet         it has been done, and its result is not what was asked for
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from paribus.errors import ParibusError

LOOK = "Look at the cell with YOUR CODE HERE above, run it again, then this one."
_STUB = re.compile(r"\w+ \S+ is not done yet: ")
"""How the line begins that holds the answer's place in a student's notebook; it says the same about itself."""

_NUMPY = re.compile(r"\bnp\.(?:u?int|float|str|bool)\w*\(([^()]*)\)")
"""How NumPy writes a single value, which a message shows as Python would."""


class SelfCheckError(ParibusError, AssertionError):
    """A task's own test did not pass."""


class NotDoneYet(SelfCheckError):  # noqa: N818 - the name is what the student reads first
    """The task has not been done yet."""


class NotRightYet(SelfCheckError):  # noqa: N818 - as above
    """The task's result is not what was asked for."""


def unfinished(name: str, what: str = "") -> NoReturn:
    """Stop with the message of an unfinished task: for the stub that holds an answer's place."""
    raise NotDoneYet(_unfinished(name, what))


def get(namespace: Mapping[str, Any], name: str, what: str = "") -> Any:  # whatever the student made
    """``namespace[name]``, where it has been made; call it with ``globals()``.

    ``what`` says what the task asks for. Raises NotDoneYet where the name is missing, None or ``...``.
    """
    value = namespace.get(name)
    if value is None or value is ...:
        raise NotDoneYet(_unfinished(name, what))
    return value


def call(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """What the student's function returns for these arguments.

    Raises NotDoneYet where it still raises NotImplementedError or returns None, NotRightYet where it stops with
    another error, which is behind the message.
    """
    name = getattr(function, "__name__", "the function")
    try:
        value = function(*arguments, **keywords)
    except NotImplementedError as error:
        told = str(error)
        raise NotDoneYet(_unfinished(f"{name}()", "" if _STUB.match(told) else told)) from None
    except SelfCheckError:
        raise
    except Exception as error:
        raise NotRightYet(
            f"`{name}()` stopped with {type(error).__name__}: {error}. The line is in the traceback above."
        ) from error
    if value is None:
        raise NotDoneYet(f"`{name}()` is not finished yet: it returns None. Does it end with `return …`?")
    return value


def true(condition: object, claim: str) -> None:
    """``claim`` holds; NotRightYet says that it does not. Arrays must hold throughout."""
    if not _truth(condition):
        raise NotRightYet(_sentence(f"This should hold and does not: {claim}", LOOK))


def equal(got: object, expected: object, what: str) -> None:
    """``got`` equals ``expected``; ``what`` says what it is, for the message."""
    _made(got, what)
    if not _truth(got == expected):
        raise NotRightYet(_sentence(f"{_first_upper(what)}: expected {_short(expected)}, got {_short(got)}", LOOK))


def close(got: object, expected: float, what: str, *, tolerance: float = 1e-6) -> None:
    """``got`` is one number, within ``tolerance`` (absolute, or relative for large numbers) of ``expected``."""
    _made(got, what)
    value = _number(got, what)
    if not math.isclose(value, expected, rel_tol=tolerance, abs_tol=tolerance):
        raise NotRightYet(_sentence(f"{_first_upper(what)}: expected {expected:.6g}, got {value:.6g}", LOOK))


def pair(value: Any, name: str) -> tuple[Any, Any]:  # whatever the student made
    """The two values that the task called ``name`` returns; NotRightYet where it returns something else."""
    _made(value, f"what {name} returns")
    if isinstance(value, tuple | list) and len(value) == 2:
        return value[0], value[1]
    found = f"{len(value)} values" if isinstance(value, tuple | list) else _kind(value)
    raise NotRightYet(
        _sentence(f"`{name}` should return two values, as in `return first, second`; it returned {found}", LOOK)
    )


def _made(got: object, what: str) -> None:
    if got is None or got is ...:
        raise NotDoneYet(
            f"{_first_upper(what)}: nothing was returned (None). The task is not finished yet, or a line "
            "`return …` is missing."
        )


def _truth(condition: Any) -> bool:  # a comparison's result: a bool, an array or a frame
    """Whether something holds, arrays and frames throughout."""
    reduced = condition.all() if hasattr(condition, "all") else condition
    return bool(reduced.all() if hasattr(reduced, "all") else reduced)


def _number(got: Any, what: str) -> float:  # whatever the student made
    if isinstance(got, str | bool):
        raise NotRightYet(_sentence(f"{_first_upper(what)}: expected a number, got {_short(got)}", LOOK))
    try:
        return float(got)
    except (TypeError, ValueError):
        raise NotRightYet(
            _sentence(f"{_first_upper(what)}: expected one number, got {_kind(got)}: {_short(got)}", LOOK)
        ) from None


def _unfinished(name: str, what: str) -> str:
    task = what or "complete the cell with YOUR CODE HERE above, run it, then this one"
    return _sentence(f"`{name}` is not finished yet: {task}", "")


def _sentence(text: str, hint: str) -> str:
    end = "" if text.endswith((".", "!", "?")) else "."
    return f"{text}{end} {hint}".rstrip()


def _kind(value: object) -> str:
    """What kind of thing a value is, with its article."""
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeio' or name == 'ndarray' else 'a'} {name}"


def _short(value: object) -> str:
    """A value on one line, cut where it is long."""
    text = _NUMPY.sub(r"\1", " ".join(repr(value).split()))
    return text if len(text) <= 120 else text[:117] + "…"


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
