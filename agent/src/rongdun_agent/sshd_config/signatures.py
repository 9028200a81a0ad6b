"""Which combinations of wildcard patterns a single text can fit at once: exact, by walking all patterns in step."""

from collections.abc import Iterable, Sequence
from functools import cache

MAX_STEPS = 500_000
"""Of one pattern by one character: a fraction of a second."""
_FRESH = "\x00"
"""Stands for every character that no pattern mentions."""

Truths = frozenset[str]
"""The patterns that a text fits; all others it does not."""


class TooMany(Exception):
    """More combinations than are worth looking at."""


def combinations(patterns: Iterable[str]) -> set[Truths]:
    """All sets of patterns that some non-empty text fits exactly."""
    distinct = sorted(set(patterns))
    wild = [pattern for pattern in distinct if "*" in pattern or "?" in pattern]
    literal = [pattern for pattern in distinct if pattern not in wild]
    found = _walked(wild)
    for text in literal:
        if text:
            found.add(frozenset((text, *(pattern for pattern in wild if _accepts(pattern, text)))))
    return found


def _walked(patterns: Sequence[str]) -> set[Truths]:
    """Texts that are no literal pattern: breadth first over the joint states, one character at a time."""
    alphabet = [*sorted({char for pattern in patterns for char in pattern} - {"*", "?"}), _FRESH]
    state = tuple(_closed(pattern, 1) for pattern in patterns)
    seen, queue, found = {state}, [state], set()
    step = cache(_step)  # of each pattern only a few states occur, in many combinations
    steps = 0
    while queue:
        state = queue.pop()
        steps += len(alphabet) * len(patterns)
        if steps > MAX_STEPS:
            raise TooMany
        for char in alphabet:
            following = tuple(step(pattern, at, char) for pattern, at in zip(patterns, state, strict=True))
            found.add(_fitting(patterns, following))
            if following not in seen:
                seen.add(following)
                queue.append(following)
    return found


def _fitting(patterns: Sequence[str], state: Sequence[int]) -> Truths:
    return frozenset(pattern for pattern, at in zip(patterns, state, strict=True) if at >> len(pattern) & 1)


def _accepts(pattern: str, text: str) -> bool:
    at = _closed(pattern, 1)
    for char in text:
        at = _step(pattern, at, char)
    return bool(at >> len(pattern) & 1)


def _step(pattern: str, at: int, char: str) -> int:
    """Positions in the pattern (a bit each) after one more character."""
    following = 0
    for place, wanted in enumerate(pattern):
        if at >> place & 1:
            if wanted == "*":
                following |= 1 << place
            elif wanted in ("?", char):
                following |= 1 << place + 1
    return _closed(pattern, following)


def _closed(pattern: str, at: int) -> int:
    """A star may also stand for nothing."""
    for place, wanted in enumerate(pattern):
        if wanted == "*" and at >> place & 1:
            at |= 1 << place + 1
    return at
