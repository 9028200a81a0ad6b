"""What the findings on one host say about the clauses of a framework."""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from rongdun_contract.controls import Clause, Framework, Kind, ObjectKind
from rongdun_contract.findings import Finding, Verdict

Result = Literal["符合", "部分符合", "不符合", "不适用", "未检"]
RESULTS: tuple[Result, ...] = get_args(Result)


class ClauseResult(BaseModel):
    """A clause's result on a host, with the rules that led to it; `kind` tells whether a person still decides.

    `unknown` also has the rules for which there is no finding at all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    clause: str
    result: Result
    kind: Kind
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def clause_results(
    framework: Framework, findings: Iterable[Finding], level: int = 3, *, of: ObjectKind = "server"
) -> tuple[ClauseResult, ...]:
    """The result of each clause of a level that a host has a result for, in the framework's order.

    All that applies passes: 符合. Something fails: 部分符合 where something else passes, else 不符合, whatever is
    unknown. Nothing fails but something is unknown, or there is no rule: 未检. Nothing applies: 不适用.
    Under `judge: any` one pass is 符合, and for 不符合 every rule that applies has to fail. A clause that objects
    of this kind (`of`) have nothing to do with is 不适用 unless its rules say more than that.
    """
    verdicts: Mapping[str, Verdict] = {finding.rule: finding.verdict for finding in findings}
    return tuple(
        _result(clause, verdicts, of) for clause in framework.clauses if clause.level == level and clause.on_host
    )


def _result(clause: Clause, verdicts: Mapping[str, Verdict], of: ObjectKind) -> ClauseResult:
    by_verdict: dict[Verdict, tuple[str, ...]] = {
        verdict: tuple(rule for rule in clause.rules if verdicts.get(rule, "unknown") == verdict)
        for verdict in get_args(Verdict)
    }
    foreign = of in clause.not_applicable_to and not (by_verdict["pass"] or by_verdict["fail"] or by_verdict["unknown"])
    return ClauseResult(
        clause=clause.id,
        result="不适用" if foreign else _judge_any(by_verdict) if clause.judge == "any" else _judge_all(by_verdict),
        kind=clause.kind,
        passed=by_verdict["pass"],
        failed=by_verdict["fail"],
        not_applicable=by_verdict["not_applicable"],
        unknown=by_verdict["unknown"],
    )


def _judge_all(rules: Mapping[Verdict, tuple[str, ...]]) -> Result:
    if rules["fail"]:
        return "部分符合" if rules["pass"] else "不符合"
    if rules["unknown"]:
        return "未检"
    if rules["pass"]:
        return "符合"
    return "不适用" if rules["not_applicable"] else "未检"


def _judge_any(rules: Mapping[Verdict, tuple[str, ...]]) -> Result:
    if rules["pass"]:
        return "符合"
    if rules["unknown"]:
        return "未检"
    if rules["fail"]:
        return "不符合"
    return "不适用" if rules["not_applicable"] else "未检"
