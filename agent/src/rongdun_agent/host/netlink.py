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


def dump(table: Table, family: int = socket.AF_UNSPEC) -> tuple[Row, ...]:
    """All rows of a table in this network namespace; taken again where the table changed meanwhile."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.settimeout(_TIMEOUT_S)
        for sequence in range(1, _ATTEMPTS + 1):
            rows, complete = _ask(kernel, table, family, sequence)
            if complete:
                return rows
    raise OSError(f"netlink: the table of {table.name.lower()} changed during each of {_ATTEMPTS} attempts to read it")


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


def _ask(kernel: socket.socket, table: Table, family: int, sequence: int) -> tuple[tuple[Row, ...], bool]:
    number, layout = table.value
    fixed = bytes([family]).ljust(layout.size, b"\0")
    kernel.send(_HEADER.pack(_HEADER.size + len(fixed), number, _REQUEST | _DUMP, sequence, 0) + fixed)
    rows, complete = [], True
    for kind, flags, body in _answers(kernel, sequence):
        complete = complete and not flags & _INTERRUPTED
        # a row answers GET with NEW, the number two below
        if kind == number - 2:
            rows.append(Row(layout.unpack_from(body), attributes(body[_aligned(layout.size) :])))
    return tuple(rows), complete


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
