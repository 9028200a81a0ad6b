"""Hosts: the list, and one of them with why it is who it is."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from rongdun_collector.api.answer import AnswerModel, HostSummary, host_summary
from rongdun_collector.api.parameters import HostFilterDep
from rongdun_collector.problems import not_found
from rongdun_collector.services import ServicesDep
from rongdun_collector.store import fleet, records
from rongdun_collector.store import hosts as stored
from rongdun_collector.store.hosts import HostRow, Order, Page

router = APIRouter(tags=["hosts"])
MOST = 1000


class HostPage(AnswerModel):
    """A page of hosts; `next_offset` is null on the last one."""

    total: int
    next_offset: int | None
    hosts: list[HostSummary]


class ConflictAnswer(AnswerModel):
    """A host (or a copy of this one, where `other` is null) that says it is the same; `active` while both report."""

    other: str | None
    since: datetime
    reason: str
    active: bool


class EnrolmentAnswer(AnswerModel):
    """When it was enrolled, and why it was taken for a new host or for one already known."""

    at: datetime
    decision: str
    reasons: list[str]
    claims: dict[str, Any]


class GapAnswer(AnswerModel):
    """States that the host had to merge away before that moment, because nobody fetched them."""

    before: datetime
    states: int


class HostDetail(AnswerModel):
    """A host, its identity explained, and how its agent fares."""

    host: HostSummary
    enrolments: list[EnrolmentAnswer]
    conflicts: list[ConflictAnswer]
    gaps: list[GapAnswer]
    health: dict[str, Any]
    probes: dict[str, Any]


@router.get("/v1/hosts")
def get_hosts(
    services: ServicesDep,
    wanted: HostFilterDep,
    order: Order = "hostname",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> HostPage:
    """List hosts by name, by score (worst first) or by when they were heard of (longest ago first)."""
    with services.store.read() as connection:
        page = Page(limit, offset, order)
        total, rows = stored.list_hosts(connection, wanted, services.heard_since, page)
    following = offset + len(rows)
    return HostPage(
        total=total,
        next_offset=following if rows and following < total else None,
        hosts=[host_summary(row) for row in rows],
    )


@router.get("/v1/hosts/{host}")
def get_host(host: str, services: ServicesDep) -> HostDetail:
    """One host: who it is and why, where it belongs, what its agent says of itself."""
    with services.store.read() as connection:
        row = known_host(connection, host, services.heard_since)
        return HostDetail(
            host=host_summary(row),
            enrolments=[EnrolmentAnswer(**record) for record in records.enrolments(connection, host)],
            conflicts=_conflicts(connection, host, services.heard_since),
            gaps=[GapAnswer(before=before, states=merged) for before, merged in fleet.gaps(connection, host)],
            health=row.health,
            probes=records.probes(connection, host),
        )


def known_host(connection: Connection, host: str, heard_since: datetime) -> HostRow:
    """The host, or 404."""
    row = stored.find_host(connection, host, heard_since)
    if row is None:
        raise not_found(f"there is no host {host!r}", "GET /v1/hosts lists them.")
    return row


def _conflicts(connection: Connection, host: str, heard_since: datetime) -> list[ConflictAnswer]:
    return [
        ConflictAnswer(
            other=found.host if found.other == host else found.other,
            since=found.since,
            reason=found.reason,
            active=found.active,
        )
        for found in fleet.conflicts(connection, heard_since, host)
    ]
