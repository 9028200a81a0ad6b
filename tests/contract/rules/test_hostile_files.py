"""Whatever stands in a pack's files, the answer is a pack or a list of problems, never a crash."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rongdun_contract.rules import PackError
from rongdun_contract.rules.lint import lint_pack
from rongdun_contract.rules.problems import Problem
from tests.contract.rules.toy import SECTIONS, write_rule

RULE = """\
params: {most: {type: integer, default: 2, by_level: {"4": 1}, tighten: lower, bound: 1}}
applies: {shop.open: {is: true}, "@level": {at_least: 2}}
expect:
  all:
    - every: shop.items
      where: {colour: {in: [red, absent]}}
      that: {size: {at_most: {param: most}}, name: {matches: "[a-z]+"}}
      key: [name]
      empty: not_applicable
    - not: {shop.count: {between: [1, 3]}}
      if_absent: pass
    - none: {new: {of: shop.items, key: [name]}}
      empty: pass
"""
CASES = """\
- case: small
  facts: {shop: {items: [{name: a, colour: red, size: 2}], shelf: {k: {unknown: error}}}}
  files: {/etc/shop: {content: x, mode: "0600"}}
  now: "2026-01-01"
  expect: {verdict: pass, objects: [], found: 2}
"""
TOKENS = st.sampled_from([*"{}[]:-, |?3~#%", "\n", '"', "&a", "*a", "!x", "no", "0.5", "a", "@value"])

quickly = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def problems(rule: str, cases: str) -> tuple[Problem, ...]:
    with tempfile.TemporaryDirectory() as folder:
        file = write_rule(Path(folder), "")
        file.write_text(file.read_text("utf-8") + rule, "utf-8", newline="")
        file.with_name("shop-open.cases.yaml").write_text(cases, "utf-8", newline="")
        return lint_pack(Path(folder), SECTIONS).problems


def damaged(text: str) -> st.SearchStrategy[str]:
    """The text with a piece cut out and tokens put in its place."""
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, 12), st.lists(TOKENS, max_size=3))
    return spans.map(lambda span: text[: span[0]] + "".join(span[2]) + text[span[0] + span[1] :])


def test_the_undamaged_files_are_good() -> None:
    assert [str(one) for one in problems(RULE, CASES) if "has no case" not in str(one)] == []


@quickly
@given(damaged(RULE))
def test_a_damaged_rule_is_a_list_of_problems(rule: str) -> None:
    for problem in problems(rule, CASES):
        assert problem.what
        assert problem.remedy


@quickly
@given(damaged(CASES))
def test_damaged_cases_are_a_list_of_problems(cases: str) -> None:
    for problem in problems(RULE, cases):
        assert problem.what
        assert problem.remedy


@quickly
@given(st.binary(max_size=200))
def test_bytes_are_a_list_of_problems(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_rule(Path(folder), "").write_bytes(content)
        (Path(folder) / "pack.yaml").write_bytes(content)
        found = lint_pack(Path(folder), SECTIONS).problems
    assert found
    assert isinstance(PackError(found).problems, tuple)
