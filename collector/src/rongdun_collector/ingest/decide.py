"""What a check-in means, measured by what the host said last; a pure function."""

from typing import Literal

from rongdun_collector.store.checkins import HostState
from rongdun_contract.wire import CheckIn

Meaning = Literal["unchanged", "changed", "repeated", "diverged"]
"""`unchanged`: a later look at the same facts. `changed`: other facts, or a new epoch. `repeated`: recorded before.
`diverged`: another copy of the agent, or a later life of it, has used these sequence numbers."""


def decide(state: HostState, checkin: CheckIn, earlier: int | None) -> Meaning:
    """The meaning of a check-in; `earlier` is the last sequence of its epoch where that is not the state's epoch."""
    if checkin.epoch != state.epoch:
        return "repeated" if earlier is not None and checkin.sequence <= earlier else "changed"
    if checkin.sequence > state.sequence:
        return "unchanged" if checkin.root == state.root else "changed"
    return "repeated" if _recorded_before(state, checkin) else "diverged"


def _recorded_before(state: HostState, checkin: CheckIn) -> bool:
    if state.taken_at is None or checkin.taken_at > state.taken_at:
        return False
    return checkin.sequence < state.sequence or (checkin.root == state.root and checkin.taken_at == state.taken_at)
