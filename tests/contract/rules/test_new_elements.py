"""`new:` where not all of the reference can be told: one process that nobody may look at must not blind a signal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rongdun_contract.documents import section_of
from rongdun_contract.evaluate import evaluate
from rongdun_contract.facts import SECTIONS
from rongdun_contract.rules.pack import load_pack

SCHEMA = SECTIONS["sockets"].schema
HEAD = f"""
id: p
version: "1.0.0"
kind: drill
title: {{zh: 测试, en: A test}}
needs: {{sockets: {SCHEMA}}}
"""
RULE = """
id: nothing-new-listens
title: {zh: 测试, en: A test}
severity: high
status: stable
why: {zh: 测试, en: A test}
fix: {zh: 测试, en: A test}
expect:
  none: {new: {of: sockets.listening, key: [port, exe]}}
  key: [port, exe]
  empty: pass
"""
UNTOLD = {"unknown": "no permission"}


def listener(port: Any, exe: Any) -> dict[str, Any]:
    return {"port": port, "exe": exe}


@pytest.mark.parametrize(
    ("before", "verdict"),
    [
        pytest.param([listener(80, "/a")], "fail", id="all told"),
        pytest.param([listener(22, UNTOLD)], "fail", id="another port, whoever holds it"),
        pytest.param([listener(443, UNTOLD)], "unknown", id="the same port, and nobody knows who held it"),
        pytest.param([listener(443, UNTOLD), listener(443, "/b")], "pass", id="but it was there for certain"),
        pytest.param([listener(UNTOLD, "/a")], "fail", id="another program, whatever its port"),
        pytest.param([listener(UNTOLD, "/b")], "unknown", id="the same program on a port that nobody knows"),
        pytest.param(UNTOLD, "unknown", id="no list"),
    ],
)
def test_what_is_new_beside_what_cannot_be_told(tmp_path: Path, before: Any, verdict: str) -> None:
    (tmp_path / "g").mkdir()
    (tmp_path / "pack.yaml").write_text(HEAD, "utf-8")
    (tmp_path / "g/nothing-new-listens.yaml").write_text(RULE, "utf-8")
    reference = {"sockets": section_of(SCHEMA, {"listening": before}, {})}
    survey = {"sockets": section_of(SCHEMA, {"listening": [listener(443, "/b")]}, {})}
    now = datetime(2026, 3, 1, tzinfo=UTC)
    [finding] = evaluate(load_pack(tmp_path).rules, survey, now=now, reference=reference)
    assert finding.verdict == verdict
