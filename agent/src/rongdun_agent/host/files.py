"""Reading files through the door: bounded, never a device or a fifo, a refusal never taken for absence."""

import errno
import os
import stat as st
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from rongdun_agent.host.errors import NotAFile, Refused, TookTooLong, TooLarge
from rongdun_agent.host.globbing import expand
from rongdun_agent.host.kernel_listing import list_names
from rongdun_agent.host.live import LiveFiles
from rongdun_agent.host.names import as_bytes, as_text
from rongdun_agent.host.stat import TYPES, Stat, stat_of
from rongdun_agent.host.tree import TreeFiles

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ESRCH})
_REFUSED = frozenset({errno.EACCES, errno.EPERM})
_NO_ATTRIBUTE = frozenset({errno.ENODATA, errno.EOPNOTSUPP})
_READING = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NULL_DEVICE = os.makedev(1, 3)
_CHUNK = 1 << 20

DEFAULT_LIMIT = 4 << 20

T = TypeVar("T")


class Files:
    r"""Paths are absolute and as the host sees them; text is UTF-8, other bytes written as `\xNN` (see `names`)."""

    def __init__(self, root: Path | None = None) -> None:
        """`None` is the live machine; otherwise `root` stands for `/` and nothing leads out of it."""
        self.live = root is None
        self._root = root
        self._files: LiveFiles | TreeFiles = _own_view() if root is None else TreeFiles(os.fsencode(root))
        self._deadline = float("inf")
        self._budget_s = float("inf")

    @contextmanager
    def budget(self, seconds: float) -> Iterator[None]:
        """Within the block every question asked after `seconds` raises `TookTooLong`.

        No signal is involved: what never asks again is not interrupted, and a parser has to be linear anyway.
        """
        before = self._deadline, self._budget_s
        self._deadline, self._budget_s = time.monotonic() + seconds, seconds
        try:
            yield
        finally:
            self._deadline, self._budget_s = before

    def read_bytes(self, path: str, limit: int = DEFAULT_LIMIT) -> bytes | None:
        """The content of a file, `None` when it is absent; /dev/null, as in a masked file, is empty."""
        return self._ask(path, lambda name: self._read(path, name, limit))

    def read_head(self, path: str, size: int) -> bytes | None:
        """The first bytes of a file that may be large, `None` when it is absent."""
        return self._ask(path, lambda name: self._head(path, name, size))

    def read_range(self, path: str, offset: int, size: int) -> bytes | None:
        """At most `size` bytes from `offset` on, for files of records that are large or sparse; `None` when absent."""
        return self._ask(path, lambda name: self._read_range(path, name, offset, size))

    def read_text(self, path: str, limit: int = DEFAULT_LIMIT) -> str | None:
        """The content as text, `None` when absent."""
        data = self.read_bytes(path, limit)
        return None if data is None else data.decode("utf-8", "backslashreplace")

    def lines(self, path: str) -> tuple[str, ...]:
        r"""The lines without their `\n`; a `\r` is kept, and an absent file has none."""
        text = self.read_text(path)
        return tuple(text.removesuffix("\n").split("\n")) if text else ()

    def stat(self, path: str, *, follow: bool = True) -> Stat | None:
        """Describe what stands at the path, `None` when nothing does; without `follow` a symlink itself."""
        raw = self._ask(path, lambda name: self._files.stat(name, follow=follow))
        return None if raw is None else stat_of(raw)

    def exists(self, path: str) -> bool:
        """Whether the path leads to something."""
        return self.stat(path) is not None

    def is_file(self, path: str) -> bool:
        """Whether the path leads to a regular file."""
        found = self.stat(path)
        return found is not None and found.type == "file"

    def is_dir(self, path: str) -> bool:
        """Whether the path leads to a directory."""
        found = self.stat(path)
        return found is not None and found.type == "directory"

    def list_dir(self, path: str) -> tuple[str, ...]:
        """Names in a directory in the order of their bytes; none when it is absent or no directory."""
        names = self._ask(path, self._files.names)
        return tuple(as_text(name) for name in sorted(names or ()))

    def list_by_kernel(self, path: str) -> tuple[str, ...]:
        """As `list_dir`, asked of the kernel itself, where the C library may have been made to lie."""
        names = self._ask(path, self._names_by_kernel)
        return tuple(as_text(name) for name in sorted(names or ()))

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Paths that match, sorted and chosen as C programs do in the C locale: dangling symlinks count."""
        found = expand(pattern, self.list_dir, lambda path: self.stat(path, follow=False) is not None)
        return tuple(sorted(found, key=as_bytes))

    def readlink(self, path: str) -> str | None:
        """The text of a symlink; `None` when the path is absent or no symlink."""
        target = self._ask(path, self._files.readlink, absent=_ABSENT | {errno.EINVAL})
        return None if target is None else as_text(target)

    def realpath(self, path: str) -> str:
        """The path inside the root without symlinks; what does not exist is kept as it is written."""
        return as_text(self._files.realpath(as_bytes(path)))

    def xattr(self, path: str, name: str, *, follow: bool = False) -> bytes | None:
        """An extended attribute; `None` when the file, the attribute, or the file system's support is absent."""
        return self._ask(path, lambda raw: self._files.xattr(raw, name, follow=follow), absent=_ABSENT | _NO_ATTRIBUTE)

    def on_disk(self, path: str) -> Path:
        """Where this process itself finds the file, for a library that opens files by name (sqlite3)."""
        return Path(os.fsdecode(self._files.on_disk(as_bytes(path))))

    def check_time(self) -> None:
        """Raise `TookTooLong` when the budget is used up; every question does."""
        if time.monotonic() > self._deadline:
            raise TookTooLong(self._budget_s)

    def time_left(self) -> float:
        """Seconds until the budget is used up."""
        return max(0.0, self._deadline - time.monotonic())

    def _ask(self, path: str, question: Callable[[bytes], T], absent: frozenset[int] = _ABSENT) -> T | None:
        self.check_time()
        try:
            return question(as_bytes(path))
        except OSError as error:
            if error.errno in _REFUSED:
                raise Refused(path) from None
            if error.errno in absent:
                return None
            raise

    def _names_by_kernel(self, path: bytes) -> list[bytes]:
        fd = self._files.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            return list_names(fd)
        finally:
            os.close(fd)

    def _head(self, path: str, name: bytes, size: int) -> bytes:
        _require_file(path, self._files.stat(name, follow=True))
        fd = self._files.open(name, _READING)
        try:
            _require_file(path, os.fstat(fd))
            return os.read(fd, size)
        finally:
            os.close(fd)

    def _read_range(self, path: str, name: bytes, offset: int, size: int) -> bytes:
        _require_file(path, self._files.stat(name, follow=True))
        fd = self._files.open(name, _READING)
        try:
            _require_file(path, os.fstat(fd))
            return os.pread(fd, size, offset)
        finally:
            os.close(fd)

    def _read(self, path: str, name: bytes, limit: int) -> bytes:
        before = self._files.stat(name, follow=True)
        if st.S_ISCHR(before.st_mode) and before.st_rdev == _NULL_DEVICE:
            return b""
        _require_file(path, before)
        fd = self._files.open(name, _READING)
        try:
            _require_file(path, os.fstat(fd))  # it may have been replaced since
            return _read_all(path, fd, before.st_size, limit)
        finally:
            os.close(fd)


