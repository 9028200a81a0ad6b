"""Drills as they stand: what is open, what was found on which host, what people did about it."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from rongdun_collector.api.drill_answers import (
    Acts,
    ChangeAnswer,
    Changes,
    DrillDetail,
    DrillHostAnswer,
    Drills,
    ExclusionAnswer,
    FalsePositiveAnswer,
    FalsePositives,
    ObjectAnswer,
    Objects,
    Stimuli,
    StimulusAnswer,
    act_answer,
    drill_answer,
)
from rongdun_collector.api.parameters import Since
from rongdun_collector.drill.changes import changes_of
from rongdun_collector.drill.packs import read_packs
from rongdun_collector.drill.records import DrillView
from rongdun_collector.drill.said import shown
from rongdun_collector.drill.schemes import read_shelf
from rongdun_collector.drill.view import drill_view
from rongdun_collector.errors import CollectorError
from rongdun_collector.problems import invalid, not_found
from rongdun_collector.services import ServicesDep
from rongdun_collector.store import drills

router = APIRouter(tags=["drills"])

Unit = Annotated[str | None, Query(description="only those of this unit, by its id", max_length=128)]
Host = Annotated[str | None, Query(description="only those of this host, by its id", max_length=128)]


@router.get("/v1/drills")
def get_drills(services: ServicesDep) -> Drills:
    """List the drills."""
    now = services.now()
    with services.store.read() as connection:
        found = drills.list_drills(connection)
    try:
        packs, shelf = read_packs(services.settings.drill_packs), read_shelf(services.settings.schemes)
    except CollectorError as error:
        raise invalid(f"{error.where}: {error.what}", error.remedy) from error
    return Drills(drills=[drill_answer(one, now) for one in found], packs=sorted(packs), schemes=sorted(shelf.schemes))


@router.get("/v1/drills/{drill}")
def get_drill(drill: str, services: ServicesDep) -> DrillDetail:
    """One drill with its hosts."""
    with services.store.read() as connection:
        view = known_view(connection, drill, services.now())
    return DrillDetail(
        drill=drill_answer(view.drill, services.now()),
        as_of=view.as_of,
        hosts=[DrillHostAnswer.model_validate(asdict(one)) for one in view.hosts],
        exclusions=[ExclusionAnswer.model_validate(asdict(one)) for one in view.exclusions],
        objects=len(view.objects),
        missed=len(view.missed),
        false_positives=dict(view.false_positives),
    )


@router.get("/v1/drills/{drill}/objects")
def get_objects(drill: str, services: ServicesDep, unit: Unit = None, host: Host = None) -> Objects:
    """What was found, with its clocks."""
    with services.store.read() as connection:
        view = known_view(connection, drill, services.now())
    found = [one for one in view.objects if unit in {None, one.unit} and host in {None, one.host}]
    return Objects(as_of=view.as_of, objects=[ObjectAnswer.model_validate(asdict(one)) for one in found])


@router.get("/v1/drills/{drill}/stimuli")
def get_stimuli(drill: str, services: ServicesDep) -> Stimuli:
    """What was done on purpose, and what came of it."""
    with services.store.read() as connection:
        view = known_view(connection, drill, services.now())
    return Stimuli(as_of=view.as_of, stimuli=[StimulusAnswer.model_validate(asdict(one)) for one in view.stimuli])


@router.get("/v1/drills/{drill}/false-positives")
def get_false_positives(drill: str, services: ServicesDep) -> FalsePositives:
    """What was marked as nothing."""
    with services.store.read() as connection:
        view = known_view(connection, drill, services.now())
    marks = [FalsePositiveAnswer.model_validate(asdict(one)) for one in view.marks]
    return FalsePositives(as_of=view.as_of, marks=marks, counted=dict(view.false_positives))


@router.get("/v1/drills/{drill}/acts")
def get_acts(drill: str, services: ServicesDep) -> Acts:
    """Who did what and when."""
    with services.store.read() as connection:
        if drills.find_drill(connection, drill) is None:
            raise no_drill(drill)
        found = drills.acts(connection, drill)
    return Acts(acts=[act_answer(one) for one in found])


@router.get("/v1/drills/{drill}/changes")
def get_changes(drill: str, services: ServicesDep, since: Since = None) -> Changes:
    """What happened in a drill since a moment (none: since it was opened)."""
    with services.store.read() as connection:
        view = known_view(connection, drill, services.now())
        said = shown(view.drill, drills.acts(connection, drill))
    found = [
        ChangeAnswer(
            at=one.at,
            what=one.what,
            object=None if one.object is None else ObjectAnswer.model_validate(asdict(one.object)),
            act=None if one.act is None else act_answer(one.act),
        )
        for one in changes_of(view, said, since)
    ]
    return Changes(as_of=view.as_of, since=since, changes=found)


def known_view(connection: Connection, drill: str, now: datetime) -> DrillView:
    """The drill as it stands, or 404."""
    view = drill_view(connection, drill, now)
    if view is None:
        raise no_drill(drill)
    return view


def no_drill(drill: str) -> Exception:
    """404."""
    return not_found(f"there is no drill {drill!r}", "GET /v1/drills lists them.")
