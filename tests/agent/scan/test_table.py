"""The report for people: everything that was judged is in it, and what was not seen is said."""

import io
import re
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from rongdun_agent.scan.choice import choose_packs, choose_rules, embedded_controls
from rongdun_agent.scan.judgement import Judgement, Wish
from rongdun_agent.scan.table import write_table
from rongdun_agent.scan.text import Paper, width_of
from rongdun_agent.survey import ProbeStatus
from rongdun_contract.documents import Unavailable, section_of
from rongdun_contract.findings import Evidence, Finding
from rongdun_contract.score import host_score

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def wish() -> Wish:
    packs = choose_packs([])
    return Wish(packs, choose_rules(packs, []), MappingProxyType({}), 3, walk=False, chosen=False)


def report(wish: Wish, findings: list[Finding], survey=None, probes=(), width: int = 100) -> str:
    out = io.StringIO()
    judged = Judgement(wish, survey or {}, tuple(probes), tuple(findings), host_score(findings), NOW)
    write_table(judged, Paper(out, width, colours=False))
    return out.getvalue()


def all_of(wish: Wish, verdict: str) -> list[Finding]:
    reason = "no permission" if verdict == "unknown" else None
    return [Finding(rule=rule.id, severity=rule.severity, verdict=verdict, reason=reason) for rule in wish.rules]


@pytest.mark.parametrize("verdict", ["pass", "fail", "unknown", "not_applicable"])
def test_every_rule_is_told_in_full_exactly_once(wish, verdict):
    text = report(wish, all_of(wish, verdict), width=1000)
    for rule in wish.rules:
        lines = [line for line in text.splitlines() if line.endswith(f"[{rule.id}]")]
        assert len(lines) == 1, rule.id


def test_rules_stand_under_their_clauses_the_worst_first(wish):
    findings = all_of(wish, "pass")
    findings[10] = findings[10].model_copy(update={"verdict": "fail"})
    lines = report(wish, findings, width=1000).splitlines()
    clause = next(c for c in embedded_controls(3).clauses if c.level == 3 and findings[10].rule in c.rules)
    start = next(n for n, line in enumerate(lines) if line.startswith(f"  {clause.id}  "))
    assert lines[start + 1].strip().startswith(("部分符合", "不符合"))
    assert lines[start + 2].strip().startswith("✗")
    assert lines[start + 3].strip().startswith("✓")


def test_evidence_says_what_was_found_where_and_what_lost(wish):
    rule = wish.rules[0]
    row = Evidence(
        what="sshd.x", found="yes", wanted='= "no"', source="/etc/ssh/a:3", overrides=("/etc/ssh/b:1", "/etc/ssh/c:2")
    )
    finding = Finding(rule=rule.id, severity=rule.severity, verdict="fail", evidence=(row,))
    text = report(wish, [finding])
    assert 'sshd.x: yes，要求 wanted = "no"\n' in text
    assert "于 at /etc/ssh/a:3\n" in text
    assert "覆盖 overrides /etc/ssh/b:1\n" in text
    assert "覆盖 overrides /etc/ssh/c:2\n" in text


def test_what_could_not_be_seen_is_said_with_its_reason(wish):
    survey = {
        "sudo": Unavailable("no permission", "/etc/sudoers: permission denied"),
        "mounts": Unavailable("error", "ZeroDivisionError: no pages"),
        "walk": Unavailable("not probed", "the file system was not walked"),
    }
    row = Evidence(what="accounts.users[name=ada].password.state", found="unknown: no permission", wanted="x")
    rule = wish.rules[0]
    unknown = Finding(
        rule=rule.id, severity=rule.severity, verdict="unknown", reason="no permission", evidence=(row, row)
    )
    text = report(wish, [unknown], survey)
    unseen = text[text.index("未能看到的内容") :]
    assert "sudo: /etc/sudoers: permission denied" in unseen
    assert "mounts: ZeroDivisionError: no pages" in unseen
    assert unseen.count("accounts.users[…].password.state") == 1
    assert rule.id in unseen
    assert "--walk" in unseen


def test_nothing_unseen_is_no_heading(wish):
    assert "未能看到的内容" not in report(wish, all_of(wish, "pass"))


def test_an_old_walk_says_its_age(wish):
    walk = section_of(1, {}, {}, taken_at=NOW - timedelta(days=9))
    assert "9 天 days" in report(wish, all_of(wish, "pass"), {"walk": walk})
    fresh = section_of(1, {}, {}, taken_at=NOW)
    assert "遍历于" not in report(wish, all_of(wish, "pass"), {"walk": fresh})


def test_the_score_stands_beside_its_confidence_and_the_counts(wish):
    findings = all_of(wish, "pass")
    findings[0] = findings[0].model_copy(update={"verdict": "fail"})
    findings[1] = findings[1].model_copy(update={"verdict": "unknown", "reason": "error"})
    score = host_score(findings)
    text = report(wish, findings, probes=[ProbeStatus("packages", 2.34, None), ProbeStatus("os", 0.01, None)])
    assert f"Score {score.score:.1f} / 100 · 置信度 confidence {score.confidence:.0%}" in text
    assert re.search(rf"✓ pass +{len(findings) - 2} ", text)
    assert re.search(r"✗ fail +1 ", text)
    assert "packages 2.3 s" in text
    assert "os 0.0 s" not in text


@pytest.mark.parametrize("width", [40, 80, 132])
def test_no_line_is_wider_than_the_terminal_unless_a_word_is(wish, width):
    for line in report(wish, all_of(wish, "fail"), width=width).splitlines():
        assert width_of(line) <= width or len(line.split()) <= 2, line


def test_an_escape_sequence_in_a_finding_reaches_no_terminal(wish):
    rule = wish.rules[0]
    row = Evidence(what="x", found="\x1b[2Jgone", wanted="y", source="/etc/\x07:1")
    finding = Finding(rule=rule.id, severity=rule.severity, verdict="fail", evidence=(row,))
    assert not {"\x1b", "\x07"} & set(report(wish, [finding]))
