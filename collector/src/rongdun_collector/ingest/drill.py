"""Check-ins of hosts that watch for a drill: their references and looks, in the transaction that records them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from rongdun_collector.drill.looks import Stretch, look
from rongdun_collector.drill.orders import Part
from rongdun_collector.store import drill_journal
from rongdun_collector.store.drill_journal import Pin, Watching
from rongdun_contract.wire import CheckIn

SAME_LIFE = "the agent pinned another state in the same life of its spool"
NEW_LIFE = "the agent began a new life of its spool and pinned anew: its state directory was lost, copied or set back"


@dataclass(frozen=True, slots=True)
class Watched:
    """A recorded check-in of a host that has a part in an open drill; `repeated`: no new state or sequence."""

    host: str
    part: Part
    checkin: CheckIn
    repeated: bool


def write_journal(connection: Connection, heard: Sequence[Watched], now: datetime) -> frozenset[str]:
    """Write down all of it; the hosts of which something is to be evaluated."""
    if not heard:
        return frozenset()
    known = drill_journal.watching(connection, {one.host: one.part.drill for one in heard})
    before = {host: watching.last for host, watching in known.items()}
    after: dict[tuple[str, str, datetime], Stretch] = {}
    for one in heard:
        watching = _pinned(connection, known.get(one.host), one, now)
        if watching is not None:
            stretch = look(watching.last, one.checkin, now, repeated=one.repeated, silence=one.part.silence)
            known[one.host] = replace(watching, last=stretch)
            after[watching.drill, one.host, stretch.received_at] = stretch
    return _written(connection, before, after)


def _written(
    connection: Connection, before: Mapping[str, Stretch | None], after: Mapping[tuple[str, str, datetime], Stretch]
) -> frozenset[str]:
    begun: list[tuple[str, str, Stretch]] = []
    continued: list[tuple[str, str, Stretch]] = []
    looked: dict[tuple[str, str], datetime] = {}
    for (drill, host, at), stretch in after.items():
        was = before.get(host)
        is_same = was is not None and was.received_at == at
        (continued if is_same else begun).append((drill, host, stretch))
        if was is None or not is_same or was.second_at != stretch.second_at:
            looked[drill, host] = stretch.second_at or at
    drill_journal.add_stretches(connection, begun)
    drill_journal.continue_stretches(connection, continued)
    drill_journal.note_looks(connection, [(*place, at) for place, at in looked.items()])
    return frozenset(host for _, host in looked)


def _pinned(connection: Connection, known: Watching | None, heard: Watched, now: datetime) -> Watching | None:
    """The host with its reference; None for one that does not watch yet."""
    said, part = heard.checkin.drill, heard.part
    if said is None or said.id != part.drill:
        return known
    if known is None:
        drill_journal.pin(connection, Pin(part.drill, heard.host, said.reference, now), part.unit)
        named = frozenset({said.reference})
        return Watching(part.drill, heard.host, said.reference, heard.checkin.epoch, named, None)
    if said.reference not in known.named:
        why = SAME_LIFE if known.epoch == heard.checkin.epoch else NEW_LIFE
        drill_journal.pin_again(connection, Pin(part.drill, heard.host, said.reference, now, why))
        return replace(known, named=known.named | {said.reference})
    return known
