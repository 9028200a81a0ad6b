"""The fleet counted: hosts by what they share, and by what changed between two moments."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from rongdun_collector.store.results import LEVEL
from rongdun_collector.store.tables.hosts import CONFLICTS, GAPS, HOST_STATES, HOSTS
from rongdun_collector.store.tables.register import SYSTEMS
from rongdun_collector.store.tables.results import RESULT_INTERVALS, RESULT_SETS

_PORTION = 500


@dataclass(frozen=True, slots=True)
class Group:
    """Hosts of one unit, system and level with the same result; only those that report."""

    unit: str | None
    system: str | None
    level: int
    result_set: str
    hosts: int


@dataclass(frozen=True, slots=True)
class Change:
    """A host whose result is another than it was; None where it had none."""

    host: str
    hostname: str
    unit: str | None
    before: str | None
    after: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """Hosts, or copies of one, that say they are the same; `active` while both still report."""

    host: str
    other: str | None
    since: datetime
    reason: str
    active: bool


def groups(connection: Connection, heard_since: datetime) -> list[Group]:
    """The reporting hosts, counted by what they share."""
    by = (HOSTS.c.unit, HOSTS.c.system, LEVEL, RESULT_INTERVALS.c.result_set)
    query = (
        select(*by, func.count())
        .select_from(HOSTS)
        .join(HOST_STATES, HOST_STATES.c.host == HOSTS.c.id)
        .join(RESULT_INTERVALS, and_(RESULT_INTERVALS.c.host == HOSTS.c.id, RESULT_INTERVALS.c.valid_to.is_(None)))
        .outerjoin(SYSTEMS, SYSTEMS.c.id == HOSTS.c.system)
        .where(HOSTS.c.retired_at.is_(None), HOST_STATES.c.seen_at >= heard_since)
        .group_by(*by)
    )
    return [Group(*row) for row in connection.execute(query)]


def result_sets(connection: Connection, digests: Collection[str]) -> dict[str, bytes]:
    """Result sets in their stored form, by digest."""
    wanted, found = sorted(digests), {}
    for at in range(0, len(wanted), _PORTION):
        query = select(RESULT_SETS.c.digest, RESULT_SETS.c.data).where(
            RESULT_SETS.c.digest.in_(wanted[at : at + _PORTION])
        )
        found.update({row.digest: row.data for row in connection.execute(query)})
    return found


def changes(connection: Connection, since: datetime) -> list[Change]:
    """Hosts whose result now is another than it was at that moment, the latest first."""
    now, then = RESULT_INTERVALS.alias("now"), RESULT_INTERVALS.alias("then")
    at_that_time = and_(
        then.c.host == now.c.host,
        then.c.valid_from <= since,
        or_(then.c.valid_to.is_(None), then.c.valid_to > since),
    )
    query = (
        select(HOSTS.c.id, HOSTS.c.hostname, HOSTS.c.unit, then.c.result_set, now.c.result_set, now.c.valid_from)
        .select_from(now)
        .join(HOSTS, HOSTS.c.id == now.c.host)
        .outerjoin(then, at_that_time)
        .where(now.c.valid_to.is_(None), now.c.valid_from > since, HOSTS.c.retired_at.is_(None))
        .where(or_(then.c.result_set.is_(None), then.c.result_set != now.c.result_set))
        .order_by(now.c.valid_from.desc(), HOSTS.c.id)
    )
    return [Change(*row) for row in connection.execute(query)]


def fell_silent(
    connection: Connection, since: datetime, now: datetime, silent_after: timedelta
) -> list[tuple[str, str, datetime]]:
    """Hosts that went silent between the two moments: id, hostname, when they were last heard of."""
    query = (
        select(HOSTS.c.id, HOSTS.c.hostname, HOST_STATES.c.seen_at)
        .join(HOST_STATES, HOST_STATES.c.host == HOSTS.c.id)
        .where(HOSTS.c.retired_at.is_(None), HOST_STATES.c.seen_at < now - silent_after)
        .where(HOST_STATES.c.seen_at >= since - silent_after)
        .order_by(HOST_STATES.c.seen_at)
    )
    return [(row.id, row.hostname, row.seen_at) for row in connection.execute(query)]


def enrolled_since(connection: Connection, since: datetime) -> list[tuple[str, str, datetime]]:
    """Hosts that are new since that moment: id, hostname, when they were enrolled."""
    query = select(HOSTS.c.id, HOSTS.c.hostname, HOSTS.c.enrolled_at).where(HOSTS.c.enrolled_at > since)
    return [(row.id, row.hostname, row.enrolled_at) for row in connection.execute(query.order_by(HOSTS.c.enrolled_at))]


def conflicts(connection: Connection, heard_since: datetime, host: str | None = None) -> list[Conflict]:
    """Conflicts that nobody has settled, of the fleet or of one host."""
    mine, theirs = HOST_STATES.alias("mine"), HOST_STATES.alias("theirs")
    columns = CONFLICTS.c
    wanted: list[ColumnElement[bool]] = [columns.settled_at.is_(None)]
    if host is not None:
        wanted.append(or_(columns.host == host, columns.other == host))
    query = (
        select(columns.host, columns.other, columns.since, columns.reason, mine.c.seen_at, theirs.c.seen_at)
        .join(mine, mine.c.host == columns.host)
        .outerjoin(theirs, theirs.c.host == columns.other)
        .where(*wanted)
        .order_by(columns.since.desc())
    )
    return [
        Conflict(row[0], row[1], row[2], row[3], _both_report(row[1], row[4], row[5], heard_since))
        for row in connection.execute(query)
    ]


def gaps(connection: Connection, host: str) -> list[tuple[datetime, int]]:
    """Where states of a host were merged away: before which moment, and how many."""
    query = select(GAPS.c.before, GAPS.c.merged).where(GAPS.c.host == host).order_by(GAPS.c.before.desc())
    return [(row.before, row.merged) for row in connection.execute(query)]


def gaps_since(connection: Connection, since: datetime) -> list[tuple[str, str, datetime, int]]:
    """Where states of living hosts were merged away since that moment: id, hostname, before which moment, how many."""
    query = (
        select(HOSTS.c.id, HOSTS.c.hostname, GAPS.c.before, GAPS.c.merged)
        .join(GAPS, GAPS.c.host == HOSTS.c.id)
        .where(HOSTS.c.retired_at.is_(None), GAPS.c.before > since)
        .order_by(GAPS.c.before.desc())
    )
    return [(row.id, row.hostname, row.before, row.merged) for row in connection.execute(query)]


def _both_report(other: str | None, mine: datetime | None, theirs: datetime | None, heard_since: datetime) -> bool:
    heard = [moment is not None and moment >= heard_since for moment in (mine, theirs)]
    return heard[0] and (other is None or heard[1])
