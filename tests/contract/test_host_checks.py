"""The catalogue of checks on a host against the packs and the framework, and what its loader says of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.reference_pages.coverage import baseline_packs
from rongdun_contract.controls import Framework, load_controls
from rongdun_contract.host_checks import HostChecks, load_host_checks
from rongdun_contract.rules import PackError
from tests.contract.test_controls import CLAUSE, HEAD, pack

RULES = Path(__file__).parents[2] / "rules"
CHECKS = """\
id: toy-checks
title: {zh: 核查项, en: Checks}
framework: frame
groups:
  - title: {zh: 店铺, en: Shops}
    checks:
"""
CHECK = """\
      - id: H001
        clauses: ["8.1.4.1 a"]
        gist: {zh: 开门, en: Open}
        rules: [shop-open]
"""
MANUAL = "        manual: {zh: 看, en: Look}\n"
UNDECIDABLE = "        undecidable: {zh: 说不准, en: Cannot be told}\n"
NO_RULES = CHECK.replace("        rules: [shop-open]\n", "")


@pytest.fixture
def framework(tmp_path: Path) -> Framework:
    file = tmp_path / "frame.yaml"
    second = CLAUSE.replace("8.1.4.1 a", "8.1.4.1 b").replace("[shop-open]", "[shop-clean]")
    file.write_text(HEAD + CLAUSE + second, "utf-8")
    return load_controls(file)


def load(tmp_path: Path, framework: Framework, checks: str) -> HostChecks:
    file = tmp_path / "checks.yaml"
    file.write_text(checks, "utf-8")
    return load_host_checks(file, framework, [pack()])


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        (CHECK, "rules"),
        (CHECK + MANUAL, "partly"),
        (CHECK + UNDECIDABLE, "partly"),
        (NO_RULES + MANUAL, "manual"),
        (NO_RULES + UNDECIDABLE, "undecidable"),
    ],
)
def test_a_check_says_who_judges_it(tmp_path: Path, framework: Framework, check: str, answer: str) -> None:
    assert [one.answer for one in load(tmp_path, framework, CHECKS + check).checks] == [answer]


@pytest.mark.parametrize(
    ("checks", "line", "said"),
    [
        (CHECKS + NO_RULES, 7, "nothing judges the check: add `rules`"),
        (CHECKS + CHECK + CHECK, 11, "the check `H001` is there already"),
        (CHECKS + CHECK.replace("shop-open", "shop-opn"), 10, "there is no rule `shop-opn`: did you mean `shop-open`?"),
        (CHECKS + CHECK.replace("[shop-open]", "[shop-open, shop-open]"), 10, "a rule is named twice"),
        (CHECKS + CHECK.replace("4.1 a", "4.1 c"), 8, "there is no clause `8.1.4.1 c`: did you mean"),
        (CHECKS + CHECK.replace("4.1 a", "4.1 b"), 10, "none of its rules judges the clause 8.1.4.1 b"),
        (CHECKS + NO_RULES + MANUAL + UNDECIDABLE, 11, "people judge it, and nobody can tell"),
        (CHECKS + CHECK.replace("H001", "H1"), 7, "string should match pattern"),
        (CHECKS + CHECK.replace("gist", "gust"), 9, "unknown key `gust`: did you mean `gist`?"),
        (CHECKS.replace("framework: frame", "framework: farm") + CHECK, 3, "the framework is frame"),
    ],
)
def test_a_mistake_is_said_with_its_line(
    tmp_path: Path, framework: Framework, checks: str, line: int, said: str
) -> None:
    with pytest.raises(PackError) as caught:
        load(tmp_path, framework, checks)
    lines = str(caught.value).splitlines()
    assert any(f"checks.yaml:{line}: " in each and said in each for each in lines), lines


def test_only_rules_that_are_judged_may_be_named(tmp_path: Path, framework: Framework) -> None:
    """A draft is not judged, so a check that leans on it would be judged by nobody."""
    file = tmp_path / "checks.yaml"
    file.write_text(CHECKS + CHECK, "utf-8")
    with pytest.raises(PackError, match="the rule `shop-open` is draft"):
        load_host_checks(file, framework, [pack("draft")])


def test_advice_need_not_judge_a_clause(tmp_path: Path, framework: Framework) -> None:
    advice = CHECK.replace("4.1 a", "4.1 b") + "        advice: true\n"
    assert load(tmp_path, framework, CHECKS + advice).checks[0].answer == "rules"


@pytest.fixture(scope="module")
def catalogue() -> HostChecks:
    packs = baseline_packs()
    framework = load_controls(RULES / "controls/gbt22239-2019.yaml", packs)
    return load_host_checks(RULES / "controls/host-checks.yaml", framework, packs)


def test_the_catalogue_has_each_number_once_and_in_order(catalogue: HostChecks) -> None:
    """Numbers are how assessors and we speak of a check: none goes missing, none changes its place."""
    assert [check.id for check in catalogue.checks] == [f"H{number:03}" for number in range(1, 372)]


def test_each_stable_rule_serves_a_check(catalogue: HostChecks) -> None:
    """A rule that no check asks for is judged for no reason that an assessor knows."""
    named = {rule for check in catalogue.checks for rule in check.rules}
    assert {rule.id for pack in baseline_packs() for rule in pack.stable} - named == set()
