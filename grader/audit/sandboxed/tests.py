"""In the sandbox: a clean process that has imported what is needed, and a forked one for each task.

It reads one JSON object a line and answers with one. Students' code runs in the forked processes alone; what they
were asked comes back as plain values, since nothing of theirs is ever unpickled. No expectation is here.
"""

import contextlib
import ctypes
import importlib
import io
import json
import linecache
import math
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

PR_SET_DUMPABLE = 4
MOST_ITEMS = 100_000
"""Items of one array that are sent."""
MOST_BYTES = 2_000_000


def main() -> None:
    """Answer until the input ends."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    orders = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(nothing, 0)
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)  # no process below can look into this one
    for line in orders:
        order = json.loads(line)
        answer = _import(order["import"]) if "import" in order else _in_child(order, (channel, orders))
        channel.write(json.dumps(answer) + "\n")
        channel.flush()


def _import(names: list[str]) -> dict[str, Any]:
    """Import modules before anybody's code runs; what cannot be imported is told."""
    failed = {}
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - whatever a package does when it is imported
            failed[name] = f"{type(error).__name__}: {error}"
    return {"failed": failed}


def _in_child(order: dict[str, Any], private: tuple[Any, ...]) -> dict[str, Any]:
    """What a forked process answers; it is ended with all that it started when its time is over."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        for pipe in private:
            os.close(pipe.fileno())
        os.setsid()
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1)
        before = set(sys.modules)
        answer = json.dumps({**_work(order), **_cost(before)}).encode()
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(writer)
    text, late = _read_all(reader, time.monotonic() + float(order["seconds"]))
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(child, signal.SIGKILL)
    _, raw = os.waitpid(child, 0)
    if late:
        return {"end": "timed out"}
    try:
        return {"end": "finished", **json.loads(text)}
    except ValueError:
        return {"end": "died", "status": os.waitstatus_to_exitcode(raw)}


def _cost(before: set[str]) -> dict[str, Any]:
    """Seconds of the processor, and the modules that were imported on the way: a clean process may import them
    beforehand.
    """
    return {"seconds": round(time.process_time(), 3), "imported": sorted(set(sys.modules) - before)}


def _read_all(reader: int, until: float) -> tuple[bytes, bool]:
    text = bytearray()
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while (left := until - time.monotonic()) > 0:
            if not select.select([pipe], [], [], left)[0]:
                break
            chunk = pipe.read(65_536)
            if not chunk:
                return bytes(text), False
            text += chunk
            if len(text) > MOST_BYTES:
                return b"", False
    return b"", True


def _work(order: dict[str, Any]) -> dict[str, Any]:
    """Run the parts in order; the first that stops ends it. What was asked until then is in the answer."""
    asked: list[Any] = []
    seen: dict[tuple[str, int], int] = {}
    place = ""
    namespace: dict[str, Any] = {"__name__": "__main__", "display": lambda *shown, **options: None}

    def observe(number: int, *values: Any) -> None:  # whatever the code gave
        seen[place, number] = seen.get((place, number), 0) + 1
        asked.append([place, number, seen[place, number], *map(encode, values)])

    namespace["__ask__"] = namespace["__expect__"] = observe
    if order.get("notebook"):
        namespace[order["notebook"]] = _Notebook(order["nonce"])
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for place, text in order["parts"]:
            error = _run(place, text, namespace)
            if error is not None:
                return {"asked": asked, "stopped": place, "kind": type(error).__name__, "error": _words(error)}
    return {"asked": asked, "stopped": "", "kind": "", "error": ""}


def _run(place: str, text: str, namespace: dict[str, Any]) -> BaseException | None:
    name = f"<{place}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    try:
        exec(compile(text, name, "exec", dont_inherit=True), namespace)  # noqa: S102 - what this process is for
    except BaseException as error:  # noqa: BLE001 - whatever students' code raises
        return error
    return None


def _words(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip()[:400]


class _Notebook:
    """What a notebook's handle is to its tests: the same random numbers, and a last line that says nothing here."""

    def __init__(self, nonce: str) -> None:
        self._nonce = nonce

    def draws(self, task: str) -> Any:  # numpy is imported where it is needed
        """As `paribus.check.tested.draws`."""
        from paribus.check.tested import draws

        return draws(self._nonce, task)

    def tested(self, task: str) -> None:
        """Nothing: what is asked is held against expectations elsewhere."""


def encode(value: Any) -> Any:  # JSON has no one type
    """A value as JSON that `grader.audit.values` reads: numbers, texts, arrays, and what holds them."""
    if value is None or isinstance(value, bool | int | str):
        return value if not isinstance(value, int) or abs(value) < 1 << 63 else {"number": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, list | tuple):
        return {"tuple" if isinstance(value, tuple) else "list": [encode(item) for item in value[:MOST_ITEMS]]}
    if isinstance(value, set | frozenset):
        return {"set": [encode(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(item)] for key, item in value.items()]}
    return _array(value)


def _array(value: Any) -> Any:  # an array of any library's
    as_numpy: Callable[[], Any] | None = getattr(value, "to_numpy", None) or getattr(value, "numpy", None)
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    elif as_numpy is not None:
        value = as_numpy()
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        if getattr(value, "size", 0) > MOST_ITEMS:
            return {"opaque": f"an array of {value.size} items"}
        return {"array": encode(value.tolist()), "of": str(value.dtype)} if value.shape else encode(value.item())
    return {"opaque": type(value).__name__}


if __name__ == "__main__":
    sys.path[:0] = [path for path in os.environ.get("PYTHONPATH", "").split(":") if path and path not in sys.path]
    main()
