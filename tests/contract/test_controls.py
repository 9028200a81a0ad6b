from __future__ import annotations

from pathlib import Path

import pytest

from rongdun_contract.controls import build_controls, load_compiled_controls, load_controls
from rongdun_contract.rules import Pack, PackError
from rongdun_contract.rules.conditions import Compare
from tests.contract.rules.toy import path, rule_of

HEAD = "id: frame\ntitle: {zh: 框架, en: Frame}\nclauses:\n"
CLAUSE = """\
  - id: "8.1.4.1 a"
    level: 3
    class: {zh: 安全计算环境, en: Computing environment}
    control_point: {zh: 身份鉴别, en: Identification}
    gist: {zh: 要点, en: Gist}
    kind: auto
    rules: [shop-open]
"""
EXPECT = Compare(path("shop.open"), "is", argument=True)


def pack(status: str = "stable") -> Pack:
    rule = rule_of(EXPECT, status=status)
    return Pack("toys", "1.0.0", "baseline", rule.title, {"shop": 1}, (rule,))


def write(folder: Path, clauses: str) -> Path:
    file = folder / "frame.yaml"
    file.write_text(HEAD + clauses, "utf-8")
    return file


def test_a_framework_survives_being_built(tmp_path: Path) -> None:
    file = write(tmp_path, CLAUSE + CLAUSE.replace("4.1 a", "4.1 b").replace("auto", "partly") + "    judge: any\n")
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
        (CLAUSE.replace("shop-open", "shop-opn"), 10, "there is no rule `shop-opn`: did you mean `shop-open`?"),
        (CLAUSE + CLAUSE, 11, "the clause `8.1.4.1 a` is there already"),
        (CLAUSE.replace("auto", "manual"), 9, "a clause that is manual has 1 rules"),
        (CLAUSE.replace("    rules: [shop-open]\n", ""), 9, "a clause that is auto has 0 rules"),
        (CLAUSE.replace("[shop-open]", "[shop-open, shop-open]"), 10, "a rule is named twice"),
        (CLAUSE.replace("class:", "klass:"), 6, "unknown key `klass`: did you mean `class`?"),
        (CLAUSE.replace("level: 3", 'level: "3"'), 5, "whole number"),
        (CLAUSE.replace("auto", "automatic"), 9, "did you mean `auto`?"),
        (CLAUSE.replace(", en: Gist", ""), 8, "add the key `en`"),
        (CLAUSE.replace("[shop-open]", "shop-open"), 10, "write a list"),
        (CLAUSE.replace("[shop-open]", "[on]"), 10, 'quote it: "on"'),
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
