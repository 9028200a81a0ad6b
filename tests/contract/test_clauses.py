from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from rongdun_contract.clauses import clause_results
from rongdun_contract.controls import Clause, Framework, Words
from rongdun_contract.findings import Finding

WORDS = Words(zh="字", en="word")


def clause(rules: int, judge: Any = "all", level: int = 3, name: str = "8.1.4.1 a", **more: Any) -> Clause:
    return Clause(
        id=name,
        level=level,
        class_=WORDS,
        control_point=WORDS,
        gist=WORDS,
        kind="auto" if rules else "manual",
        rules=tuple(f"rule-{n}" for n in range(rules)),
        judge=judge,
        **more,
    )


def framework(*clauses: Clause) -> Framework:
    return Framework(id="frame", title=WORDS, clauses=clauses)


def findings(verdicts: Any) -> list[Finding]:
    return [Finding(rule=f"rule-{n}", severity="high", verdict=v) for n, v in enumerate(verdicts)]


P, F, N, U = "pass", "fail", "not_applicable", "unknown"


@pytest.mark.parametrize(
    ("verdicts", "of_all", "of_any"),
    [
        ([P, P], "符合", "符合"),
        ([P, N], "符合", "符合"),
        ([N, N], "不适用", "不适用"),
        ([F, F], "不符合", "不符合"),
        ([F, N], "不符合", "不符合"),
        ([P, F], "部分符合", "符合"),
        ([P, U], "未检", "符合"),
        ([N, U], "未检", "未检"),
        ([U, U], "未检", "未检"),
        ([F, U], "不符合", "未检"),
        ([P, F, U], "部分符合", "符合"),
        ([], "未检", "未检"),
    ],
)
def test_a_clause_is_what_its_rules_found(verdicts: Any, of_all: str, of_any: str) -> None:
    for judge, expected in (("all", of_all), ("any", of_any)):
        (result,) = clause_results(framework(clause(len(verdicts), judge)), findings(verdicts))
        assert result.result == expected


def test_an_unknown_is_never_a_clean_bill() -> None:
    for verdicts in product([P, F, N, U], repeat=3):
        (result,) = clause_results(framework(clause(3)), findings(verdicts))
        if U in verdicts:
            assert result.result not in {"符合", "不适用"}, verdicts


def test_a_rule_without_a_finding_is_unknown() -> None:
    """`scan --rule one` must not turn the clauses of all others green."""
    (result,) = clause_results(framework(clause(2)), findings([P]))
    assert result.result == "未检"
    assert (result.passed, result.unknown) == (("rule-0",), ("rule-1",))


def test_only_clauses_of_the_level_are_judged_in_the_frameworks_order() -> None:
    frame = framework(clause(1, name="b"), clause(1, level=2, name="x"), clause(1, name="a"))
    assert [result.clause for result in clause_results(frame, findings([P]), 3)] == ["b", "a"]
    assert [result.clause for result in clause_results(frame, findings([P]), 2)] == ["x"]
    assert clause_results(frame, findings([P]), 4) == ()


def test_a_result_lists_its_rules_by_verdict() -> None:
    (result,) = clause_results(framework(clause(4)), findings([P, F, N, U]))
    assert (result.passed, result.failed, result.not_applicable, result.unknown) == (
        ("rule-0",),
        ("rule-1",),
        ("rule-2",),
        ("rule-3",),
    )
    assert result.kind == "auto"


def test_a_clause_that_servers_have_nothing_to_do_with_is_not_applicable_unless_its_rules_say_more() -> None:
    foreign = ("server", "db")
    assert clause_results(framework(clause(0, not_applicable_to=foreign)), [])[0].result == "不适用"
    assert clause_results(framework(clause(0, not_applicable_to=("db",))), [])[0].result == "未检"
    assert clause_results(framework(clause(0, not_applicable_to=("db",))), [], of="db")[0].result == "不适用"
    for verdict, expected in ((P, "符合"), (F, "不符合"), (N, "不适用"), (U, "未检")):
        (result,) = clause_results(framework(clause(1, not_applicable_to=foreign)), findings([verdict]))
        assert result.result == expected


def test_a_clause_that_is_judged_once_for_the_system_has_a_result_on_a_host_only_where_rules_give_evidence() -> None:
    frame = framework(clause(0, name="a", per="system"), clause(1, name="b", per="system"), clause(0, name="c"))
    assert [result.clause for result in clause_results(frame, findings([P]))] == ["b", "c"]
