"""The accepted part of Python's pattern syntax."""

import re
import warnings

from rongdun_contract.rules.patterns.tree import (
    BadPattern,
    Character,
    Choice,
    Ranges,
    Repeat,
    Sequence,
    Tree,
    merged,
    opposite,
)

MAX_LENGTH, MAX_COUNT, MAX_GROUPS = 500, 255, 16

_DIGIT: Ranges = ((48, 57),)
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Ranges = ((9, 13), (32, 32))
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROL = {"t": 9, "n": 10, "r": 13, "f": 12, "v": 11}
_COUNT = re.compile(r"\{(?P<low>\d{1,4})(?P<comma>,(?P<high>\d{1,4})?)?\}")


def parse(text: str) -> Tree:
    """The tree of a pattern; raises BadPattern."""
    if len(text) > MAX_LENGTH:
        raise BadPattern(f"the pattern has {len(text)} characters, more than {MAX_LENGTH}", "list the values with `in`")
    reader = _Reader(text)
    tree = reader.choice(0)
    if reader.at < len(text):
        raise BadPattern(f"`{text}` closes a group that it never opened", r"write \) for the character itself")
    _cross_check(text)
    return tree


def _cross_check(text: str) -> None:
    """Python has to take the same pattern, and without warning of a doubtful reading."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            re.compile(text, re.ASCII)
        except (re.error, FutureWarning, DeprecationWarning, OverflowError) as error:
            raise BadPattern(f"`{text}` is no pattern: {error}", "quote special characters with a backslash") from None


class _Reader:
    """Recursive descent over the characters of one pattern."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def choice(self, depth: int) -> Tree:
        branches = [self._sequence(depth)]
        while self._take("|"):
            branches.append(self._sequence(depth))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self, depth: int) -> Tree:
        parts: list[Tree] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self._repeats(self._atom(depth)))
        if not parts:
            raise BadPattern(f"`{self.text}` has an empty group or branch", "make the group optional instead: (…)?")
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeats(self, body: Tree) -> Tree:
        bounds = self._bounds()
        if bounds is None:
            return body
        if self._peek() in {"?", "+"} or self._bounds() is not None:
            raise BadPattern(f"`{self.text}` has a lazy, possessive or doubled repeat", "write ?, *, + or {n,m} once")
        low, high = bounds
        if high == 0 or (high is not None and low > high) or max(low, high or 0) > MAX_COUNT:
            raise BadPattern(
                f"`{self.text}` repeats {low} to {high} times", f"counts go from 1 to {MAX_COUNT}, low to high"
            )
        return Repeat(body, low, high)

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("?", (0, 1)), ("*", (0, None)), ("+", (1, None))):
            if self._take(sign):
                return bounds
        found = _COUNT.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        low = int(found["low"])
        if not found["comma"]:
            return low, low
        return low, int(found["high"]) if found["high"] else None

    def _atom(self, depth: int) -> Tree:
        sign = self._next()
        if sign == "(":
            return self._group(depth + 1)
        if sign == "[":
            return Character(self._character_class())
        if sign == "\\":
            return Character(self._escape())
        if sign == ".":
            return Character(opposite(((10, 10),)))
        if sign in "^$":
            raise BadPattern(f"`{self.text}` has the anchor {sign}", "leave it out: the whole text has to match anyway")
        if sign in "*+?{}":
            raise BadPattern(
                f"`{self.text}` has {sign} where nothing stands before it", f"write \\{sign} for the character itself"
            )
        return Character(((ord(sign), ord(sign)),))

    def _group(self, depth: int) -> Tree:
        if depth > MAX_GROUPS:
            raise BadPattern(f"`{self.text[:20]}…` nests groups more than {MAX_GROUPS} deep", "flatten it")
        if self._take("?") and not self._take(":"):
            raise BadPattern(
                f"`{self.text}` has a group that begins with (?", "look-around, names and flags are not supported"
            )
        tree = self.choice(depth)
        if not self._take(")"):
            raise BadPattern(f"`{self.text}` opens a group that it never closes", r"write \( for the character itself")
        return tree

    def _escape(self) -> Ranges:
        sign = self._next()
        if sign.lower() in _CLASSES:
            ranges = _CLASSES[sign.lower()]
            return ranges if sign.islower() else opposite(ranges)
        if sign in _CONTROL:
            return ((_CONTROL[sign], _CONTROL[sign]),)
        if sign.isalnum():
            raise BadPattern(
                f"`{self.text}` has \\{sign}", r"known: \d \w \s \D \W \S \t \n \r; no back-references, no \b"
            )
        return ((ord(sign), ord(sign)),)

    def _character_class(self) -> Ranges:
        negated = self._take("^")
        ranges: list[tuple[int, int]] = []
        first = True
        while first or self._peek() != "]":
            first = False
            ranges.extend(self._class_part())
        self.at += 1
        found = merged(ranges)
        return opposite(found) if negated else found

    def _class_part(self) -> Ranges:
        low = self._class_atom()
        if self._peek() != "-" or self.text[self.at + 1 : self.at + 2] in {"]", ""}:
            return low
        self.at += 1
        high = self._class_atom()
        if low[0][0] != low[-1][1] or high[0][0] != high[-1][1] or low[0][0] > high[0][0]:
            raise BadPattern(
                f"`{self.text}` has a range that does not go from one character up to another", "write it as [a-z]"
            )
        return ((low[0][0], high[0][0]),)

    def _class_atom(self) -> Ranges:
        sign = self._next()
        return self._escape() if sign == "\\" else ((ord(sign), ord(sign)),)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self, sign: str) -> bool:
        taken = self._peek() == sign
        self.at += taken
        return taken

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise BadPattern(f"`{self.text}` ends in the middle", r"close the brackets; write \\ for a backslash")
        self.at += 1
        return self.text[self.at - 1]
