"""One audit rule as the kernel keeps it."""

from typing import NamedTuple

PERMISSIONS = "rwxa"


class Rule(NamedTuple):
    """A watch is written as its fields `path=` or `dir=` and `perm=`; no system calls means all of them."""

    where: str
    action: str
    list: str
    arch: str | None = None
    syscalls: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    key: str | None = None
    path: str | None = None
    recursive: bool | None = False
    """`None` in a watch: as the file system says when it is loaded."""
    permissions: str | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two rules the same to the kernel: everything but where it was written."""
        return (self.action, self.list, self.arch, self.syscalls, self.fields, self.key, self.path, self.permissions)


def ordered(letters: str) -> str | None:
    """Permission letters in the order in which auditctl prints them; `None` for others."""
    lowered = letters.lower()
    if not lowered or set(lowered) - set(PERMISSIONS):
        return None
    return "".join(letter for letter in PERMISSIONS if letter in lowered)
