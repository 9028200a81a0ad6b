"""The journal of drills: what a batch of check-ins of watching hosts reads and writes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, insert, select, text

from rongdun_collector.drill.looks import Stretch
from rongdun_collector.store.tables.columns import EPOCH, to_microseconds
from rongdun_collector.store.tables.drills import DRILL_HOSTS, DRILL_JOURNAL, DRILL_REFERENCES

_H, _J = DRILL_HOSTS.c, DRILL_JOURNAL.c
_STRETCH = ("received_at", "epoch", "sequence", "root", "taken_at", "agent_at", "second_at", "confirmed_at", "gap_from")
_WATCHED = {
    "sqlite": text(
        """
        UPDATE drill_journal SET
            agent_at = json_extract(said.value, '$[3]'), second_at = json_extract(said.value, '$[4]'),
            confirmed_at = json_extract(said.value, '$[5]')
        FROM json_each(:rows) AS said
        WHERE drill = json_extract(said.value, '$[0]') AND host = json_extract(said.value, '$[1]')
            AND received_at = json_extract(said.value, '$[2]')
        """
    ),
    "postgresql": text(
        """
        UPDATE drill_journal AS j SET
            agent_at = said.agent_at, second_at = said.second_at, confirmed_at = said.confirmed_at
        FROM unnest(
            CAST(:drill AS text[]), CAST(:host AS text[]), CAST(:received_at AS bigint[]), CAST(:agent_at AS bigint[]),
            CAST(:second_at AS bigint[]), CAST(:confirmed_at AS bigint[])
        ) AS said(drill, host, received_at, agent_at, second_at, confirmed_at)
        WHERE j.drill = said.drill AND j.host = said.host AND j.received_at = said.received_at
        """
    ),
}
_NOTE = text("UPDATE drill_hosts SET looked_at = :at WHERE drill = :drill AND host = :host")
_FIELDS = ("drill", "host", "received_at", "agent_at", "second_at", "confirmed_at")


@dataclass(frozen=True, slots=True)
class Watching:
    """A host of a drill as the journal has it: the reference that it pinned, the ones it named, its last stretch."""

    drill: str
    host: str
    reference: str
    epoch: str | None
    named: frozenset[str]
    last: Stretch | None


class Pin(NamedTuple):
    """A host named a state as its reference; `why` says what is odd about one that is not the first."""

    drill: str
    host: str
    reference: str
    at: datetime
    why: str | None = None


def watching(connection: Connection, asked: Mapping[str, str]) -> dict[str, Watching]:
    """The hosts of `asked` (each with its drill) that pinned a reference, by host."""
    if not asked:
        return {}
    latest = (
        select(func.max(_J.received_at)).where(_J.drill == _H.drill, _J.host == _H.host).correlate(DRILL_HOSTS)
    ).scalar_subquery()
    joined = and_(_J.drill == _H.drill, _J.host == _H.host, _J.received_at == latest)
    query = select(_H.drill, _H.host, _H.reference, *(_J[name] for name in _STRETCH))
    query = query.select_from(DRILL_HOSTS.outerjoin(DRILL_JOURNAL, joined))
    query = query.where(_H.host.in_(asked), _H.drill.in_(set(asked.values())))
    rows = [row for row in connection.execute(query) if asked[row.host] == row.drill]
    named = _named(connection, asked)
    return {
        row.host: Watching(
            drill=row.drill,
            host=row.host,
            reference=row.reference,
            epoch=row.epoch,
            named=named.get(row.host, frozenset()),
            last=None if row.received_at is None else Stretch(*(getattr(row, name) for name in _STRETCH)),
        )
        for row in rows
    }


def pin(connection: Connection, pinned: Pin, unit: str) -> None:
    """The reference of a host in a drill: the first one that it named."""
    row = {"drill": pinned.drill, "host": pinned.host, "unit": unit, "reference": pinned.reference}
    connection.execute(insert(DRILL_HOSTS), row | {"pinned_at": pinned.at, "looked_at": EPOCH, "folded_at": EPOCH})
    pin_again(connection, pinned)


def pin_again(connection: Connection, pinned: Pin) -> None:
    """A state that a host named as its reference; one that is not the first is shown, and not compared with."""
    connection.execute(insert(DRILL_REFERENCES), pinned._asdict())


def add_stretches(connection: Connection, begun: Sequence[tuple[str, str, Stretch]]) -> None:
    """Write new stretches, each with its drill and host."""
    if begun:
        rows = [
            {"drill": drill, "host": host} | {name: getattr(stretch, name) for name in _STRETCH}
            for drill, host, stretch in begun
        ]
        connection.execute(insert(DRILL_JOURNAL), rows)


def continue_stretches(connection: Connection, said: Iterable[tuple[str, str, Stretch]]) -> None:
    """Write what was looked at again, in one statement."""
    rows = [_row(drill, host, stretch) for drill, host, stretch in said]
    if not rows:
        return
    dialect = connection.dialect.name
    if dialect == "sqlite":
        connection.execute(_WATCHED[dialect], {"rows": json.dumps(rows)})
    else:
        columns = zip(_FIELDS, zip(*rows, strict=True), strict=True)
        connection.execute(_WATCHED[dialect], {name: list(values) for name, values in columns})


def note_looks(connection: Connection, looked: Iterable[tuple[str, str, datetime]]) -> None:
    """These hosts (each with its drill) have looks until a moment that are to be evaluated."""
    rows = [{"drill": drill, "host": host, "at": to_microseconds(at)} for drill, host, at in sorted(looked)]
    if rows:
        connection.execute(_NOTE, rows)


def _named(connection: Connection, asked: Mapping[str, str]) -> dict[str, frozenset[str]]:
    columns = DRILL_REFERENCES.c
    query = select(columns.drill, columns.host, columns.reference)
    found: dict[str, frozenset[str]] = {}
    for row in connection.execute(query.where(columns.host.in_(asked), columns.drill.in_(set(asked.values())))):
        if asked[row.host] == row.drill:
            found[row.host] = found.get(row.host, frozenset()) | {row.reference}
    return found


def _row(drill: str, host: str, stretch: Stretch) -> tuple[str | int | None, ...]:
    moments = (stretch.received_at, stretch.agent_at, stretch.second_at, stretch.confirmed_at)
    return drill, host, *(None if at is None else to_microseconds(at) for at in moments)
