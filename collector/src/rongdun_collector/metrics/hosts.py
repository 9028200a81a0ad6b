"""One host: the only metrics with a label per host, so their number is the product's cardinality contract."""

from collections.abc import Callable

from rongdun_collector.metrics.metric import Metric, Values
from rongdun_collector.metrics.snapshot import Snapshot
from rongdun_collector.store.hosts import HostRow

SEVERITIES = ("critical", "high", "medium", "low")


def _of_each(read: Callable[[HostRow], float | None]) -> Callable[[Snapshot], Values]:
    """A value of each host that has one."""
    return lambda snapshot: [((host.id,), value) for host in snapshot.hosts if (value := read(host)) is not None]


def _of_reporting(read: Callable[[HostRow], float | None]) -> Callable[[Snapshot], Values]:
    """The same, but nothing of a silent host: what was true once must not look like the present."""
    return _of_each(lambda host: read(host) if host.presence == "reporting" else None)


def _info(snapshot: Snapshot) -> Values:
    for host in snapshot.hosts:
        yield (host.id, host.hostname, host.unit or "", host.system or "", str(host.level), host.agent or ""), 1


def _failed(snapshot: Snapshot) -> Values:
    for host in snapshot.hosts:
        if host.presence == "reporting" and host.counted is not None:
            for severity in SEVERITIES:
                yield (host.id, severity), host.counted[severity]


METRICS = (
    Metric(
        "rongdun_host_info",
        "A host and where it belongs: join on the label host. Always 1.",
        ("host", "hostname", "unit", "system", "level", "agent"),
        _info,
        per_host=1,
        stale=1,
    ),
    Metric(
        "rongdun_host_last_checkin_timestamp_seconds",
        "When the host was last heard of.",
        ("host",),
        _of_each(lambda host: host.seen_at.timestamp() if host.seen_at else None),
        per_host=1,
        stale=1,
    ),
    Metric(
        "rongdun_host_facts_timestamp_seconds",
        "When the facts that the host is judged by were last seen to be true, by the host's own clock.",
        ("host",),
        _of_each(lambda host: host.confirmed_until.timestamp() if host.confirmed_until else None),
        per_host=1,
        stale=1,
    ),
    Metric(
        "rongdun_host_conflict",
        "1 when another host, or a copy of this one, says it is the same.",
        ("host",),
        _of_each(lambda host: float(host.in_conflict)),
        per_host=1,
        stale=1,
    ),
    Metric(
        "rongdun_host_score_ratio",
        "Score of the host: weight of the rules that pass among those that pass or fail, 0 to 1.",
        ("host",),
        _of_reporting(lambda host: None if host.score is None else host.score / 100),
        per_host=1,
    ),
    Metric(
        "rongdun_host_confidence_ratio",
        "How much of what applies to the host could be judged, 0 to 1.",
        ("host",),
        _of_reporting(lambda host: host.confidence),
        per_host=1,
    ),
    Metric(
        "rongdun_host_findings_failed",
        "Rules that the host fails, by severity.",
        ("host", "severity"),
        _failed,
        per_host=len(SEVERITIES),
    ),
    Metric(
        "rongdun_host_findings_passed",
        "Rules that the host passes.",
        ("host",),
        _of_reporting(lambda host: host.counted["passed"] if host.counted else None),
        per_host=1,
    ),
    Metric(
        "rongdun_host_findings_unknown",
        "Rules that could not be judged on the host.",
        ("host",),
        _of_reporting(lambda host: host.counted["unknown"] if host.counted else None),
        per_host=1,
    ),
    Metric(
        "rongdun_host_spooled_states",
        "States of the host that waited on its disk when it was last heard of.",
        ("host",),
        _of_reporting(lambda host: float(host.health.get("spooled", 0)) if host.seen_at else None),
        per_host=1,
    ),
)
