"""What watching hosts are told, kept in memory: a check-in looks up its host and asks no database."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Connection

from rongdun_collector.drill.looks import longest_silence
from rongdun_collector.drill.records import Drill
from rongdun_collector.store import drill_hosts, drills
from rongdun_collector.store.store import Store
from rongdun_contract.wire import DrillOrder

RELOAD_AFTER = timedelta(seconds=15)
"""How soon a host that was enrolled, or placed in another unit, is told; changes of a drill are seen at once."""


@dataclass(frozen=True, slots=True)
class Part:
    """A host's part in an open drill: its unit, how long it may be silent, and its order (None: it is excluded)."""

    drill: str
    unit: str
    until: datetime
    silence: timedelta
    order: DrillOrder | None


PartOf = Callable[[str, datetime, str | None], Part | None]
"""The part of a host (by its id) at a moment; the host may say which drill it watches for."""


def no_part(_host: str, _now: datetime, _said: str | None) -> Part | None:
    """No drill: nobody has a part."""
    return None


class _Loaded(NamedTuple):
    """The parts of all hosts as they were at a revision."""

    parts: "MappingProxyType[str, Part]"
    is_open: bool
    revision: int
    at: datetime | None


class Orders:
    """The parts of hosts in open drills. Read by any thread; whoever changes a drill lets it `refresh`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._loaded = _Loaded(MappingProxyType({}), is_open=False, revision=-1, at=None)
        self._turn = threading.Lock()

    def part(self, host: str, now: datetime, said: str | None = None) -> Part | None:
        """The part that a host has now; None for nearly all hosts nearly always.

        A host that says it watches for another drill may have heard of it from another collector: that is looked up,
        for an answer without the order would end its watching. When a drill was opened is not asked: it is, and the
        clocks of several collectors differ.
        """
        found = self._known(host, now)
        if said is not None and (found is None or found.drill != said):
            self.refresh(now)
            found = self._known(host, now)
        return found

    def _known(self, host: str, now: datetime) -> Part | None:
        found = self._loaded.parts.get(host)
        return found if found is not None and now < found.until else None

    def refresh(self, now: datetime) -> None:
        """Look whether drills, or for open ones hosts, are others by now, and take them in."""
        with self._turn, self._store.read() as connection:
            revision = drills.revision(connection)
            at = self._loaded.at
            stale = self._loaded.is_open and (at is None or abs(now - at) >= RELOAD_AFTER)
            if revision == self._loaded.revision and not stale:
                return
            found = drills.list_drills(connection, open_at=now)
            parts = _parts(connection, found)
            self._loaded = _Loaded(MappingProxyType(parts), bool(found), revision, now)


def _parts(connection: Connection, found: Iterable[Drill]) -> dict[str, Part]:
    """The part of each host; one that was moved to another unit goes on with the drill that it pinned its state for."""
    placed: dict[str, Part] = {}
    pinned: dict[str, Part] = {}
    for drill in found:
        excluded = drills.excluded(connection, drill.id)
        for host, unit, is_pinned in drill_hosts.places(connection, drill.id, drill.units):
            takes_part = (unit, None) not in excluded and (unit, host) not in excluded
            (pinned if is_pinned else placed)[host] = _part(drill, unit, takes_part=takes_part)
    return placed | pinned


def _part(drill: Drill, unit: str, *, takes_part: bool) -> Part:
    order = DrillOrder(id=drill.id, until=drill.ends_at, sections=drill.sections, period_s=drill.period_s)
    return Part(
        drill=drill.id,
        unit=unit,
        until=drill.ends_at,
        silence=longest_silence(drill.period_s),
        order=order if takes_part else None,
    )
