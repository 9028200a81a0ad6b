"""A drill as it stands, or stood: every figure that pages, metrics and scores show comes from here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from rongdun_collector.drill import clocks
from rongdun_collector.drill.clocks import Occurrence
from rongdun_collector.drill.folding import Episode
from rongdun_collector.drill.hosts import HostsSeen, drill_hosts
from rongdun_collector.drill.matching import MISSED_AFTER_S, match
from rongdun_collector.drill.records import Drill, DrillView, Missed, SignalObject, Stimulus
from rongdun_collector.drill.said import Said, said_in, shown
from rongdun_collector.store import drill_episodes, drills
from rongdun_contract.documents import canonical_json, digest
from rongdun_contract.rules.compiled import parse_compiled
from rongdun_contract.rules.rule import Severity


def drill_view(connection: Connection, drill_id: str, now: datetime, *, thawed: bool = False) -> DrillView | None:
    """The drill at `now`, or when it was frozen or ended if that is earlier; None where there is no such drill.

    What hosts did counts until the drill ended; what people say, also afterwards. `thawed` looks past a freeze.
    """
    drill, terms = drills.find_drill(connection, drill_id), drills.load_terms(connection, drill_id)
    if drill is None or terms is None:
        return None
    until = now if thawed or drill.frozen_at is None else min(now, drill.frozen_at)
    as_of = min(until, drill.ends_at)
    acts = drills.acts(connection, drill_id)
    said = said_in(acts if thawed else shown(drill, acts))
    seen = drill_hosts(connection, drill, said, as_of)
    severities = {rule.id: rule.severity for rule in parse_compiled(terms.pack).rules}
    scene = _Scene(drill, as_of, until >= drill.ends_at, said, seen, severities)
    return scene.view(_occurrences(connection, drill_id, as_of))


def object_id(drill: str, occurrence: Occurrence) -> str:
    """What an object is called in requests: the same whoever computes it."""
    at = occurrence.detected_at.isoformat()
    return digest(canonical_json([drill, occurrence.host, *occurrence.named, at]))[:16]


def _occurrences(connection: Connection, drill: str, as_of: datetime) -> list[Occurrence]:
    by_host: dict[str, list[Episode]] = {}
    for host, episode in drill_episodes.episodes(connection, drill, as_of):
        stood = clocks.stood(episode, as_of)
        if stood is not None:
            by_host.setdefault(host, []).append(stood)
    found = [one for host, episodes in by_host.items() for one in clocks.occurrences(host, episodes)]
    return sorted(found, key=lambda one: (one.detected_at, one.host, one.named))


class _Scene:
    """All that a view is made from besides the objects."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a view
        self,
        drill: Drill,
        as_of: datetime,
        ended: bool,  # noqa: FBT001 - told once, by position with the others
        said: Said,
        seen: HostsSeen,
        severities: Mapping[str, Severity],
    ) -> None:
        self._drill, self._as_of, self._ended = drill, as_of, ended
        self._said, self._seen, self._severities = said, seen, severities
        self._marked = {mark.object for mark in said.marks}

    def view(self, found: Sequence[Occurrence]) -> DrillView:
        """The whole of it."""
        matched = match(self._said.stimuli, found, self._seen.units)
        first: dict[int, Stimulus] = {}
        for stimulus in sorted(self._said.stimuli, key=lambda one: one.t0):  # whenever they were registered
            if stimulus.id in matched:
                first.setdefault(matched[stimulus.id], stimulus)
        objects = [self._object(one, first.get(place)) for place, one in enumerate(found)]
        stimuli = [self._judged(one, objects, matched) for one in self._said.stimuli]
        return DrillView(
            drill=self._drill,
            as_of=self._as_of,
            objects=tuple(objects),
            missed=tuple(self._missed(one) for one in stimuli if one.state == "missed"),
            hosts=self._seen.hosts,
            false_positives=self._false_positives(),
            exclusions=self._said.exclusions,
            stimuli=tuple(stimuli),
            marks=self._said.marks,
        )

    def _object(self, found: Occurrence, stimulus: Stimulus | None) -> SignalObject:
        name, unit = object_id(self._drill.id, found), self._seen.units[found.host]
        acknowledged = self._said.acknowledged.get(name)
        t0 = found.detected_at if stimulus is None else stimulus.t0
        clocked = clocks.clocked(
            found,
            t0=t0,
            acknowledged_at=None if acknowledged is None else acknowledged.at,
            detect_from=self._drill.detect_from,
            blind=self._seen.uncounted(found.host, *found.named),
            as_of=self._as_of,
        )
        return SignalObject(
            id=name,
            drill=self._drill.id,
            host=found.host,
            unit=unit,
            system=self._seen.systems.get(found.host),
            signal=found.named.signal,
            severity=self._severities[found.named.signal],
            key=found.named.key,
            t0=t0,
            t0_from="first seen" if stimulus is None else "stimulus",
            seen_at=found.episodes[0].seen_at,
            detected_at=found.detected_at,
            acknowledged_at=None if acknowledged is None else acknowledged.at,
            acknowledged_by=None if acknowledged is None else acknowledged.by,
            disposed_at=found.disposed_at,
            reopened=len(found.episodes) - 1,
            detect_s=clocked.detect_s,
            dispose_s=clocked.dispose_s,
            not_counted_s=clocked.not_counted_s,
            false_positive=name in self._marked,
            excluded=self._said.why_excluded(unit, found.host),
            stimulus=None if stimulus is None else stimulus.id,
        )

    def _judged(self, stimulus: Stimulus, objects: Sequence[SignalObject], matched: Mapping[str, int]) -> Stimulus:
        place = matched.get(stimulus.id)
        if place is not None:
            return replace(stimulus, state="matched", object=objects[place].id)
        if self._said.why_excluded(stimulus.unit, stimulus.host) is not None:
            return replace(stimulus, state="excluded")
        where = self._seen.of_unit(stimulus.unit) if stimulus.host is None else (stimulus.host,)
        blind = clocks.shared([self._seen.uncounted(host, stimulus.signal, stimulus.key) for host in where])
        waited = clocks.counted_s(stimulus.t0, self._as_of, blind)
        is_missed = waited >= MISSED_AFTER_S or (self._ended and waited > 0)
        return replace(stimulus, state="missed" if is_missed else "waiting")

    def _missed(self, one: Stimulus) -> Missed:
        severity = self._severities[one.signal]
        return Missed(self._drill.id, one.unit, one.host, one.signal, severity, one.key, one.t0, one.id)

    def _false_positives(self) -> dict[str, int]:
        """By unit; marks that name what a host which is taken out had do not count."""
        counted = {
            (mark.unit, mark.object or mark.id)
            for mark in self._said.marks
            if self._said.why_excluded(mark.unit, mark.host) is None
        }
        return dict(Counter(unit for unit, _ in counted))
