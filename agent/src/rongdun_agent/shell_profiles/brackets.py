"""The expression between `[[` and `]]`."""

import re

from rongdun_agent.shell_profiles.conditionals import BINARY, Conditionals, Truth, both, either, neg
from rongdun_agent.shell_profiles.expansion import Expander
from rongdun_agent.shell_profiles.world import World

_PLAIN_EXPRESSION = re.compile(r"[A-Za-z0-9_^$.*+?|-]+")


class Brackets:
    """Evaluates with the shell's precedence: `!`, then `&&`, then `||`."""

    def __init__(self, expander: Expander, conditionals: Conditionals) -> None:
        """Words are expanded as they are needed."""
        self._expander = expander
        self._conditionals = conditionals

    def truth(self, words: tuple[str, ...], world: World) -> Truth:
        """What the words between the brackets amount to; not known when they are no expression of ours."""
        left = list(words)
        found = self._or(left, world)
        return found if not left else None

    def _or(self, left: list[str], world: World) -> Truth:
        found = self._and(left, world)
        while left[:1] == ["||"]:
            left.pop(0)
            found = either(found, self._and(left, world))
        return found

    def _and(self, left: list[str], world: World) -> Truth:
        found = self._not(left, world)
        while left[:1] == ["&&"]:
            left.pop(0)
            found = both(found, self._not(left, world))
        return found

    def _not(self, left: list[str], world: World) -> Truth:
        if left[:1] == ["!"]:
            left.pop(0)
            return neg(self._not(left, world))
        return self._primary(left, world)

    def _primary(self, left: list[str], world: World) -> Truth:
        if not left:
            return None
        first = left.pop(0)
        if first == "(":
            found = self._or(left, world)
            if left[:1] == [")"]:
                left.pop(0)
                return found
            return None
        if len(left) > 1 and (left[0] in BINARY or left[0] == "=~"):
            operator, right = left.pop(0), left.pop(0)
            return self._compare(first, operator, right, world)
        if first.startswith("-") and left and left[0] not in ("&&", "||", ")"):
            return self._conditionals.unary(first, self._expander.text(left.pop(0), world))
        value = self._expander.text(first, world)
        return None if value is None else value != ""

    def _compare(self, first: str, operator: str, right: str, world: World) -> Truth:
        value = self._expander.text(first, world)
        if operator == "=~":
            expression = self._expander.text(right, world)
            if value is None or expression is None or not _PLAIN_EXPRESSION.fullmatch(expression):
                return None
            return self._found(expression, value)
        if operator in ("=", "==", "!="):
            pattern = self._expander.pattern(right, world)
            same = None if value is None or pattern is None else pattern.fullmatch(value) is not None
            return neg(same) if operator == "!=" else same
        return self._conditionals.binary(value, operator, self._expander.text(right, world))

    def _found(self, expression: str, value: str) -> Truth:
        try:
            return re.search(expression, value) is not None
        except re.error:
            return None
