"""Yes, no, or undecided, over all ends that a walk may come to."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from rongdun_agent.pam_stacks.chains import Chain, Handler
from rongdun_agent.pam_stacks.machine import Answer, End, TooManyPaths, walk


class Verdict(NamedTuple):
    """`holds` is `None` where guesses decide; `lines` are the handlers that were guessed about."""

    holds: bool | None
    lines: frozenset[int] = frozenset()

    def __and__(self, other: "Verdict") -> "Verdict":
        """Both hold; a sure no outweighs a guess."""
        if self.holds is False or other.holds is False:
            return Verdict(holds=False)
        if self.holds is None or other.holds is None:
            return Verdict(None, self.lines | other.lines)
        return Verdict(holds=True)


Ends = frozenset[End] | None
"""`None`: the chain branches beyond what we follow."""


def ends_of(chain: Chain, answers: Callable[[Handler], Iterable[Answer]]) -> Ends:
    """Walk the chain."""
    try:
        return walk(chain, answers)
    except TooManyPaths:
        return None


def always(ends: Ends, wanted: Callable[[End], bool]) -> Verdict:
    """Every end is as wanted."""
    if ends is None:
        return Verdict(None)
    return _judge([end for end in ends if not wanted(end)], holds_if_none=True)


def possible(ends: Ends, wanted: Callable[[End], bool]) -> Verdict:
    """Some end is as wanted."""
    if ends is None:
        return Verdict(None)
    return _judge([end for end in ends if wanted(end)], holds_if_none=False)


def happened(end: End, event: str) -> list[int]:
    """The handlers at which an event happened on the way to an end."""
    return [at for name, at in end.events if name == event]


def _judge(witnesses: list[End], *, holds_if_none: bool) -> Verdict:
    """One witness that needs no guess is enough against (or for) it."""
    if not witnesses:
        return Verdict(holds=holds_if_none)
    if any(not end.guesses for end in witnesses):
        return Verdict(holds=not holds_if_none)
    return Verdict(None, frozenset().union(*(end.guesses for end in witnesses)))
