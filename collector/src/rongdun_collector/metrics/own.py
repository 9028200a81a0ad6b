"""The collector itself; each process tells its own numbers under its `instance`."""

from collections.abc import Callable
from importlib.metadata import version

from rongdun_collector.metrics.metric import Metric, Values
from rongdun_collector.metrics.snapshot import Snapshot
from rongdun_collector.services import Services


def _one(read: Callable[[Services], float]) -> Callable[[Snapshot], Values]:
    return lambda snapshot: [((snapshot.services.instance,), read(snapshot.services))]


def _requests(snapshot: Snapshot) -> Values:
    counts = snapshot.services.counts
    return [((snapshot.services.instance, str(code)), count) for code, count in sorted(counts.requests.items())]


def _checkins(snapshot: Snapshot) -> Values:
    counts = snapshot.services.counts
    return [((snapshot.services.instance, outcome), count) for outcome, count in sorted(counts.checkins.items())]


def _verdicts(snapshot: Snapshot) -> Values:
    counts, instance = snapshot.services.judge.counts, snapshot.services.instance
    return [((instance, "cache"), counts.known), ((instance, "evaluated"), counts.found)]


def _errors(snapshot: Snapshot) -> Values:
    services = snapshot.services
    failures = {"checkin": services.writer.counts.failures, "background": services.background.counts.failures}
    return [((services.instance, place), count) for place, count in failures.items()]


METRICS = (
    Metric(
        "rongdun_collector_info",
        "A process of the collector and its version. Always 1.",
        ("instance", "version", "rules"),
        lambda snapshot: [
            ((snapshot.services.instance, version("rongdun-collector"), snapshot.services.ruleset.digest[:12]), 1)
        ],
    ),
    Metric(
        "rongdun_collector_requests",
        "Answers by status code, those to hosts included.",
        ("instance", "code"),
        _requests,
        kind="counter",
    ),
    Metric(
        "rongdun_collector_checkins",
        "Check-ins by outcome: acknowledged, asked (for a manifest or documents), refused.",
        ("instance", "outcome"),
        _checkins,
        kind="counter",
    ),
    Metric(
        "rongdun_collector_commits",
        "Transactions in which check-ins were recorded.",
        ("instance",),
        _one(lambda services: services.writer.counts.batches),
        kind="counter",
    ),
    Metric(
        "rongdun_collector_waiting_checkins",
        "Check-ins that wait to be recorded.",
        ("instance",),
        _one(lambda services: services.writer.waiting),
    ),
    Metric(
        "rongdun_collector_received_documents",
        "Documents received from hosts.",
        ("instance",),
        _one(lambda services: services.counts.documents),
        kind="counter",
    ),
    Metric(
        "rongdun_collector_received_document_bytes",
        "Their size uncompressed.",
        ("instance",),
        _one(lambda services: services.counts.document_bytes),
        kind="counter",
    ),
    Metric(
        "rongdun_collector_assessed_hosts",
        "Hosts judged, each time counted.",
        ("instance",),
        _one(lambda services: services.background.counts.assessed),
        kind="counter",
    ),
    Metric(
        "rongdun_collector_verdicts",
        "Verdicts by where they came from: known already for the same facts, or evaluated.",
        ("instance", "source"),
        _verdicts,
        kind="counter",
    ),
    Metric(
        "rongdun_collector_errors",
        "Mistakes of the collector itself, by place; the log has each of them.",
        ("instance", "place"),
        _errors,
        kind="counter",
    ),
)
