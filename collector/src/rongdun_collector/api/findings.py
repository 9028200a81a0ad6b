"""Findings on one host with their evidence, now or as of an earlier moment."""

from datetime import datetime

from fastapi import APIRouter

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.api.hosts import known_host
from rongdun_collector.api.parameters import AsOf
from rongdun_collector.assessment.explain import explain
from rongdun_collector.services import ServicesDep
from rongdun_contract.clauses import ClauseResult, clause_results
from rongdun_contract.findings import Finding
from rongdun_contract.score import host_score

router = APIRouter(tags=["hosts"])


class HostFindings(AnswerModel):
    """What the rules in force say about a host's facts at a moment."""

    host: str
    as_of: datetime
    level: int
    rules: str
    score: float | None
    confidence: float | None
    findings: list[Finding]
    clauses: list[ClauseResult]


@router.get("/v1/hosts/{host}/findings")
def get_findings(host: str, services: ServicesDep, as_of: AsOf = None) -> HostFindings:
    """Judge the host's facts by the rules in force. With `as_of`, its facts of then, as they had to be judged then."""
    now = services.now()
    ruleset = services.ruleset
    with services.store.read() as connection:
        row = known_host(connection, host, services.heard_since)
        findings = explain(connection, ruleset, row, now, as_of)
    score = host_score(findings)
    return HostFindings(
        host=host,
        as_of=as_of or now,
        level=row.level,
        rules=ruleset.digest,
        score=score.score,
        confidence=score.confidence,
        findings=list(findings),
        clauses=list(clause_results(ruleset.framework, findings, row.level)),
    )
