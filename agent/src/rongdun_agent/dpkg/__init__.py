"""dpkg's database, read from its files: what is installed, and which package a file came with."""

from rongdun_agent.dpkg.owners import owners
from rongdun_agent.dpkg.status import (
    INFO,
    STATUS,
    STATUS_DIR,
    DpkgPackage,
    MalformedStatus,
    last_unpacked,
    read_packages,
)
from rongdun_agent.dpkg.unaltered import unaltered

__all__ = [
    "INFO",
    "STATUS",
    "STATUS_DIR",
    "DpkgPackage",
    "MalformedStatus",
    "last_unpacked",
    "owners",
    "read_packages",
    "unaltered",
]
