"""The hosts of a drill as they are stored: what they pinned, when they were heard of, when they were not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, and_, func, or_, select, type_coerce

from rongdun_collector.drill.clocks import Span
from rongdun_collector.drill.records import Pinned
from rongdun_collector.store.tables.drills import DRILL_HOSTS, DRILL_JOURNAL, DRILL_REFERENCES
from rongdun_collector.store.tables.facts import MANIFESTS
from rongdun_collector.store.tables.hosts import HOSTS

_H, _J, _R = DRILL_HOSTS.c, DRILL_JOURNAL.c, DRILL_REFERENCES.c


@dataclass(frozen=True, slots=True)
class HostSeen:
    """A host of a drill: its reference, and when it was first and last heard of in the drill; None: not yet."""

    host: str
    hostname: str
    unit: str
    system: str | None
    reference: str | None
    reference_known: bool
    first_heard: datetime | None
    last_heard: datetime | None
    skew_s: float | None
    repinned: tuple[Pinned, ...]


class Place(NamedTuple):
    """A host in service, and the unit that it takes part with; `pinned`: it has named its reference."""

    host: str
    unit: str
    pinned: bool


def places(connection: Connection, drill: str, units: Collection[str]) -> list[Place]:
    """The hosts that are to watch for a drill: those that pinned a reference, and those that these units have now."""
    mine = and_(_H.host == HOSTS.c.id, _H.drill == drill)
    query = (
        select(HOSTS.c.id, func.coalesce(_H.unit, HOSTS.c.unit), _H.host.is_not(None))
        .select_from(HOSTS.outerjoin(DRILL_HOSTS, mine))
        .where(HOSTS.c.retired_at.is_(None), or_(_H.host.is_not(None), HOSTS.c.unit.in_(units)))
    )
    return [Place(host, unit, bool(pinned)) for host, unit, pinned in connection.execute(query)]


def hosts_seen(connection: Connection, drill: str, units: Collection[str], as_of: datetime) -> list[HostSeen]:
    """Hosts that pinned a reference until then, and hosts in service of these units that have not; by name."""
    pinned = and_(_H.host == HOSTS.c.id, _H.drill == drill, _H.pinned_at <= as_of)
    place = _J.drill == drill, _J.host == HOSTS.c.id, _J.received_at <= as_of
    first = select(func.min(_J.received_at)).where(*place).correlate(HOSTS).scalar_subquery()
    last = select(func.max(_J.received_at)).where(*place).correlate(HOSTS).scalar_subquery()
    latest = and_(_J.drill == drill, _J.host == HOSTS.c.id, _J.received_at == last)
    query = (
        select(
            HOSTS.c.id,
            HOSTS.c.hostname,
            func.coalesce(_H.unit, HOSTS.c.unit).label("unit"),
            HOSTS.c.system,
            _H.reference,
            select(MANIFESTS.c.root).where(MANIFESTS.c.root == _H.reference).exists().label("is_known"),
            first.label("first_heard"),
            _J.confirmed_at,
            _J.agent_at,
        )
        .select_from(HOSTS.outerjoin(DRILL_HOSTS, pinned).outerjoin(DRILL_JOURNAL, latest))
        .where(or_(_H.host.is_not(None), and_(HOSTS.c.unit.in_(units), HOSTS.c.retired_at.is_(None))))
        .order_by(HOSTS.c.hostname, HOSTS.c.id)
    )
    named = _repinned(connection, drill, as_of)
    return [
        HostSeen(
            host=row.id,
            hostname=row.hostname,
            unit=row.unit,
            system=row.system,
            reference=row.reference,
            reference_known=bool(row.is_known),
            first_heard=row.first_heard,
            last_heard=None if row.confirmed_at is None else min(row.confirmed_at, as_of),
            skew_s=None if row.agent_at is None else (row.confirmed_at - row.agent_at).total_seconds(),
            repinned=named.get(row.id, ()),
        )
        for row in connection.execute(query)
    ]


def folded(connection: Connection, drill: str) -> tuple[int, ...]:
    """How far the journal of each host is evaluated: where this is the same, so is all that was found."""
    query = select(type_coerce(_H.folded_at, BigInteger)).where(_H.drill == drill).order_by(_H.host)
    return tuple(connection.scalars(query))


def unit_of(connection: Connection, drill: str, host: str) -> str | None:
    """The unit that a host takes part with: the one it had when it pinned its reference, else the one it has."""
    pinned = connection.scalar(select(_H.unit).where(_H.drill == drill, _H.host == host))
    return pinned or connection.scalar(select(HOSTS.c.unit).where(HOSTS.c.id == host))


def gaps(connection: Connection, drill: str, as_of: datetime) -> dict[str, tuple[Span, ...]]:
    """Times in which hosts were not heard of, by host, each ended by a look."""
    query = select(_J.host, _J.gap_from, _J.received_at)
    query = query.where(_J.drill == drill, _J.gap_from.is_not(None), _J.received_at <= as_of).order_by(_J.received_at)
    found: dict[str, tuple[Span, ...]] = {}
    for row in connection.execute(query):
        found[row.host] = (*found.get(row.host, ()), Span(row.gap_from, row.received_at))
    return found


def _repinned(connection: Connection, drill: str, as_of: datetime) -> dict[str, tuple[Pinned, ...]]:
    query = select(DRILL_REFERENCES).where(_R.drill == drill, _R.why.is_not(None), _R.at <= as_of).order_by(_R.at)
    found: dict[str, tuple[Pinned, ...]] = {}
    for row in connection.execute(query):
        found[row.host] = (*found.get(row.host, ()), Pinned(row.reference, row.at, row.why))
    return found
