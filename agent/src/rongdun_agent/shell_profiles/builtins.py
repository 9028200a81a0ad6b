"""Builtins that change variables: export, readonly, declare, unset, umask, read, set, shift."""

import re
from collections.abc import Callable

from rongdun_agent.shell_profiles.umask import new_umask
from rongdun_agent.shell_profiles.world import UMASK, World

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Text = Callable[[str, World], str | None]
Truth = bool | None

DECLARING = frozenset(("declare", "export", "local", "readonly", "typeset"))


def declare(words: tuple[str, ...], world: World, where: str, text: Text) -> Truth:
    """Set and mark variables; a read-only one keeps its value, which is an error but stops nothing."""
    options = "".join(word[1:] for word in words[1:] if word.startswith("-"))
    if "f" in options:
        return True
    protecting = words[0] == "readonly" or "r" in options
    done: Truth = True
    for word in words[1:]:
        match = _ASSIGNMENT.fullmatch(word)
        name = match[1] if match else word
        if match:
            done = world.assign(name, text(match[2], world), where) and done
        if protecting and _NAME.fullmatch(name):
            world.protect(name)
    return done


def declared_names(words: tuple[str, ...]) -> list[str]:
    """The variables that a declaring builtin names."""
    return [word.partition("=")[0] for word in words[1:] if not word.startswith(("-", "+"))]


def unset(arguments: list[str], world: World) -> Truth:
    """Forget variables and functions."""
    functions = "-f" in arguments
    for name in arguments:
        if not name.startswith("-"):
            world.functions.pop(name, None)
            if not functions:
                world.unset(name)
    return True


def set_umask(arguments: list[str | None], world: World, where: str) -> Truth:
    """Set the umask when there is an argument; a wrong one changes nothing."""
    wanted = [argument for argument in arguments if argument not in ("-S", "-p")]
    if not wanted:
        return True
    before, argument = world.get(UMASK).value, wanted[0]
    found = None if argument is None else new_umask(argument, before)
    if found is None and before is not None and argument is not None:
        return False
    world.assign(UMASK, found, where)
    return True


def forget_values(arguments: list[str], world: World, where: str) -> Truth:
    """Set variables to what nobody knows, as `read` does."""
    for name in arguments:
        if _NAME.fullmatch(name):
            world.assign(name, None, where)
    return None


def set_arguments(arguments: list[str], world: World) -> Truth:
    """`set -- a b`; options alone change nothing that we follow."""
    if "--" in arguments:
        world.arguments = tuple(arguments[arguments.index("--") + 1 :])
    return True
