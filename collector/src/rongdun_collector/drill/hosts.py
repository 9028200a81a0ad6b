"""The hosts of a drill: whether they watch, since when they were heard of, and when they could not tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rongdun_collector.drill import clocks
from rongdun_collector.drill.clocks import Span
from rongdun_collector.drill.looks import longest_silence
from rongdun_collector.drill.records import Drill, DrillHost
from rongdun_collector.drill.said import Said
from rongdun_collector.store import drill_episodes
from rongdun_collector.store import drill_hosts as stored
from rongdun_collector.store.drill_hosts import HostSeen


@dataclass(frozen=True)
class HostsSeen:
    """All hosts of a drill, and by host its unit, its system, and the times that do not count."""

    hosts: tuple[DrillHost, ...]
    units: Mapping[str, str]
    systems: Mapping[str, str | None]
    silent: Mapping[str, tuple[Span, ...]]
    blind: Mapping[tuple[str, str, str | None], tuple[Span, ...]]

    def of_unit(self, unit: str) -> tuple[str, ...]:
        """The hosts that take part with a unit and pinned a reference."""
        return tuple(one.host for one in self.hosts if one.unit == unit and one.reference and one.excluded is None)

    def uncounted(self, host: str, signal: str, key: str) -> tuple[Span, ...]:
        """When the host was cut off, or could not tell whether this object was there; spans that do not touch."""
        whole, one = self.blind.get((host, signal, None), ()), self.blind.get((host, signal, key), ())
        return clocks.merged((*self.silent.get(host, ()), *whole, *one))


def drill_hosts(connection: Connection, drill: Drill, said: Said, as_of: datetime) -> HostsSeen:
    """The hosts that take part, or did: those that pinned a reference, and those of the drill's units that have not."""
    silence = longest_silence(drill.period_s)
    seen = stored.hosts_seen(connection, drill.id, drill.units, as_of)
    gaps = stored.gaps(connection, drill.id, as_of)
    blind: dict[tuple[str, str, str | None], tuple[Span, ...]] = {}
    unseen: dict[str, tuple[str, ...]] = {}
    for host, one in drill_episodes.blindness(connection, drill.id, as_of):
        until = as_of if one.until is None else min(one.until, as_of)
        place = host, one.signal, one.key
        blind[place] = (*blind.get(place, ()), Span(one.since, until))
        if one.key is None and (one.until is None or one.until > as_of):
            unseen[host] = (*unseen.get(host, ()), one.signal)
    return HostsSeen(
        hosts=tuple(_host(one, said, silence, as_of, unseen.get(one.host, ())) for one in seen),
        units={one.host: one.unit for one in seen},
        systems={one.host: one.system for one in seen},
        silent={one.host: _silences(one, gaps.get(one.host, ()), silence, as_of) for one in seen},
        blind=blind,
    )


def _silences(one: HostSeen, gaps: tuple[Span, ...], silence: timedelta, as_of: datetime) -> tuple[Span, ...]:
    """When a host could not be asked; where its reference has not arrived, nothing that it says can be judged."""
    first = one.first_heard if one.reference_known else None
    return clocks.silences(gaps, first, one.last_heard, silence, as_of)


def _host(one: HostSeen, said: Said, silence: timedelta, as_of: datetime, unseen: tuple[str, ...]) -> DrillHost:
    lag = None if one.last_heard is None else max(as_of - one.last_heard, timedelta())
    return DrillHost(
        host=one.host,
        unit=one.unit,
        watching=one.reference_known and lag is not None and lag <= silence,
        reference=one.reference,
        last_heard=one.last_heard,
        lag_s=None if lag is None else lag.total_seconds(),
        excluded=said.why_excluded(one.unit, one.host),
        hostname=one.hostname,
        system=one.system,
        repinned=one.repinned,
        blind=tuple(sorted(unseen)),
        skew_s=one.skew_s,
        reference_known=one.reference_known,
    )
