"""The mount table of the host itself, not of the service that asks: /proc/PID/mountinfo (proc_pid_mountinfo(5))."""

import re
from typing import NamedTuple

from rongdun_agent.host import Host, Refused

HOST_TABLE, OWN_TABLE = "/proc/1/mountinfo", "/proc/self/mountinfo"
_ESCAPE = re.compile(r"\\([0-7]{3})")
_FIELDS_BEFORE_OPTIONAL, _FIELDS_AFTER = 6, 3


class MountEntry(NamedTuple):
    """One line: `device` is major:minor, `root` the directory of the file system that is mounted."""

    device: str
    root: str
    target: str
    options: tuple[str, ...]
    type: str
    source: str
    super_options: tuple[str, ...]


def read_mounts(host: Host) -> tuple[MountEntry, ...]:
    """Mounts in the order of the table, of which later ones cover earlier ones; () where there is no table.

    The table of process 1 is the host's. Without the right to read it our own one counts, unless our mount namespace is
    known to be another; then `Refused` is raised.
    """
    try:
        lines = host.lines(HOST_TABLE)
    except Refused:
        if _private_namespace(host):
            raise
        lines = host.lines(OWN_TABLE)
    entries = (_entry(line) for line in lines)
    return tuple(entry for entry in entries if entry is not None)


def _private_namespace(host: Host) -> bool:
    """Whether our own mounts are a unit's: namespaces cannot be compared without rights, but a unit's leave traces."""
    return any("/systemd-private-" in line or "/run/systemd/unit-root" in line for line in host.lines(OWN_TABLE))


def _entry(line: str) -> MountEntry | None:
    fields = line.split(" ")
    if "-" not in fields[_FIELDS_BEFORE_OPTIONAL:]:
        return None
    after = fields[fields.index("-", _FIELDS_BEFORE_OPTIONAL) + 1 :]
    if len(after) < _FIELDS_AFTER:
        return None
    return MountEntry(
        device=fields[2],
        root=_unescaped(fields[3]),
        target=_unescaped(fields[4]),
        options=tuple(fields[5].split(",")),
        type=after[0],
        source=_unescaped(after[1]),
        super_options=tuple(after[2].split(",")),
    )


def _unescaped(text: str) -> str:
    """Spaces, tabs, newlines and backslashes stand as three octal digits."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 8)), text)
