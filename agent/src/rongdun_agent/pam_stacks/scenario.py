"""Who tries what: the questions that a stack is put to the test with."""

from collections.abc import Mapping
from typing import Literal, NamedTuple


class Scenario(NamedTuple):
    """An attempt at a local account that has a password of its own.

    `password`: what is typed; `empty`: the account has none and none is typed. `locked`: the account has reached every
    counter's limit. `withheld`: modules of a second factor that this attempt cannot satisfy (`all` of them, or one by
    name). `member`: the one who tries may belong to whatever group a line names.
    """

    root: bool = False
    password: Literal["right", "wrong", "empty"] = "right"  # noqa: S105 - no password
    locked: bool = False
    withheld: str | None = None
    member: bool = False


class Change(NamedTuple):
    """A change of a local account's password to one that is `weak`, or `reused`; `root`: an administrator makes it."""

    kind: Literal["weak", "reused"]
    root: bool = False


class Surroundings(NamedTuple):
    """What the modules' answers depend on besides the attempt."""

    service: str
    runs_as_root: bool
    """The program's real user is root, whoever uses it: then pam_rootok lets everyone in."""
    first_regular_uid: int
    groups: Mapping[str, bool]
    """Groups of the host, and whether anyone belongs to them."""

    def has_members(self, group: str) -> bool:
        """Whether somebody may belong to the group; one that is not there has no members."""
        return self.groups.get(group, False)
