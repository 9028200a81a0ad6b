"""Drills that are open, or were until a day ago: a bounded number of series per drill and unit."""

from collections.abc import Callable, Iterator

from rongdun_collector.drill.figures import HOST_STATES, OBJECT_STATES, Times, UnitFigures
from rongdun_collector.drill.scored import ScoredDrill
from rongdun_collector.metrics.metric import Metric, Values
from rongdun_collector.metrics.snapshot import Snapshot
from rongdun_contract.rules.rule import SEVERITIES


def _of_drill(read: Callable[[ScoredDrill], float]) -> Callable[[Snapshot], Values]:
    return lambda snapshot: [((one.view.drill.id,), read(one)) for one in snapshot.drills]


def _of_unit(read: Callable[[UnitFigures], float]) -> Callable[[Snapshot], Values]:
    return lambda snapshot: [((drill, unit.unit), read(unit)) for drill, unit in _units(snapshot)]


def _percentiles(read: Callable[[UnitFigures], Times]) -> Callable[[Snapshot], Values]:
    """Nothing where no clock has stopped yet: zero would look like a very fast unit."""
    return lambda snapshot: [
        ((drill, unit.unit, percentile), value)
        for drill, unit in _units(snapshot)
        for percentile, value in (("50", read(unit).median), ("90", read(unit).p90))
        if value is not None
    ]


def _units(snapshot: Snapshot) -> Iterator[tuple[str, UnitFigures]]:
    for one in snapshot.drills:
        for unit in one.units:
            yield one.view.drill.id, unit


def _info(snapshot: Snapshot) -> Values:
    for one in snapshot.drills:
        drill = one.view.drill
        yield (
            (drill.id, drill.name, f"{drill.pack_id} {drill.pack_version}", f"{one.scheme.id} {one.scheme.version}"),
            1,
        )


def _objects(snapshot: Snapshot) -> Values:
    for drill, unit in _units(snapshot):
        for severity in SEVERITIES:
            for state in OBJECT_STATES:
                yield (drill, unit.unit, severity, state), unit.objects.get((severity, state), 0)


def _waiting(snapshot: Snapshot) -> Values:
    for drill, unit in _units(snapshot):
        for severity, since in unit.waiting_since.items():
            yield (drill, unit.unit, severity), since.timestamp()


def _hosts(snapshot: Snapshot) -> Values:
    for drill, unit in _units(snapshot):
        for state in HOST_STATES:
            yield (drill, unit.unit, state), unit.hosts.get(state, 0)


METRICS = (
    Metric(
        "rongdun_drill_info",
        "A drill, its name, pack and scheme: join on the label drill. Always 1.",
        ("drill", "name", "pack", "scheme"),
        _info,
        per_drill=1,
    ),
    Metric(
        "rongdun_drill_end_timestamp_seconds",
        "When the drill ends, or ended.",
        ("drill",),
        _of_drill(lambda one: one.view.drill.ends_at.timestamp()),
        per_drill=1,
    ),
    Metric(
        "rongdun_drill_as_of_timestamp_seconds",
        "The moment that the drill's other series are about: the present, or when it was frozen or ended.",
        ("drill",),
        _of_drill(lambda one: one.view.as_of.timestamp()),
        per_drill=1,
    ),
    Metric(
        "rongdun_drill_open",
        "1 while hosts of the drill are to watch.",
        ("drill",),
        lambda snapshot: [
            ((one.view.drill.id,), float(one.view.drill.is_open(snapshot.services.now()))) for one in snapshot.drills
        ],
        per_drill=1,
    ),
    Metric(
        "rongdun_drill_frozen",
        "1 while the drill is frozen: nothing that comes now counts.",
        ("drill",),
        _of_drill(lambda one: float(one.view.drill.frozen_at is not None)),
        per_drill=1,
    ),
    Metric(
        "rongdun_drill_points",
        "Automatic points of a unit, by the drill's scheme.",
        ("drill", "unit"),
        _of_unit(lambda unit: unit.points),
        per_drill_unit=1,
    ),
    Metric(
        "rongdun_drill_objects",
        "Objects that signals named, by severity and state: unacknowledged, acknowledged, disposed, false_positive, "
        "excluded.",
        ("drill", "unit", "severity", "state"),
        _objects,
        per_drill_unit=len(SEVERITIES) * len(OBJECT_STATES),
    ),
    Metric(
        "rongdun_drill_waiting_since_timestamp_seconds",
        "When the oldest object of this severity was detected that nobody has acknowledged; none while all are.",
        ("drill", "unit", "severity"),
        _waiting,
        per_drill_unit=len(SEVERITIES),
    ),
    Metric(
        "rongdun_drill_missed_stimuli",
        "Registered stimuli that nothing was found for.",
        ("drill", "unit"),
        _of_unit(lambda unit: unit.missed),
        per_drill_unit=1,
    ),
    Metric(
        "rongdun_drill_false_positives",
        "Things that a unit reported and that were nothing.",
        ("drill", "unit"),
        _of_unit(lambda unit: unit.false_positives),
        per_drill_unit=1,
    ),
    Metric(
        "rongdun_drill_detect_seconds",
        "Median (50) and 90th percentile of the time to detection; objects not detected yet are not in it.",
        ("drill", "unit", "percentile"),
        _percentiles(lambda unit: unit.detect),
        per_drill_unit=2,
    ),
    Metric(
        "rongdun_drill_dispose_seconds",
        "The same of the time from detection to disposal.",
        ("drill", "unit", "percentile"),
        _percentiles(lambda unit: unit.dispose),
        per_drill_unit=2,
    ),
    Metric(
        "rongdun_drill_hosts",
        "Hosts by state: watching, lagging (not heard of lately), waiting (no reference yet), excluded.",
        ("drill", "unit", "state"),
        _hosts,
        per_drill_unit=len(HOST_STATES),
    ),
)
