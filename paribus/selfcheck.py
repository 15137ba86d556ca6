"""What the visible tests of a task call. A failed check says what was expected, what was found, where to look.

SelfCheckError          an AssertionError that talks to the student
├── NotDoneYet          the task has not been done
└── NotRightYet         it has been done, and its result is not what was asked for
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from paribus.errors import ParibusError


class SelfCheckError(ParibusError, AssertionError):
    """A task's own test did not pass."""


class NotDoneYet(SelfCheckError):  # noqa: N818 - the name is what the student reads first
    """The task has not been done yet."""


class NotRightYet(SelfCheckError):  # noqa: N818 - as above
    """The task's result is not what was asked for."""


def unfinished(name: str, what: str = "") -> NoReturn:
    """Stop with the message of an unfinished task: for the stub that stands where an answer will."""
    raise NotDoneYet(_unfinished(name, what))


def get(namespace: Mapping[str, Any], name: str, what: str = "") -> Any:  # noqa: ANN401 - whatever the student made
    """``namespace[name]``, where it has been made; call it with ``globals()``.

    ``what`` says what the task asks for. Raises NotDoneYet where the name is missing, None or ``...``.
    """
    value = namespace.get(name)
    if value is None or value is ...:
        raise NotDoneYet(_unfinished(name, what))
    return value


def call(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as `get`
    """What the student's function returns for these arguments.

    Raises NotDoneYet where it still raises NotImplementedError or returns None, NotRightYet where it stops with
    another error, which stands behind the message.
    """
    name = getattr(function, "__name__", "the function")
    try:
        value = function(*arguments, **keywords)
    except NotImplementedError as error:
        raise NotDoneYet(_unfinished(f"{name}()", str(error))) from None
    except SelfCheckError:
        raise
    except Exception as error:  # noqa: BLE001 - a student's code can raise anything; the cause is kept
        raise NotRightYet(
            f"`{name}()` stopped with {type(error).__name__}: {error}. The line is in the traceback above."
        ) from error
    if value is None:
        raise NotDoneYet(f"`{name}()` is not finished yet: it returns None. Does it end with `return …`?")
    return value


def expect_defined(namespace: Mapping[str, Any], *names: str) -> None:
    """Each of ``names`` has been made; the first that has not is named."""
    for name in names:
        get(namespace, name)


def expect(condition: object, message: str) -> None:
    """``condition`` is true, or NotRightYet with ``message``."""
    if not condition:
        raise NotRightYet(message)


def expect_close(name: str, got: object, expected: float, tolerance: float = 1e-6, hint: str = "") -> None:
    """``got`` is a number within ``tolerance`` of ``expected``.

    The message shows what was found, not what was expected, unless ``hint`` says it: a visible test should lead to an
    answer, not hand it over.
    """
    value = _number(name, got)
    if not abs(value - expected) <= tolerance:
        distance = (
            "far from"
            if abs(value - expected) > 10 * max(tolerance, abs(expected) * 0.01)
            else "close to, but not,"
        )
        raise NotRightYet(_sentence(f"`{name}` is {value:.6g}, which is {distance} what the task asks for", hint))


def expect_equal(name: str, got: object, expected: object, hint: str = "") -> None:
    """``got`` equals ``expected``; the message shows both."""
    same = got == expected
    if not (same if isinstance(same, bool) else bool(getattr(same, "all", lambda: same)())):
        raise NotRightYet(_sentence(f"`{name}` is {_short(got)}, expected {_short(expected)}", hint))


def expect_between(name: str, got: object, low: float, high: float, hint: str = "") -> None:
    """``got`` is a number from ``low`` to ``high``."""
    value = _number(name, got)
    if not low <= value <= high:
        raise NotRightYet(_sentence(f"`{name}` is {value:.6g}, expected {low:g} to {high:g}", hint))


def expect_type(name: str, got: object, kind: type | tuple[type, ...], hint: str = "") -> None:
    """``got`` is of this type (or one of these)."""
    if not isinstance(got, kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        wanted = " or ".join(item.__name__ for item in kinds)
        raise NotRightYet(_sentence(f"`{name}` is a {type(got).__name__}, expected {wanted}", hint))


def expect_shape(name: str, got: object, shape: tuple[int | None, ...], hint: str = "") -> None:
    """``got`` is an array of this shape; None stands for any length."""
    found = getattr(got, "shape", None)
    if found is None:
        raise NotRightYet(
            _sentence(f"`{name}` is a {type(got).__name__}, expected an array of shape {shape}", hint)
        )
    fits = len(found) == len(shape) and all(
        want is None or want == have for want, have in zip(shape, found, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if item is None else str(item) for item in shape)
        raise NotRightYet(_sentence(f"`{name}` has shape {tuple(found)}, expected ({wanted})", hint))


def _number(name: str, got: Any) -> float:  # noqa: ANN401 - whatever the student made
    if got is None or got is ...:
        raise NotDoneYet(_unfinished(name, ""))
    if isinstance(got, str | bool):
        raise NotRightYet(f"`{name}` is {_short(got)}, expected a number.")
    try:
        value = float(got)
    except (TypeError, ValueError):
        raise NotRightYet(f"`{name}` is a {type(got).__name__}, expected a single number.") from None
    if math.isnan(value):
        raise NotRightYet(f"`{name}` is nan, expected a number. Was something divided by zero?")
    return value


def _unfinished(name: str, what: str) -> str:
    task = what or "complete the cell marked YOUR CODE HERE above, then run it and this one"
    return _sentence(f"`{name}` is not finished yet: {task}", "")


def _sentence(text: str, hint: str) -> str:
    end = "" if text.endswith((".", "!", "?")) else "."
    return f"{text}{end} {hint}".rstrip()


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "…"
