"""Cases beside rules: read strictly, tried honestly, and challenged by changing the rule."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from rongdun_contract.documents import Section, Survey, Unavailable, section_of
from rongdun_contract.rules.cases import NOW, Case
from rongdun_contract.rules.lint import lint_pack, prove_pack
from rongdun_contract.rules.rule import Rule
from rongdun_contract.rules.trying import run_case
from tests.contract.rules.toy import HEAD, SECTIONS, write_rule

RULE = """\
params: {most: {type: integer, default: 2, tighten: lower}}
applies: {shop.open: {is: true}}
expect:
  every: shop.items
  where: {colour: {is: red}}
  that: {size: {at_most: {param: most}}}
  empty: not_applicable
"""
CASES = """\
- case: small
  facts: {shop: {items: [{name: a, colour: red, size: 2}]}}
  expect: pass
- case: one of two is large
  facts: {shop: {items: [{name: a, colour: red, size: 1}, {name: b, colour: red, size: 3}]}}
  expect: {verdict: fail, found: 3, objects: [b], what: "shop.items[name=b].size"}
- case: large but green
  facts: {shop: {items: [{name: a, colour: green, size: 9}]}}
  expect: not_applicable
- case: closed
  facts: {shop: {open: false, items: [{name: a, colour: red, size: 9}]}}
  expect: {verdict: not_applicable, reason: "shop.open: false; wanted = true"}
- case: green beside red
  facts: {shop: {items: [{name: a, colour: red, size: 1}, {name: a, colour: green, size: 9}]}}
  expect: pass
