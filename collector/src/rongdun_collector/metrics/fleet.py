"""The fleet, summed up; silent hosts count as hosts, their findings do not."""

from collections import Counter

from rongdun_collector.assessment.fleet import sum_by
from rongdun_collector.metrics.metric import Metric, Values
from rongdun_collector.metrics.snapshot import Snapshot


def _hosts(snapshot: Snapshot) -> Values:
    counted = Counter((host.unit or "", host.system or "", str(host.level), host.presence) for host in snapshot.hosts)
    return list(counted.items())


def _findings(snapshot: Snapshot) -> Values:
    sums = sum_by(
        snapshot.groups, snapshot.sets, lambda group: (group.unit or "", group.system or "", str(group.level))
    )
    for place, total in sums.items():
        for (severity, verdict), count in total.findings.items():
            yield (*place, severity, verdict), count


def _unit_scores(snapshot: Snapshot) -> Values:
    for unit, total in sum_by(snapshot.groups, snapshot.sets, lambda group: group.unit or "").items():
        if total.score is not None:
            yield (unit,), total.score / 100


def _unit_confidences(snapshot: Snapshot) -> Values:
    for unit, total in sum_by(snapshot.groups, snapshot.sets, lambda group: group.unit or "").items():
        if total.confidence is not None:
            yield (unit,), total.confidence


METRICS = (
    Metric(
        "rongdun_hosts",
        "Hosts by unit, system, level and presence: reporting, silent, or never heard of.",
        ("unit", "system", "level", "presence"),
        _hosts,
    ),
    Metric(
        "rongdun_findings",
        "Findings on reporting hosts by unit, system, level, severity and verdict.",
        ("unit", "system", "level", "severity", "verdict"),
        _findings,
    ),
    Metric(
        "rongdun_unit_score_ratio",
        "Mean score of a unit's reporting hosts, 0 to 1.",
        ("unit",),
        _unit_scores,
    ),
    Metric(
        "rongdun_unit_confidence_ratio",
        "Mean confidence of a unit's reporting hosts, 0 to 1.",
        ("unit",),
        _unit_confidences,
    ),
    Metric(
        "rongdun_conflicts",
        "Conflicts between hosts that nobody has settled.",
        (),
        lambda snapshot: [((), snapshot.conflicts)],
    ),
)
