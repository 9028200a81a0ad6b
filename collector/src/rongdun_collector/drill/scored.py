"""A drill with its points, read in one transaction: from the records and the scheme that are stored with it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from rongdun_collector.drill.figures import UnitFigures, unit_figures
from rongdun_collector.drill.records import Drill, DrillView
from rongdun_collector.drill.score import score_view
from rongdun_collector.drill.scoring import AutoScore, Scheme, parse_scheme
from rongdun_collector.drill.view import drill_view
from rongdun_collector.store import drill_hosts, drills

MOVING_FOR, STANDING_FOR = timedelta(seconds=1), timedelta(minutes=1)


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


class ScoredDrills:
    """Drills with their points as they were read last: a hall full of screens costs one reading a second.

    What was read is given again only while nobody acted in the drill, nothing of its journal was evaluated, and the
    moment that it is about is the same (that of a frozen or ended drill stands still) or less than a second ago. For
    any thread.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._turn = threading.Lock()

    def read(self, connection: Connection, drill_id: str, now: datetime) -> ScoredDrill | None:
        """The drill of this id with its points; None where there is no such drill."""
        drill = drills.find_drill(connection, drill_id)
        if drill is None:
            return None
        acts, folded = drills.count_acts(connection, drill_id), drill_hosts.folded(connection, drill_id)
        state = drill, drill.is_open(now), acts, folded
        with self._turn:  # whoever asks for the same meanwhile is given it
            kept = self._kept.get(drill_id)
            if kept is None or kept.state != state or not kept.is_fresh(now):
                found = read_scored(connection, drill_id, now)
                if found is None:
                    return None
                self._kept = {name: one for name, one in self._kept.items() if one.is_fresh(now)}
                kept = self._kept[drill_id] = _Kept(state, now, found)
            return kept.found

    def lately(self, connection: Connection, now: datetime, span: timedelta) -> Iterator[ScoredDrill]:
        """The drills that are open, or were until so long ago."""
        for drill in drills.list_drills(connection):
            found = self.read(connection, drill.id, now) if _is_recent(drill, now, span) else None
            if found is not None:
                yield found


class _Kept(NamedTuple):
    """What was read at a moment, and all that it followed from besides the moment."""

    state: tuple[Drill, bool, int, tuple[int, ...]]
    at: datetime
    found: ScoredDrill

    def is_fresh(self, now: datetime) -> bool:
        """Names of hosts may have changed: nothing is kept for long."""
        stands = self.found.view.as_of < self.at
        return abs(now - self.at) < (STANDING_FOR if stands else MOVING_FOR)


def _is_recent(drill: Drill, now: datetime, span: timedelta) -> bool:
    return drill.opened_at <= now < drill.ends_at + span
