"""A pattern as positions: what each reads, and in how many ways one follows another (after Glushkov)."""

from collections import Counter
from dataclasses import dataclass

from rongdun_contract.rules.patterns.tree import BadPattern, Character, Choice, Ranges, Repeat, Sequence, Tree

MAX_POSITIONS = 256


@dataclass(frozen=True, slots=True)
class Positions:
    """`reads[p]`: what position p reads; `first` and `follow[p]`: the positions that may read next, counted."""

    reads: tuple[Ranges, ...]
    first: Counter[int]
    follow: tuple[Counter[int], ...]


@dataclass(frozen=True, slots=True)
class _Part:
    empty: bool
    first: Counter[int]
    last: Counter[int]


def positions(tree: Tree) -> Positions:
    """The automaton of a pattern, repeats with a bound written out; raises BadPattern where it grows too large."""
    builder = _Builder()
    whole = builder.build(tree)
    return Positions(tuple(builder.reads), whole.first, tuple(builder.follow))


class _Builder:
    """Gives each character of the pattern (each copy of it) a position.

    Nowhere may there be more than one way to read nothing, so the counts are exact.
    """

    def __init__(self) -> None:
        self.reads: list[Ranges] = []
        self.follow: list[Counter[int]] = []

    def build(self, tree: Tree) -> _Part:
        if isinstance(tree, Character):
            return self._character(tree.ranges)
        if isinstance(tree, Sequence):
            part = self.build(tree.parts[0])
            for following in tree.parts[1:]:
                part = self._chain(part, self.build(following))
            return part
        if isinstance(tree, Choice):
            return self._either([self.build(branch) for branch in tree.branches])
        return self._repeated(tree)

    def _character(self, ranges: Ranges) -> _Part:
        if len(self.reads) >= MAX_POSITIONS:
            message = f"the pattern is larger than {MAX_POSITIONS} characters when its counted repeats are written out"
            raise BadPattern(message, "repeat fewer times")
        self.reads.append(ranges)
        self.follow.append(Counter())
        here = len(self.reads) - 1
        return _Part(empty=False, first=Counter([here]), last=Counter([here]))

    def _chain(self, one: _Part, other: _Part) -> _Part:
        self._link(one.last, other.first)
        return _Part(
            empty=one.empty and other.empty,
            first=one.first + other.first if one.empty else one.first,
            last=one.last + other.last if other.empty else other.last,
        )

    def _either(self, parts: list[_Part]) -> _Part:
        if sum(part.empty for part in parts) > 1:
            raise BadPattern(
                "two branches of a choice can match nothing", "make the whole group optional instead: (a|b)?"
            )
        return _Part(
            empty=any(part.empty for part in parts),
            first=sum((part.first for part in parts), Counter()),
            last=sum((part.last for part in parts), Counter()),
        )

    def _repeated(self, tree: Repeat) -> _Part:
        """`x{2,4}` is `xx(x(x)?)?`, `x{2,}` is `xx+`."""
        copies = [self._body(tree) for _ in range(max(tree.low, 1))]
        if tree.high is None:
            self._link(copies[-1].last, copies[-1].first)
        tail: _Part | None = None
        for copy in [self._body(tree) for _ in range((tree.high or 0) - max(tree.low, 1))]:
            tail = self._optional(copy if tail is None else self._chain(copy, tail))
        whole = copies[0]
        for copy in copies[1:]:
            whole = self._chain(whole, copy)
        if tail is not None:
            whole = self._chain(whole, tail)
        return whole if tree.low else self._optional(whole)

    def _body(self, tree: Repeat) -> _Part:
        part = self.build(tree.body)
        if part.empty and (tree.low, tree.high) != (1, 1):
            raise BadPattern(
                "a repeat contains something that can match nothing", "make the inside match at least one character"
            )
        return part

    def _optional(self, part: _Part) -> _Part:
        return _Part(empty=True, first=part.first, last=part.last)

    def _link(self, last: Counter[int], first: Counter[int]) -> None:
        for one, ways in last.items():
            for other, more in first.items():
                self.follow[one][other] += ways * more
