"""GET /hosts/ID/agent: who the host is and why, and how its agent fares."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rongdun_collector.console.host import AsOfText, read_head
from rongdun_collector.console.page import PagesDep
from rongdun_collector.services import ServicesDep
from rongdun_collector.store import fleet, records
from rongdun_collector.store.hosts import HostRow, find_host

router = APIRouter()


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """A host, or a copy of this one (`other` None), that says it is the same."""

    other: HostRow | None
    since: datetime
    reason: str
    active: bool


@router.get("/hosts/{host}/agent", response_class=HTMLResponse)
def get_agent(
    request: Request, host: str, services: ServicesDep, pages: PagesDep, as_of: AsOfText = ""
) -> HTMLResponse:
    """Show the host's identity and its agent's health."""
    heard_since = services.heard_since
    with services.store.read() as connection:
        head = read_head(connection, services, host, as_of)
        conflicts = []
        for one in fleet.conflicts(connection, heard_since, host):
            other = one.host if one.other == host else one.other
            row = find_host(connection, other, heard_since) if other else None
            conflicts.append(ConflictLine(row, one.since, one.reason, one.active))
        enrolments = records.enrolments(connection, host)
        gaps = fleet.gaps(connection, host)
        probes = records.probes(connection, host)
    return pages.render(
        request,
        "host_agent.html",
        head=head,
        conflicts=conflicts,
        enrolments=enrolments,
        gaps=gaps,
        probes=sorted(probes.items(), key=lambda one: (one[1].get("error") is None, one[0])),
        slowest=max([probe.get("seconds", 0) for probe in probes.values()], default=0) or 1,
        tab="agent",
    )