def _require_file(path: str, found: os.stat_result) -> None:
    if not st.S_ISREG(found.st_mode):
        raise NotAFile(path, TYPES[st.S_IFMT(found.st_mode)])


def _read_all(path: str, fd: int, size: int, limit: int) -> bytes:
    """Everything up to `limit`; the size of files in /proc and /sys is a lie, so only the end of file is believed."""
    if size > limit:
        raise TooLarge(path, limit)
    data = os.read(fd, max(size + 1, 4096))
    if len(data) != size:
        data = b"".join((data, *_parts(fd, limit + 1 - len(data))))
    if len(data) > limit:
        raise TooLarge(path, limit)
    return data


def _parts(fd: int, wanted: int) -> Iterator[bytes]:
    while wanted > 0 and (data := os.read(fd, min(wanted, _CHUNK))):
        yield data
        wanted -= len(data)


def _own_view() -> LiveFiles | TreeFiles:
    """The host's own files: inside a service's private mount namespace they are seen through /proc/1/root.

    Without the right to look at pid 1 our own view is all that there is.
    """
    try:
        if os.readlink("/proc/self/ns/mnt") != os.readlink("/proc/1/ns/mnt"):
            os.close(os.open("/proc/1/root/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC))
            return TreeFiles(b"/proc/1/root", live=True)
    except OSError:
        pass
    return LiveFiles()
