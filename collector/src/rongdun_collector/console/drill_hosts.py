"""GET /drills/ID/hosts: who watches, who lags, who is blind for what."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rongdun_collector.console.drill import read_drill
from rongdun_collector.console.page import PagesDep
from rongdun_collector.drill.figures import HOST_STATES, host_state
from rongdun_collector.drill.records import DrillHost
from rongdun_collector.services import ServicesDep

router = APIRouter()
_TROUBLE_FIRST = ("lagging", "waiting", "watching", "excluded")


@router.get("/drills/{drill}/hosts", response_class=HTMLResponse)
def get_drill_hosts(request: Request, drill: str, services: ServicesDep, pages: PagesDep) -> HTMLResponse:
    """Show the hosts of the drill, those that trouble first."""
    with services.store.read() as connection:
        head = read_drill(connection, services, drill)
    return pages.render(
        request,
        "drill_hosts.html",
        head=head,
        tab="hosts",
        hosts=sorted(head.view.hosts, key=_trouble),
        state_of_host=host_state,
        counts={state: sum(host_state(host) == state for host in head.view.hosts) for state in HOST_STATES},
    )


def _trouble(host: DrillHost) -> tuple[int, bool, str, str]:
    return _TROUBLE_FIRST.index(host_state(host)), not host.blind, host.unit, host.hostname
