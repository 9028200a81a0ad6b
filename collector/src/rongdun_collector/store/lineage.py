"""The lives of a host's agent: epochs of its sequence, gaps in it, copies of it, health of its probes."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, text, update

from rongdun_collector.secret import new_id
from rongdun_collector.store.checkins import HostState
from rongdun_collector.store.tables.columns import to_microseconds
from rongdun_collector.store.tables.hosts import CONFLICTS, EPOCHS, HOST_STATES
from rongdun_contract.wire import CheckIn, ProbeHealth

TWO_COPIES = "two copies of the agent report with one credential"

_KEEP_EPOCH = text(
    "INSERT INTO epochs (host, epoch, sequence, started_at) VALUES (:host, :epoch, :sequence, :at) "
    "ON CONFLICT (host, epoch) DO UPDATE SET sequence = excluded.sequence"
)
_KEEP_GAP = text(
    "INSERT INTO gaps (host, epoch, first, last, merged, before) "
    "VALUES (:host, :epoch, :first, :last, :merged, :before) "
    "ON CONFLICT (host, epoch, first) DO UPDATE SET last = excluded.last, merged = excluded.merged"
)
_KEEP_PROBES = text(
    "INSERT INTO host_probes (host, probes) VALUES (:host, :probes) "
    "ON CONFLICT (host) DO UPDATE SET probes = excluded.probes"
)


def last_sequence(connection: Connection, host: str, epoch: str) -> int | None:
    """The last sequence that was recorded in an epoch which the host has left; None for one never seen."""
    wanted = EPOCHS.c.host == host, EPOCHS.c.epoch == epoch
    return connection.scalar(select(EPOCHS.c.sequence).where(*wanted))


def continue_in(connection: Connection, state: HostState, checkin: CheckIn, now: datetime, *, returned: bool) -> None:
    """The host is at the check-in's epoch and root from now on; `returned` to an epoch it had left, it has a double."""
    if state.epoch is not None and state.epoch != checkin.epoch:
        left = {"host": state.host, "epoch": state.epoch, "sequence": state.sequence, "at": to_microseconds(now)}
        connection.execute(_KEEP_EPOCH, left)
    if returned:
        note_conflict(connection, state.host, None, TWO_COPIES, now)
    here = update(HOST_STATES).where(HOST_STATES.c.host == state.host)
    connection.execute(here.values(epoch=checkin.epoch, root=checkin.root))


def note_conflict(connection: Connection, host: str, other: str | None, reason: str, now: datetime) -> None:
    """Make a conflict visible; one that is open already for the same reason stays as it is."""
    columns = CONFLICTS.c
    same = columns.host == host, columns.other == other, columns.reason == reason, columns.settled_at.is_(None)
    if connection.scalar(select(columns.id).where(*same).limit(1)) is None:
        values = {"id": new_id(), "host": host, "other": other, "since": now, "reason": reason}
        connection.execute(insert(CONFLICTS).values(**values))


def record_gap(connection: Connection, host: str, checkin: CheckIn) -> None:
    """States that the host had to merge away before this one."""
    if checkin.gap is not None:
        values = checkin.gap.model_dump() | {"host": host, "epoch": checkin.epoch}
        connection.execute(_KEEP_GAP, values | {"before": to_microseconds(checkin.taken_at)})


def record_probes(connection: Connection, host: str, probes: Mapping[str, ProbeHealth]) -> None:
    """How each probe fared, until the agent says otherwise."""
    said = {name: probe.model_dump(exclude_none=True) for name, probe in sorted(probes.items())}
    connection.execute(_KEEP_PROBES, {"host": host, "probes": json.dumps(said, ensure_ascii=False)})
