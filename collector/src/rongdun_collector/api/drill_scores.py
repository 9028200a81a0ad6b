"""Points of a drill, with the steps that led to them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.drill.explain import amounts
from rongdun_collector.drill.figures import Times, UnitFigures
from rongdun_collector.drill.scored import ScoredDrill
from rongdun_collector.drill.scoring import PointLine
from rongdun_collector.drill.scoring.trace import plain
from rongdun_collector.problems import not_found
from rongdun_collector.services import Services, ServicesDep
from rongdun_collector.spreadsheet import csv_answer
from rongdun_collector.store import hosts, register

router = APIRouter(tags=["drills"])

COLUMNS = ("unit", "unit_name", "host", "hostname", "signal", "severity", "key", "points", "trace")


class SchemeAnswer(AnswerModel):
    """The scheme that the drill was opened with; `sha256` is over the bytes of its file."""

    id: str
    version: int
    sha256: str


class TimesAnswer(AnswerModel):
    """Clocks that stopped: how many, their median, and what nine of ten do not exceed; in seconds."""

    count: int
    median: float | None
    p90: float | None


class UnitScore(AnswerModel):
    """A unit's points. Equal points share a rank; one that is taken out has none, and `excluded` says why.

    `objects` counts by state: unacknowledged, acknowledged, disposed, false_positive, excluded.
    """

    unit: str
    name: str | None
    rank: int | None
    points: int
    excluded: str | None
    objects: dict[str, int]
    missed: int
    false_positives: int
    detect_s: TimesAnswer
    dispose_s: TimesAnswer


class Line(AnswerModel):
    """Points of one object (or missed stimulus, `missed`), or of a unit's false alarms (`id` null), step by step.

    Steps are as in docs/reference/scheme-language.md; exact numbers in them are decimal text.
    """

    unit: str
    id: str | None
    missed: bool
    host: str | None
    signal: str | None
    severity: str | None
    key: str | None
    points: int
    trace: list[dict[str, str | int | None]]


class DrillScore(AnswerModel):
    """The points of a drill as it stood at `as_of`: now, or when it was frozen or ended. Units come best first."""

    drill: str
    as_of: datetime
    frozen_at: datetime | None
    scheme: SchemeAnswer
    units: list[UnitScore]
    lines: list[Line]


@router.get("/v1/drills/{drill}/score")
def get_score(
    drill: str,
    services: ServicesDep,
    unit: Annotated[str | None, Query(description="only the lines of this unit", max_length=128)] = None,
) -> DrillScore:
    """Points of a drill by unit, and the lines that they are the sum of."""
    with services.store.read() as connection:
        found = known_score(connection, services, drill)
        names = {one.id: one.name for one in register.list_units(connection)}
    scheme = found.scheme
    return DrillScore(
        drill=drill,
        as_of=found.view.as_of,
        frozen_at=found.view.drill.frozen_at,
        scheme=SchemeAnswer(id=scheme.id, version=scheme.version, sha256=scheme.sha256),
        units=[_unit(one, names) for one in found.units],
        lines=[_line(one) for one in found.score.lines if unit is None or one.unit == unit],
    )


@router.get("/v1/drills/{drill}/score.csv", response_class=StreamingResponse)
def get_score_csv(drill: str, services: ServicesDep) -> StreamingResponse:
    """Export the lines: one per object, missed stimulus, or unit with false alarms."""
    with services.store.read() as connection:
        found = known_score(connection, services, drill)
        units = {one.id: one.name for one in register.list_units(connection)}
        names = {one.id: one.hostname for one in hosts.all_hosts(connection, services.heard_since)}
    return csv_answer("rongdun-drill-score", COLUMNS, _rows(found, units, names))


def known_score(connection: Connection, services: Services, drill: str) -> ScoredDrill:
    """The drill with its points, or 404."""
    found = services.scored.read(connection, drill, services.now())
    if found is None:
        raise not_found(f"there is no drill {drill!r}", "GET /v1/drills lists them.")
    return found


def _unit(one: UnitFigures, names: Mapping[str, str]) -> UnitScore:
    objects: dict[str, int] = {}
    for (_, state), count in one.objects.items():
        objects[state] = objects.get(state, 0) + count
    return UnitScore(
        unit=one.unit,
        name=names.get(one.unit),
        rank=one.rank,
        points=one.points,
        excluded=one.excluded,
        objects=objects,
        missed=one.missed,
        false_positives=one.false_positives,
        detect_s=_times(one.detect),
        dispose_s=_times(one.dispose),
    )


def _times(one: Times) -> TimesAnswer:
    return TimesAnswer(count=one.count, median=one.median, p90=one.p90)


def _line(line: PointLine) -> Line:
    of = line.of
    return Line(
        unit=line.unit,
        id=of.id if of else None,
        missed=bool(of and of.missed),
        host=of.host if of else None,
        signal=of.signal if of else None,
        severity=of.severity if of else None,
        key=of.key if of else None,
        points=line.points,
        trace=[dict(plain(step)) for step in line.trace],
    )


def _rows(found: ScoredDrill, units: Mapping[str, str], names: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    for line in found.score.lines:
        of = line.of
        about = (of.host, names.get(of.host or ""), of.signal, of.severity, of.key) if of else (None,) * 5
        yield line.unit, units.get(line.unit), *about, line.points, amounts(line)
