"""Whether someone besides root could change a file: by itself, or by putting another in its place."""

from functools import cached_property

from rongdun_agent.host import Host, Stat

_GROUP_WRITES, _OTHERS_WRITE, _STICKY = 0o020, 0o002, 0o1000
_PASSWD_GID, _GROUP_GID, _GROUP_MEMBERS = 3, 2, 3


class Changeable:
    """Looks at each directory once."""

    def __init__(self, host: Host) -> None:
        """Nothing is read yet."""
        self._host = host
        self._directories: dict[str, bool] = {"": False}

    def __call__(self, path: str) -> bool:
        """Whether a file is owned, writable or replaceable by others; an absent one is not. Raises `Refused`."""
        stat = self._host.stat(path)
        if stat is None or stat.type in ("char", "block"):
            return False
        if stat.uid != 0 or stat.mode & (_GROUP_WRITES | _OTHERS_WRITE):
            return True
        if self._host.readlink(path) is not None:
            return self._in_open_directory(path) or self._in_open_directory(self._host.realpath(path))
        return self._in_open_directory(path)

    def lets_others_add(self, directory: str) -> bool:
        """Whether others could put a file into a directory, or another directory in its place. Raises `Refused`."""
        stat = self._host.stat(directory)
        return bool(stat and stat.mode & _OTHERS_WRITE) or self._in_open_directory(directory.rstrip("/") + "/.")

    def _in_open_directory(self, path: str) -> bool:
        above = path.rpartition("/")[0]
        if above not in self._directories:
            real = self._host.realpath(above)
            stat = self._host.stat(real)
            self._directories[above] = (stat is not None and self._open_to_others(stat)) or self._in_open_directory(
                real.rstrip("/")
            )
        return self._directories[above]

    def _open_to_others(self, directory: Stat) -> bool:
        if directory.uid != 0:
            return True
        if directory.mode & _STICKY:
            return False  # only a file's owner may take it away, and that was looked at
        if directory.mode & _OTHERS_WRITE:
            return True
        return bool(directory.mode & _GROUP_WRITES) and directory.gid in self._peopled_groups

    @cached_property
    def _peopled_groups(self) -> frozenset[int]:
        """Groups that somebody besides root is in; Debian's own directories may belong to one that nobody is in."""
        peopled = set()
        for line in self._host.lines("/etc/group"):
            fields = line.split(":")
            if len(fields) > _GROUP_MEMBERS and {*filter(None, fields[_GROUP_MEMBERS].split(","))} - {"root"}:
                peopled |= _number(fields[_GROUP_GID])
        for line in self._host.lines("/etc/passwd"):
            fields = line.split(":")
            if len(fields) > _PASSWD_GID and fields[2] != "0":
                peopled |= _number(fields[_PASSWD_GID])
        return frozenset(peopled)


def _number(text: str) -> set[int]:
    return {int(text)} if text.isascii() and text.isdecimal() else set()
