"""What evaluate adds to conditions: which facts may be used, how long, where they stand; and a broken rule is data."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from rongdun_contract.documents import Section, Unavailable, section_of
from rongdun_contract.evaluate import evaluate
from rongdun_contract.findings import Finding
from rongdun_contract.rules.conditions import Compare, Condition, Parameter, Quantified
from rongdun_contract.rules.rule import Rule
from tests.contract.rules.toy import NOW, path, rule_of

OPEN: Condition = Compare(path("shop.open"), "is", argument=True)
NO_CARS: Condition = Compare(path("street.cars"), "is", 0)
SHOP = section_of(1, {"open": True}, {"": {"where": "/etc/shop"}})


def judge(rule: Rule, survey: dict[str, Any], **more: Any) -> Finding:
    (finding,) = evaluate([rule], survey, **{"now": NOW, **more})
    return finding


@pytest.mark.parametrize(
    ("survey", "reason"),
    [
        ({}, "not probed"),
        ({"shop": Unavailable("no permission")}, "no permission"),
        ({"shop": Unavailable("not a live host", "no /proc")}, "not a live host"),
        ({"shop": section_of(0, {"open": True}, {})}, "agent too old"),
    ],
)
def test_facts_that_are_not_there_are_unknown_and_say_why(survey: dict[str, Any], reason: str) -> None:
    finding = judge(rule_of(OPEN), survey)
    assert (finding.verdict, finding.reason) == ("unknown", reason)
    assert [(row.what, row.found) for row in finding.evidence] == [("shop.open", f"unknown: {reason}")]


def test_facts_of_a_newer_agent_are_read() -> None:
    assert judge(rule_of(OPEN), {"shop": section_of(2, {"open": True}, {})}).verdict == "pass"


def test_a_rule_that_need_not_look_does_not_miss_what_is_not_there() -> None:
    rule = rule_of(NO_CARS, applies=Compare(path("shop.open"), "is", argument=False), needs={"shop": 1, "street": 1})
    finding = judge(rule, {"shop": SHOP})
    assert (finding.verdict, finding.reason) == ("not_applicable", "shop.open: true; wanted = false")
    assert finding.evidence[0].source == "/etc/shop"


def test_whether_it_applies_may_be_unknown() -> None:
    rule = rule_of(OPEN, applies=NO_CARS, needs={"shop": 1, "street": 1})
    finding = judge(rule, {"shop": SHOP, "street": Unavailable("error")})
    assert (finding.verdict, finding.reason) == ("unknown", "error")


VOLATILE: dict[str, Any] = {"needs": {"street": 1}, "volatile": ("street",), "max_age_s": 3600}


def street(minutes: int | None) -> dict[str, Section]:
    taken = None if minutes is None else NOW - timedelta(minutes=minutes)
    return {"street": section_of(1, {"cars": 0}, {}, taken_at=taken)}


@pytest.mark.parametrize(
    ("minutes", "verdict", "valid_for"),
    [(0, "pass", 60), (60, "pass", 0), (61, "unknown", None), (None, "unknown", None), (-5, "pass", 65)],
)
def test_what_changes_by_itself_is_believed_for_a_while(
    minutes: int | None, verdict: str, valid_for: int | None
) -> None:
    """A neighbour seen yesterday says nothing about today; a section without a time might be from last year."""
    finding = judge(rule_of(NO_CARS, **VOLATILE), street(minutes))
    assert finding.verdict == verdict
    assert finding.reason == (None if verdict == "pass" else "not probed")
    assert finding.valid_until == (None if valid_for is None else NOW + timedelta(minutes=valid_for))


def test_a_stable_section_has_no_age_unless_it_says_one() -> None:
    """The walk over the file system is stable, and old all the same."""
    rule = rule_of(OPEN, max_age_s=60)
    assert judge(rule, {"shop": SHOP}).verdict == "pass"
    old = replace(SHOP, taken_at=NOW - timedelta(seconds=61))
    assert judge(rule, {"shop": old}).reason == "not probed"


def test_the_shorter_of_two_times_counts() -> None:
    ripe = Compare(path("shop.since"), "older_than", "10d", "pass")
    rule = rule_of(ripe, max_age_s=86400)
    shop = section_of(1, {"since": "2025-12-25"}, {}, taken_at=NOW)
    assert judge(rule, {"shop": shop}).valid_until == NOW + timedelta(days=1)
    assert judge(rule, {"shop": replace(shop, taken_at=None)}).valid_until == NOW + timedelta(days=3)


def test_now_may_be_in_any_zone() -> None:
    china = NOW.astimezone(timezone(timedelta(hours=8)))
    finding = judge(rule_of(NO_CARS, **VOLATILE), street(10), now=china)
    assert finding.model_dump_json() == judge(rule_of(NO_CARS, **VOLATILE), street(10)).model_dump_json()


SOURCES = {
    "": {"where": "/etc/shop"},
    "items[1]": {"where": "/etc/shop:3", "overrides": ["/etc/shop:9"]},
    "items[1].size": {"where": "/etc/shop.d/x:1"},
    'shelf["a.b"].size': {"where": "/etc/shelf:7"},
}


@pytest.mark.parametrize(
    ("fact", "source", "overrides"),
    [
        ("size", "/etc/shop.d/x:1", ()),
        ("colour", "/etc/shop:3", ("/etc/shop:9",)),
    ],
)
def test_evidence_says_where_a_fact_stands_or_the_thing_it_is_in(
    fact: str, source: str, overrides: tuple[str, ...]
) -> None:
    rule = rule_of(Quantified("every", path("shop.items"), "fail", that=Compare(path(fact), "absent", argument=True)))
    shop = section_of(1, {"items": [{"name": "a"}, {"name": "b", "size": 1, "colour": "red"}]}, SOURCES)
    (row,) = judge(rule, {"shop": shop}).evidence
    assert (row.source, row.overrides) == (source, overrides)


def test_evidence_finds_keys_of_mappings_and_falls_back_to_the_section() -> None:
    shop = section_of(1, {"shelf": {"a.b": {"name": "x", "size": 2}}, "count": 3}, SOURCES)
    (row,) = judge(rule_of(Compare(path('shop.shelf["a.b"].size'), "is", 1)), {"shop": shop}).evidence
    assert (row.what, row.source) == ('shop.shelf["a.b"].size', "/etc/shelf:7")
    (row,) = judge(rule_of(Compare(path("shop.count"), "is", 1)), {"shop": shop}).evidence
    assert row.source == "/etc/shop"


def test_a_rule_that_breaks_is_data_and_the_next_one_is_judged() -> None:
    """Facts that do not have the shape they promise, or a rule built by hand: neither may silence the others."""
    broken = rule_of(Compare(path("shop.open.deeper"), "is", 1), id="broken")
    worse = replace(rule_of(OPEN, id="worse"), expect={"matcher": "?"})
    found = evaluate([broken, worse, rule_of(OPEN)], {"shop": SHOP}, now=NOW)
    assert [(one.verdict, one.reason) for one in found] == [("unknown", "error"), ("unknown", "error"), ("pass", None)]
    assert found[0].evidence[0].found.startswith("TypeError")


def test_parameters_come_from_the_level_unless_they_are_overridden() -> None:
    declared = {"type": "integer", "default": 90, "by_level": {"3": 60, "4": 30}, "tighten": "lower"}
    rule = rule_of(Compare(path("shop.count"), "at_most", Parameter("most")), params={"most": declared})
    survey = {"shop": section_of(1, {"count": 50}, {})}
    assert [judge(rule, survey, level=level).verdict for level in (2, 3, 4)] == ["pass", "pass", "fail"]
    assert judge(rule, survey, level=4).evidence[0].wanted == "<= 30"
    overridden = judge(rule, survey, params={rule.id: {"most": 10}})
    assert (overridden.verdict, overridden.evidence[0].wanted) == ("fail", "<= 10")
    assert judge(rule, survey, params={"other": {"most": 10}}).verdict == "pass"


def test_a_reference_that_the_rule_cannot_read_is_no_reference() -> None:
    rule = rule_of(Quantified("none", path("shop.items"), "pass", new_key=(path("name"),)))
    survey = {"shop": section_of(1, {"items": [{"name": "a"}]}, {})}
    for reference in (None, {}, {"shop": Unavailable("no permission")}, {"shop": section_of(0, {"items": []}, {})}):
        finding = judge(rule, survey, reference=reference)
        assert (finding.verdict, finding.reason) == ("unknown", "no reference"), reference


def test_the_same_facts_give_the_same_finding() -> None:
    rule = rule_of(Quantified("none", path("shop.shelf"), "pass"))
    one = section_of(1, {"shelf": {"a": {}, "b": {}}}, {})
    other = section_of(1, {"shelf": {"b": {}, "a": {}}}, {})
    assert judge(rule, {"shop": one}) == judge(rule, {"shop": other})


def test_a_finding_has_the_shape_that_scan_promises() -> None:
    finding = judge(rule_of(OPEN), {"shop": SHOP})
    assert finding.model_dump(mode="json") == {
        "rule": "shop-open",
        "severity": "high",
        "verdict": "pass",
        "reason": None,
        "valid_until": None,
        "objects": [],
        "evidence": [
            {"what": "shop.open", "found": "true", "wanted": "= true", "source": "/etc/shop", "overrides": []}
        ],
    }
