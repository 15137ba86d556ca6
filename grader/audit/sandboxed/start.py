"""The first program in the sandbox: it sets the limits, starts the real one, and tells how that ended.

``python -I -S start.py LIMITS STATUS_FD HOME -- COMMAND…``. On a pipe that the command does not have (-1: there is
none) it says with which status the command ended, and whether its disk was full. Python's own library only.
"""

import ctypes
import json
import os
import resource
import struct
import sys

PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38
FILTER = 2
LEAST_FREE = 0.01
"""Share of the disk below which it was full."""


# Calls that keep memory which no process is seen to hold, or reach into the kernel, by machine: memfd_create,
# memfd_secret, shmget, semget, msgget, mq_open, io_uring_setup, userfaultfd, bpf, perf_event_open, add_key,
# request_key, keyctl; then setsockopt, with which a socket's buffer is enlarged.
CALLS = {
    "x86_64": (0xC000003E, (319, 447, 29, 64, 68, 240, 425, 323, 321, 298, 248, 249, 250), 54),
    "aarch64": (0xC00000B7, (279, 447, 194, 190, 186, 180, 425, 282, 280, 241, 217, 218, 219), 208),
}
SOL_SOCKET, BUFFERS = 1, (7, 8, 32, 33)
X32 = 0x40000000
"""From this number on a call is another machine's."""
ALLOW, ERRNO, ENOSYS = 0x7FFF0000, 0x00050000, 38


def refuse_calls() -> None:
    """Let this process and all that it starts make those calls no more; without a table for the machine nothing is
    done.

    A seccomp filter (seccomp(2)): classic BPF over the call's number, its machine and its arguments. What is
    refused is told to be unknown to the system; a buffer's size is left as it is without a word.
    """
    table = CALLS.get(os.uname().machine)
    if table is None:
        return
    machine, refused, setsockopt = table
    program = [
        _load(4),
        _equal(machine, 1, 0),
        _say(ERRNO | ENOSYS),
        _load(0),
        _at_least(X32, 0, 1),
        _say(ERRNO | ENOSYS),
    ]
    for number in refused:
        program += [_equal(number, 0, 1), _say(ERRNO | ENOSYS)]
    program += [_equal(setsockopt, 1, 0), _say(ALLOW), _load(24), _equal(SOL_SOCKET, 1, 0), _say(ALLOW), _load(32)]
    for number in BUFFERS:
        program += [_equal(number, 0, 1), _say(ERRNO)]
    code = b"".join([*program, _say(ALLOW)])
    kept = ctypes.create_string_buffer(code)
    given = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(kept))
    system = ctypes.CDLL(None, use_errno=True)
    for call in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, FILTER, ctypes.c_char_p(given), 0, 0)):
        if system.prctl(*call):
            raise OSError(ctypes.get_errno(), "the system takes no filter of calls")


def _load(offset: int) -> bytes:
    """Take a word of the call's description: its number, machine, or the lower half of an argument."""
    return struct.pack("HBBI", 0x20, 0, 0, offset)


def _equal(value: int, yes: int, no: int) -> bytes:
    """Go on so many steps further where the word is the value, or is not."""
    return struct.pack("HBBI", 0x15, yes, no, value)


def _at_least(value: int, yes: int, no: int) -> bytes:
    return struct.pack("HBBI", 0x35, yes, no, value)


def _say(what: int) -> bytes:
    return struct.pack("HBBI", 0x06, 0, 0, what)


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
            refuse_calls()
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
