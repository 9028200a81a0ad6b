"""Whether what a failing rule does not name is known to be absent."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rongdun_contract.documents import section_of
from rongdun_contract.evaluate import evaluate, is_partial
from rongdun_contract.facts import SECTIONS
from rongdun_contract.rules.pack import load_pack

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RULE = """
id: nothing-listens
title: {zh: 测试, en: A test}
severity: high
status: stable
why: {zh: 测试, en: A test}
fix: {zh: 测试, en: A test}
expect:
"""
NONE = "  none: sockets.listening\n  where: {deleted: {is: true}}\n  key: [port]\n  empty: pass\n"
BOTH = (
    "  all:\n    - {none: sockets.listening, that: {deleted: {is: true}}, key: [port], empty: pass}\n"
    "    - {none: accounts.users, that: {uid: {is: 0}}, empty: pass}\n"
)


def failing(tmp_path: Path, expect: str, facts: dict[str, dict[str, Any]]) -> bool:
    """Judge facts that the rule must fail on; whether that was partial."""
    needs = ", ".join(f"{name}: {SECTIONS[name].schema}" for name in sorted(facts))
    (tmp_path / "pack.yaml").write_text(
        f'id: p\nversion: "1.0.0"\nkind: drill\ntitle: {{zh: 测试, en: A test}}\nneeds: {{{needs}}}\n', "utf-8"
    )
    (tmp_path / "g").mkdir()
    (tmp_path / "g/nothing-listens.yaml").write_text(RULE + expect, "utf-8")
    [rule] = load_pack(tmp_path).rules
    survey = {name: section_of(SECTIONS[name].schema, found, {}) for name, found in facts.items()}
    [finding] = evaluate([rule], survey, now=NOW)
    assert finding.verdict == "fail"
    return is_partial(rule, survey, now=NOW)


UNTOLD = {"unknown": "no permission"}


@pytest.mark.parametrize(
    ("listening", "partial"),
    [
        pytest.param([{"port": 1, "deleted": True}], False, id="all told"),
        pytest.param([{"port": 1, "deleted": True}, {"port": 2, "deleted": False}], False, id="and one that is well"),
        pytest.param([{"port": 1, "deleted": True}, {"port": 2, "deleted": UNTOLD}], True, id="and one untold"),
    ],
)
def test_an_element_that_could_not_be_told(tmp_path: Path, listening: list[dict[str, Any]], partial: bool) -> None:
    assert failing(tmp_path, NONE, {"sockets": {"listening": listening}}) is partial


@pytest.mark.parametrize(
    ("users", "partial"), [pytest.param([], False, id="an empty list"), pytest.param(UNTOLD, True, id="an untold list")]
)
def test_a_list_that_could_not_be_told(tmp_path: Path, users: Any, partial: bool) -> None:
    """The rule fails by its other half, and says nothing of this one."""
    facts = {"sockets": {"listening": [{"port": 1, "deleted": True}]}, "accounts": {"users": users}}
    assert failing(tmp_path, BOTH, facts) is partial
