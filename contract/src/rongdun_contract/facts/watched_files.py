"""What attackers leave in a bounded list of places: programs with privileges, and files by which code runs by itself.

Cheap enough to be read again within a second; what lies elsewhere is found by the walk.
"""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe
from rongdun_contract.facts.walk import Privileged

HookKind = Literal[
    "preload",
    "shell profile",
    "pam stack",
    "python hook",
    "start script",
    "periodic script",
    "at job",
    "unit drop-in",
    "user unit",
    "unit generator",
    "root certificate",
]
"""`preload` is ld.so.preload(5); a `start script` runs at boot, at a log-in or when a link comes up."""


class Hook(FactModel):
    """A file that makes code run, or makes the host trust someone, without anybody naming it on a command line."""

    path: str
    kind: HookKind
    owner: str
    content: str
    """Names what the file says: the first 16 digits of a SHA-256 over its lines without comments and blank ones.

    A file that says nothing is left out.
    """
    package: Maybe[str | None] = None
    """The package that brought the file as it is; absent for a local file, and for one that was altered since."""
    skeleton: bool = False
    """It says the same as the file of this name in /etc/skel: every new home has one."""


class WatchedFiles(FactModel):
    """Sorted by path; a place that may not be looked into makes its whole list unknown."""

    privileged: Maybe[tuple[Privileged, ...]] = ()
    """Those that lie directly in one of the watched directories."""
    hooks: Maybe[tuple[Hook, ...]] = ()
