"""What a sudoers file is made of."""

from typing import Literal, NamedTuple

AliasKind = Literal["User", "Runas", "Host", "Cmnd"]


class Member(NamedTuple):
    """An element of a list; `alias` says that the name is one of the list's kind, defined somewhere."""

    name: str
    negated: bool = False
    alias: bool = False


Members = tuple[Member, ...]


class Alias(NamedTuple):
    """`Kind_Alias NAME = members`."""

    kind: AliasKind
    name: str
    members: Members
    where: str


class Default(NamedTuple):
    """One parameter of a Defaults line; `scope` is `:`, `@`, `!` or `>` with its members, or empty for all."""

    name: str
    operator: Literal["", "!", "=", "+=", "-="]
    value: str
    scope: str
    members: Members
    where: str


class RunAs(NamedTuple):
    """What stands in parentheses; without users (`myself`) a command runs as the one who calls it."""

    users: Members
    groups: Members
    myself: bool = False


class CommandSpec(NamedTuple):
    """A command with what its list gave it; `None` stands for what no place of the list said."""

    command: Member
    run_as: RunAs | None
    password_required: bool | None


class Privilege(NamedTuple):
    """`users hosts = commands`."""

    users: Members
    hosts: Members
    commands: tuple[CommandSpec, ...]
    where: str


class Include(NamedTuple):
    """Another file, or a directory of them."""

    path: str
    directory: bool
    where: str


Entry = Alias | Default | Privilege | Include
