"""GET /drills 攻防演练: all drills, and the form to open one."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from rongdun_collector.console.drill import state_of
from rongdun_collector.console.moments import parse_moment
from rongdun_collector.console.page import Pages, PagesDep
from rongdun_collector.drill.opening import PERIOD_S, Plan, open_drill
from rongdun_collector.drill.packs import read_packs
from rongdun_collector.drill.schemes import read_shelf, without_points
from rongdun_collector.drill.terms import By
from rongdun_collector.errors import CollectorError
from rongdun_collector.services import Services, ServicesDep
from rongdun_collector.signin.forms import principal_of, require_form_token
from rongdun_collector.store import drills, register

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form says."""

    name: str = ""
    units: tuple[str, ...] = ()
    until: str = ""
    pack: str = ""
    scheme: str = ""
    period: float = PERIOD_S


def asked_drill(  # noqa: PLR0913, PLR0917 - the fields of the form
    name: Annotated[str, Form(max_length=256)] = "",
    unit: Annotated[list[str] | None, Form(max_length=2000)] = None,
    until: Annotated[str, Form(max_length=64)] = "",
    pack: Annotated[str, Form(max_length=128)] = "",
    scheme: Annotated[str, Form(max_length=128)] = "",
    period: Annotated[float, Form()] = PERIOD_S,
) -> Asked:
    """What the form says."""
    return Asked(name, tuple(unit or ()), until, pack, scheme, period)


@router.get("/drills", response_class=HTMLResponse)
def get_drills(request: Request, services: ServicesDep, pages: PagesDep) -> HTMLResponse:
    """Show the drills, the latest first."""
    return _page(request, services, pages, Asked())


@router.post("/drills", dependencies=[Depends(require_form_token)])
def post_drill(
    request: Request, services: ServicesDep, pages: PagesDep, asked: Annotated[Asked, Depends(asked_drill)]
) -> Response:
    """Open a drill."""
    try:
        plan = _plan(services, asked)
        with services.store.write() as connection:
            drill = open_drill(connection, plan, By(principal_of(request).name, services.now()))
    except CollectorError as error:
        return _page(request, services, pages, asked, error)
    return RedirectResponse(f"/drills/{drill.id}", status_code=303)


def _plan(services: Services, asked: Asked) -> Plan:
    packs, shelf = read_packs(services.settings.drill_packs), read_shelf(services.settings.schemes)
    if asked.pack not in packs:
        raise CollectorError("pack", f"there is no pack {asked.pack!r}", f"choose one of: {', '.join(packs)}")
    if asked.scheme not in shelf.schemes:
        what = f"there is no scheme {asked.scheme!r}"
        raise CollectorError("scheme", what, f"choose one of: {', '.join(shelf.schemes)}")
    return Plan(
        name=asked.name,
        units=asked.units,
        until=parse_moment("until", asked.until),
        pack=packs[asked.pack],
        scheme=shelf.schemes[asked.scheme],
        period_s=asked.period,
    )


def _page(
    request: Request, services: Services, pages: Pages, asked: Asked, wrong: CollectorError | None = None
) -> HTMLResponse:
    refused = wrong is not None
    now, shelf = services.now(), read_shelf(services.settings.schemes)
    try:
        packs = read_packs(services.settings.drill_packs)
    except CollectorError as error:
        packs, wrong = {}, wrong or error
    with services.store.read() as connection:
        found = [(drill, state_of(drill, now)) for drill in drills.list_drills(connection)]
        units = register.list_units(connection)
        counted = register.hosts_by_unit(connection)
    severities = {rule.severity for one in packs.values() for rule in one.pack.stable}
    return pages.render(
        request,
        "drills.html",
        status=422 if refused else 200,
        drills=found,
        now=now,
        asked=asked,
        wrong=wrong,
        units=units,
        hosts=counted,
        packs=packs,
        shelf=shelf,
        silent={name: without_points(one.scheme, severities) for name, one in shelf.schemes.items()},
    )
