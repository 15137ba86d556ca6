"""A worker that was forked, and the kernel that it forks in turn before it has threads or an event loop.

jupyter_client starts kernels through provisioners; ours hands the connection file to the process that waits for it.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ipykernel.kernelapp import IPKernelApp
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from generator.running import kernel_worker

LAUNCHER = "ipykernel_launcher"
"""What a kernel specification of ipykernel starts; its arguments follow."""


@dataclass
class HeldKernel:
    """A process that waits to become a kernel, as much like a `subprocess.Popen` as a provisioner asks for."""

    pid: int
    line: int
    returncode: int | None = None
    stdin: None = None
    stdout: None = None
    stderr: None = None

    def launch(self, arguments: list[str], environment: Mapping[str, str], folder: str) -> None:
        """Let it become a kernel in ``folder``."""
        order = {"arguments": arguments, "environment": dict(environment), "folder": folder}
        with os.fdopen(self.line, "wb") as line:
            line.write(json.dumps(order).encode())

    def poll(self) -> int | None:
        """The exit status, None while it runs."""
        return self._ended(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit status, when it has ended."""
        return self._ended(0)

    def _ended(self, options: int) -> int | None:
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, options)
            self.returncode = os.waitstatus_to_exitcode(status) if ended else None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


class ForkedProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts the first kernel of this interpreter in the process that waits, any other as ever."""

    def __init__(self, held: HeldKernel, **given: Any) -> None:
        """``held`` waits; the rest is jupyter_client's."""
        super().__init__(**given)
        self._held: HeldKernel | None = held

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """See `LocalProvisioner.launch_kernel`."""
        held, self._held = self._held, None
        if held is None or LAUNCHER not in cmd or cmd[0] != sys.executable:
            return await super().launch_kernel(cmd, **kwargs)
        folder = os.fspath(kwargs.get("cwd") or Path.cwd())
        environment = {**(kwargs.get("env") or os.environ), "JPY_PARENT_PID": str(os.getpid())}
        held.launch(cmd[cmd.index(LAUNCHER) + 1 :], environment, folder)
        self.process, self.pid, self.pgid, self.cwd = held, held.pid, held.pid, folder
        return self.connection_info


@dataclass(frozen=True)
class _Found:
    """What the factory of provisioners takes for an installed one."""

    held: HeldKernel
    name: str = "forked"

    def load(self) -> Callable[..., LocalProvisioner]:
        return partial(ForkedProvisioner, self.held)


def run_task(order: str) -> int:
    """Run the task in the file ``order`` in this process, which was forked for it; the worker's exit status."""
    found = _Found(_hold_kernel())
    factory = KernelProvisionerFactory.instance()
    factory.provisioners[found.name] = found
    factory.default_provisioner_name = found.name
    return kernel_worker.main([order])


def _hold_kernel() -> HeldKernel:
    """Fork the process that becomes the kernel; it ends by itself where this one ends before it says so."""
    reader, writer = os.pipe()
    worker = os.getpid()
    pid = os.fork()
    if pid:
        os.close(reader)
        return HeldKernel(pid, writer)
    os.close(writer)
    os.setsid()
    with os.fdopen(reader, "rb") as line:
        asked = line.read()
    if asked and os.getppid() == worker:
        _become_kernel(json.loads(asked), worker)
    sys.exit()


def _become_kernel(order: Mapping[str, Any], worker: int) -> None:
    """Be the kernel until it is shut down or its worker ends, as one that ipykernel's own launcher starts."""
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # what was the worker's events
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    sys.argv = [LAUNCHER, *order["arguments"]]
    sys.path.insert(0, str(Path.cwd()))  # as `python -m` does
    for name, generator in (("numpy", "random"), ("torch", "default_generator")):  # Python's own does so itself
        if name in sys.modules:
            getattr(sys.modules[name], generator).seed()
    # ipykernel has looked for its parent in the environment before, when it was imported.
    IPKernelApp.launch_instance(argv=order["arguments"], parent_handle=worker)
