"""Three-valued logic after Kleene, and `not_applicable`, which drops out; each outcome knows how long it holds."""

import enum
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from rongdun_contract.reasons import Reason


class Truth(enum.Enum):
    """What a condition comes to. The values are the words of the language: `empty: pass`."""

    TRUE = "pass"
    FALSE = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Outcome(NamedTuple):
    """A truth value; why it is unknown; and the moment from which it may be another one with the same facts."""

    truth: Truth
    reason: Reason | None = None
    until: datetime | None = None


HOLDS = Outcome(Truth.TRUE)
FAILS = Outcome(Truth.FALSE)

_OPPOSITE = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}


def unknown(reason: Reason) -> Outcome:
    """It cannot be told, and why."""
    return Outcome(Truth.UNKNOWN, reason)


def negate(outcome: Outcome) -> Outcome:
    """The opposite; unknown stays unknown, what does not apply still does not apply."""
    opposite = _OPPOSITE.get(outcome.truth)
    return outcome if opposite is None else Outcome(opposite, None, outcome.until)


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """False if one is false, else unknown if one is unknown, else true; only `not_applicable` makes not_applicable."""
    return _combined(outcomes, Truth.FALSE, Truth.TRUE)


def any_of(outcomes: Iterable[Outcome]) -> Outcome:
    """True if one is true, else unknown if one is unknown, else false; only `not_applicable` makes not_applicable."""
    return _combined(outcomes, Truth.TRUE, Truth.FALSE)


def earliest(moments: Iterable[datetime | None]) -> datetime | None:
    """The first of some moments; None is never."""
    return min((moment for moment in moments if moment is not None), default=None)


def _combined(outcomes: Iterable[Outcome], decisive: Truth, other: Truth) -> Outcome:
    """One decisive outcome decides, for as long as one of them lasts; otherwise the first to change may change all."""
    soonest: datetime | None = None
    decided_until: datetime | None = None
    reason: Reason | None = None
    applies = False
    for outcome in outcomes:
        truth, why, until = outcome
        if truth is decisive:
            if until is None:
                return outcome
            decided_until = until if decided_until is None else max(decided_until, until)
            continue
        if truth is Truth.UNKNOWN and reason is None:
            reason = why
        applies = applies or truth is not Truth.NOT_APPLICABLE
        if until is not None and (soonest is None or until < soonest):
            soonest = until
    if decided_until is not None:
        return Outcome(decisive, None, decided_until)
    if reason is not None:
        return Outcome(Truth.UNKNOWN, reason, soonest)
    return Outcome(other if applies else Truth.NOT_APPLICABLE, None, soonest)
