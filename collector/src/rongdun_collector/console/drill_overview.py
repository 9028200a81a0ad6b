"""GET /drills/ID: how the units stand, and every object with its clocks."""

from dataclasses import dataclass
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from rongdun_collector.console.drill import DrillHead, read_drill
from rongdun_collector.console.page import PagesDep
from rongdun_collector.drill.figures import OBJECT_STATES, ObjectState, Times, object_state, times
from rongdun_collector.drill.records import SignalObject
from rongdun_collector.services import ServicesDep
from rongdun_contract.rules.rule import SEVERITIES, Severity

router = APIRouter()
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which objects are asked for."""

    unit: str
    severity: Severity | None
    state: ObjectState | None

    @property
    def parameters(self) -> dict[str, object]:
        """The same as an address has it."""
        return {"unit": self.unit, "severity": self.severity, "state": self.state}

    def has(self, one: SignalObject) -> bool:
        """Whether an object is asked for."""
        return (
            self.unit in {"", one.unit}
            and self.severity in {None, one.severity}
            and self.state in {None, object_state(one)}
        )


def wanted(
    unit: Annotated[str, Query(max_length=128)] = "",
    severity: Annotated[str, Query(max_length=16)] = "",
    state: Annotated[str, Query(max_length=16)] = "",
) -> Wanted:
    """What the form says; what it cannot mean says nothing."""
    return Wanted(
        unit,
        next((one for one in SEVERITIES if one == severity), None),
        next((one for one in get_args(ObjectState) if one == state), None),
    )


@router.get("/drills/{drill}", response_class=HTMLResponse)
def get_drill(  # noqa: PLR0913, PLR0917 - what is asked for, and what answers
    request: Request,
    drill: str,
    services: ServicesDep,
    pages: PagesDep,
    asked: Annotated[Wanted, Depends(wanted)],
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
) -> HTMLResponse:
    """Show the ranking of the units and the objects of the drill."""
    with services.store.read() as connection:
        head = read_drill(connection, services, drill)
    found = sorted(filter(asked.has, head.view.objects), key=_urgency)
    return pages.render(
        request,
        "drill_overview.html",
        head=head,
        tab="overview",
        asked=asked,
        objects=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(found),
        page=page,
        last=max(1, -(-len(found) // PER_PAGE)),
        state_of_object=object_state,
        detect=_of_all(head, "detect_s"),
        dispose=_of_all(head, "dispose_s"),
    )


def _urgency(one: SignalObject) -> tuple[int, int, float]:
    """What waits for somebody first, the gravest of it; then the latest."""
    state = OBJECT_STATES.index(object_state(one))
    gravity = SEVERITIES.index(one.severity) if state == 0 else 0
    return state, gravity, -one.detected_at.timestamp()


def _of_all(head: DrillHead, clock: str) -> Times:
    counting = (one for one in head.view.objects if object_state(one) not in {"excluded", "false_positive"})
    return times(getattr(one, clock) for one in counting)
