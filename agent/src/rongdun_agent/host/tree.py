"""The files below a directory that stands for `/`: paths are resolved here, component by component, and never leave it.

Each component is opened relative to the descriptor of the one before and never through a symlink, so that someone who
changes the tree meanwhile cannot lead us out of it. An absolute link starts again at the root, `..` stops at the root.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

_MAX_LINKS = 40
_STEP = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_KERNEL_LINK = re.compile(rb"\w+:\[\d+\]")
"""What readlink(2) says of a link that only the kernel can follow, such as AppArmor's `policy`."""
_LISTING = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class TreeFiles:
    """The same questions as `LiveFiles`, answered below `root`."""

    def __init__(self, root: bytes, *, live: bool = False) -> None:
        """`root` itself is trusted, and may be reached through symlinks; `live` says that its /sys is the kernel's."""
        self._root, self._live = root, live

    def open(self, path: bytes, flags: int) -> int:
        """A descriptor of what `path` leads to."""
        with self._reach(path, follow=True) as (directory, name):
            return os.open(name or b".", flags | os.O_NOFOLLOW, dir_fd=directory)

    def stat(self, path: bytes, *, follow: bool) -> os.stat_result:
        """What stands there; a symlink is itself described unless followed."""
        with self._reach(path, follow=follow) as (directory, name):
            return os.stat(name or b".", dir_fd=directory, follow_symlinks=False)

    def names(self, path: bytes) -> list[bytes]:
        """Names in a directory, in no order."""
        fd = self.open(path, _LISTING)
        try:
            return [os.fsencode(name) for name in os.listdir(fd)]
        finally:
            os.close(fd)

    def readlink(self, path: bytes) -> bytes:
        """The text of a symlink."""
        with self._reach(path, follow=False) as (directory, name):
            return os.readlink(name or b".", dir_fd=directory)

    def realpath(self, path: bytes) -> bytes:
        """The path without symlinks; what does not exist is kept as it is written."""
        with _Descent(self._root, live=self._live) as descent:
            try:
                name = descent.follow(path, last=True)
            except OSError:
                return b"/" + b"/".join(descent.names + descent.rest())
            return b"/" + b"/".join([*descent.names, name] if name else descent.names)

    def xattr(self, path: bytes, name: str, *, follow: bool) -> bytes:
        """An extended attribute."""
        with self._reach(path, follow=follow) as (directory, last):
            return os.getxattr(b"/proc/self/fd/%d/%s" % (directory, last or b"."), name, follow_symlinks=False)

    def on_disk(self, path: bytes) -> bytes:
        """Where this process finds the file; true only while nobody changes the tree."""
        return self._root + self.realpath(path)

    @contextmanager
    def _reach(self, path: bytes, *, follow: bool) -> Iterator[tuple[int, bytes]]:
        """The directory that holds the last component, open, and that component; empty when it is the directory."""
        with _Descent(self._root, live=self._live) as descent:
            name = descent.follow(path, last=follow)
            yield descent.fds[-1], name


class _Descent:
    """One way down from the root: a descriptor per directory, so that `..` leads to where we came from."""

    def __init__(self, root: bytes, *, live: bool) -> None:
        self._live = live
        self.fds = [os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)]
        self.names: list[bytes] = []
        self._pending: list[bytes] = []
        self._links = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for fd in self.fds:
            os.close(fd)

    def follow(self, path: bytes, *, last: bool) -> bytes:
        """Go to the directory that holds the last component and return its name; empty when the directory itself is it.

        With `last` the name returned is no symlink, as far as one look can tell: use it with O_NOFOLLOW.
        """
        self._push(path)
        while self._pending:
            name = self._pending.pop()
            if name == b"..":
                self._leave()
            elif self._pending:
                self._enter(name)
            elif not last or not self._jump(name):
                return name
        return b""

    def rest(self) -> list[bytes]:
        """What was not reached, for a path that does not exist."""
        return [part for part in reversed(self._pending) if part != b".."]

    def _push(self, path: bytes) -> None:
        self._pending.extend(part for part in reversed(path.split(b"/")) if part not in (b"", b"."))

    def _enter(self, name: bytes) -> None:
        try:
            fd = os.open(name, _STEP, dir_fd=self.fds[-1])
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP) and self._jump(name):
                return
            self._pending.append(name)
            raise
        self.fds.append(fd)
        self.names.append(name)

    def _leave(self) -> None:
        if self.names:
            os.close(self.fds.pop())
            self.names.pop()

    def _jump(self, name: bytes) -> bool:
        """Put a symlink's text in the place of its name; false when it is no symlink or not there."""
        try:
            target = os.readlink(name, dir_fd=self.fds[-1])
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOENT):
                return False
            self._pending.append(name)
            raise
        self._links += 1
        if self._links > _MAX_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
        if self._live and self.names[:1] == [b"sys"] and _KERNEL_LINK.fullmatch(target):
            self.fds.append(os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self.fds[-1]))
            self.names.append(name)
            return True
        while target.startswith(b"/") and self.names:
            self._leave()
        self._push(target)
        return True
