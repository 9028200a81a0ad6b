"""What lstat(2) and stat(2) say, in the words of facts."""

import os
import stat as st
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

FileType = Literal["file", "directory", "symlink", "fifo", "socket", "char", "block"]

TYPES: Mapping[int, FileType] = MappingProxyType(
    {
        st.S_IFREG: "file",
        st.S_IFDIR: "directory",
        st.S_IFLNK: "symlink",
        st.S_IFIFO: "fifo",
        st.S_IFSOCK: "socket",
        st.S_IFCHR: "char",
        st.S_IFBLK: "block",
    }
)


class Stat(NamedTuple):
    """`mode` holds the permission bits with set-user-ID, set-group-ID and sticky; `mtime` is in seconds."""

    type: FileType
    uid: int
    gid: int
    mode: int
    size: int
    mtime: float
    ino: int
    dev: int
    nlink: int


def stat_of(raw: os.stat_result) -> Stat:
    """Translate the kernel's answer."""
    return Stat(
        TYPES[st.S_IFMT(raw.st_mode)],
        raw.st_uid,
        raw.st_gid,
        st.S_IMODE(raw.st_mode),
        raw.st_size,
        raw.st_mtime,
        raw.st_ino,
        raw.st_dev,
        raw.st_nlink,
    )