"""


def surveyed_nothing(_rule: Rule, _case: Case) -> Survey:
    return {}


def lint(folder: Path, rule: str = RULE, cases: str = CASES, head: str = HEAD) -> list[str]:
    file = write_rule(folder, rule, head=head)
    file.with_name("shop-open.cases.yaml").write_text(textwrap.dedent(cases), "utf-8")
    return [str(problem).removeprefix(f"{folder}/") for problem in lint_pack(folder, SECTIONS).problems]


def prove(folder: Path, rule: str = RULE, cases: str = CASES) -> list[str]:
    assert lint(folder, rule, cases) == []
    return [str(problem) for problem in prove_pack(lint_pack(folder, SECTIONS), surveyed_nothing)]


def test_a_well_tested_rule_is_proved(tmp_path: Path) -> None:
    assert prove(tmp_path) == []


def read(folder: Path, cases: str, rule: str = RULE) -> tuple[Case, ...]:
    file = write_rule(folder, rule)
    file.with_name("shop-open.cases.yaml").write_text(textwrap.dedent(cases), "utf-8")
    linted = lint_pack(folder, SECTIONS)
    assert not [problem for problem in linted.problems if ".cases.yaml" in problem.file], linted.problems
    return linted.cases["shop-open"]


def section(case: Case, name: str = "shop") -> Section:
    found = case.facts[name]
    assert isinstance(found, Section)
    return found


def test_canned_facts_take_the_models_defaults(tmp_path: Path) -> None:
    """A case says what is special about it; the rest is what a probe would have sent."""
    (case,) = read(tmp_path, "- {case: x, facts: {shop: {count: 3}}, expect: pass}")
    facts = section(case).facts
    assert facts["count"] == 3
    assert (facts["open"], facts["items"], facts["shelf"], facts["ratio"]) == (True, [], {}, 0.0)
    assert "version" not in facts, "an absent fact is left out, as a probe leaves it out"
    assert section(case).schema == 1


def test_a_field_without_default_is_unknown_where_it_is_left_out(tmp_path: Path) -> None:
    (case,) = read(tmp_path, "- {case: x, facts: {shop: {items: [{size: 1}]}}, expect: pass}")
    assert section(case).facts["items"] == [{"name": {"unknown": "not probed"}, "size": 1, "parts": []}]


def test_unavailable_sections_and_unknown_values_can_be_written(tmp_path: Path) -> None:
    one, other = read(
        tmp_path,
        """\
        - {case: x, facts: {shop: {unavailable: no permission}}, expect: unknown}
        - {case: z, facts: {shop: {items: {unknown: error}, shelf: {k: {unknown: undecided}}}}, expect: unknown}
        """,
    )
    assert one.facts["shop"] == Unavailable("no permission")
    assert section(other).facts["items"] == {"unknown": "error"}
    assert section(other).facts["shelf"] == {"k": {"unknown": "undecided"}}


def test_files_are_spelt_out_for_whoever_builds_the_tree(tmp_path: Path) -> None:
    (case,) = read(
        tmp_path,
        """\
        - case: x
          files:
            /etc/a: "text\\n"
            /etc/b: {content: x, mode: "0600", owner: 0, group: 12}
            /etc/c: {symlink: /etc/a}
            /etc/d: {dir: true}
          expect: pass
        """,
    )
    assert case.files == {
        "/etc/a": {"content": "text\n"},
        "/etc/b": {"content": "x", "mode": "0600", "owner": 0, "group": 12},
        "/etc/c": {"symlink": "/etc/a"},
        "/etc/d": {"dir": True},
    }


def test_a_case_plays_at_a_fixed_time_unless_it_says_one(tmp_path: Path) -> None:
    one, other = read(
        tmp_path,
        """\
        - {case: x, expect: unknown}
        - {case: z, now: "2026-03-01", level: 4, params: {most: 1}, reference: {shop: {}}, expect: unknown}
        """,
    )
    assert (one.now, one.level, one.params, one.reference) == (NOW, 3, {}, None)
    assert (other.now.month, other.level, other.params) == (3, 4, {"most": 1})
    assert other.reference is not None


@pytest.mark.parametrize(
    ("cases", "line", "said"),
    [
        ("case: x\n", 1, "is no list of cases"),
        ("- {case: x, expect: passed}", 1, "0.expect.verdict: 'passed' is not possible here: did you mean `pass`?"),
        ("- {case: x}", 1, "add the key `expect`"),
        ("- {case: x, expct: pass}", 1, "did you mean `expect`?"),
        ("- {case: x, expect: {verdict: fail, fond: 1}}", 1, "did you mean `found`?"),
        ("- {case: x, facts: {shp: {}}, expect: pass}", 1, "there is no section `shp`: did you mean `shop`?"),
        ("- {case: x, facts: {street: {}}, expect: pass}", 1, "there is no section `street`"),
        ("- case: x\n  facts:\n    shop: {opn: 1}\n  expect: pass", 3, "no field `opn`: did you mean `open`?"),
        ("- {case: x, facts: {shop: {count: three}}, expect: pass}", 1, "stands for integer"),
        ("- {case: x, facts: {shop: {open: {unknown: error}}}, expect: pass}", 1, "is not boolean"),
        ("- {case: x, facts: {shop: {count: {unknown: lazy}}}, expect: pass}", 1, "is no reason"),
        ("- {case: x, facts: {shop: {unavailable: lazy}}, expect: pass}", 1, "is no reason"),
        ("- {case: x, facts: {shop: {items: [{colour: blue}]}}, expect: pass}", 1, 'never "blue"'),
        ("- {case: x, facts: {shop: {items: {name: a}}}, expect: pass}", 1, "is not list of object"),
        ("- {case: x, facts: [], expect: pass}", 1, "is not a mapping"),
        ("- {case: x, facts: {shop: {since: 2026-01-01}}, expect: pass}", 1, "unquoted date"),
        ("- {case: x, params: {mots: 1}, expect: pass}", 1, "did you mean `most`?"),
        ("- {case: x, params: {most: a}, expect: pass}", 1, "is not of type integer"),
        ("- {case: x, level: 5, expect: pass}", 1, "0.level"),
        ("- {case: x, now: soon, expect: pass}", 1, "'soon' is no time"),
        ("- {case: x, files: {etc/a: b}, expect: pass}", 1, "0.files"),
        ('- {case: x, files: {/a: {mode: "rw"}}, expect: pass}', 1, "0.files./a.mode"),
        ('- {case: x, files: {/a: {mood: "0600"}}, expect: pass}', 1, "did you mean `mode`?"),
        ("- {case: x, expect: pass}\n- {case: x, expect: fail}", 2, "two cases are called `x`"),
        ("- {case: x, expect: pass, expect: fail}", 1, "is there already"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_case_is_said_with_its_line(tmp_path: Path, cases: str, line: int, said: str) -> None:
    found = lint(tmp_path, cases=cases)
    assert any(each.startswith(f"group/shop-open.cases.yaml:{line}: ") and said in each for each in found), found


def test_a_stable_rule_needs_a_pass_and_a_fail(tmp_path: Path) -> None:
    assert lint(tmp_path, cases="- {case: x, expect: unknown}") == [
        f"group/shop-open.yaml: the rule is stable and has no case that expects {verdict}: "
        "add one to shop-open.cases.yaml"
        for verdict in ("fail", "pass")
    ]
    draft = HEAD.replace("stable", "draft")
    assert lint(tmp_path, cases="- {case: x, expect: unknown}", head=draft) == []


def test_a_rule_without_cases_is_told_so(tmp_path: Path) -> None:
    write_rule(tmp_path, RULE)
    assert len(lint_pack(tmp_path, SECTIONS).problems) == 2


def test_cases_without_a_rule_are_refused(tmp_path: Path) -> None:
    """A rule that was renamed must not leave its tests behind, unrun."""
    lint(tmp_path)
    (tmp_path / "group" / "shop-closed.cases.yaml").write_text("- {case: x, expect: pass}", "utf-8")
    (problem,) = lint_pack(tmp_path, SECTIONS).problems
    assert "there is no rule shop-closed.yaml beside it" in str(problem)


@pytest.mark.parametrize(
    ("expect", "mismatch"),
    [
        ("pass", "expected pass, got fail; evidence: what 'shop.items[name=b].size', found '3', wanted '<= 2'"),
        ("{verdict: fail, found: 4}", "no evidence has found '4'; evidence: what"),
        ('{verdict: fail, found: 3, source: "/etc/shop:1"}', "no evidence has found '3', source '/etc/shop:1'"),
        ("{verdict: fail, objects: [a]}", "expected the objects ['a'], got ['b']"),
        ("{verdict: fail, reason: error}", "expected the reason 'error', got None"),
        ('{verdict: fail, valid_until: "2026-02-01"}', "expected it to be valid until 2026-02-01, got None"),
    ],
)
def test_what_came_out_otherwise_is_said(tmp_path: Path, expect: str, mismatch: str) -> None:
    cases = CASES.replace('{verdict: fail, found: 3, objects: [b], what: "shop.items[name=b].size"}', expect)
    linted_folder = tmp_path
    lint(linted_folder, cases=cases)
    found = [str(one) for one in prove_pack(lint_pack(linted_folder, SECTIONS), surveyed_nothing)]
    assert len(found) == 1
    assert f"shop-open.cases.yaml:4: one of two is large: {mismatch}" in found[0]
    assert found[0].endswith("mend the rule or the case")


def test_surveyed_facts_are_judged_and_canned_ones_win(tmp_path: Path) -> None:
    files, both = read(
        tmp_path,
        """\
        - {case: x, files: {/etc/shop: open}, expect: fail}
        - {case: z, files: {/etc/shop: open}, facts: {shop: {items: [{name: a, colour: red}]}}, expect: fail}
        """,
    )
    surveyed = {"shop": section_of(1, {"open": True, "items": [{"name": "a", "colour": "red", "size": 1}]}, {})}
    linted = lint_pack(tmp_path, SECTIONS)
    assert linted.pack is not None
    (rule,) = linted.pack.rules
    assert run_case(rule, files, surveyed) != ()
    assert run_case(rule, both, surveyed) == ()


def test_the_tree_is_built_for_cases_with_files_only(tmp_path: Path) -> None:
    asked: list[str] = []

    def survey_of(_rule: Rule, case: Case) -> Survey:
        asked.append(case.name)
        return {}

    read(tmp_path, CASES + "- {case: by files, files: {/a: b}, expect: unknown}\n")
    prove_pack(lint_pack(tmp_path, SECTIONS), survey_of)
    assert asked == ["by files"], "once, however many mutations follow"


def test_volatile_facts_in_a_case_are_fresh(tmp_path: Path) -> None:
    rule = "max_age_s: 60\nexpect: {street.cars: {is: 0}}\n"
    cases = "".join(
        f"- {{case: c{cars}, facts: {{street: {{cars: {cars}}}}}, expect: {verdict}}}\n"
        for cars, verdict in enumerate(("pass", "fail"))
    )
    write_rule(tmp_path, rule)
    (tmp_path / "pack.yaml").write_text((tmp_path / "pack.yaml").read_text("utf-8").replace("shop", "street"), "utf-8")
    (tmp_path / "group" / "shop-open.cases.yaml").write_text(cases, "utf-8")
    linted = lint_pack(tmp_path, SECTIONS)
    assert linted.problems == ()
    assert prove_pack(linted, surveyed_nothing) == ()


def without(name: str, cases: str = CASES) -> str:
    parts = cases.split("- case: ")
    return "".join(f"- case: {part}" for part in parts[1:] if not part.startswith(name + "\n"))


@pytest.mark.parametrize(
    ("lost", "mutation"),
    [
        ("large but green", "says fail on empty"),
        ("closed", "`applies` is dropped"),
        ("green beside red", "loses `where`"),
    ],
)
def test_a_change_that_no_case_notices_is_told(tmp_path: Path, lost: str, mutation: str) -> None:
    cases = without(lost)
    if lost == "green beside red":
        cases = without("large but green", cases) + "- {case: none, facts: {shop: {}}, expect: not_applicable}\n"
    found = prove(tmp_path, cases=cases)
    assert [one for one in found if mutation in one], found


MUTATED: list[tuple[str, str, list[str]]] = [
    (
        "{shop.count: {at_most: 3, if_absent: pass}}",
        "{count: 2} pass, {count: 4} fail",
        ["says fail on absent"],
    ),
    ("{shop.count: {at_most: 3, if_absent: pass}}", "{count: 2} pass, {count: 4} fail, {} pass", []),
    ("{shop.version: {in: [a, absent]}}", "{version: a} pass, {version: b} fail", ["loses `absent`"]),
    ("{shop.version: {in: [a, absent]}}", "{version: a} pass, {version: b} fail, {} pass", []),
    ("{any: [{shop.count: {is: 1}}, {shop.count: {is: 2}}]}", "{count: 1} pass, {count: 3} fail", ["is dropped"]),
    ("{any: [{shop.count: {is: 1}}, {shop.count: {is: 2}}]}", "{count: 1} pass, {count: 2} pass, {count: 3} fail", []),
    ("{all: [{shop.count: {is: 1}}, {shop.open: {is: true}}]}", "{count: 1} pass, {count: 3} fail", ["is dropped"]),
    ("{not: {shop.count: {is: 1}}, if_absent: fail}", "{count: 1} fail, {count: 3} pass", ["says pass on absent"]),
    ("{not: {shop.count: {is: 1}}, if_absent: fail}", "{count: 1} fail, {count: 3} pass, {} fail", []),
    (
        "{some: shop.words, that: {'@value': {is: a}}, empty: fail}",
        "{words: [a]} pass, {words: [b]} fail, {words: []} fail",
        ["becomes `every`"],
    ),
    (
        "{none: shop.words, that: {'@value': {is: a}}, empty: pass}",
        "{words: [b]} pass, {words: [a]} fail, {words: []} pass",
        [],
    ),
    ("{shop.count: {absent: true}}", "{} pass, {count: 1} fail", []),
]


@pytest.mark.parametrize(("expect", "cases", "unnoticed"), MUTATED)
def test_each_kind_of_change_is_tried(tmp_path: Path, expect: str, cases: str, unnoticed: list[str]) -> None:
    lines = []
    for number, part in enumerate(cases.split(", {")):
        facts, verdict = part.removeprefix("{").rsplit("} ", 1)
        lines.append(f"- {{case: c{number}, facts: {{shop: {{{facts}}}}}, expect: {verdict}}}\n")
    found = prove(tmp_path, f"expect: {expect}\n", "".join(lines))
    assert len(found) >= len(unnoticed), found
    assert bool(found) == bool(unnoticed), found
    for mutation in unnoticed:
        assert any(mutation in one for one in found), found


def test_a_rule_whose_cases_fail_is_not_changed_any_further(tmp_path: Path) -> None:
    found = prove(
        tmp_path,
        cases=CASES.replace("expect: pass", "expect: unknown", 1)
        + "- {case: z, facts: {shop: {items: [{name: a, colour: red, size: 1}]}}, expect: pass}\n",
    )
    assert len(found) == 1


def test_new_elements_are_tried_too(tmp_path: Path) -> None:
    rule = "expect: {none: {new: {of: shop.items, key: [name]}}, empty: pass}\n"
    old = "- {case: old, facts: {shop: {items: [{name: a}]}}, reference: {shop: {items: [{name: a}]}}, expect: pass}\n"
    new = old.replace("[{name: a}]}}, ref", "[{name: b}]}}, ref").replace("old", "new").replace("pass", "fail")
    none = "- {case: none, facts: {shop: {}}, reference: {shop: {}}, expect: pass}\n"
    assert prove(tmp_path, rule, old + new) == []
    assert any("looks at old elements too" in one for one in prove(tmp_path, rule, none + new))
