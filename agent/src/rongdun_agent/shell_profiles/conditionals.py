"""`test`, `[ ]` and `[[ ]]`: true, false, or not to be told."""

import re
from collections.abc import Callable

from rongdun_agent.host import Host, Stat

Truth = bool | None

_NUMERIC: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}
_FILES = frozenset(("-a", "-e", "-f", "-d", "-r", "-x", "-s", "-h", "-L", "-O", "-G"))
_STRINGS = frozenset(("=", "==", "!="))
BINARY = frozenset((*_STRINGS, *_NUMERIC, "-nt", "-ot", "-ef", "<", ">"))
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")


def neg(truth: Truth) -> Truth:
    """Not, of three values."""
    return None if truth is None else not truth


def both(one: Truth, two: Truth) -> Truth:
    """And, of three values."""
    if one is False or two is False:
        return False
    return None if one is None or two is None else True


def either(one: Truth, two: Truth) -> Truth:
    """Or, of three values."""
    return neg(both(neg(one), neg(two)))


class Conditionals:
    """Evaluates expressions; file tests look at the host as somebody who may read what is there."""

    def __init__(self, host: Host) -> None:
        """Files are looked at when asked for."""
        self._host = host

    def test(self, words: list[str | None]) -> Truth:
        """Evaluate `test WORDS`: by their number first, as is standard, then with `-a`, `-o`, `!`, parentheses."""
        if not words:
            return False
        if len(words) == 1:
            return None if words[0] is None else words[0] != ""
        if len(words) == 2:  # noqa: PLR2004 - an operator and its operand
            return neg(self.test(words[1:])) if words[0] == "!" else self.unary(words[0], words[1])
        if len(words) == 3 and words[1] in BINARY:  # noqa: PLR2004 - operands and operator of test(1)
            return self.binary(words[0], words[1], words[2])
        if words[0] == "!" and len(words) == 4:  # noqa: PLR2004 - operands and operator of test(1)
            return neg(self.test(words[1:]))
        return self._split(words)

    def _split(self, words: list[str | None]) -> Truth:
        """The lowest operator outside parentheses divides the expression."""
        for operator, combine in (("-o", either), ("-a", both)):
            depth = 0
            for at in range(len(words) - 1, 0, -1):
                depth += {")": 1, "(": -1}.get(words[at] or "", 0)
                if words[at] == operator and not depth and at + 1 < len(words):
                    return combine(self.test(words[:at]), self.test(words[at + 1 :]))
        if words[0] == "!":
            return neg(self.test(words[1:]))
        if words[0] == "(" and words[-1] == ")":
            return self.test(words[1:-1])
        return None

    def unary(self, operator: str | None, operand: str | None) -> Truth:
        """One operator and one operand."""
        if operator is None or operand is None:
            return None
        if operator == "-z":
            return operand == ""
        if operator == "-n":
            return operand != ""
        return self._file(operator, operand) if operator in _FILES else None

    def binary(self, left: str | None, operator: str | None, right: str | None) -> Truth:
        """Two operands around an operator of `BINARY`."""
        if operator in _STRINGS:
            same = None if left is None or right is None else left == right
            return neg(same) if operator == "!=" else same
        if operator in _NUMERIC:
            if left is None or right is None:
                return None
            if not (_NUMBER.fullmatch(left) and _NUMBER.fullmatch(right)):
                return False
            return _NUMERIC[operator](int(left), int(right))
        return None

    def _file(self, operator: str, path: str) -> Truth:
        if not path.startswith("/"):
            return None if path else False
        if operator in ("-h", "-L"):
            return self._host.readlink(path) is not None
        found = self._host.stat(path)
        return False if found is None else _is(operator, found)


def _is(operator: str, found: Stat) -> Truth:
    """Whether what stands at a path is of the kind that an operator asks for; owners are not known."""
    match operator:
        case "-f":
            truth: Truth = found.type == "file"
        case "-d":
            truth = found.type == "directory"
        case "-x":
            truth = bool(found.mode & 0o111)
        case "-s":
            truth = found.size > 0
        case "-O" | "-G":
            truth = None
        case _:
            truth = True
    return truth
