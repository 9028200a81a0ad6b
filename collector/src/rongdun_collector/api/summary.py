"""The fleet in figures."""

from datetime import datetime

from fastapi import APIRouter

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.assessment.fleet import Sum, clause_hosts, failing_hosts, sum_by
from rongdun_collector.services import ServicesDep
from rongdun_collector.store import fleet, hosts, register

router = APIRouter(tags=["fleet"])


class Figures(AnswerModel):
    """Reporting hosts summed up; the score is their mean. `failures` has the findings that fail, by severity."""

    hosts: int
    score: float | None
    confidence: float | None
    findings: dict[str, int]
    failures: dict[str, int]


class UnitFigures(AnswerModel):
    """A unit's figures; hosts that do not report are counted beside, never into the score."""

    unit: str | None
    name: str | None
    figures: Figures
    silent: int


class RuleFigures(AnswerModel):
    """A rule and how many reporting hosts fail it."""

    rule: str
    severity: str
    title: dict[str, str]
    failing_hosts: int


class Summary(AnswerModel):
    """The fleet at a moment. Units come worst first, rules by how many hosts fail them."""

    at: datetime
    presence: dict[str, int]
    conflicts: int
    fleet: Figures
    units: list[UnitFigures]
    rules: list[RuleFigures]
    clauses: dict[str, dict[str, int]]


@router.get("/v1/summary")
def get_summary(services: ServicesDep) -> Summary:
    """Figures of the fleet, of its units, of the rules that fail most, and of the clauses."""
    since = services.heard_since
    with services.store.read() as connection:
        groups, sets = services.overview.groups(connection, since)
        rows = hosts.presence_by_unit(connection, since)
        names = {unit.id: unit.name for unit in register.list_units(connection)}
        conflicts = fleet.conflicts(connection, since)
    units = sum_by(groups, sets, lambda group: group.unit)
    failing = failing_hosts(groups, sets).most_common()
    clauses: dict[str, dict[str, int]] = {}
    for (clause, _level, result), count in clause_hosts(groups, sets).items():
        clauses.setdefault(clause, {})[result] = count
    return Summary(
        at=services.now(),
        presence=_presence(rows),
        conflicts=len(conflicts),
        fleet=_figures(sum_by(groups, sets, lambda _group: None).get(None, Sum())),
        units=_units(units, rows, names),
        rules=[
            RuleFigures(rule=rule, severity=severity, title=_title(services, rule), failing_hosts=count)
            for (rule, severity), count in failing
        ],
        clauses=clauses,
    )


def _units(
    sums: dict[str | None, Sum], rows: dict[tuple[str | None, str], int], names: dict[str, str]
) -> list[UnitFigures]:
    with_hosts = sums.keys() | {unit for unit, _presence in rows}
    found = [
        UnitFigures(
            unit=unit,
            name=names.get(unit) if unit else None,
            figures=_figures(sums.get(unit, Sum())),
            silent=rows.get((unit, "silent"), 0),
        )
        for unit in sorted(with_hosts, key=lambda unit: unit or "")
    ]
    return sorted(found, key=lambda one: (one.figures.score is None, one.figures.score or 0))


def _figures(total: Sum) -> Figures:
    by_verdict: dict[str, int] = {}
    failures: dict[str, int] = {}
    for (severity, verdict), count in total.findings.items():
        by_verdict[verdict] = by_verdict.get(verdict, 0) + count
        if verdict == "fail":
            failures[severity] = count
    return Figures(
        hosts=total.hosts, score=total.score, confidence=total.confidence, findings=by_verdict, failures=failures
    )


def _presence(rows: dict[tuple[str | None, str], int]) -> dict[str, int]:
    counted = dict.fromkeys(("reporting", "silent", "never"), 0)
    for (_unit, presence), count in rows.items():
        counted[presence] = counted.get(presence, 0) + count
    return counted


def _title(services: ServicesDep, rule: str) -> dict[str, str]:
    known = services.ruleset.by_id.get(rule)
    return dict(known.title) if known else {}
