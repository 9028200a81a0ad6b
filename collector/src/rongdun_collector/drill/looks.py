"""What a check-in adds to the journal of a drill; a pure function."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rongdun_contract.wire import CheckIn

SHORTEST_GAP = timedelta(seconds=90)
"""A heartbeat says that all was looked at. Where no event tells of a section, that takes an agent half a minute."""
PERIODS = 3
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Looks at one root, one after the other without a gap: a row of the journal.

    All but `taken_at` and `agent_at` (the agent's clock at its first and last look) are receive times, and greater from
    look to look. `second_at` is None while there was only one look.
    """

    received_at: datetime
    epoch: str
    sequence: int
    root: str
    taken_at: datetime
    agent_at: datetime
    second_at: datetime | None
    confirmed_at: datetime
    gap_from: datetime | None


def longest_silence(period_s: float) -> timedelta:
    """How long a watching host may say nothing before it counts as cut off."""
    return max(PERIODS * timedelta(seconds=period_s), SHORTEST_GAP)


def look(last: Stretch | None, checkin: CheckIn, now: datetime, *, repeated: bool, silence: timedelta) -> Stretch:
    """The stretch that a check-in begins or continues; `last` itself where it says nothing new.

    A check-in that is only sent again (the answer was lost) is no second look: the agent's clock tells them apart,
    whichever way that clock was set meanwhile.
    """
    agent_at = max(checkin.taken_at, checkin.confirmed_until or checkin.taken_at)
    if last is None:
        return _begun(checkin, agent_at, now, None)
    if repeated and (checkin.root != last.root or agent_at == last.agent_at):
        return last
    at = max(now, last.confirmed_at + INSTANT)
    gap_from = last.confirmed_at if at - last.confirmed_at > silence else None
    if gap_from is not None or checkin.root != last.root:
        return _begun(checkin, agent_at, at, gap_from)
    return replace(last, agent_at=agent_at, second_at=last.second_at or at, confirmed_at=at)


def _begun(checkin: CheckIn, agent_at: datetime, at: datetime, gap_from: datetime | None) -> Stretch:
    """A new stretch; an agent that says until when it was so has looked twice already."""
    second_at = at + INSTANT if agent_at > checkin.taken_at else None
    return Stretch(
        received_at=at,
        epoch=checkin.epoch,
        sequence=checkin.sequence,
        root=checkin.root,
        taken_at=checkin.taken_at,
        agent_at=agent_at,
        second_at=second_at,
        confirmed_at=second_at or at,
        gap_from=gap_from,
    )
