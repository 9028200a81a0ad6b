"""What was seen on the wire: which looks are still to be counted in, and what they came to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, text

from rongdun_collector.devices.sightings import Sighting, Spot
from rongdun_collector.store.tables.columns import to_microseconds
from rongdun_collector.store.tables.devices import WIRE_OBSERVERS, WIRE_SIGHTINGS
from rongdun_collector.store.tables.facts import SECTION_INTERVALS
from rongdun_collector.store.tables.hosts import HOSTS

SECTION = "devices"
_PORTION = 500
_INTERVAL = SECTION_INTERVALS.c
_STORE = text(
    "INSERT INTO wire_sightings (host, interface, mac, first_at, presence, since, present_at) "
    "VALUES (:host, :interface, :mac, :first_at, :presence, :since, :present_at) "
    "ON CONFLICT (host, interface, mac) DO UPDATE SET "
    "presence = excluded.presence, since = excluded.since, present_at = excluded.present_at"
)
_OBSERVE = text("INSERT INTO wire_observers (host, folded_at) VALUES (:host, 0) ON CONFLICT (host) DO NOTHING")
_FOLDED = text("UPDATE wire_observers SET folded_at = :at WHERE host = :host")


@dataclass(frozen=True, slots=True)
class Look:
    """From `at` on the host's section was this document (None: it could not be had)."""

    at: datetime
    facts: str | None


def due_observers(connection: Connection, hosts: Collection[str] | None = None) -> list[str]:
    """Hosts (of these, or of all) whose newest `devices` section is not counted in yet."""
    newest = and_(_INTERVAL.section == SECTION, _INTERVAL.valid_to.is_(None))
    folded = WIRE_OBSERVERS.c.folded_at
    query = (
        select(_INTERVAL.host)
        .outerjoin(WIRE_OBSERVERS, WIRE_OBSERVERS.c.host == _INTERVAL.host)
        .where(newest, or_(folded.is_(None), folded < _INTERVAL.valid_from))
    )
    if hosts is None:
        return list(connection.scalars(query))
    wanted, found = sorted(hosts), list[str]()
    for at in range(0, len(wanted), _PORTION):
        found += connection.scalars(query.where(_INTERVAL.host.in_(wanted[at : at + _PORTION])))
    return found


def looks_to_fold(connection: Connection, host: str) -> Sequence[Look]:
    """A host's looks that are not counted in yet, in order; nobody else counts them until the transaction ends."""
    connection.execute(_OBSERVE, {"host": host})
    mine = select(WIRE_OBSERVERS.c.folded_at).where(WIRE_OBSERVERS.c.host == host).with_for_update()
    folded_at = connection.scalars(mine).one()
    query = (
        select(_INTERVAL.valid_from, _INTERVAL.facts)
        .where(_INTERVAL.host == host, _INTERVAL.section == SECTION, _INTERVAL.valid_from > folded_at)
        .order_by(_INTERVAL.valid_from)
    )
    return [Look(row.valid_from, row.facts) for row in connection.execute(query)]


def sightings_of(connection: Connection, host: str) -> dict[Spot, Sighting]:
    """What a host knows of its segments."""
    rows = connection.execute(select(WIRE_SIGHTINGS).where(WIRE_SIGHTINGS.c.host == host))
    return {Spot(row.interface, row.mac): _sighting(row) for row in rows}


def all_sightings(connection: Connection) -> list[tuple[str, Spot, Sighting]]:
    """What all hosts that are not retired know: host, spot, sighting."""
    query = select(WIRE_SIGHTINGS).join(HOSTS, HOSTS.c.id == WIRE_SIGHTINGS.c.host).where(HOSTS.c.retired_at.is_(None))
    return [(row.host, Spot(row.interface, row.mac), _sighting(row)) for row in connection.execute(query)]


def store_fold(connection: Connection, host: str, changed: Mapping[Spot, Sighting], folded_at: datetime) -> None:
    """Keep what became of a host's sightings, counted in up to that moment."""
    rows = [
        {
            "host": host,
            "interface": spot.interface,
            "mac": spot.mac,
            "first_at": to_microseconds(one.first_at),
            "presence": one.presence,
            "since": to_microseconds(one.since),
            "present_at": None if one.present_at is None else to_microseconds(one.present_at),
        }
        for spot, one in sorted(changed.items())
    ]
    if rows:
        connection.execute(_STORE, rows)
    connection.execute(_FOLDED, {"host": host, "at": to_microseconds(folded_at)})


def current_documents(connection: Connection, section: str) -> dict[str, str]:
    """The facts that hosts in service have of a section now, by host."""
    query = (
        select(_INTERVAL.host, _INTERVAL.facts)
        .join(HOSTS, HOSTS.c.id == _INTERVAL.host)
        .where(_INTERVAL.section == section, _INTERVAL.valid_to.is_(None), _INTERVAL.facts.is_not(None))
        .where(HOSTS.c.retired_at.is_(None))
    )
    return {row.host: row.facts for row in connection.execute(query)}


def _sighting(row: Row[Any]) -> Sighting:
    return Sighting(row.first_at, row.presence, row.since, row.present_at)
