"""Properties that no example shows: what is said is true, and stays true as long as it is said to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rongdun_contract.documents import section_of
from rongdun_contract.evaluate import evaluate
from rongdun_contract.findings import Finding
from rongdun_contract.rules.conditions import Compare, Condition, Not, Quantified, decode, encode
from rongdun_contract.rules.mutations import mutations
from rongdun_contract.rules.render import render
from rongdun_contract.rules.rule import Rule
from tests.contract.rules.toy import NOW, conditions, crowds, facts, moments, path, quantified, rule_of, settle

slowly = settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def judge(rule: Rule, shop: dict[str, Any], now: Any = NOW) -> Finding:
    (finding,) = evaluate([rule], {"shop": section_of(1, shop, {})}, now=now)
    assert finding.reason != "error", finding
    return finding


@slowly
@given(conditions(), st.one_of(st.none(), conditions(depth=1)), facts(told=False), st.data())
def test_what_is_unknown_never_becomes_a_verdict_that_could_be_wrong(
    expect: Condition, applies: Condition | None, shop: dict[str, Any], data: st.DataObject
) -> None:
    """Whatever stands behind a hole in the facts: a verdict that was given is the one that the whole facts lead to."""
    rule = rule_of(expect, applies)
    said = judge(rule, shop).verdict
    assume(said != "unknown")
    whole = settle(data.draw, shop)
    assert judge(rule, whole).verdict == said


@settings(slowly, max_examples=800)
@given(quantified(), crowds(), st.data())
def test_no_quantifier_says_more_than_all_ways_to_fill_the_holes(
    expect: Condition, shop: dict[str, Any], data: st.DataObject
) -> None:
    """Who counts, who is left out, and whether anyone is left: each may be unknown, and each may decide."""
    rule = rule_of(expect)
    said = judge(rule, shop).verdict
    assume(said != "unknown")
    for _ in range(4):
        assert judge(rule, settle(data.draw, shop)).verdict == said


@slowly
@given(conditions(), st.one_of(st.none(), conditions(depth=1)), facts(told=True))
def test_whole_facts_always_lead_to_a_verdict(
    expect: Condition, applies: Condition | None, shop: dict[str, Any]
) -> None:
    assert judge(rule_of(expect, applies), shop).verdict != "unknown"


@slowly
@given(st.one_of(conditions(), quantified()), facts(told=False), st.integers(1, 10 * 24))
def test_a_finding_holds_until_its_time(expect: Condition, shop: dict[str, Any], hours: int) -> None:
    """The collector keeps findings; one that ripens earlier than it says would show yesterday's truth."""
    rule, later = rule_of(expect), NOW + timedelta(hours=hours)
    finding = judge(rule, shop)
    assume(finding.valid_until is None or later <= finding.valid_until)
    assert judge(rule, shop, later).verdict == finding.verdict


RIPENING = st.builds(Compare, st.just(path("bought")), st.just("older_than"), st.sampled_from(["1d", "2d"]))
BY_SIZE = st.builds(Compare, st.just(path("size")), st.just("at_least"), st.just(2))


@settings(slowly, max_examples=500)
@given(
    st.sampled_from(["every", "some", "none"]),
    st.sampled_from(["pass", "fail", "not_applicable"]),
    st.one_of(st.none(), RIPENING, RIPENING.map(Not)),
    st.one_of(RIPENING, BY_SIZE),
    st.lists(st.fixed_dictionaries({"bought": moments(), "size": st.sampled_from([1, 3])}), max_size=2),
    st.integers(1, 10 * 24),
)
def test_elements_that_come_and_go_with_time_end_a_finding_in_time(  # noqa: PLR0913, PLR0917 - what hypothesis varies
    quantifier: Any, empty: Any, where: Any, that: Any, items: list[dict[str, Any]], hours: int
) -> None:
    rule = rule_of(Quantified(quantifier, path("shop.items"), empty, where, that))
    finding, later = judge(rule, {"items": items}), NOW + timedelta(hours=hours)
    assume(finding.valid_until is None or later <= finding.valid_until)
    assert judge(rule, {"items": items}, later).verdict == finding.verdict


@slowly
@given(conditions(), st.one_of(st.none(), conditions(depth=1)), facts(told=False))
def test_every_verdict_is_explained(expect: Condition, applies: Condition | None, shop: dict[str, Any]) -> None:
    finding = judge(rule_of(expect, applies), shop)
    assert finding.evidence
    assert (finding.reason is None) == (finding.verdict in {"pass", "fail"})
    assert finding.verdict == "fail" or not finding.objects


@slowly
@given(conditions(depth=0), facts(told=True))
def test_an_inverted_comparison_gives_the_opposite_verdict(expect: Condition, shop: dict[str, Any]) -> None:
    """The mutation pass relies on it: a change that changes nothing could not be noticed."""
    rule = rule_of(expect)
    inverted = dict(mutations(rule))[f"in `expect`, `{render(expect)}` is inverted"]
    assert {judge(rule, shop).verdict, judge(inverted, shop).verdict} == {"pass", "fail"}


@given(conditions())
def test_a_condition_survives_its_compiled_form(condition: Condition) -> None:
    assert decode(encode(condition)) == condition
