"""Which object a registered stimulus led to, and which led to none."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rongdun_collector.drill.clocks import Occurrence
from rongdun_collector.drill.records import Stimulus

CLOCKS_DIFFER = timedelta(minutes=1)
"""By how much the clock of whoever registers a stimulus may be ahead of the collector's."""
MISSED_AFTER_S = 3600.0
"""A stimulus that nothing was found for in so long, or until the drill ended, is missed; a later find takes it back."""


class _Beginning(NamedTuple):
    """An episode's beginning, and the object that it belongs to."""

    at: datetime
    host: str
    place: int


def match(stimuli: Iterable[Stimulus], found: Sequence[Occurrence], units: Mapping[str, str]) -> dict[str, int]:
    """The place in `found` of the object that each stimulus (by id) led to; `units` has the unit of each host.

    An object answers the latest stimulus of its host or unit, signal and key that came before it; each of its
    re-openings may answer one more.
    """
    wanted: dict[tuple[str, str], list[Stimulus]] = {}
    for stimulus in sorted(stimuli, key=lambda one: (one.t0, one.at, int(one.id))):
        wanted.setdefault((stimulus.signal, stimulus.key), []).append(stimulus)
    matched: dict[str, int] = {}
    for at, host, place in sorted(_beginnings(found)):
        waiting = wanted.get(found[place].named, [])
        answered = _answered(waiting, at, host, units.get(host))
        if answered is not None:
            waiting.remove(answered)
            matched[answered.id] = place
    return matched


def _beginnings(found: Sequence[Occurrence]) -> Iterable[_Beginning]:
    for place, occurrence in enumerate(found):
        for episode in occurrence.episodes:
            yield _Beginning(episode.appeared_at, occurrence.host, place)


def _answered(waiting: Iterable[Stimulus], at: datetime, host: str, unit: str | None) -> Stimulus | None:
    here = [one for one in waiting if one.host == host or (one.host is None and one.unit == unit)]
    before = [one for one in here if one.t0 <= at]
    ahead = [one for one in here if at < one.t0 <= at + CLOCKS_DIFFER]
    return before[-1] if before else (ahead[0] if ahead else None)
