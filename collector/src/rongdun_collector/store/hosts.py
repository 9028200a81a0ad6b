"""Hosts as people and programs ask for them: where they belong, when they were heard of, how they fare."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select, text, update

from rongdun_collector.store import credentials
from rongdun_collector.store.results import LEVEL
from rongdun_collector.store.tables.hosts import CONFLICTS, HOST_STATES, HOSTS
from rongdun_collector.store.tables.register import SYSTEMS, UNITS
from rongdun_collector.store.tables.results import COUNTED, RESULT_INTERVALS, RESULT_SETS

Presence = Literal["reporting", "silent", "never", "retired"]
Order = Literal["hostname", "score", "seen"]


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host with its place in the register, its last word and its present result."""

    id: str
    hostname: str
    agent: str | None
    unit: str | None
    unit_name: str | None
    system: str | None
    system_name: str | None
    level: int
    critical: bool
    presence: Presence
    in_conflict: bool
    enrolled_at: datetime
    seen_at: datetime | None
    taken_at: datetime | None
    confirmed_until: datetime | None
    score: float | None
    confidence: float | None
    counted: dict[str, int] | None
    result_set: str | None
    read_at: str | None
    health: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HostFilter:
    """Which hosts; what is None does not matter. Retired ones are left out unless they are asked for."""

    unit: str | None = None
    system: str | None = None
    level: int | None = None
    presence: Presence | None = None
    conflict: bool | None = None
    hostname_part: str | None = None


class Page(NamedTuple):
    """Which part of a list: by name, by score (worst first) or by when they were heard of (longest ago first)."""

    limit: int
    offset: int = 0
    order: Order = "hostname"


def list_hosts(
    connection: Connection, wanted: HostFilter, heard_since: datetime, page: Page
) -> tuple[int, list[HostRow]]:
    """How many hosts match, and a page of them; a host that was not heard of since then is silent."""
    query = _filtered(_query(heard_since), wanted, heard_since)
    total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(*_ORDERS[page.order], HOSTS.c.hostname, HOSTS.c.id)
    return total, [_row(row) for row in connection.execute(ordered.limit(page.limit).offset(page.offset))]


def all_hosts(connection: Connection, heard_since: datetime) -> list[HostRow]:
    """Every host that is not retired."""
    return [_row(row) for row in connection.execute(_query(heard_since).where(HOSTS.c.retired_at.is_(None)))]


def find_host(connection: Connection, host: str, heard_since: datetime) -> HostRow | None:
    """One host by its id."""
    row = connection.execute(_query(heard_since).where(HOSTS.c.id == host)).first()
    return None if row is None else _row(row)


def count_presence(connection: Connection, wanted: HostFilter, heard_since: datetime) -> dict[Presence, int]:
    """How many of these hosts report, are silent or never reported."""
    found = _filtered(_query(heard_since), wanted, heard_since).subquery()
    query = select(found.c.presence, func.count()).group_by(found.c.presence)
    return {row[0]: row[1] for row in connection.execute(query)}


def ids_of(connection: Connection, wanted: HostFilter, heard_since: datetime) -> frozenset[str]:
    """The ids of all these hosts."""
    query = _filtered(_query(heard_since), wanted, heard_since).with_only_columns(HOSTS.c.id)
    return frozenset(connection.scalars(query))


