"""The files of the machine that we run on: the kernel resolves paths."""

import os


class LiveFiles:
    """Plain system calls; `OSError` is left to the door."""

    def open(self, path: bytes, flags: int) -> int:
        """A descriptor of what `path` leads to."""
        return os.open(path, flags)

    def stat(self, path: bytes, *, follow: bool) -> os.stat_result:
        """What stands there; a symlink is itself described unless followed."""
        return os.stat(path, follow_symlinks=follow)

    def names(self, path: bytes) -> list[bytes]:
        """Names in a directory, in no order."""
        return os.listdir(path)

    def readlink(self, path: bytes) -> bytes:
        """The text of a symlink."""
        return os.readlink(path)

    def realpath(self, path: bytes) -> bytes:
        """The path without symlinks; what does not exist is kept as it is written."""
        return os.path.realpath(path)

    def xattr(self, path: bytes, name: str, *, follow: bool) -> bytes:
        """An extended attribute."""
        return os.getxattr(path, name, follow_symlinks=follow)

    def on_disk(self, path: bytes) -> bytes:
        """Where this process finds the file."""
        return path
