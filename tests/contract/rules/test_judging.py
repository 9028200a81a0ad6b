"""Conditions over facts: absence, quantifiers, negation, new elements; and what they say made it so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rongdun_contract.documents import Section, section_of
from rongdun_contract.evaluate import evaluate
from rongdun_contract.findings import Finding
from rongdun_contract.rules import load_pack
from tests.contract.rules.toy import NOW, SECTIONS, survey, write_rule

RED = {"name": "a", "colour": "red", "size": 1}
GREEN = {"name": "b", "colour": "green", "size": 2}
BARE = {"name": "c"}
DARK = {"name": "d", "colour": {"unknown": "no permission"}, "size": {"unknown": "undecided"}}


def judge(
    folder: Path, body: str, facts: dict[str, Any], reference: dict[str, Any] | None = None, **more: Any
) -> Finding:
    write_rule(folder, body)
    earlier: dict[str, Section] | None = None if reference is None else {"shop": section_of(1, reference, {})}
    (finding,) = evaluate(load_pack(folder, SECTIONS).rules, survey(facts), now=NOW, reference=earlier, **more)
    return finding


EVERY = "expect: {every: shop.items, that: {colour: {is: red}}, empty: %s}"
SOME = "expect: {some: shop.items, that: {colour: {is: red}}, empty: %s}"
NONE = "expect: {none: shop.items, that: {colour: {is: red}}, empty: %s}"
BIG = "expect: {every: shop.items, where: {size: {at_least: 2}}, that: {colour: {is: green}}, empty: %s}"


@pytest.mark.parametrize(
    ("body", "items", "verdict"),
    [
        (EVERY % "fail", [RED, RED], "pass"),
        (EVERY % "fail", [RED, GREEN], "fail"),
        (EVERY % "fail", [RED, BARE], "fail"),
        (EVERY % "fail", [RED, DARK], "unknown"),
        (EVERY % "fail", [GREEN, DARK], "fail"),
        (SOME % "pass", [RED, GREEN], "pass"),
        (SOME % "pass", [GREEN, BARE], "fail"),
        (SOME % "pass", [RED, DARK], "pass"),
        (SOME % "pass", [GREEN, DARK], "unknown"),
        (NONE % "fail", [GREEN, BARE], "pass"),
        (NONE % "fail", [GREEN, RED], "fail"),
        (NONE % "fail", [GREEN, DARK], "unknown"),
        (NONE % "fail", [RED, DARK], "fail"),
        (EVERY % "pass", [], "pass"),
        (EVERY % "fail", [], "fail"),
        (EVERY % "not_applicable", [], "not_applicable"),
        (SOME % "pass", [], "pass"),
        (NONE % "fail", [], "fail"),
        (BIG % "fail", [RED, GREEN], "pass"),
        (BIG % "fail", [RED], "fail"),
        (BIG % "not_applicable", [RED, BARE], "not_applicable"),
        (BIG % "pass", [{"name": "x", "size": {"unknown": "undecided"}, "colour": "green"}], "pass"),
        (BIG % "fail", [{"name": "x", "size": {"unknown": "undecided"}, "colour": "green"}], "unknown"),
        (BIG % "pass", [{"name": "x", "size": {"unknown": "undecided"}, "colour": "red"}], "unknown"),
        (BIG % "fail", [GREEN, {"name": "x", "size": {"unknown": "undecided"}, "colour": "green"}], "pass"),
        ("expect: {some: shop.items, empty: fail}", [BARE], "pass"),
        ("expect: {none: shop.items, empty: pass}", [BARE], "fail"),
        ("expect: {none: shop.items, empty: pass}", {"unknown": "no permission"}, "unknown"),
    ],
)  # fmt: skip
def test_a_quantifier_says_what_it_can(tmp_path: Path, body: str, items: Any, verdict: str) -> None:
    assert judge(tmp_path, body, {"items": items}).verdict == verdict


@pytest.mark.parametrize(
    ("shelf", "verdict"),
    [
        ({"k": RED}, "pass"),
        ({"k": RED, "m": GREEN}, "fail"),
        ({"k": {"unknown": "no permission"}}, "unknown"),
        ({}, "not_applicable"),
    ],
)
def test_a_quantifier_runs_over_the_values_of_a_mapping(tmp_path: Path, shelf: Any, verdict: str) -> None:
    body = "expect: {every: shop.shelf, that: {colour: {is: red}}, empty: not_applicable}"
    assert judge(tmp_path, body, {"shelf": shelf}).verdict == verdict


def test_elements_that_do_not_apply_do_not_count(tmp_path: Path) -> None:
    body = """\
    expect:
      every: shop.items
      that: {every: parts, that: {"@value": {is: x}}, empty: not_applicable}
      empty: fail
    """
    plain = {"name": "a", "parts": []}
    assert judge(tmp_path, body, {"items": [plain, {"name": "b", "parts": ["x"]}]}).verdict == "pass"
    assert judge(tmp_path, body, {"items": [plain]}).verdict == "fail", "when none counts, `empty` answers"


@pytest.mark.parametrize(
    ("body", "present", "absent"),
    [
        ("expect: {shop.count: {is: 1}}", "pass", "fail"),
        ("expect: {shop.count: {at_most: 1}}", "pass", "fail"),
        ("expect: {shop.count: {at_most: 1, if_absent: pass}}", "pass", "pass"),
        ("expect: {shop.count: {not: 2, if_absent: pass}}", "pass", "pass"),
        ("expect: {shop.count: {not: 2, if_absent: fail}}", "pass", "fail"),
        ("expect: {shop.count: {in: [1, absent]}}", "pass", "pass"),
        ("expect: {shop.count: {in: [1]}}", "pass", "fail"),
        ("expect: {shop.count: {absent: true}}", "fail", "pass"),
        ("expect: {shop.count: {absent: false}}", "pass", "fail"),
        ("expect: {not: {shop.count: {is: 1}}, if_absent: fail}", "fail", "fail"),
        ("expect: {not: {shop.count: {is: 1}}, if_absent: pass}", "fail", "pass"),
        ("expect: {not: {shop.count: {is: 2}}, if_absent: fail}", "pass", "fail"),
        ("expect: {not: {shop.count: {absent: true}}}", "pass", "fail"),
        ("expect: {not: {not: {shop.count: {is: 1}}, if_absent: pass}}", "pass", "fail"),
        ("expect: {not: {any: [{shop.count: {is: 2}}, {shop.open: {is: false}}]}, if_absent: pass}", "pass", "pass"),
        ("expect: {not: {any: [{shop.count: {is: 2}}, {shop.open: {is: false}}]}, if_absent: fail}", "pass", "fail"),
    ],
)  # fmt: skip
def test_absence_counts_as_the_rule_says_and_never_as_a_pass_unsaid(
    tmp_path: Path, body: str, present: str, absent: str
) -> None:
    assert judge(tmp_path, body, {"open": True, "count": 1}).verdict == present
    assert judge(tmp_path, body, {"open": True}).verdict == absent
    assert judge(tmp_path, body, {"open": True, "count": {"unknown": "undecided"}}).verdict == "unknown"


def test_a_negation_without_a_word_on_absence_does_not_hold(tmp_path: Path) -> None:
    """A pack may be built by someone else: what the loader refuses must not become a pass either."""
    write_rule(tmp_path, "expect: {not: {shop.count: {is: 1}}, if_absent: pass}")
    (rule,) = load_pack(tmp_path, SECTIONS).rules
    unsaid = replace(rule, expect={"not": rule.expect["not"]})
    (finding,) = evaluate([unsaid], survey({}), now=NOW)
    assert finding.verdict == "fail"


@pytest.mark.parametrize("empty", [[], {}, None])
def test_an_empty_list_is_absent(tmp_path: Path, empty: Any) -> None:
    facts = {} if empty is None else {"words": empty}
    assert judge(tmp_path, "expect: {shop.words: {absent: true}}", facts).verdict == "pass"
    assert judge(tmp_path, "expect: {shop.words: {subset: [a]}}", facts).verdict == "fail"


def test_something_absent_on_the_way_is_absent(tmp_path: Path) -> None:
    body = "expect: {'shop.shelf[\"k\"].size': {in: [1, absent]}}"
    assert judge(tmp_path, body, {"shelf": {"m": RED}}).verdict == "pass"
    assert judge(tmp_path, body, {}).verdict == "pass"
    assert judge(tmp_path, body, {"shelf": {"k": {"unknown": "no permission"}}}).verdict == "unknown"


def test_a_key_called_unknown_is_a_key(tmp_path: Path) -> None:
    """An attacker who names a thing `unknown` must not be able to hide it."""
    body = "expect: {none: shop.shelf, that: {colour: {is: red}}, empty: pass}"
    assert judge(tmp_path, body, {"shelf": {"unknown": RED}}).verdict == "fail"


NEW = "expect: {none: {new: {of: shop.items, key: [name]}}, where: {size: {at_least: 1}}, empty: pass}"


@pytest.mark.parametrize(
    ("reference", "items", "verdict"),
    [
        (None, [RED], "unknown"),
        ({"items": [RED]}, [RED], "pass"),
        ({"items": [RED]}, [RED, GREEN], "fail"),
        ({"items": [RED]}, [RED, BARE], "pass"),
        ({}, [RED], "fail"),
        ({"items": {"unknown": "no permission"}}, [RED], "unknown"),
        ({"items": [RED, {"name": {"unknown": "undecided"}, "size": 1}]}, [RED, GREEN], "unknown"),
        ({"items": [RED]}, [RED, {"name": {"unknown": "undecided"}, "size": 1}], "unknown"),
        ({"items": [RED]}, [], "pass"),
    ],
)
def test_new_elements_are_those_whose_key_the_reference_lacks(
    tmp_path: Path, reference: Any, items: Any, verdict: str
) -> None:
    finding = judge(tmp_path, NEW, {"items": items}, reference)
    assert finding.verdict == verdict
    if verdict == "fail":
        assert [named.key for named in finding.objects] == [items[-1]["name"]]
    if reference is None:
        assert finding.reason == "no reference"


def test_new_compares_all_parts_of_a_key(tmp_path: Path) -> None:
    body = "expect: {none: {new: {of: shop.items, key: [name, size]}}, empty: pass}"
    grown = {**RED, "size": 2}
    assert judge(tmp_path, body, {"items": [grown]}, {"items": [RED]}).objects[0].key == "a 2"
    assert judge(tmp_path, body, {"items": [{**RED, "colour": "green"}]}, {"items": [RED]}).verdict == "pass"


def rows(finding: Finding) -> list[tuple[str, str, str]]:
    return [(row.what, row.found, row.wanted) for row in finding.evidence]


def test_a_failure_names_the_elements_and_the_facts_that_made_it(tmp_path: Path) -> None:
    finding = judge(tmp_path, EVERY % "fail", {"items": [RED, GREEN, BARE]})
    assert [named.key for named in finding.objects] == ["b", "c"]
    assert rows(finding) == [
        ("shop.items[name=b].colour", "green", '= "red"'),
        ("shop.items[name=c].colour", "absent", '= "red"'),
    ]


def test_an_unknown_shows_what_could_not_be_told(tmp_path: Path) -> None:
    finding = judge(tmp_path, EVERY % "fail", {"items": [RED, DARK]})
    assert finding.reason == "no permission"
    assert rows(finding) == [("shop.items[name=d].colour", "unknown: no permission", '= "red"')]
    finding = judge(tmp_path, BIG % "fail", {"items": [DARK]})
    assert finding.reason == "undecided"
    assert ("shop.items[name=d].size", "unknown: undecided", ">= 2") in rows(finding)


def test_of_several_reasons_only_those_that_decide_are_shown(tmp_path: Path) -> None:
    body = "expect: {all: [{shop.open: {is: true}}, {any: [{shop.count: {is: 1}}, {shop.mode: {is: 1}}]}]}"
    assert rows(judge(tmp_path, body, {"open": True, "count": 2, "mode": 3})) == [
        ("shop.count", "2", "= 1"),
        ("shop.mode", "3", "= 1"),
    ]
    assert rows(judge(tmp_path, body, {"open": False, "count": 1, "mode": 3})) == [("shop.open", "false", "= true")]
    assert rows(judge(tmp_path, body, {"open": True, "count": 1, "mode": 3})) == [
        ("shop.open", "true", "= true"),
        ("shop.count", "1", "= 1"),
    ]


def test_a_negation_shows_what_was_not_wanted(tmp_path: Path) -> None:
    assert rows(judge(tmp_path, NONE % "fail", {"items": [RED]})) == [
        ("shop.items[name=a].colour", "red", 'not (= "red")')
    ]
    assert rows(judge(tmp_path, "expect: {not: {shop.open: {is: true}}}", {"open": True})) == [
        ("shop.open", "true", "not (= true)")
    ]


def test_emptiness_is_shown_as_it_was_found(tmp_path: Path) -> None:
    assert rows(judge(tmp_path, EVERY % "fail", {"items": []})) == [
        ("shop.items", "absent", 'every shop.items: colour = "red"')
    ]
    ((what, found, _),) = rows(judge(tmp_path, BIG % "fail", {"items": [RED, BARE]}))
    assert (what, found) == ("shop.items", "0 of 2")


@pytest.mark.parametrize(
    ("body", "facts", "objects"),
    [
        pytest.param("expect: {none: shop.shelf, empty: pass}", {"shelf": {"k": RED}}, ["k"], id="key of a mapping"),
        pytest.param("expect: {none: shop.words, empty: pass}", {"words": ["x"]}, ["x"], id="plain element"),
        pytest.param(
            'expect: {none: shop.shelf, key: [name, "@key"], empty: pass}',
            {"shelf": {"k": RED}},
            ["a k"],
            id="said by key",
        ),
        pytest.param(
            'expect: {every: shop.items, that: {none: parts, that: {"@value": {is: x}}, empty: pass}, empty: pass}',
            {"items": [{"name": "a", "parts": ["y", "x"]}]},
            ["a / x"],
            id="one inside another",
        ),
        pytest.param(
            "expect: {not: {some: shop.items, that: {colour: {is: red}}, empty: fail}, if_absent: fail}",
            {"items": [GREEN, RED]},
            ["a"],
            id="found by some, under not",
        ),
        pytest.param(SOME % "fail", {"items": [GREEN]}, [], id="some of many fails: no single one is at fault"),
    ],
)
def test_objects_are_called_as_people_call_them(
    tmp_path: Path, body: str, facts: dict[str, Any], objects: list[str]
) -> None:
    finding = judge(tmp_path, body, facts)
    assert finding.verdict == "fail"
    assert [named.key for named in finding.objects] == objects


def test_a_thousand_failures_are_counted_not_listed(tmp_path: Path) -> None:
    items = [{"name": f"n{number}", "colour": "green"} for number in range(150)]
    finding = judge(tmp_path, EVERY % "fail", {"items": items})
    assert len(finding.evidence) == 21
    assert rows(finding)[-1] == ("…", "130 more", "")
    assert len(finding.objects) == 150
    many = judge(tmp_path, EVERY % "fail", {"items": items * 10})
    assert rows(many)[-1][1] == "at least 980 more"


def test_a_long_value_is_cut(tmp_path: Path) -> None:
    ((_, found, _),) = rows(judge(tmp_path, "expect: {shop.words: {contains: b}}", {"words": ["a" * 900]}))
    assert len(found) == 200
    assert found.endswith("…")


def test_the_level_is_a_fact(tmp_path: Path) -> None:
    body = 'applies: {"@level": {at_least: 3}}\nexpect: {shop.open: {is: true}}'
    assert judge(tmp_path, body, {"open": True}, level=3).verdict == "pass"
    finding = judge(tmp_path, body, {"open": True}, level=2)
    assert (finding.verdict, finding.reason) == ("not_applicable", "@level: 2; wanted >= 3")
