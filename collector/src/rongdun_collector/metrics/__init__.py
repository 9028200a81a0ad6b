"""Metrics for Prometheus: a fixed number of series per host, everything else summed up; a module per subject."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family

from rongdun_collector.metrics import clauses, devices, drill, fleet, hosts, own, register, rules
from rongdun_collector.metrics.metric import Metric
from rongdun_collector.metrics.snapshot import Snapshot

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

SOURCES: Mapping[str, tuple[Metric, ...]] = MappingProxyType(
    {
        "hosts": hosts.METRICS,
        "fleet": fleet.METRICS,
        "register": register.METRICS,
        "clauses": clauses.METRICS,
        "rules": rules.METRICS,
        "devices": devices.METRICS,
        "drill": drill.METRICS,
        "own": own.METRICS,
    }
)


def render(snapshot: Snapshot) -> bytes:
    """All metrics in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Source(snapshot))
    return generate_latest(registry)


class _Source:
    """What prometheus_client asks for families; it holds no state of its own."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[Family]:
        """Every family with its samples."""
        for metrics in SOURCES.values():
            for metric in metrics:
                kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
                family = kind(metric.name, metric.help, labels=metric.labels)
                for labels, value in metric.values(self._snapshot):
                    family.add_metric(labels, value)
                yield family
