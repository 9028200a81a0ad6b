"""What watching hosts are told, kept in memory: a check-in looks up its host and asks no database."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from rongdun_collector.drill.looks import longest_silence
from rongdun_collector.drill.records import Drill
from rongdun_collector.store import drills
from rongdun_collector.store.store import Store
from rongdun_contract.wire import DrillOrder

RELOAD_AFTER = timedelta(seconds=15)
"""How soon a host that was enrolled, or placed in another unit, is told; changes of a drill are seen at once."""


@dataclass(frozen=True, slots=True)
class Part:
    """A host's part in an open drill: its unit, how long it may be silent, and its order (None: it is excluded)."""

    drill: str
    unit: str
    opened_at: datetime
    until: datetime
    silence: timedelta
    order: DrillOrder | None


PartOf = Callable[[str, datetime], Part | None]
"""The part of a host (by its id) at a moment."""


def no_part(_host: str, _now: datetime) -> Part | None:
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

    def part(self, host: str, now: datetime) -> Part | None:
        """The part that a host has now; None for nearly all hosts nearly always."""
        found = self._loaded.parts.get(host)
        return found if found is not None and found.opened_at <= now < found.until else None

    def refresh(self, now: datetime) -> None:
        """Look whether drills, or for open ones hosts, are others by now, and take them in."""
        with self._turn, self._store.read() as connection:
            revision = drills.revision(connection)
            at = self._loaded.at
            stale = self._loaded.is_open and (at is None or abs(now - at) >= RELOAD_AFTER)
            if revision == self._loaded.revision and not stale:
                return
            parts: dict[str, Part] = {}
            found = drills.list_drills(connection, open_at=now)
            for drill in found:
                excluded = drills.excluded(connection, drill.id)
                for host, unit in drills.hosts_of_units(connection, drill.units):
                    parts[host] = _part(
                        drill, unit, takes_part=(unit, None) not in excluded and (unit, host) not in excluded
                    )
            self._loaded = _Loaded(MappingProxyType(parts), bool(found), revision, now)


def _part(drill: Drill, unit: str, *, takes_part: bool) -> Part:
    order = DrillOrder(id=drill.id, until=drill.ends_at, sections=drill.sections, period_s=drill.period_s)
    return Part(
        drill=drill.id,
        unit=unit,
        opened_at=drill.opened_at,
        until=drill.ends_at,
        silence=longest_silence(drill.period_s),
        order=order if takes_part else None,
    )
