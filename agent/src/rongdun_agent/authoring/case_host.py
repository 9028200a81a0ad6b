"""The host that a case describes: real files in a directory, with the owners and modes that the case says.

Owners and modes are kept beside the tree instead of in it: any account may then try any case and gets the same answers,
and what only root could read on a real host can be read here.
"""

import errno
import os
import stat
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rongdun_agent.errors import AgentError
from rongdun_agent.host import Directory, Host, RawStat, Stat, as_bytes

_FILE, _DIRECTORY, _SYMLINK = 0o644, 0o755, 0o777
_MODE, _UID, _GID = 0, 4, 5
"""Places in os.stat_result."""


class _Said(NamedTuple):
    """What a case says of a file; root and the usual mode where it says nothing."""

    uid: int
    gid: int
    mode: int


class CaseHost(Host):
    """A tree whose files belong to whom the case says."""

    def __init__(self, root: Path, said: Mapping[tuple[int, int], _Said]) -> None:
        """`said` is by device and inode."""
        super().__init__(root)
        self._said = said

    def stat(self, path: str, *, follow: bool = True) -> Stat | None:
        """As the host's, with the owners and modes that were said."""
        found = super().stat(path, follow=follow)
        if found is None:
            return None
        said = self._said.get((found.dev, found.ino)) or _usual(found.type)
        return found._replace(uid=said.uid, gid=said.gid, mode=said.mode)

    def walk(self, top: str) -> Generator[Directory]:
        """As the host's, with the owners and modes that were said."""
        for place in super().walk(top):
            entries = [(name, self._restated(found)) for name, found in place.entries]
            yield place._replace(entries=entries)

    def _restated(self, found: RawStat) -> RawStat:
        kind = "directory" if stat.S_ISDIR(found.st_mode) else "file"
        said = self._said.get((found.st_dev, found.st_ino)) or _usual(kind)
        values = list(found)
        values[_MODE] = (found.st_mode & ~0o7777) | said.mode
        values[_UID], values[_GID] = said.uid, said.gid
        return RawStat(values)


def make_host(root: Path, files: Mapping[str, Mapping[str, Any]]) -> CaseHost:
    """Write the files of a case below an empty directory, links among them followed in it.

    Raises AgentError when one file stands in another's way.
    """
    said: dict[tuple[int, int], _Said] = {}
    door = Host(root)
    for path, file in sorted(files.items()):
        parent, _, name = path.rpartition("/")
        # by the door: a case's own links and dots must not lead us out of the directory either
        place = door.on_disk(parent or "/") / os.fsdecode(as_bytes(name))
        try:
            _write(place, file)
            found = place.lstat()
        except OSError as error:
            what = f"the case's file cannot be made ({error.strerror})"
            raise AgentError(path, what, "see that no file of the case lies below another one") from error
        usual = _usual("symlink" if "symlink" in file else "directory" if file.get("dir") else "file")
        mode = int(file["mode"], 8) if "mode" in file else usual.mode
        said[found.st_dev, found.st_ino] = _Said(file.get("owner", 0), file.get("group", 0), mode)
    return CaseHost(root, said)


def _write(place: Path, file: Mapping[str, Any]) -> None:
    if place.name in {"", ".", ".."}:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if file.get("dir"):
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if "symlink" in file:
        place.symlink_to(os.fsdecode(as_bytes(file["symlink"])))
    else:
        with place.open("xb") as opened:
            opened.write(file.get("content", "").encode())


def _usual(kind: str) -> _Said:
    modes = {"directory": _DIRECTORY, "symlink": _SYMLINK}
    return _Said(0, 0, modes.get(kind, _FILE))
