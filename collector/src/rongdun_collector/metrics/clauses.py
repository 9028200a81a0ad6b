"""Clauses of the control framework: on how many hosts each is met."""

from rongdun_collector.assessment.fleet import clause_hosts
from rongdun_collector.metrics.metric import Metric, Values
from rongdun_collector.metrics.snapshot import Snapshot


def _hosts(snapshot: Snapshot) -> Values:
    for (clause, level, result), hosts in clause_hosts(snapshot.groups, snapshot.sets).items():
        yield (clause, str(level), result), hosts


def _info(snapshot: Snapshot) -> Values:
    levels = {group.level for group in snapshot.groups}
    for clause in snapshot.services.ruleset.framework.clauses:
        if clause.level in levels and clause.on_host:
            yield (clause.id, str(clause.level), clause.control_point.zh, clause.gist.zh), 1


METRICS = (
    Metric(
        "rongdun_clause_hosts",
        "Reporting hosts by clause, level and result (符合, 部分符合, 不符合, 不适用, 未检).",
        ("clause", "level", "result"),
        _hosts,
    ),
    Metric(
        "rongdun_clause_info",
        "A clause in words, for levels that reporting hosts have: join on clause and level. Always 1.",
        ("clause", "level", "control_point", "gist"),
        _info,
    ),
)
