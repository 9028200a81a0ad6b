"""The kernel's own tables of links, addresses, routes and neighbours (rtnetlink(7)), readable without privilege."""

import os
import socket
import struct
import sys
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_REQUEST, _DUMP = 0x001, 0x300
_INTERRUPTED = 0x010
_ERROR, _DONE = 2, 3
_TYPE_MASK = 0x3FFF
_SOCK_DIAG, _BY_FAMILY, _LISTEN = 4, 20, 10
_DIAG_REQUEST = struct.Struct("=BB2xI48x")
"""Family, protocol, states (`struct inet_diag_req_v2`, any socket)."""
_DIAG_ANSWER = struct.Struct("=4x2s2x16s44xI")
"""Port in network order, address, inode (of `struct inet_diag_msg`)."""
_ATTEMPTS = 5
_BUFFER = 1 << 18
_TIMEOUT_S = 5.0


class Table(Enum):
    """A table to dump: the request's type, and the layout of the fixed part of each row."""

    LINKS = (18, struct.Struct("=BxHiII"))
    """Family, hardware type, index, flags, change mask (`struct ifinfomsg`)."""
    ADDRESSES = (22, struct.Struct("=BBBBi"))
    """Family, prefix length, flags, scope, interface index (`struct ifaddrmsg`)."""
    ROUTES = (26, struct.Struct("=BBBBBBBBI"))
    """Family, lengths of destination and source, TOS, table, protocol, scope, type, flags (`struct rtmsg`)."""
    NEIGHBOURS = (30, struct.Struct("=B3xiHBB"))
    """Family, interface index, state, flags, type (`struct ndmsg`)."""


class Row(NamedTuple):
    """One row of a table: its fixed part unpacked, and its attributes by number."""

    fixed: tuple[int, ...]
    attributes: dict[int, bytes]


class TcpListener(NamedTuple):
    """A TCP socket in LISTEN."""

    address: bytes
    port: int
    inode: int


def dump(table: Table) -> tuple[Row, ...]:
    """All rows of a table in this network namespace, of every address family."""
    number, layout = table.value
    rows = []
    for kind, body in _ask(socket.NETLINK_ROUTE, number, bytes(layout.size)):
        # a row answers GET with NEW, the number two below
        if kind == number - 2:
            rows.append(Row(layout.unpack_from(body), attributes(body[_aligned(layout.size) :])))
    return tuple(rows)


def tcp_listeners(family: int) -> tuple[TcpListener, ...] | None:
    """TCP sockets in LISTEN (sock_diag(7)); `None` where the kernel does not answer such questions.

    /proc/net/tcp costs ten milliseconds on a machine with much memory, for it walks the table of all connections. The
    caller sees to it that asking does not make the kernel load a module.
    """
    try:
        answers = _ask(_SOCK_DIAG, _BY_FAMILY, _DIAG_REQUEST.pack(family, socket.IPPROTO_TCP, 1 << _LISTEN))
    except OSError:
        return None
    size = 4 if family == socket.AF_INET else 16
    found = (_DIAG_ANSWER.unpack_from(body) for kind, body in answers if kind == _BY_FAMILY)
    return tuple(TcpListener(address[:size], int.from_bytes(port), inode) for port, address, inode in found)


def attributes(data: bytes) -> dict[int, bytes]:
    """Attributes by number, as they lie in a row or nested in an attribute; of a repeated one the last."""
    found = {}
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size:
            break
        found[kind & _TYPE_MASK] = data[at + _ATTRIBUTE.size : at + length]
        at += _aligned(length)
    return found


def _ask(protocol: int, number: int, body: bytes) -> tuple[tuple[int, bytes], ...]:
    """Type and body of every answer to a dump; asked again where what was dumped changed meanwhile."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as kernel:
        kernel.settimeout(_TIMEOUT_S)
        for sequence in range(1, _ATTEMPTS + 1):
            kernel.send(_HEADER.pack(_HEADER.size + len(body), number, _REQUEST | _DUMP, sequence, 0) + body)
            answers = tuple(_answers(kernel, sequence))
            if not any(flags & _INTERRUPTED for _, flags, _ in answers):
                return tuple((kind, body) for kind, _, body in answers)
    raise OSError(f"netlink: what was asked for changed during each of {_ATTEMPTS} attempts")


def _answers(kernel: socket.socket, sequence: int) -> Iterator[tuple[int, int, bytes]]:
    """Type, flags and body of each message that answers the request, until the kernel says that it was the last."""
    while True:
        data = kernel.recv(_BUFFER)
        at = 0
        while at + _HEADER.size <= len(data):
            length, kind, flags, answered, _ = _HEADER.unpack_from(data, at)
            body = data[at + _HEADER.size : at + length]
            at += _aligned(max(length, _HEADER.size))
            if answered != sequence:
                continue
            if kind == _ERROR:
                code = -int.from_bytes(body[:4], sys.byteorder, signed=True)
                raise OSError(code, os.strerror(code))
            yield kind, flags, body
            if kind == _DONE:
                return


def _aligned(length: int) -> int:
    return (length + 3) & ~3
