"""Rules: how many hosts fail each of them."""

from rongdun_collector.assessment.fleet import failing_hosts
from rongdun_collector.metrics.metric import Metric, Values
from rongdun_collector.metrics.snapshot import Snapshot


def _failing(snapshot: Snapshot) -> Values:
    failing = failing_hosts(snapshot.groups, snapshot.sets)
    for rule in snapshot.services.ruleset.rules:
        yield (rule.id, rule.severity), failing[rule.id, rule.severity]


METRICS = (
    Metric(
        "rongdun_rule_failing_hosts",
        "Reporting hosts that fail a rule.",
        ("rule", "severity"),
        _failing,
    ),
    Metric(
        "rongdun_rule_info",
        "A rule and its title: join on the label rule. Always 1.",
        ("rule", "severity", "title"),
        lambda snapshot: [((rule.id, rule.severity, rule.title["zh"]), 1) for rule in snapshot.services.ruleset.rules],
    ),
)
