"""Runs shell text over what is known; where nothing decides, both ways are taken and what differs is unknown."""

import re
from collections.abc import Callable
from typing import Any

from rongdun_agent.host import Host
from rongdun_agent.shell_profiles.conditionals import Truth, both, either, neg
from rongdun_agent.shell_profiles.outcome import Outcome, Undecided, gather
from rongdun_agent.shell_profiles.parser import parse
from rongdun_agent.shell_profiles.scripts import Scripts
from rongdun_agent.shell_profiles.simple_commands import SimpleCommands
from rongdun_agent.shell_profiles.syntax import (
    Case,
    Chain,
    Command,
    Conditional,
    For,
    Function,
    If,
    Not,
    Script,
    Simple,
    While,
)
from rongdun_agent.shell_profiles.world import UMASK, World, joined

_GLOB = re.compile(r"[*?\[]")
_DEEPEST, _MOST_STEPS, _MOST_ROUNDS = 20, 50_000, 1000


class Interpreter:
    """One shell session's start-up; `tracked` names what is asked for in the end."""

    def __init__(self, host: Host, tracked: frozenset[str]) -> None:
        """Nothing is read before `source`."""
        self._host = host
        self._tracked = tracked
        self._simple = SimpleCommands(host, self)
        self._expander = self._simple.expander
        self._runners: dict[type[Command], Callable[[Any, World, str], Outcome]] = {
            Simple: self._simple.run,
            Script: self._script,
            Chain: self._chain,
            If: self._if,
            For: self._for,
            While: self._while,
            Case: self._case,
            Not: self._not,
            Conditional: self._simple.brackets,
            Function: self._define,
        }
        self._depth = 0
        self._steps = 0

    def source(self, path: str, world: World) -> Outcome:
        """Run a file; an absent one changes nothing and fails. A `return` at its top ends only the file."""
        script = self._host.once(Scripts).of(path)
        if script is None:
            return Outcome(world, status=False)
        self._deeper(1)
        outcome = self._top(script, world, path)
        self._deeper(-1)
        world_after = joined(outcome.world, outcome.leaving.pop("return", None))
        return Outcome(world_after, None, outcome.leaving)

    def evaluate(self, text: str, world: World, path: str) -> Outcome:
        """Run a text that stands in a file, as `eval` does."""
        return self._script(parse(text), world, path)

    def call(self, name: str, world: World) -> Outcome:
        """Run the body of a function; its `return` ends only that."""
        body, path = world.functions[name]
        self._deeper(1)
        outcome = self._run(body, world, path)
        self._deeper(-1)
        after = joined(outcome.world, outcome.leaving.pop("return", None))
        return Outcome(after, outcome.status, outcome.leaving)

    def _top(self, script: Script, world: World, path: str) -> Outcome:
        """The commands of a file; one that is given up does not keep the next from running."""
        here: World | None = world
        leaving: dict[str, World] = {}
        for command in script.commands:
            if here is None:
                break
            outcome = self._run(command, here, path)
            here = joined(outcome.world, outcome.leaving.pop("discard", None))
            gather(leaving, outcome.leaving)
        if script.rest and here is not None:
            self._distrust(script.rest, here)
        return Outcome(here, None, leaving)

    def _distrust(self, text: str, world: World) -> None:
        """Of text that we cannot parse, only what it does not even mention stays known."""
        words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text))
        for name in self._tracked:
            if (name == UMASK and "umask" in words) or name in words:
                before = world.get(name)
                if not before.readonly:
                    world.variables[name] = before._replace(value=None, is_set=None, readonly=None)

    def _run(self, command: Command, world: World, path: str) -> Outcome:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise Undecided
        runner = self._runners.get(type(command))
        return Outcome(world) if runner is None else runner(command, world, path)

    def _not(self, command: Not, world: World, path: str) -> Outcome:
        outcome = self._run(command.command, world, path)
        return Outcome(outcome.world, neg(outcome.status), outcome.leaving)

    def _define(self, command: Function, world: World, path: str) -> Outcome:
        world.functions[command.name] = (command.body, path)
        return Outcome(world, status=True)

    def _script(self, script: Script, world: World, path: str) -> Outcome:
        here: World | None = world
        status: Truth = True
        leaving: dict[str, World] = {}
        for command in script.commands:
            if here is None:
                break
            outcome = self._run(command, here, path)
            gather(leaving, outcome.leaving)
            here, status = outcome.world, outcome.status
        return Outcome(here, status, leaving)

    def _chain(self, chain: Chain, world: World, path: str) -> Outcome:
        outcome = self._run(chain.first, world, path)
        for operator, command in chain.rest:
            if outcome.world is None:
                break
            wanted = outcome.status if operator == "&&" else neg(outcome.status)
            if wanted is False:
                continue
            before, status = outcome.world, outcome.status
            following = self._run(command, before.copy() if wanted is None else before, path)
            gather(following.leaving, outcome.leaving)
            if wanted is None:
                combined = both(status, following.status) if operator == "&&" else either(status, following.status)
                following = Outcome(joined(before, following.world), combined, following.leaving)
            outcome = following
        return outcome

    def _if(self, command: If, world: World, path: str) -> Outcome:
        """Bodies whose condition may hold are all run, each on a state of its own."""
        here: World | None = world
        ends: list[World | None] = []
        leaving: dict[str, World] = {}
        for condition, body in command.branches:
            asked = self._script(condition, here, path) if here is not None else Outcome(None)
            gather(leaving, asked.leaving)
            here = asked.world
            if here is None or asked.status is False:
                continue
            done = self._script(body, here if asked.status else here.copy(), path)
            gather(leaving, done.leaving)
            ends.append(done.world)
            if asked.status:
                return Outcome(joined(*ends), done.status if len(ends) == 1 else None, leaving)
        if here is not None:
            done = self._script(command.otherwise, here, path)
            gather(leaving, done.leaving)
            ends.append(done.world)
        return Outcome(joined(*ends), None, leaving)

    def _for(self, loop: For, world: World, path: str) -> Outcome:
        values = self._loop_values(loop, world)
        if values is None:
            tried = world.copy()
            tried.assign(loop.name, None, f"{path}:{loop.line}")
            done = self._script(loop.body, tried, path)
            return self._after_loop(done, joined(world, done.world))
        here: World | None = world
        whole = Outcome(world)
        for value in values[:_MOST_ROUNDS]:
            if here is None:
                break
            here.assign(loop.name, value, f"{path}:{loop.line}")
            done = self._script(loop.body, here, path)
            here = joined(done.world, done.leaving.pop("continue", None))
            gather(whole.leaving, done.leaving)
        return self._after_loop(whole, here)

    def _while(self, loop: While, world: World, path: str) -> Outcome:
        """A body that may run is taken to run once, or not at all."""
        asked = self._script(loop.condition, world, path)
        if asked.world is None or asked.status is False:
            return asked
        done = self._script(loop.body, asked.world.copy(), path)
        gather(done.leaving, asked.leaving)
        return self._after_loop(done, joined(asked.world, done.world))

    def _after_loop(self, done: Outcome, here: World | None) -> Outcome:
        broken, continued = done.leaving.pop("break", None), done.leaving.pop("continue", None)
        return Outcome(joined(here, broken, continued), None, done.leaving)

    def _loop_values(self, loop: For, world: World) -> list[str | None] | None:
        if loop.words is None:
            return list(world.arguments)
        values: list[str | None] = []
        for word in loop.words:
            fields = self._expander.fields(word, world)
            if fields is None:
                return None
            for found in fields:
                values += self._globbed(found, word)
        return values

    def _globbed(self, text: str, word: str) -> list[str | None]:
        if _GLOB.search(text) and text.startswith("/") and not word.startswith(("'", '"')):
            return list(self._host.glob(text)) or [text]
        return [text]

    def _case(self, command: Case, world: World, path: str) -> Outcome:
        value = self._expander.text(command.word, world)
        ends: list[World | None] = []
        leaving: dict[str, World] = {}
        for patterns, body in command.branches:
            fits = self._fits(value, patterns, world)
            if fits is False:
                continue
            done = self._script(body, world if fits else world.copy(), path)
            gather(leaving, done.leaving)
            ends.append(done.world)
            if fits:
                return Outcome(joined(*ends), None, leaving)
        return Outcome(joined(world, *ends), None, leaving)

    def _fits(self, value: str | None, patterns: tuple[str, ...], world: World) -> Truth:
        fits: Truth = False
        for word in patterns:
            if word == "*":
                return True
            pattern = self._expander.pattern(word, world)
            known = None if value is None or pattern is None else pattern.fullmatch(value) is not None
            fits = either(fits, known)
        return fits

    def _deeper(self, by: int) -> None:
        self._depth += by
        if self._depth > _DEEPEST:
            raise Undecided
