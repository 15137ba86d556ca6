"""The process that forks workers of runs: `python -m generator.running.warm_parent SOCKET MODULE …`.

It imports the modules, then reads requests from the socket. Each brings five open files: a task's order and
environment, the worker's lifeline, its events, its log, and where its process id and exit status are told. It runs
nothing of a notebook itself and ends when the other end of the socket closes.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence

from paribus.display.startup import skip_address_grammar

FILES = 5
WORKERS_OWN = ("nbformat", "papermill", "nbclient.exceptions", "ipykernel.kernelapp", "jupyter_client.manager")


def main(arguments: Sequence[str]) -> int:
    """Import, then fork on request until nobody asks any more."""
    line = socket.socket(fileno=int(arguments[0]))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # who started the command may not have waited for its children
    skip_address_grammar()
    for name in (*WORKERS_OWN, *arguments[1:]):
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the notebook that needs it says so
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
            message, files, _, _ = socket.recv_fds(line, 1, FILES)
            if not message:
                return
            worker = os.fork()
            if worker == 0:
                line.close()
                for other in running.values():
                    os.close(other)
                sys.exit(_become_worker(files))
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


def _become_worker(files: Sequence[int]) -> int:
    """Go on as the worker of one run; its exit status."""
    from generator.running.forked_kernel import run_task

    os.setsid()
    request, *pipes, told = files
    for descriptor, place in zip(pipes, (0, 1, 2), strict=True):
        os.dup2(descriptor, place)
        os.close(descriptor)
    os.close(told)
    with os.fdopen(request, "rb") as file:
        asked = json.loads(file.read())
    os.environ.clear()
    os.environ.update(asked["environment"])
    return run_task(asked["order"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