def presence_by_unit(connection: Connection, heard_since: datetime) -> dict[tuple[str | None, str], int]:
    """How many hosts of each unit report, are silent or never reported; retired ones are left out."""
    presence = _presence(heard_since)
    query = (
        select(HOSTS.c.unit, presence, func.count())
        .join(HOST_STATES, HOST_STATES.c.host == HOSTS.c.id)
        .where(HOSTS.c.retired_at.is_(None))
        .group_by(HOSTS.c.unit, text("2"))
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def place(connection: Connection, host: str, unit: str | None, system: str | None) -> None:
    """Who answers for the host from now on, and to which system it belongs."""
    connection.execute(update(HOSTS).where(HOSTS.c.id == host).values(unit=unit, system=system))


def retire(connection: Connection, host: str, now: datetime) -> bool:
    """The host is out of service: it may not report any more; whether there was such a host."""
    credentials.revoke(connection, host, now)
    settled = or_(CONFLICTS.c.host == host, CONFLICTS.c.other == host), CONFLICTS.c.settled_at.is_(None)
    connection.execute(update(CONFLICTS).where(*settled).values(settled_at=now))
    return connection.execute(update(HOSTS).where(HOSTS.c.id == host).values(retired_at=now)).rowcount == 1


def _presence(heard_since: datetime) -> ColumnElement[str]:
    return case(
        (HOSTS.c.retired_at.is_not(None), "retired"),
        (HOST_STATES.c.seen_at.is_(None), "never"),
        (HOST_STATES.c.seen_at < heard_since, "silent"),
        else_="reporting",
    )


_IN_CONFLICT = (
    select(CONFLICTS.c.id)
    .where(or_(CONFLICTS.c.host == HOSTS.c.id, CONFLICTS.c.other == HOSTS.c.id), CONFLICTS.c.settled_at.is_(None))
    .exists()
)
_ORDERS: dict[Order, tuple[ColumnElement[Any], ...]] = {
    "hostname": (),
    "score": (RESULT_SETS.c.score.is_(None), RESULT_SETS.c.score),
    "seen": (HOST_STATES.c.seen_at.is_not(None), HOST_STATES.c.seen_at),
}


def _query(heard_since: datetime) -> Select[Any]:
    current = and_(RESULT_INTERVALS.c.host == HOSTS.c.id, RESULT_INTERVALS.c.valid_to.is_(None))
    return (
        select(
            HOSTS.c.id,
            HOSTS.c.hostname,
            HOSTS.c.unit,
            UNITS.c.name.label("unit_name"),
            HOSTS.c.system,
            SYSTEMS.c.name.label("system_name"),
            LEVEL.label("level"),
            func.coalesce(SYSTEMS.c.critical, False).label("is_critical"),
            _presence(heard_since).label("presence"),
            _IN_CONFLICT.label("in_conflict"),
            HOSTS.c.enrolled_at,
            HOST_STATES.c.seen_at,
            HOST_STATES.c.taken_at,
            HOST_STATES.c.confirmed_until,
            HOST_STATES.c.health,
            HOST_STATES.c.read_at,
            RESULT_INTERVALS.c.result_set,
            RESULT_SETS.c.score,
            RESULT_SETS.c.confidence,
            *(RESULT_SETS.c[name] for name in COUNTED),
        )
        .join(HOST_STATES, HOST_STATES.c.host == HOSTS.c.id)
        .outerjoin(UNITS, UNITS.c.id == HOSTS.c.unit)
        .outerjoin(SYSTEMS, SYSTEMS.c.id == HOSTS.c.system)
        .outerjoin(RESULT_INTERVALS, current)
        .outerjoin(RESULT_SETS, RESULT_SETS.c.digest == RESULT_INTERVALS.c.result_set)
    )


def _filtered(query: Select[Any], wanted: HostFilter, heard_since: datetime) -> Select[Any]:
    if wanted.presence is None:
        query = query.where(HOSTS.c.retired_at.is_(None))
    else:
        query = query.where(_presence(heard_since).in_([wanted.presence]))
    if wanted.unit is not None:
        query = query.where(or_(HOSTS.c.unit == wanted.unit, UNITS.c.name == wanted.unit))
    if wanted.system is not None:
        query = query.where(or_(HOSTS.c.system == wanted.system, SYSTEMS.c.name == wanted.system))
    if wanted.level is not None:
        query = query.where(LEVEL.in_([wanted.level]))
    if wanted.conflict is not None:
        query = query.where(_IN_CONFLICT if wanted.conflict else ~_IN_CONFLICT)
    if wanted.hostname_part:
        query = query.where(HOSTS.c.hostname.icontains(wanted.hostname_part, autoescape=True))
    return query


def _row(row: Row[Any]) -> HostRow:
    health = json.loads(row.health) if row.health else {}
    return HostRow(
        id=row.id,
        hostname=row.hostname,
        agent=health.get("agent"),
        unit=row.unit,
        unit_name=row.unit_name,
        system=row.system,
        system_name=row.system_name,
        level=row.level,
        critical=bool(row.is_critical),
        presence=row.presence,
        in_conflict=bool(row.in_conflict),
        enrolled_at=row.enrolled_at,
        seen_at=row.seen_at,
        taken_at=row.taken_at,
        confirmed_until=row.confirmed_until,
        score=row.score,
        confidence=row.confidence,
        counted=None if row.result_set is None else {name: getattr(row, name) for name in COUNTED},
        result_set=row.result_set,
        read_at=row.read_at,
        health=health,
    )
