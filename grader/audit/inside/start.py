"""The first program in the sandbox: it sets the limits, starts the real one, and tells how that ended.

``python -I -S start.py LIMITS STATUS_FD HOME -- COMMAND…``. On a pipe that the command does not have (-1: there is
none) it says with which status the command ended, and whether its disk was full. Python's own library only.
"""

import ctypes
import json
import os
import resource
import sys

PR_SET_DUMPABLE = 4
LEAST_FREE = 0.01
"""Share of the disk below which it was full."""


def main(arguments: list[str]) -> int:
    """Run the command; its status, or 128 and the signal's number, as shells have it."""
    limits, pipe, home = json.loads(arguments[0]), int(arguments[1]), arguments[2]
    # Nobody of the same user can look into this process, stop it or use its pipe.
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)
    if pipe >= 0:
        os.set_inheritable(pipe, False)
    os.makedirs(home, exist_ok=True)  # noqa: PTH103 - pathlib would take as long to import as the rest
    os.chdir(home)
    child = os.fork()
    if child == 0:
        for name, value in limits.items():
            kind = getattr(resource, name)
            resource.setrlimit(kind, (value, value))
        try:
            os.execvp(arguments[4], arguments[4:])  # noqa: S606 - the command is a list
        except OSError as error:
            os.write(2, f"{arguments[4]}: {error.strerror}\n".encode())
            os._exit(127)
    _, raw = os.waitpid(child, 0)
    status = os.waitstatus_to_exitcode(raw)
    disk = os.statvfs(home)
    full = disk.f_bavail < LEAST_FREE * disk.f_blocks or disk.f_favail < 2
    if pipe >= 0:
        os.write(pipe, json.dumps({"status": status, "disk_full": full}).encode())
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
