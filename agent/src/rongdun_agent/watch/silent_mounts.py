"""File systems of which the kernel tells only half: what another host, or a program, changes there it does not hear."""

import os

from rongdun_agent.host import Host, HostError
from rongdun_agent.mount_tables.scope import is_network

_MOUNTS = "/proc/1/mountinfo"
_SHARED = frozenset({"virtiofs", "vboxsf", "coda", "gpfs", "orangefs"})
"""Beside what is on a network: what a virtual machine has from its host, and clusters."""
_BY_A_PROGRAM = "fuse"
"""As `fuse.sshfs`; `fuseblk` is a disk of this host."""


def silent_mounts(host: Host) -> dict[int, str]:
    """The type of each such file system by its device number, as stat(2) gives it; empty where it cannot be told."""
    try:
        text = host.read_text(_MOUNTS) or ""
    except HostError:
        return {}
    found: dict[int, str] = {}
    for line in text.splitlines():
        before, separator, after = line.partition(" - ")
        kind = after.partition(" ")[0]
        if separator and (is_network(kind) or kind in _SHARED or kind.partition(".")[0] == _BY_A_PROGRAM):
            major, _, minor = before.split(" ")[2].partition(":")
            found[os.makedev(int(major), int(minor))] = kind
    return found
