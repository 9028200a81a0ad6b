"""What all pages of one drill have in common: the drill with its points, its names, and the moment they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from sqlalchemy import Connection

from rongdun_collector.api.drill_scores import known_score
from rongdun_collector.drill.records import Drill, DrillHost, DrillView
from rongdun_collector.drill.scored import ScoredDrill
from rongdun_collector.drill.scoring import PointLine
from rongdun_collector.services import Services
from rongdun_collector.store import drills, register
from rongdun_contract.rules.compiled import parse_compiled
from rongdun_contract.rules.rule import Rule

DrillState = Literal["open", "over"]
OLD_AFTER = timedelta(seconds=30)
RELOAD_S = 10
"""How often an open drill's page asks for itself again."""


@dataclass(frozen=True)
class DrillHead:
    """A drill, and what its pages call things by; `rules` are the signals of the pack that it was opened with."""

    scored: ScoredDrill
    rules: Mapping[str, Rule]
    units: Mapping[str, str]
    now: datetime

    @property
    def view(self) -> DrillView:
        """The drill's records."""
        return self.scored.view

    @property
    def drill(self) -> Drill:
        """The drill itself."""
        return self.view.drill

    @property
    def state(self) -> DrillState:
        """Whether hosts are to watch."""
        return state_of(self.drill, self.now)

    @property
    def left(self) -> timedelta:
        """How long it goes on."""
        return max(self.drill.ends_at - self.now, timedelta())

    @cached_property
    def hosts(self) -> Mapping[str, DrillHost]:
        """The drill's hosts by id."""
        return {host.host: host for host in self.view.hosts}

    @cached_property
    def points(self) -> Mapping[str, PointLine]:
        """The line of each object and missed stimulus."""
        return {line.of.id: line for line in self.scored.score.lines if line.of is not None and not line.of.missed}

    @property
    def watching(self) -> int:
        """Hosts that look, and were heard of lately."""
        return sum(host.watching and host.excluded is None for host in self.view.hosts)

    @property
    def taking_part(self) -> int:
        """Hosts that should."""
        return sum(host.excluded is None for host in self.view.hosts)

    @property
    def heard(self) -> datetime | None:
        """When any host was heard of last: how old the newest thing on the page is."""
        return max((host.last_heard for host in self.view.hosts if host.last_heard is not None), default=None)

    @property
    def is_old(self) -> bool:
        """Whether nothing on the page is fresh: no host was heard of for longer than two of their periods explain."""
        longest = max(timedelta(seconds=2 * self.drill.period_s), OLD_AFTER)
        return self.heard is not None and self.view.as_of - self.heard > longest

    @property
    def reload_s(self) -> int | None:
        """How soon the page should be looked at again; None where it will not change by itself."""
        return RELOAD_S if self.state == "open" and self.drill.frozen_at is None else None


def read_drill(connection: Connection, services: Services, drill: str) -> DrillHead:
    """The head of this drill's pages; RefusedError (404) where there is none."""
    now = services.now()
    scored, terms = known_score(connection, services, drill), drills.load_terms(connection, drill)
    pack = {} if terms is None else parse_compiled(terms.pack, f"the pack of drill {drill}").by_id
    units = {unit.id: unit.name for unit in register.list_units(connection)}
    return DrillHead(scored, pack, units, now)


def state_of(drill: Drill, now: datetime) -> DrillState:
    """Whether a drill goes on."""
    return "open" if drill.is_open(now) else "over"
