"""Owner and permissions of the files that rules name."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe, Mode

FileType = Literal["file", "directory", "symlink", "fifo", "socket", "char", "block"]


class File(FactModel):
    """stat(2) of a path, symlinks followed inside the root; `owner`/`group` fall back to numbers as text."""

    type: FileType
    owner: str
    group: str
    uid: int
    gid: int
    mode: Mode
    target: str | None = None
    """Where the path really leads, when it is a symlink."""
    extended_acl: Maybe[bool] = False
    """A POSIX access list gives rights that `mode` does not show in full."""


class Files(FactModel):
    """`named`: by exact path; `groups`: by a group name (`ssh_host_private_keys`), all files that its patterns match.

    A path that does not exist is absent from `named`, as is one that leads to /dev/null (a masked file).
    """

    named: dict[str, Maybe[File]] = {}
    groups: dict[str, Maybe[dict[str, Maybe[File]]]] = {}
