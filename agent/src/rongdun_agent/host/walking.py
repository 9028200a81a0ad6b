"""A walk over one file system: names and lstat(2) of everything, nothing opened but directories, no symlink followed.

Directories are opened relative to the one above and never through a symlink, so a walk cannot leave its tree; only a
bounded number stays open, and one that was closed is reached again by `..` and compared.
"""

import os
import stat as st
from collections.abc import Callable, Generator
from typing import NamedTuple, TypeAlias

from rongdun_agent.host.names import as_text

_OPENING = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_MOST_OPEN = 128


RawStat: TypeAlias = os.stat_result
"""The kernel's own answer: a walk has too many of them to translate."""


class Directory(NamedTuple):
    """One directory of a walk, valid until the next one is asked for; names are as os.fsdecode(3) gives them."""

    path: bytes
    fd: int
    entries: list[tuple[str, RawStat]]
    """Everything in it but symlinks and what vanished meanwhile."""
    elsewhere: list[str]
    """Directories in it that lie on other file systems: mount points, subvolumes."""
    refused: list[str]
    """Names in it that could not be looked at or entered."""

    def path_of(self, name: str) -> str:
        """The path of an entry, as facts write it."""
        return as_text(_below(self.path, name))

    def xattr(self, name: str, attribute: str) -> bytes | None:
        """An extended attribute of an entry, `None` when it has none or cannot say."""
        try:
            return os.getxattr(b"/proc/self/fd/%d/%s" % (self.fd, os.fsencode(name)), attribute, follow_symlinks=False)
        except OSError:
            return None


class _Level:
    """A directory on the way down: what is left to enter, and how to know it again."""

    __slots__ = ("children", "fd", "identity", "path")

    def __init__(self, fd: int, path: bytes, found: RawStat) -> None:
        self.fd, self.path, self.identity = fd, path, (found.st_dev, found.st_ino)
        self.children: list[tuple[str, RawStat]] = []


def walk(fd: int, top: bytes, check_time: Callable[[], None]) -> Generator[Directory]:
    """Every directory below an open one, parents first, on its file system only; takes over the descriptor."""
    levels = [_Level(fd, top, os.fstat(fd))]
    try:
        yield _look(levels[-1])
        while levels:
            level = levels[-1]
            if not level.children:
                _leave(levels)
                continue
            check_time()
            name, found = level.children.pop()
            try:
                child = os.open(name, _OPENING, dir_fd=level.fd)
            except PermissionError:
                yield Directory(level.path, level.fd, [], [], [name])
                continue
            except OSError:  # gone, or no directory any more
                continue
            levels.append(_Level(child, _below(level.path, name), found))
            if len(levels) > _MOST_OPEN:
                _put_away(levels[-_MOST_OPEN - 1])
            yield _look(levels[-1])
    finally:
        for level in levels:
            _put_away(level)


def _look(level: _Level) -> Directory:
    """List a directory; its children to enter are put aside in the level."""
    entries: list[tuple[str, RawStat]] = []
    elsewhere: list[str] = []
    refused: list[str] = []
    device, is_directory = level.identity[0], st.S_ISDIR
    with os.scandir(level.fd) as listing:
        for entry in listing:
            if entry.is_symlink():
                continue
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            except PermissionError:
                refused.append(entry.name)
                continue
            if is_directory(found.st_mode):
                if found.st_dev != device:
                    elsewhere.append(entry.name)
                    continue
                level.children.append((entry.name, found))
            entries.append((entry.name, found))
    return Directory(level.path, level.fd, entries, elsewhere, refused)


def _leave(levels: list[_Level]) -> None:
    """Go up one level; a parent that had been closed is found again through `..`, or given up when it was moved."""
    done = levels.pop()
    if levels and levels[-1].fd < 0:
        parent = levels[-1]
        parent.fd = os.open("..", _OPENING, dir_fd=done.fd)
        found = os.fstat(parent.fd)
        if (found.st_dev, found.st_ino) != parent.identity:
            parent.children.clear()
    _put_away(done)


def _put_away(level: _Level) -> None:
    if level.fd >= 0:
        os.close(level.fd)
        level.fd = -1


def _below(path: bytes, name: str) -> bytes:
    return (path if path != b"/" else b"") + b"/" + os.fsencode(name)
