"""Sockets that wait for others to begin, in the network namespace that we run in, which is the one we report from."""

import re
import socket
import sys
from collections.abc import Iterator
from typing import Literal, NamedTuple

from rongdun_agent.host.errors import NotLive
from rongdun_agent.host.files import Files
from rongdun_agent.host.netlink import tcp_listeners

Family = Literal["ipv4", "ipv6"]

_LIMIT = 256 << 20
_PORT_RANGE = "/proc/sys/net/ipv4/ip_local_port_range"
_RESERVED_PORTS = "/proc/sys/net/ipv4/ip_local_reserved_ports"
_DEFAULT_RANGE = (32768, 60999)
_LISTEN, _UNCONNECTED = b"0A", b"07"
_ROW = re.compile(
    rb"^ *\d+: (?P<address>[0-9A-F]{8}|[0-9A-F]{32}):(?P<port>[0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} (?P<state>0A|07) "
    rb"\S+ \S+ \S+ +\d+ +\d+ +(?P<inode>\d+)",
    re.MULTILINE,
)
_TCP: tuple[tuple[Family, str, int], ...] = (
    ("ipv4", "tcp", socket.AF_INET),
    ("ipv6", "tcp6", socket.AF_INET6),
)
_UDP: tuple[tuple[Family, str], ...] = (("ipv4", "udp"), ("ipv6", "udp6"))
_PLACES = ("/proc/net", "/proc/1/net")
"""The second for a tree whose processes do not include us, so that its /proc/self leads nowhere."""


class WaitingSocket(NamedTuple):
    """A TCP socket in LISTEN, or a bound UDP socket that is connected to nobody; `table` is where it stands."""

    protocol: Literal["tcp", "udp"]
    family: Family
    address: bytes
    port: int
    inode: int
    table: str

    def written_address(self) -> str:
        """The address as people write it."""
        return socket.inet_ntop(socket.AF_INET if self.family == "ipv4" else socket.AF_INET6, self.address)


def read_waiting(files: Files) -> tuple[WaitingSocket, ...]:
    """All of them, sorted.

    A UDP socket whose port the kernel may have picked is left out: that is how clients wait for one answer, it is gone
    in a second, and nothing tells it from a server that chose such a port. A port that the kernel never picks stays.
    """
    place = next((top for top in _PLACES if files.exists(f"{top}/tcp") or files.exists(f"{top}/udp")), None)
    if place is None:
        raise NotLive(_PLACES[0])
    low, high, reserved = _picked_by_the_kernel(files)
    bound = (row for row in _bound(files, place) if not low <= row.port <= high or row.port in reserved)
    return tuple(sorted((*_listening(files, place), *bound)))


def _listening(files: Files, place: str) -> Iterator[WaitingSocket]:
    """TCP: by netlink where the kernel can answer without loading a module for our sake, else from the files."""
    modules = files.read_text("/proc/modules") if files.live else ""
    answers_at_once = modules is None or re.search(r"^tcp_diag ", modules, re.MULTILINE)
    for family, name, number in _TCP:
        table = f"{place}/{name}"
        listeners = tcp_listeners(number) if answers_at_once else None
        for address, port, inode in _rows(files, table, _LISTEN) if listeners is None else listeners:
            yield WaitingSocket("tcp", family, address, port, inode, table)


def _bound(files: Files, place: str) -> Iterator[WaitingSocket]:
    for family, name in _UDP:
        table = f"{place}/{name}"
        yield from (WaitingSocket("udp", family, *row, table) for row in _rows(files, table, _UNCONNECTED))


def _rows(files: Files, table: str, state: bytes) -> tuple[tuple[bytes, int, int], ...]:
    """Address, port and inode of the rows in a state; none where the kernel has no such protocol."""
    rows = _ROW.finditer(files.read_bytes(table, limit=_LIMIT) or b"")
    return tuple(
        (_address(r["address"].decode()), int(r["port"], 16), int(r["inode"])) for r in rows if r["state"] == state
    )


def _address(written: str) -> bytes:
    """The kernel writes each 32-bit word of an address as a number, in the byte order of the machine."""
    words = (written[at : at + 8] for at in range(0, len(written), 8))
    return b"".join(int(word, 16).to_bytes(4, sys.byteorder) for word in words)


def _picked_by_the_kernel(files: Files) -> tuple[int, int, frozenset[int]]:
    """First and last port for sockets that did not ask for one, and the ports between that are kept free (ip(7))."""
    numbers = [int(word) for word in (files.read_text(_PORT_RANGE) or "").split() if word.isdecimal()]
    low, high = (numbers[0], numbers[1]) if len(numbers) == 2 else _DEFAULT_RANGE  # noqa: PLR2004 - first and last port
    reserved = set[int]()
    for part in (files.read_text(_RESERVED_PORTS) or "").strip().split(","):
        first, _, last = part.partition("-")
        if first.isdecimal():
            reserved.update(range(int(first), int(last if last.isdecimal() else first) + 1))
    return low, high, frozenset(reserved)
