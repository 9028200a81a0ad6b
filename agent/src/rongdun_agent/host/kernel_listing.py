"""Names in a directory as the kernel gives them (getdents64(2)).

A library that is preloaded into every program can hide a process by leaving its number out of what readdir(3) returns;
it leaves this call alone.
"""

import ctypes
import os
import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType

_NUMBERS: Mapping[str, int] = MappingProxyType(
    {"x86_64": 217, "aarch64": 61, "riscv64": 61, "loongarch64": 61, "ppc64le": 202, "s390x": 220}
)
"""The number of the call by machine (64-bit programs)."""
_HEADER = struct.Struct("=QqHB")
"""Inode, offset, length of the record, type; then the name and a NUL (`struct linux_dirent64`)."""
_BUFFER = 1 << 15


def list_names(fd: int) -> list[bytes]:
    """Names in an open directory, in no order; on a machine whose call we do not know, what the C library says."""
    number = _NUMBERS.get(os.uname().machine)
    if number is None:
        return [os.fsencode(name) for name in os.listdir(fd)]
    ask = ctypes.CDLL(None, use_errno=True).syscall
    ask.restype = ctypes.c_long
    buffer = ctypes.create_string_buffer(_BUFFER)
    names: list[bytes] = []
    while size := ask(ctypes.c_long(number), ctypes.c_int(fd), buffer, ctypes.c_size_t(_BUFFER)):
        if size < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        names.extend(_names(buffer.raw[:size]))
    return names


def _names(records: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(records):
        length = _HEADER.unpack_from(records, at)[2]
        name = records[at + _HEADER.size : at + length].partition(b"\0")[0]
        if name not in {b".", b".."}:
            yield name
        at += length
