"""A private PostgreSQL server for tests: its own directory, port and account; the machine's own is never touched."""

from __future__ import annotations

import os
import pwd
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypedDict

from tests.lab.missing import give_up
from tests.lab.ports import free_port

INSTALLED = Path("/usr/lib/postgresql")
START_TIMEOUT_S = 60.0
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""For tests of behaviour; a crash test must start its cluster with `settings={}`."""


class Account(TypedDict, total=False):
    """How a subprocess becomes another account."""

    user: int
    group: int
    extra_groups: list[int]
    cwd: str


def postgres_programs() -> Path:
    """Return the directory of the newest installed server's programs, or give up naming the package."""
    found = sorted(INSTALLED.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        give_up("needs a PostgreSQL server: apt-get install postgresql")
    return found[-1].parent


def unprivileged() -> Account:
    """PostgreSQL refuses to run as root: root becomes the package's own account, everybody else stays."""
    if os.geteuid() != 0:
        return {}
    who = pwd.getpwnam("postgres")
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": [], "cwd": "/"}


class Cluster:
    """One server process over one directory, which its account must be able to reach (no 0700 above it)."""

    def __init__(self, programs: Path, directory: Path, settings: dict[str, str] | None = None) -> None:
        self.programs, self.directory = programs, directory
        self.settings = FAST if settings is None else settings
        self.port = free_port()
        self._account = unprivileged()
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database in SQLAlchemy's form."""
        return f"postgresql+psycopg://rongdun@127.0.0.1:{self.port}/{database}"

    def create(self) -> Self:
        """Make the data directory; its collation is C so that the order of text is the same everywhere."""
        self.directory.mkdir(mode=0o700)
        if self._account:
            os.chown(self.directory, self._account["user"], self._account["group"])
        how = ["-U", "rongdun", "--auth=trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8"]
        self._tool("initdb", "-D", str(self.directory), *how).check_returncode()
        return self

    def start(self) -> Self:
        """Start the server and return when it answers; a port that was taken meanwhile is given up for another."""
        end = time.monotonic() + START_TIMEOUT_S
        while not self._started(end):
            said = self._log_path.read_text(errors="replace")
            if time.monotonic() > end or not ("shared memory" in said or "in use" in said):
                message = f"PostgreSQL did not start: {said[-2000:]}"
                raise RuntimeError(message)
            if "in use" in said:
                self.port = free_port()
            time.sleep(0.2)  # children of a killed server hold its shared memory for a moment
        return self

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop: SIGINT ends sessions, SIGTERM waits for them, SIGKILL is a crash."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(30)

    @contextmanager
    def database(self) -> Iterator[str]:
        """Yield the address of an empty database of its own, dropped afterwards whoever is still connected."""
        name = f"test_{secrets.token_hex(6)}"
        self.sql(f"create database {name} template template0")
        try:
            yield self.url(name)
        finally:
            self.sql(f"drop database {name} with (force)")

    def sql(self, text: str) -> str:
        """Run one statement through psql and return its rows as text."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "rongdun", "postgres"]
        done = self._tool("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *where, "-c", text)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def __enter__(self) -> Self:
        return self.create().start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _log_path(self) -> Path:
        return self.directory.with_suffix(".log")

    def _started(self, end: float) -> bool:
        fixed = {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        sized = {"shared_buffers": "32MB", "max_connections": "60"}
        options = [f"-c{key}={value}" for key, value in (fixed | sized | self.settings).items()]
        argv = [str(self.programs / "postgres"), "-D", str(self.directory), *options]
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(argv, stdout=log, stderr=log, env={"LC_ALL": "C.UTF-8"}, **self._account)
        while self._process.poll() is None and time.monotonic() < end:
            if self._tool("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)).returncode == 0:
                return True
            time.sleep(0.05)
        return False

    def _tool(self, name: str, *args: str) -> subprocess.CompletedProcess[str]:
        argv = [str(self.programs / name), *args]
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120, check=False, **self._account)
