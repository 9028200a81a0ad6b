"""What people do in a drill. Each request is written down with who made it; nothing that was said is ever changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlalchemy import Connection

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.api.drill_answers import ActAnswer, DrillAnswer, act_answer, drill_answer
from rongdun_collector.api.drills import no_drill
from rongdun_collector.drill import acts, opening
from rongdun_collector.drill.acts import StimulusSaid
from rongdun_collector.drill.opening import PERIOD_S, Plan
from rongdun_collector.drill.packs import DrillPack, read_packs
from rongdun_collector.drill.schemes import SchemeFile, read_shelf
from rongdun_collector.drill.telling import LONGEST_KEY
from rongdun_collector.drill.terms import LONGEST_LINE, By
from rongdun_collector.errors import CollectorError
from rongdun_collector.problems import invalid
from rongdun_collector.services import Services, ServicesDep
from rongdun_collector.signin.forms import principal_of, require_form_token
from rongdun_collector.store import drills
from rongdun_contract.wire import Moment

router = APIRouter(tags=["drills"], dependencies=[Depends(require_form_token)])

Words = Annotated[str, Field(min_length=1, max_length=LONGEST_LINE)]
Name = Annotated[str, Field(min_length=1, max_length=128)]


class NewDrill(AnswerModel):
    """A drill to open. Pack and scheme by id; they may be left out where there is only one of them."""

    name: Words
    units: Annotated[list[Name], Field(min_length=1, max_length=10_000)]
    until: Moment
    pack: Name | None = None
    scheme: Name | None = None
    period_s: float = PERIOD_S


class Why(AnswerModel):
    """A reason."""

    reason: Words


class MayBeWhy(AnswerModel):
    """A reason, or none."""

    reason: Words | None = None


class PlaceAndWhy(AnswerModel):
    """A unit (id or name) or a host (id; its unit need not be named), and the reason."""

    unit: Name | None = None
    host: Name | None = None
    reason: Words


class NewStimulus(AnswerModel):
    """What was done on purpose at `t0`, on a host or on some host of a unit; `key` is what its object is called."""

    signal: Name
    key: Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)]
    t0: Moment
    unit: Name | None = None
    host: Name | None = None


class UnitAndWhy(AnswerModel):
    """A unit whose report named nothing that was ever found, and the reason."""

    unit: Name
    reason: Words


@router.post("/v1/drills", status_code=201)
def post_drill(asked: NewDrill, services: ServicesDep, request: Request) -> DrillAnswer:
    """Open a drill: hosts of its units are told with their next check-in."""
    with _acting(services, request) as (connection, by):
        plan = Plan(
            asked.name,
            tuple(asked.units),
            asked.until,
            _pack(services, asked.pack),
            _scheme(services, asked.scheme),
            asked.period_s,
        )
        drill = opening.open_drill(connection, plan, by)
    return drill_answer(drill, by.at)


@router.post("/v1/drills/{drill}/close")
def post_close(drill: str, asked: MayBeWhy, services: ServicesDep, request: Request) -> DrillAnswer:
    """End a drill before its time: hosts stop to watch with their next check-in."""
    with _acting(services, request, drill) as (connection, by):
        closed = opening.close_drill(connection, drill, by, asked.reason)
    return drill_answer(closed, by.at)


@router.post("/v1/drills/{drill}/freeze")
def post_freeze(drill: str, asked: MayBeWhy, services: ServicesDep, request: Request) -> DrillAnswer:
    """Show the drill from now on as it stands now; it goes on, and all is written down."""
    with _acting(services, request, drill) as (connection, by):
        frozen = opening.freeze_drill(connection, drill, by, asked.reason)
    return drill_answer(frozen, by.at)


@router.post("/v1/drills/{drill}/unfreeze")
def post_unfreeze(drill: str, asked: Why, services: ServicesDep, request: Request) -> DrillAnswer:
    """Show the drill as it is again."""
    with _acting(services, request, drill) as (connection, by):
        shown = opening.unfreeze_drill(connection, drill, by, asked.reason)
    return drill_answer(shown, by.at)


@router.post("/v1/drills/{drill}/exclusions", status_code=201)
def post_exclusion(drill: str, asked: PlaceAndWhy, services: ServicesDep, request: Request) -> ActAnswer:
    """Take a unit or a host out of the drill: nothing of it counts, before or after."""
    with _acting(services, request, drill) as (connection, by):
        said = acts.exclude(connection, drill, unit=asked.unit, host=asked.host, reason=asked.reason, by=by)
    return act_answer(said)


@router.post("/v1/drills/{drill}/inclusions", status_code=201)
def post_inclusion(drill: str, asked: PlaceAndWhy, services: ServicesDep, request: Request) -> ActAnswer:
    """Take back an exclusion."""
    with _acting(services, request, drill) as (connection, by):
        said = acts.include(connection, drill, unit=asked.unit, host=asked.host, reason=asked.reason, by=by)
    return act_answer(said)


@router.post("/v1/drills/{drill}/stimuli", status_code=201)
def post_stimulus(drill: str, asked: NewStimulus, services: ServicesDep, request: Request) -> ActAnswer:
    """Register a stimulus, so that it can be missed; its number is its id."""
    said = StimulusSaid(asked.signal, asked.key, asked.t0, asked.unit, asked.host)
    with _acting(services, request, drill) as (connection, by):
        act = acts.register_stimulus(connection, drill, said, by)
    return act_answer(act)


@router.post("/v1/drills/{drill}/stimuli/{stimulus}/withdraw")
def post_stimulus_withdrawal(
    drill: str, stimulus: str, asked: Why, services: ServicesDep, request: Request
) -> ActAnswer:
    """Take back a stimulus that was registered by mistake."""
    with _acting(services, request, drill) as (connection, by):
        said = acts.withdraw_stimulus(connection, drill, stimulus, asked.reason, by)
    return act_answer(said)


@router.post("/v1/drills/{drill}/objects/{found}/acknowledge")
def post_acknowledgement(drill: str, found: str, services: ServicesDep, request: Request) -> ActAnswer:
    """Say that somebody has taken an object in hand."""
    with _acting(services, request, drill) as (connection, by):
        said = acts.acknowledge(connection, drill, found, by)
    return act_answer(said)


@router.post("/v1/drills/{drill}/objects/{found}/false-positive", status_code=201)
def post_false_positive(drill: str, found: str, asked: Why, services: ServicesDep, request: Request) -> ActAnswer:
    """Mark an object as nothing; the act's number is the mark's id."""
    with _acting(services, request, drill) as (connection, by):
        said = acts.mark_false_positive(connection, drill, found=found, reason=asked.reason, by=by)
    return act_answer(said)


@router.post("/v1/drills/{drill}/false-positives", status_code=201)
def post_false_alarm(drill: str, asked: UnitAndWhy, services: ServicesDep, request: Request) -> ActAnswer:
    """Mark what a unit reported, and that names no object, as nothing."""
    with _acting(services, request, drill) as (connection, by):
        said = acts.mark_false_positive(connection, drill, unit=asked.unit, reason=asked.reason, by=by)
    return act_answer(said)


@router.post("/v1/drills/{drill}/false-positives/{mark}/withdraw")
def post_mark_withdrawal(drill: str, mark: str, asked: Why, services: ServicesDep, request: Request) -> ActAnswer:
    """Take back a mark."""
    with _acting(services, request, drill) as (connection, by):
        said = acts.withdraw_false_positive(connection, drill, mark, asked.reason, by)
    return act_answer(said)


@contextmanager
def _acting(services: Services, request: Request, drill: str | None = None) -> Iterator[tuple[Connection, By]]:
    """A transaction in the name of whoever asks; afterwards this process tells hosts what is so now."""
    by = By(principal_of(request).name, services.now())
    try:
        with services.store.write() as connection:
            if drill is not None and drills.find_drill(connection, drill) is None:
                raise no_drill(drill)
            yield connection, by
    except CollectorError as error:
        raise invalid(f"{error.where}: {error.what}", error.remedy) from error
    services.drills.orders.refresh(services.now())


def _pack(services: Services, name: str | None) -> DrillPack:
    packs = read_packs(services.settings.drill_packs)
    wanted = name or (next(iter(packs)) if len(packs) == 1 else None)
    if wanted is None or wanted not in packs:
        remedy = f"name one of: {', '.join(sorted(packs)) or 'none; name a pack with --drill-packs'}"
        raise CollectorError("pack", "none is named" if name is None else f"there is no drill pack {name!r}", remedy)
    return packs[wanted]


def _scheme(services: Services, name: str | None) -> SchemeFile:
    schemes = read_shelf(services.settings.schemes).schemes
    wanted = name or (next(iter(schemes)) if len(schemes) == 1 else None)
    if wanted is None or wanted not in schemes:
        remedy = f"name one of: {', '.join(sorted(schemes)) or 'none; name a folder of them with --schemes'}"
        raise CollectorError("scheme", "none is named" if name is None else f"there is no scheme {name!r}", remedy)
    return schemes[wanted]
