"""A drill with its points, read in one transaction: from the records and the scheme that are stored with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rongdun_collector.drill.figures import UnitFigures, unit_figures
from rongdun_collector.drill.records import Drill, DrillView
from rongdun_collector.drill.score import score_view
from rongdun_collector.drill.scoring import AutoScore, Scheme, parse_scheme
from rongdun_collector.drill.view import drill_view
from rongdun_collector.store import drills


@dataclass(frozen=True)
class ScoredDrill:
    """A drill as it stood at `view.as_of`, its scheme, its points, and its units in figures."""

    view: DrillView
    scheme: Scheme
    score: AutoScore
    units: tuple[UnitFigures, ...]


def read_scored(connection: Connection, drill: str, now: datetime) -> ScoredDrill | None:
    """The drill of this id with its points, computed anew each time; None where there is no such drill."""
    view, terms = drill_view(connection, drill, now), drills.load_terms(connection, drill)
    if view is None or terms is None:
        return None
    scheme = parse_scheme(terms.scheme, f"the scheme of drill {drill}")
    score = score_view(view, scheme)
    return ScoredDrill(view, scheme, score, unit_figures(view, score))


def scored_lately(connection: Connection, now: datetime, span: timedelta) -> Iterator[ScoredDrill]:
    """The drills that are open, or were until so long ago."""
    for drill in drills.list_drills(connection):
        found = read_scored(connection, drill.id, now) if _is_recent(drill, now, span) else None
        if found is not None:
            yield found


def _is_recent(drill: Drill, now: datetime, span: timedelta) -> bool:
    return drill.opened_at <= now < drill.ends_at + span
