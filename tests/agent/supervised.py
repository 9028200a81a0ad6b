"""A supervisor as a process of its own, with a service manager that listens and children that are real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import rongdun_agent

SUPERVISOR = Path(rongdun_agent.__file__).with_name("supervisor.py")
HURRIED = """\
import sys
sys.path.insert(0, sys.argv[1])
import supervisor
for setting in sys.argv[2].split():
    name, _, value = setting.partition("=")
    assert hasattr(supervisor, name)
    setattr(supervisor, name, float(value))
sys.exit(supervisor.main(sys.argv[4:], sys.argv[3]))
"""
"""Runs the supervisor with other constants than minutes, and another folder of pressures than the kernel's."""


class Manager:
    """The service manager's end of the notify socket; `path` may name an abstract socket (`@…`)."""

    def __init__(self, path: str) -> None:
        """Listen."""
        self.address = path
        self.said: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + path[1:] if path.startswith("@") else path)

    def wait_for(self, words: str, within_s: float = 20) -> str:
        """Return the next message with these words in it."""
        end = time.monotonic() + within_s
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                message = self._socket.recv(4096).decode()
            except TimeoutError:
                break
            self.said.append(message)
            if words in message:
                return message
        raise AssertionError(f"not told {words!r} but {self.said}")

    def count(self, words: str, seconds: float) -> int:
        """How many messages of so many seconds have these words in them."""
        end, found = time.monotonic() + seconds, 0
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                found += words in self._socket.recv(4096).decode()
            except TimeoutError:
                break
        return found

    def forget(self) -> None:
        """Throw away what waits to be read."""
        self._socket.setblocking(False)
        try:
            while True:
                self._socket.recv(4096)
        except BlockingIOError:
            return

    def close(self) -> None:
        """Listen no longer."""
        self._socket.close()


class Supervised:
    """A running supervisor; its state directory is made."""

    def __init__(  # noqa: PLR0913 - what a test varies, by keyword
        self,
        state: Path,
        worker: str,
        watcher: str = "exit 0",
        *,
        environment: Mapping[str, str] | None = None,
        constants: Sequence[str] = (),
        pressure: Path | None = None,
    ) -> None:
        """Start it; worker and watcher are shell scripts, `constants` are like `GRACE_S=0.5`."""
        state.mkdir(exist_ok=True)
        program: list[str | Path] = [sys.executable, "-I", "-S", SUPERVISOR]
        if constants or pressure is not None:
            program[3:] = ["-c", HURRIED, SUPERVISOR.parent, " ".join(constants), pressure or "/nonexistent"]
        children = ["/bin/sh", "-c", worker, "--", "/bin/sh", "-c", watcher]
        self.process = subprocess.Popen([*program, state, *children], env={**os.environ, **(environment or {})})

    def stop(self, within_s: float = 15) -> int:
        """End it as systemd does, and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)


def wait_until(true: Callable[[], bool], what: str, within_s: float = 20) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def lines(path: Path) -> list[str]:
    """The lines of a file that children write, none before it is there."""
    return path.read_text().splitlines() if path.exists() else []
