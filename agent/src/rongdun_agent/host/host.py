"""`Host`: everything that a probe may ask about the machine."""

import os
from collections.abc import Callable, Generator, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from rongdun_agent.host.clock import read_clock_synchronised
from rongdun_agent.host.commands import Command, Output, run
from rongdun_agent.host.errors import NotLive
from rongdun_agent.host.files import Files
from rongdun_agent.host.guessing import Answer, guess
from rongdun_agent.host.names import as_bytes
from rongdun_agent.host.netlink import Row, Table, dump
from rongdun_agent.host.processes import Holders, Process, read_holders, read_pids, read_process
from rongdun_agent.host.sockets import WaitingSocket, read_waiting
from rongdun_agent.host.walking import Directory, walk
from rongdun_contract.facts import Maybe

_PASSWD_FIELDS, _GROUP_FIELDS = 7, 4

T = TypeVar("T")


class Usage(NamedTuple):
    """statvfs(3) of a file system: `used` counts what ordinary users can no longer have."""

    size_bytes: int
    used_ratio: float
    inodes_used_ratio: float | None


class Host(Files):
    """The live machine, or a tree that stands for one; what is asked twice in one survey is read once."""

    def once(self, read: Callable[["Host"], T]) -> T:
        """What `read` makes of this host, for what several probes need: read by the first that asks, kept for the rest.

        Only a finished answer is kept; an exception leaves the next one to try again.
        """
        if read not in self._read_once:
            self._read_once[read] = read(self)
        found: T = self._read_once[read]
        return found

    def afresh(self) -> "Host":
        """The same machine, looked at again; only what is `remembered` is kept."""
        later = Host(self._root)
        later.remembered = self.remembered
        return later

    @cached_property
    def remembered(self) -> dict[str, Any]:
        """What is dear to find out and has a stamp by which its user knows that it still holds; for who lives long."""
        return {}

    @cached_property
    def _read_once(self) -> dict[Callable[["Host"], Any], Any]:
        return {}

    @cached_property
    def processes(self) -> tuple[Process, ...]:
        """All processes by pid; raises `Refused` when /proc hides those of others."""
        found = (read_process(self, pid) for pid in self.pids())
        return tuple(process for process in found if process is not None)

    def user_of(self, process: Process) -> Maybe[str | None]:
        """The account that a process runs as: its name, or its number where passwd(5) has no name for it."""
        if not isinstance(process.uid, int):
            return process.uid
        return self.owner_name(process.uid) or str(process.uid)

    @cached_property
    def socket_holders(self) -> Holders:
        """Which processes hold which socket inodes, and whether all of them could be looked at."""
        return read_holders(self, self.processes)

    def waiting_sockets(self) -> tuple[WaitingSocket, ...]:
        """Sockets that wait for others to begin; raises `NotLive` in a tree without the kernel's tables."""
        return read_waiting(self)

    def pids(self) -> tuple[int, ...]:
        """Numbers of all processes."""
        return read_pids(self)

    def owner_name(self, uid: int) -> str | None:
        """The account of a number, from the host's own passwd(5)."""
        return self.owners.get(uid)

    def group_name(self, gid: int) -> str | None:
        """The group of a number, from the host's own group(5)."""
        return self.groups.get(gid)

    @cached_property
    def owners(self) -> Mapping[int, str]:
        """All accounts that passwd(5) knows, by number."""
        return self._names("/etc/passwd", _PASSWD_FIELDS)

    @cached_property
    def groups(self) -> Mapping[int, str]:
        """All groups that group(5) knows, by number."""
        return self._names("/etc/group", _GROUP_FIELDS)

    def run(self, command: Command) -> Output | None:
        """Run one of `COMMANDS`; `None` when the program is not installed. Never in a tree."""
        if not self.live:
            raise NotLive(command.programs[0])
        self.check_time()
        return run(command, self.time_left())

    def guess(self, tries: Mapping[str, Iterable[str]], seconds: float) -> dict[str, Answer]:
        """Whether one of the words is the password behind each hash; this machine's library tells, of a tree's too."""
        self.check_time()
        return guess(tries, min(seconds, self.time_left()))

    def kernel_table(self, table: Table) -> tuple[Row, ...]:
        """Links, addresses, routes or neighbours of the running kernel."""
        if not self.live:
            raise NotLive(f"the kernel's {table.name.lower()}")
        self.check_time()
        return dump(table)

    def clock_synchronised(self) -> bool | None:
        """Whether a daemon keeps the kernel's clock; `None` when the kernel does not say."""
        if not self.live:
            raise NotLive("the kernel's clock")
        return read_clock_synchronised()

    def usage(self, path: str) -> Usage | None:
        """How full the file system at a path is; `None` when the path is absent or the file system has no size."""
        if not self.live:
            raise NotLive(path)
        found = self._ask(path, self._usage)
        if found is None or not found.f_blocks:
            return None
        used = found.f_blocks - found.f_bfree
        return Usage(
            size_bytes=found.f_blocks * found.f_frsize,
            used_ratio=used / (used + found.f_bavail) if used + found.f_bavail else 1.0,
            inodes_used_ratio=1 - found.f_ffree / found.f_files if found.f_files else None,
        )

    def walk(self, top: str) -> Generator[Directory]:
        """Every directory on the file system of `top`, itself included; nothing when it is absent or no directory."""
        fd = self._ask(top, lambda path: self._files.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        if fd is not None:
            yield from walk(fd, as_bytes(top.rstrip("/") or "/"), self.check_time)

    def _usage(self, path: bytes) -> os.statvfs_result:
        fd = self._files.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            return os.fstatvfs(fd)
        finally:
            os.close(fd)

    def _names(self, path: str, fields: int) -> Mapping[int, str]:
        """Numbers to names; the first line of a number wins, as in getpwuid(3)."""
        names: dict[int, str] = {}
        for line in self.lines(path):
            parts = line.split(":")
            if len(parts) >= fields and parts[2].isascii() and parts[2].isdecimal():
                names.setdefault(int(parts[2]), parts[0])
        return names
