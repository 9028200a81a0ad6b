"""A drill in figures, unit by unit: what pages, answers and metrics show beside the points."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Literal, get_args

from rongdun_collector.drill.records import DrillHost, DrillView, SignalObject
from rongdun_collector.drill.score import excluded_units
from rongdun_collector.drill.scoring import AutoScore
from rongdun_contract.rules.rule import Severity

ObjectState = Literal["unacknowledged", "acknowledged", "disposed", "false_positive", "excluded"]
HostState = Literal["watching", "lagging", "waiting", "excluded"]
OBJECT_STATES: tuple[ObjectState, ...] = get_args(ObjectState)
HOST_STATES: tuple[HostState, ...] = get_args(HostState)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of those clocks that stopped: how many, the median, and what nine of ten do not exceed (nearest rank)."""

    count: int
    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """A unit in a drill. Equal points share a rank; a unit that is taken out (`excluded` says why) has none.

    Times are of objects that count; one that is not detected or disposed of yet is in `objects`, not in the times.
    `waiting_since` is when the oldest object was detected that nobody took.
    """

    unit: str
    rank: int | None
    excluded: str | None
    points: int
    objects: Mapping[tuple[Severity, ObjectState], int]
    missed: int
    false_positives: int
    detect: Times
    dispose: Times
    hosts: Mapping[HostState, int]
    waiting_since: Mapping[Severity, datetime]

    def counted(self, *states: ObjectState) -> int:
        """Objects in one of these states, whatever their severity."""
        return sum(count for (_, state), count in self.objects.items() if state in states)


def unit_figures(view: DrillView, score: AutoScore) -> tuple[UnitFigures, ...]:
    """All units of a drill, best first, those that are taken out last."""
    out = excluded_units(view)
    taking_part = [points for unit, points in score.units.items() if unit not in out]
    ordered = sorted(score.units.items(), key=lambda item: (item[0] in out, -item[1], item[0]))
    return tuple(
        _unit(
            view,
            unit,
            points=points,
            rank=None if unit in out else 1 + sum(other > points for other in taking_part),
            excluded=out.get(unit),
        )
        for unit, points in ordered
    )


def object_state(one: SignalObject) -> ObjectState:
    """Where an object stands; what takes it out of the count comes first."""
    if one.excluded is not None:
        return "excluded"
    if one.false_positive:
        return "false_positive"
    if one.disposed_at is not None:
        return "disposed"
    return "unacknowledged" if one.acknowledged_at is None else "acknowledged"


def host_state(host: DrillHost) -> HostState:
    """`lagging`: it had its reference and was not heard of lately; `waiting`: it has none that we know yet."""
    if host.excluded is not None:
        return "excluded"
    if host.watching:
        return "watching"
    return "lagging" if host.reference_known else "waiting"


def _unit(view: DrillView, unit: str, *, points: int, rank: int | None, excluded: str | None) -> UnitFigures:
    objects = [one for one in view.objects if one.unit == unit]
    counting = [one for one in objects if object_state(one) not in {"excluded", "false_positive"}]
    return UnitFigures(
        unit=unit,
        rank=rank,
        excluded=excluded,
        points=points,
        objects=Counter((one.severity, object_state(one)) for one in objects),
        missed=sum(one.unit == unit for one in view.missed),
        false_positives=view.false_positives.get(unit, 0),
        detect=times(one.detect_s for one in counting),
        dispose=times(one.dispose_s for one in counting),
        hosts=Counter(host_state(host) for host in view.hosts if host.unit == unit),
        waiting_since=_waiting_since(objects),
    )


def times(seconds: Iterable[float | None]) -> Times:
    """The clocks that stopped, in figures."""
    known = sorted(one for one in seconds if one is not None)
    if not known:
        return Times(0, None, None)
    middle = (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
    return Times(len(known), middle, known[ceil(0.9 * len(known)) - 1])


def _waiting_since(objects: Iterable[SignalObject]) -> dict[Severity, datetime]:
    found: dict[Severity, datetime] = {}
    for one in objects:
        if object_state(one) == "unacknowledged":
            found[one.severity] = min(one.detected_at, found.get(one.severity, one.detected_at))
    return found
