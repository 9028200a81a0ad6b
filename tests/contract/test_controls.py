from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from rongdun_contract.controls import build_controls, load_compiled_controls, load_controls
from rongdun_contract.rules import Pack, PackError
from rongdun_contract.rules.conditions import Compare
from rongdun_contract.rules.pack import load_pack
from tests.contract.rules.toy import path, rule_of

HEAD = """\
id: frame
title: {zh: 框架, en: Frame}
control_points:
  - class: {zh: 安全计算环境, en: Computing environment}
    name: {zh: 身份鉴别, en: Identification}
    procedure: {zh: 看一遍, en: Look}
    clauses:
"""
CLAUSE = """\
      - id: "8.1.4.1 a"
        level: 3
        gist: {zh: 要点, en: Gist}
        kind: auto
        rules: [shop-open]
"""
RULES = Path(__file__).parents[2] / "rules"
EXPECT = Compare(path("shop.open"), "is", argument=True)


def pack(status: str = "stable") -> Pack:
    rule = rule_of(EXPECT, status=status)
    return Pack("toys", "1.0.0", "baseline", rule.title, {"shop": 1}, (rule,))


def write(folder: Path, clauses: str) -> Path:
    file = folder / "frame.yaml"
    file.write_text(HEAD + clauses, "utf-8")
    return file


def test_a_framework_survives_being_built(tmp_path: Path) -> None:
    file = write(tmp_path, CLAUSE + CLAUSE.replace("4.1 a", "4.1 b").replace("auto", "partly") + "        judge: any\n")
    framework = load_controls(file, [pack()])
    assert [clause.id for clause in framework.clauses_of("shop-open", 3)] == ["8.1.4.1 a", "8.1.4.1 b"]
    assert framework.clauses_of("shop-open", 2) == ()
    built = tmp_path / "frame.json"
    built.write_bytes(build_controls(framework))
    assert load_compiled_controls(built) == framework
    assert framework.clauses[0].class_.zh == "安全计算环境"


@pytest.mark.parametrize(
    ("clauses", "line", "said"),
    [
        (CLAUSE.replace("shop-open", "shop-opn"), 12, "there is no rule `shop-opn`: did you mean `shop-open`?"),
        (CLAUSE + CLAUSE, 13, "the clause `8.1.4.1 a` is there already"),
        (CLAUSE.replace("auto", "manual"), 11, "a clause that is manual has 1 rules"),
        (CLAUSE.replace("        rules: [shop-open]\n", ""), 11, "a clause that is auto has 0 rules"),
        (CLAUSE.replace("[shop-open]", "[shop-open, shop-open]"), 12, "a rule is named twice"),
        (CLAUSE.replace("gist:", "gust:"), 10, "unknown key `gust`: did you mean `gist`?"),
        (CLAUSE.replace("level: 3", 'level: "3"'), 9, "whole number"),
        (CLAUSE.replace("auto", "automatic"), 11, "did you mean `auto`?"),
        (CLAUSE.replace(", en: Gist", ""), 10, "add the key `en`"),
        (CLAUSE.replace("[shop-open]", "shop-open"), 12, "write a list"),
        (CLAUSE.replace("[shop-open]", "[on]"), 12, 'quote it: "on"'),
        (CLAUSE + "        not_applicable_to: [servers]\n", 13, "did you mean `server`?"),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path: Path, clauses: str, line: int, said: str) -> None:
    file = write(tmp_path, clauses)
    with pytest.raises(PackError) as caught:
        load_controls(file, [pack()])
    lines = str(caught.value).splitlines()
    assert any(each.startswith(f"{file}:{line}: ") and said in each for each in lines), lines


def test_only_rules_that_are_judged_may_be_mapped(tmp_path: Path) -> None:
    """A clause with a draft among its rules would be 未检 for ever, and nobody would know why."""
    with pytest.raises(PackError, match="the rule `shop-open` is draft"):
        load_controls(write(tmp_path, CLAUSE), [pack("draft")])


def test_rules_are_not_checked_where_no_pack_is_given(tmp_path: Path) -> None:
    assert load_controls(write(tmp_path, CLAUSE.replace("shop-open", "elsewhere"))).clauses[0].rules == ("elsewhere",)


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b"\xff", None])
def test_what_is_no_built_framework_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "frame.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(PackError, match=r"frame\.json: "):
        load_compiled_controls(file)


def test_a_clause_that_people_judge_says_how(tmp_path: Path) -> None:
    file = write(tmp_path, CLAUSE.replace("auto", "partly"))
    file.write_text(file.read_text("utf-8").replace("    procedure: {zh: 看一遍, en: Look}\n", ""), "utf-8")
    with pytest.raises(PackError, match="nothing says how: add `procedure"):
        load_controls(file, [pack()])


def test_one_level_of_a_built_framework_is_that_part_of_it(tmp_path: Path) -> None:
    two = CLAUSE + CLAUSE.replace("8.1.4.1 a", "7.1.4.1 a").replace("level: 3", "level: 2")
    built = tmp_path / "frame.json"
    built.write_bytes(build_controls(load_controls(write(tmp_path, two), [pack()])))
    whole = load_compiled_controls(built)
    for level in (2, 3, 4):
        part = load_compiled_controls(built, level)
        assert part.clauses == tuple(clause for clause in whole.clauses if clause.level == level)


def test_the_baselines_framework_has_every_clause_of_the_standard() -> None:
    """As many as GB/T 22239-2019 is known to have: general requirements and the cloud extension."""
    framework = load_controls(RULES / "controls/gbt22239-2019.yaml", [load_pack(RULES / "linux-baseline")])
    counted = Counter((clause.part, clause.level) for clause in framework.clauses)
    general = {("general", 2): 135, ("general", 3): 211, ("general", 4): 228}
    assert counted == general | {("cloud", 2): 29, ("cloud", 3): 46, ("cloud", 4): 49}
    for clause in framework.clauses:
        assert clause.procedure is not None
        assert clause.id.startswith(f"{clause.level + 5}.{1 if clause.part == 'general' else 2}."), clause.id
        assert clause.sources, clause.id
