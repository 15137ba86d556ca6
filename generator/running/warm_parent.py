"""The process that forks workers of runs: `python -m generator.running.warm_parent SOCKET MODULE …`.

It imports the modules, then reads requests from the socket: a task's order and environment, and four open files
(the worker's lifeline, its events, its log, and where its process id and exit status are told). It runs nothing of
a notebook itself and ends when the other end of the socket closes.
"""

import gc
import importlib
import json
import os
import select
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from paribus.display.startup import skip_address_grammar

REQUEST_LIMIT = 1 << 20
WORKERS_OWN = ("nbformat", "papermill", "nbclient.exceptions", "ipykernel.kernelapp", "jupyter_client.manager")


def main(arguments: Sequence[str]) -> int:
    """Import, then fork on request until nobody asks any more."""
    line = socket.socket(fileno=int(arguments[0]))
    skip_address_grammar()
    for name in (*WORKERS_OWN, *arguments[1:]):
        try:
            importlib.import_module(name)
        except ImportError as error:  # the notebook that needs it says so
            sys.stderr.write(f"{name} was not imported: {error}\n")
    gc.collect()
    gc.freeze()  # what is imported stays shared with what is forked
    _serve(line)
    return 0


def _serve(line: socket.socket) -> None:
    running: dict[int, int] = {}  # a worker's process id, and where its end is told
    while True:
        asked, _, _ = select.select([line], [], [], 0.1 if running else None)
        if asked:
            message, files, _, _ = socket.recv_fds(line, REQUEST_LIMIT, 4)
            if not message:
                return
            worker = os.fork()
            if worker == 0:
                line.close()
                for other in running.values():
                    os.close(other)
                _become_worker(json.loads(message), files)
            *theirs, told = files
            for descriptor in theirs:
                os.close(descriptor)
            running[worker] = told
            _tell(told, worker)
        for worker in list(running):
            ended, status = os.waitpid(worker, os.WNOHANG)
            if ended:
                told = running.pop(worker)
                _tell(told, os.waitstatus_to_exitcode(status))
                os.close(told)


def _tell(told: int, number: int) -> None:
    try:
        os.write(told, f"{number}\n".encode())
    except BrokenPipeError:  # nobody waits for it any more
        return


def _become_worker(request: Mapping[str, Any], files: Sequence[int]) -> None:
    """Go on as the worker of one run; never returns."""
    from generator.running.forked_kernel import run_task

    code = 1
    try:
        os.setsid()
        lifeline, events, log, told = files
        for descriptor, place in ((lifeline, 0), (events, 1), (log, 2)):
            os.dup2(descriptor, place)
        for descriptor in (lifeline, events, log, told):
            os.close(descriptor)
        os.environ.clear()
        os.environ.update(request["environment"])
        code = run_task(request["order"])
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
