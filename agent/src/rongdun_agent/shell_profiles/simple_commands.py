"""Simple commands: assignments, builtins that matter for what a session ends up with, functions, sourced files."""

from collections.abc import Iterable
from typing import Protocol

from rongdun_agent.host import Host
from rongdun_agent.shell_profiles import builtins
from rongdun_agent.shell_profiles.brackets import Brackets
from rongdun_agent.shell_profiles.conditionals import Conditionals, Truth
from rongdun_agent.shell_profiles.expansion import Expander
from rongdun_agent.shell_profiles.outcome import Outcome
from rongdun_agent.shell_profiles.outputs import output_of
from rongdun_agent.shell_profiles.syntax import Conditional, Simple
from rongdun_agent.shell_profiles.world import World

_LEAVING = {"return": "return", "break": "break", "continue": "continue", "exit": "exit", "logout": "exit"}
_FIXED: dict[str, Truth] = {":": True, "true": True, "false": False}
_READING = frozenset(("getopts", "let", "mapfile", "read", "readarray"))


class Shell(Protocol):
    """What runs files, texts and function bodies for us."""

    def source(self, path: str, world: World) -> Outcome:
        """Run a file."""

    def evaluate(self, text: str, world: World, path: str) -> Outcome:
        """Run a text that stands in a file."""

    def call(self, name: str, world: World) -> Outcome:
        """Run the body of a function."""


class SimpleCommands:
    """Runs simple commands in a world; of a program that we do not know, only that it changes nothing here."""

    def __init__(self, host: Host, shell: Shell) -> None:
        """Words are expanded here too, for whoever needs them."""
        self._shell = shell
        self._conditionals = Conditionals(host)
        self.expander = Expander(lambda text, world: output_of(text, world, self.expander.fields, host))
        self._brackets = Brackets(self.expander, self._conditionals)
        self._functions = 0

    def brackets(self, command: Conditional, world: World, _: str) -> Outcome:
        """Evaluate `[[ ... ]]`."""
        return Outcome(world, self._brackets.truth(command.words, world))

    def run(self, command: Simple, world: World, path: str) -> Outcome:
        """Assign, or run the command that the first word names."""
        where = f"{path}:{command.line}"
        if not command.words:
            return self._assign(command, world, where)
        name = self.expander.text(command.words[0], world)
        if name in builtins.DECLARING:
            if self._functions and name not in ("export", "readonly"):
                return Outcome(world)  # a local variable of a function
            return Outcome(world, builtins.declare((name, *command.words[1:]), world, where, self.expander.text))
        return (
            Outcome(world)
            if name is None
            else self._call(name, self._arguments(command.words[1:], world), world, where)
        )

    def _assign(self, command: Simple, world: World, where: str) -> Outcome:
        for target, word in command.assignments:
            value, name = self.expander.text(word, world), target.removesuffix("+")
            if target.endswith("+"):
                before = world.get(name).value
                value = None if before is None or value is None else before + value
            if "[" not in name and world.assign(name, value, where) is False:
                return Outcome(None, None, {"discard": world})
        return Outcome(world, status=True)

    def _arguments(self, words: Iterable[str], world: World) -> list[str | None]:
        found: list[str | None] = []
        for word in words:
            fields = self.expander.fields(word, world)
            found += [None] if fields is None else fields
        return found

    def _call(self, name: str, arguments: list[str | None], world: World, where: str) -> Outcome:
        known = [argument for argument in arguments if argument is not None]
        if name in _LEAVING or (name == "exec" and arguments):
            return Outcome(None, None, {_LEAVING.get(name, "exit"): world})
        if name in world.functions:
            return self._function(name, arguments, world)
        if name in ("command", "builtin") and known and known[0] == arguments[0] and not known[0].startswith("-"):
            return self._call(known[0], arguments[1:], world, where)
        if name in (".", "source", "eval"):
            return self._read(name, known, world, where) if len(known) == len(arguments) and known else Outcome(world)
        return Outcome(world, self._status(name, arguments, world, where))

    def _read(self, name: str, arguments: list[str], world: World, where: str) -> Outcome:
        """Run a file, or a text; one that is not known is taken to change nothing that is asked for."""
        if name == "eval":
            return self._shell.evaluate(" ".join(arguments), world, where.rpartition(":")[0])
        return self._shell.source(arguments[0], world)

    def _status(self, name: str, arguments: list[str | None], world: World, where: str) -> Truth:
        """The status of a builtin, after it did its work; not known for everything else."""
        if name in _FIXED:
            return _FIXED[name]
        if name in ("[", "test"):
            return self._conditionals.test(arguments[:-1] if name == "[" else arguments)
        if name == "umask":
            return builtins.set_umask(arguments, world, where)
        known = [argument for argument in arguments if argument is not None]
        if name == "shopt":
            return True if "-q" not in known or known[-1:] == ["login_shell"] else None
        changing = {"unset": builtins.unset, "set": builtins.set_arguments}.get(name)
        if changing:
            return changing(known, world)
        return builtins.forget_values(known, world, where) if name in _READING else None

    def _function(self, name: str, arguments: list[str | None], world: World) -> Outcome:
        outer, world.arguments = world.arguments, tuple(arguments)
        self._functions += 1
        outcome = self._shell.call(name, world)
        self._functions -= 1
        if outcome.world is not None:
            outcome.world.arguments = outer
        return outcome
