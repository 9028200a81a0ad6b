"""The mounts of the host, as process 1 sees them: those of our own process may be a hardened service's alone."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rongdun_agent.host import Host, NotLive, Refused
from rongdun_agent.mount_tables.octal import unescaped

TABLE = "/proc/1/mountinfo"
OWN_TABLE = "/proc/self/mountinfo"

_OWN_NAMESPACE, _FIRST_NAMESPACE = "/proc/self/ns/mnt", "/proc/1/ns/mnt"
_OF_THE_KERNEL = frozenset({"mnt:[4026531832]", "mnt:[4026531840]", "mnt:[4026531841]"})
"""The mount namespace that a kernel starts with: numbered first, or by a constant since Linux 6.18."""


class LiveMount(NamedTuple):
    """A mount that a path leads to; `device` is `major:minor`."""

    target: str
    device: str
    source: str
    type: str
    options: tuple[str, ...]


class _Row(NamedTuple):
    number: int
    parent: int
    mount: LiveMount


def read_live(host: Host) -> tuple[tuple[LiveMount, ...], str]:
    """The visible mounts in the order of mounting, and the table they are from; raises `Refused`, in a tree `NotLive`.

    Where process 1 is hidden from us (hidepid=), our own table serves if it is provably the same: in the mount
    namespace of process 1, or in the one that the kernel itself began with, which an init system does not leave.
    """
    path = TABLE
    lines = _lines(host, TABLE)
    if not lines and host.live and _host_namespace(host):
        path = OWN_TABLE
        lines = _lines(host, OWN_TABLE)
    if not lines:
        raise Refused(TABLE) if host.live else NotLive(TABLE)
    return tuple(_visible([_row(line) for line in lines])), path


def _lines(host: Host, table: str) -> tuple[str, ...]:
    try:
        return host.lines(table)
    except Refused:
        return ()


def _host_namespace(host: Host) -> bool:
    own = host.readlink(_OWN_NAMESPACE)
    if own in _OF_THE_KERNEL:
        return True
    try:
        return own is not None and own == host.readlink(_FIRST_NAMESPACE)
    except Refused:
        return False


def _row(line: str) -> _Row:
    """proc_pid_mountinfo(5): optional fields of any number end with a hyphen of its own."""
    before, _, after = line.partition(" - ")
    number, parent, device, _, target, own = before.split(" ")[:6]
    kind, source, of_file_system = [*after.split(" "), "", "", ""][:3]
    options = _merged(own.split(","), of_file_system.split(","))
    return _Row(int(number), int(parent), LiveMount(unescaped(target), device, unescaped(source), kind, options))


def _merged(own: Iterable[str], of_file_system: Iterable[str]) -> tuple[str, ...]:
    """As mount(8) prints them: each once, and read-only when either is."""
    options = dict.fromkeys(filter(None, (*own, *of_file_system)))
    if "ro" in options:
        options.pop("rw", None)
    return tuple(options)


def _visible(rows: list[_Row]) -> Iterator[LiveMount]:
    """Leave out what no path leads to: mounts that another was mounted upon, and what lies below such places."""
    targets: dict[int, set[str]] = {}
    for row in rows:
        if row.parent != row.number:
            targets.setdefault(row.parent, set()).add(row.mount.target)
    parents = {row.number: row.parent for row in rows}
    covered = {row.number for row in rows if row.mount.target in targets.get(row.number, ())}
    # a path enters the mount on a directory above before it comes to one that lies in the directory itself
    hidden = {row.number for row in rows if not targets.get(row.parent, set()).isdisjoint(_above(row.mount.target))}
    for row in rows:
        if row.number not in covered and hidden.isdisjoint(_line_of(row.number, parents)):
            yield row.mount


def _above(target: str) -> Iterator[str]:
    """The directories on the way to a mount point."""
    while target != "/":
        target = target.rpartition("/")[0] or "/"
        yield target


def _line_of(number: int, parents: dict[int, int]) -> Iterator[int]:
    """A mount, the one it is mounted on, and so on; the first is its own parent, or its parent is out of sight."""
    seen = set[int]()
    while number in parents and number not in seen:
        seen.add(number)
        yield number
        number = parents[number]
