"""Changes in directories as the kernel tells them (inotify(7)), through the C library that the interpreter has."""

import ctypes
import errno
import os
import struct
from collections.abc import Iterator
from typing import NamedTuple, Self

MODIFIED, RIGHTS, WRITTEN = 0x002, 0x004, 0x008
MOVED_AWAY, MOVED_HERE, CREATED, DELETED = 0x040, 0x080, 0x100, 0x200
SELF_DELETED, SELF_MOVED = 0x400, 0x800
UNMOUNTED, OVERFLOW, IGNORED = 0x2000, 0x4000, 0x8000
_ONLY_DIRECTORIES = 0x01000000
ENTRIES = RIGHTS | MOVED_AWAY | MOVED_HERE | CREATED | DELETED | SELF_DELETED | SELF_MOVED
"""Names that come and go, and rights."""
CONTENTS = MODIFIED | WRITTEN
"""What is written into files."""
_HEADER = struct.Struct("=iIII")
_BUFFER = 1 << 16


class Event(NamedTuple):
    """`watch` is what `add` returned, -1 when the queue overflowed; `name` is empty for the directory itself."""

    watch: int
    mask: int
    name: bytes


class Inotify:
    """One queue of events; raises OSError where the kernel has no more of them to give (fs.inotify.*)."""

    def __init__(self) -> None:
        """Open the queue."""
        self._library = ctypes.CDLL(None, use_errno=True)
        self.fd = self._said(self._library.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)

    def add(self, directory: bytes, mask: int) -> int:
        """Watch a directory, or watch it for something else; the same directory has the same number."""
        asked = ctypes.c_uint32(mask | _ONLY_DIRECTORIES)
        return self._said(self._library.inotify_add_watch(ctypes.c_int(self.fd), directory, asked))

    def remove(self, watch: int) -> None:
        """Watch no longer; one that the kernel has dropped already is no error."""
        self._library.inotify_rm_watch(ctypes.c_int(self.fd), ctypes.c_int(watch))

    def take(self, most: int) -> list[Event]:
        """What waits in the queue, about `most` events of it."""
        events: list[Event] = []
        while len(events) < most:
            try:
                data = os.read(self.fd, _BUFFER)
            except BlockingIOError:
                break
            events.extend(_events(data))
        return events

    def _said(self, answer: int) -> int:
        if answer < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return answer


def why_not(error: OSError) -> str:
    """What an operator can do about a directory, or all of them, that the kernel would not watch."""
    if error.errno == errno.ENOSPC:
        return "fs.inotify.max_user_watches is used up"
    if error.errno == errno.EMFILE:
        return "fs.inotify.max_user_instances is used up"
    return (error.strerror or str(error)).lower()


def _events(data: bytes) -> Iterator[Event]:
    at = 0
    while at < len(data):
        watch, mask, _, length = _HEADER.unpack_from(data, at)
        at += _HEADER.size + length
        yield Event(watch, mask, data[at - length : at].rstrip(b"\0"))
