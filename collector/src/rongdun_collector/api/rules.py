"""The rules in force, and the clauses that they judge."""

from fastapi import APIRouter

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.problems import not_found
from rongdun_collector.services import ServicesDep

router = APIRouter(tags=["rules"])


class RuleAnswer(AnswerModel):
    """A rule in words; `clauses` are those of all levels that it helps to judge."""

    id: str
    title: dict[str, str]
    severity: str
    why: dict[str, str]
    fix: dict[str, str]
    sections: list[str]
    clauses: list[str]


class Rules(AnswerModel):
    """All rules in force; `digest` stands for them, their parameters and the framework."""

    digest: str
    packs: dict[str, str]
    rules: list[RuleAnswer]


@router.get("/v1/rules")
def get_rules(services: ServicesDep) -> Rules:
    """List the rules that hosts are judged by."""
    ruleset = services.ruleset
    return Rules(
        digest=ruleset.digest,
        packs={pack.id: pack.version for pack in ruleset.packs},
        rules=[_answer(rule.id, services) for rule in ruleset.rules],
    )


@router.get("/v1/rules/{rule}")
def get_rule(rule: str, services: ServicesDep) -> RuleAnswer:
    """One rule."""
    if rule not in services.ruleset.by_id:
        raise not_found(f"there is no rule {rule!r}", "GET /v1/rules lists them.")
    return _answer(rule, services)


def _answer(name: str, services: ServicesDep) -> RuleAnswer:
    rule = services.ruleset.by_id[name]
    return RuleAnswer(
        id=rule.id,
        title=dict(rule.title),
        severity=rule.severity,
        why=dict(rule.why),
        fix=dict(rule.fix),
        sections=sorted(rule.sections),
        clauses=[clause.id for clause in services.ruleset.framework.clauses if rule.id in clause.rules],
    )
