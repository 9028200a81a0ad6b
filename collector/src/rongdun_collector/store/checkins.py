"""The hot statements: what a batch of check-ins reads and writes, one form per engine, side by side."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from rongdun_collector.store.tables.columns import from_microseconds, to_microseconds

_SELECT_STATES = {
    "sqlite": text(
        """
        SELECT s.host, c.secret, s.epoch, s.sequence, s.root, s.taken_at, s.confirmed_until
        FROM json_each(:hosts) AS asked
        JOIN host_states AS s ON s.host = asked.value
        JOIN credentials AS c ON c.host = s.host AND c.revoked_at IS NULL
        """
    ),
    "postgresql": text(
        """
        SELECT s.host, c.secret, s.epoch, s.sequence, s.root, s.taken_at, s.confirmed_until
        FROM host_states AS s
        JOIN credentials AS c ON c.host = s.host AND c.revoked_at IS NULL
        WHERE s.host = ANY(:hosts)
        ORDER BY s.host
        FOR UPDATE OF s
        """
    ),
}
_UPDATE_STATES = {
    "sqlite": text(
        """
        UPDATE host_states SET
            sequence = json_extract(said.value, '$[1]'), taken_at = json_extract(said.value, '$[2]'),
            confirmed_until = json_extract(said.value, '$[3]'), seen_at = json_extract(said.value, '$[4]'),
            health = json_extract(said.value, '$[5]'), read_at = json_extract(said.value, '$[6]')
        FROM json_each(:rows) AS said
        WHERE host_states.host = json_extract(said.value, '$[0]')
        """
    ),
    "postgresql": text(
        """
        UPDATE host_states AS s SET
            sequence = said.sequence, taken_at = said.taken_at, confirmed_until = said.confirmed_until,
            seen_at = said.seen_at, health = said.health, read_at = said.read_at
        FROM unnest(
            CAST(:host AS text[]), CAST(:sequence AS bigint[]), CAST(:taken_at AS bigint[]),
            CAST(:confirmed_until AS bigint[]), CAST(:seen_at AS bigint[]),
            CAST(:health AS text[]), CAST(:read_at AS text[])
        ) AS said(host, sequence, taken_at, confirmed_until, seen_at, health, read_at)
        WHERE s.host = said.host
        """
    ),
}
_FIELDS = ("host", "sequence", "taken_at", "confirmed_until", "seen_at", "health", "read_at")


@dataclass(frozen=True, slots=True)
class HostState:
    """What a host said last, by which the next check-in is measured; `secret` is its credential's digest."""

    host: str
    secret: str
    epoch: str | None
    sequence: int
    root: str | None
    taken_at: datetime | None
    confirmed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a check-in of an unchanged host writes."""

    host: str
    sequence: int
    taken_at: datetime
    confirmed_until: datetime
    seen_at: datetime
    health: str
    read_at: str | None


def lock_states(connection: Connection, hosts: Collection[str]) -> dict[str, HostState]:
    """The states of these hosts, kept from other writers until the transaction ends; unknown hosts are left out."""
    dialect = connection.dialect.name
    asked: Any = sorted(set(hosts))
    rows = connection.execute(_SELECT_STATES[dialect], {"hosts": json.dumps(asked) if dialect == "sqlite" else asked})
    return {row.host: _state(row) for row in rows}


def write_states(connection: Connection, heard: Sequence[Heard]) -> None:
    """Write all of them in one statement; each host at most once, and in the order in which they are locked."""
    if not heard:
        return
    rows = [_row(item) for item in sorted(heard, key=lambda item: item.host)]
    dialect = connection.dialect.name
    connection.execute(_UPDATE_STATES[dialect], {"rows": json.dumps(rows)} if dialect == "sqlite" else _columns(rows))


def _row(item: Heard) -> tuple[object, ...]:
    moments = map(to_microseconds, (item.taken_at, item.confirmed_until, item.seen_at))
    return item.host, item.sequence, *moments, item.health, item.read_at


def _columns(rows: Iterable[tuple[object, ...]]) -> dict[str, list[object]]:
    return {name: list(values) for name, values in zip(_FIELDS, zip(*rows, strict=True), strict=True)}


def _state(row: Any) -> HostState:  # noqa: ANN401 - a row of a text statement has no type
    return HostState(
        row.host,
        bytes(row.secret).hex(),
        row.epoch,
        row.sequence,
        None if row.root is None else bytes(row.root).hex(),
        None if row.taken_at is None else from_microseconds(row.taken_at),
        None if row.confirmed_until is None else from_microseconds(row.confirmed_until),
    )
