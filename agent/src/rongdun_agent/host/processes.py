"""Processes and the sockets that they hold, from /proc; the same files under a tree's DIR/proc.

/proc is read here, four small files per process in one pass (see ADR 7).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from rongdun_agent.host.errors import Refused
from rongdun_agent.host.files import Files
from rongdun_contract.facts import Maybe, Unknown

_KERNEL_THREAD = 0x00200000  # PF_KTHREAD of the kernel's sched.h
_DELETED = " (deleted)"
_SOCKET = re.compile(r"socket:\[(\d+)\]")
_UID = re.compile(r"^Uid:\t?\s*\d+\s+(\d+)", re.MULTILINE)
_NESTED = re.compile(r"^NSpid:\t?\s*\d+\s+\d", re.MULTILINE)
_ENDED = frozenset("ZX")
"""States of a process that is only waiting to be forgotten: it has no program any more."""
_UNIT_SUFFIXES = (".service", ".scope", ".socket", ".mount", ".swap")

T = TypeVar("T")


class Process(NamedTuple):
    """A process; what the kernel did not let us see is unknown, what it does not have is absent."""

    pid: int
    ppid: int
    name: str
    """The kernel's name of it, at most 15 bytes."""
    kernel_thread: bool
    uid: Maybe[int | None]
    """Effective."""
    exe: Maybe[str | None]
    deleted: Maybe[bool]
    """The file that it was started from is gone or replaced."""
    service_unit: Maybe[str | None]
    """The systemd service whose control group it is in; sessions and containers' scopes are none."""
    contained: bool
    """It has a process number of its own elsewhere: it runs in a container, whose files are not this host's."""
    started: int
    """Clock ticks between boot and its start: tells a parent from what it forked."""


class Holders(NamedTuple):
    """Which processes hold which sockets; `complete` is false when some process did not show its descriptors."""

    by_inode: Mapping[int, tuple[Process, ...]]
    complete: bool


def read_pids(files: Files) -> tuple[int, ...]:
    """Numbers of all processes, ascending; raises `Refused` where a live /proc shows not all of them."""
    names = files.list_by_kernel("/proc")
    pids = tuple(sorted(int(name) for name in names if name.isascii() and name.isdecimal()))
    if files.live and 1 not in pids:
        raise Refused("/proc")  # pid 1 always exists: hidden by hidepid=, or /proc is not mounted
    return pids


def read_process(files: Files, pid: int) -> Process | None:
    """One process; `None` when it has ended meanwhile."""
    stat = files.read_text(f"/proc/{pid}/stat")
    if stat is None or ")" not in stat:
        return None
    name = stat[stat.index("(") + 1 : stat.rindex(")")]
    numbers = stat[stat.rindex(")") + 2 :].split()
    if numbers[0] in _ENDED:
        return None
    status = _told(lambda: files.read_text(f"/proc/{pid}/status") or "")
    exe = _told(lambda: files.readlink(f"/proc/{pid}/exe"))
    return Process(
        pid=pid,
        ppid=int(numbers[1]),
        name=name,
        kernel_thread=bool(int(numbers[6]) & _KERNEL_THREAD),
        uid=status if isinstance(status, Unknown) else _effective_uid(status),
        exe=exe.removesuffix(_DELETED) if isinstance(exe, str) else exe,
        deleted=exe if isinstance(exe, Unknown) else (exe or "").endswith(_DELETED),
        service_unit=_told(lambda: service_unit(files.read_text(f"/proc/{pid}/cgroup") or "")),
        contained=isinstance(status, str) and _NESTED.search(status) is not None,
        started=int(numbers[19]),
    )


def read_holders(files: Files, processes: tuple[Process, ...]) -> Holders:
    """Look at every descriptor of every process; kernel threads have none."""
    holders: dict[int, list[Process]] = defaultdict(list)
    complete = True
    for process in processes:
        if process.kernel_thread:
            continue
        try:
            for inode in _sockets_of(files, process.pid):
                holders[inode].append(process)
        except Refused:
            complete = False
    return Holders({inode: tuple(held) for inode, held in holders.items()}, complete)


def service_unit(cgroup: str) -> str | None:
    """The service in the text of /proc/PID/cgroup: the first unit below the slices, as sd_pid_get_unit(3) finds it."""
    path = ""
    for line in cgroup.splitlines():
        _, controllers, path_here = [*line.split(":", 2), "", ""][:3]
        if controllers == "name=systemd" or (controllers == "" and not path):
            path = path_here
    for part in path.split("/"):
        unit = part.removeprefix("_")
        if unit.endswith(_UNIT_SUFFIXES):
            return unit if unit.endswith(".service") else None
    return None


def _sockets_of(files: Files, pid: int) -> set[int]:
    directory = f"/proc/{pid}/fd"
    targets = (files.readlink(f"{directory}/{name}") for name in files.list_dir(directory))
    return {int(match[1]) for target in targets if target and (match := _SOCKET.fullmatch(target))}


def _effective_uid(status: str) -> int | None:
    match = _UID.search(status)
    return int(match[1]) if match else None


def _told(read: Callable[[], T]) -> T | Unknown:
    try:
        return read()
    except Refused:
        return Unknown(unknown="no permission")
