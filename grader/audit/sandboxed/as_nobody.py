"""Gives up root's rights before bubblewrap begins: ``python -I -S as_nobody.py SOURCES USER -- COMMAND…``.

Limits on processes do not hold for root. An ordinary user may not reach all that root wants to show in the sandbox:
this Python may lie in root's home. So the sources are put side by side first, in a mount namespace of its own that
ends with the command. ``{N}`` in the command is the place of source N. Python's own library only.
"""

import ctypes
import json
import os
import sys

CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 4096, 16384, 1 << 18
PLACE = "/mnt"


def main(arguments: list[str]) -> None:
    """Put the sources into place, become nobody, become the command."""
    sources, user, command = json.loads(arguments[0]), int(arguments[1]), arguments[3:]
    library = ctypes.CDLL(None, use_errno=True)

    def call(result: int, what: str) -> None:
        if result:
            code = ctypes.get_errno()
            sys.exit(f"{what}: {os.strerror(code)}")

    call(library.unshare(CLONE_NEWNS), "a mount namespace")
    call(library.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "a mount namespace of its own")
    # Opened before anything is mounted that may hide them.
    opened = [os.open(source, os.O_PATH) for source in sources]
    call(library.mount(b"tmpfs", PLACE.encode(), b"tmpfs", 0, b"mode=755"), PLACE)
    for number, (source, descriptor) in enumerate(zip(sources, opened, strict=True)):
        target = f"{PLACE}/{number}"
        if os.path.isdir(source):  # noqa: PTH112 - pathlib would take as long to import as the rest
            os.mkdir(target)  # noqa: PTH102
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
        call(
            library.mount(f"/proc/self/fd/{descriptor}".encode(), target.encode(), None, MS_BIND | MS_REC, None),
            source,
        )
        os.close(descriptor)
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    places = {f"{{{number}}}": f"{PLACE}/{number}" for number in range(len(sources))}
    command = [places.get(word, word) for word in command]
    os.execv(command[0], command)  # noqa: S606 - the command is a list


if __name__ == "__main__":
    main(sys.argv[1:])
