"""A pattern as a tree, and the characters that its leaves read."""

from dataclasses import dataclass

_LAST = 0x10FFFF

Ranges = tuple[tuple[int, int], ...]
"""Sorted, disjoint code point ranges, both ends included."""


class BadPattern(ValueError):
    """A pattern that is refused; says what is wrong and what to write."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


@dataclass(frozen=True, slots=True)
class Character:
    """One character out of some ranges."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the branches."""

    branches: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """The body at least `low` and at most `high` times; None is without end."""

    body: "Tree"
    low: int
    high: int | None


Tree = Character | Sequence | Choice | Repeat


def opposite(ranges: Ranges) -> Ranges:
    """All other code points."""
    result, start = [], 0
    for low, high in ranges:
        if low > start:
            result.append((start, low - 1))
        start = high + 1
    return (*result, (start, _LAST)) if start <= _LAST else tuple(result)


def merged(ranges: list[tuple[int, int]]) -> Ranges:
    """The same code points as sorted, disjoint ranges."""
    result: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], high))
        else:
            result.append((low, high))
    return tuple(result)
