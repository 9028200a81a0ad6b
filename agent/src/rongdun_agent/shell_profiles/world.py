"""What a shell knows at one moment: variables, functions, arguments, the umask; and two such moments made one."""

from dataclasses import dataclass, field
from typing import NamedTuple

from rongdun_agent.shell_profiles.syntax import Command

UMASK = "(umask)"
"""The umask is kept like a variable, under a name that no variable can have."""


class Variable(NamedTuple):
    """`value` is `None` when it is not known; `is_set` and `readonly` are `None` when that is not known either."""

    value: str | None
    where: str = ""
    overrides: tuple[str, ...] = ()
    is_set: bool | None = True
    readonly: bool | None = False


UNSET = Variable("", is_set=False)


@dataclass(slots=True)
class World:
    """One state; `copy` before trying what may not happen."""

    variables: dict[str, Variable] = field(default_factory=dict)
    functions: dict[str, tuple[Command, str]] = field(default_factory=dict)
    """Bodies, and the files that they stand in."""
    arguments: tuple[str | None, ...] = ()

    def copy(self) -> "World":
        """The same state, free to go another way."""
        return World(dict(self.variables), dict(self.functions), self.arguments)

    def get(self, name: str) -> Variable:
        """A variable, `UNSET` when there is none."""
        return self.variables.get(name, UNSET)

    def assign(self, name: str, value: str | None, where: str) -> bool | None:
        """Set a variable; false when it is read-only, `None` when it may be."""
        before = self.get(name)
        if before.readonly:
            self.variables[name] = before._replace(overrides=(*before.overrides, where))
            return False
        if before.readonly is None:
            value = None
        overrides = (*before.overrides, before.where) if before.where else before.overrides
        self.variables[name] = Variable(value, where, overrides, readonly=before.readonly)
        return None if before.readonly is None else True

    def unset(self, name: str) -> None:
        """Forget a variable, unless it is read-only."""
        before = self.get(name)
        if before.readonly is False:
            self.variables.pop(name, None)
        elif before.readonly is None:
            self.variables[name] = before._replace(value=None, is_set=None)

    def protect(self, name: str) -> None:
        """Make a variable read-only."""
        self.variables[name] = self.get(name)._replace(readonly=True)

    def merge(self, other: "World") -> "World":
        """What is known when either of two states may be ours."""
        names = self.variables.keys() | other.variables.keys()
        return World(
            {name: _merged(self.get(name), other.get(name)) for name in names},
            {name: body for name, body in self.functions.items() if other.functions.get(name) == body},
            self.arguments,
        )


def _merged(one: Variable, two: Variable) -> Variable:
    if one == two:
        return one
    same = one.is_set == two.is_set and one.value == two.value
    return Variable(
        one.value if same else None,
        one.where or two.where,
        one.overrides,
        one.is_set if one.is_set == two.is_set else None,
        one.readonly if one.readonly == two.readonly else None,
    )


def joined(*worlds: World | None) -> World | None:
    """All states that may be ours as one; nothing when there is none."""
    found: World | None = None
    for world in worlds:
        if world is not None:
            found = world if found is None else found.merge(world)
    return found
