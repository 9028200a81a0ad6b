"""A judgement with one finding of each verdict, of a host whose names would harm a careless report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from rongdun_agent.scan.choice import choose_packs, choose_rules
from rongdun_agent.scan.judgement import Judgement, Wish
from rongdun_agent.survey import ProbeStatus
from rongdun_contract.documents import Unavailable, section_of
from rongdun_contract.findings import Evidence, Finding, NamedObject
from rongdun_contract.score import host_score

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>&\"'\x1b[2J\u202e]]>"
ROWS = (
    Evidence(
        what=f"accounts.users[name={HOSTILE}].uid",
        found=HOSTILE,
        wanted="<= 1",
        source="/etc/pass wd\\xff#?%41:3",
        overrides=("/etc/other:7", "the kernel's default"),
    ),
    Evidence(what="sysctl.x", found="1", wanted="", source="/proc/sys/x"),
    Evidence(what="firewall.policy", found="accept", wanted='= "drop"', source="nft -j list ruleset"),
    Evidence(what="…", found="12 more", wanted=""),
)
"""A file and line with bytes that a link may not hold, a file, a command, and what was left out."""

Judged = Callable[..., Judgement]


@pytest.fixture(scope="session")
def wish() -> Wish:
    packs = choose_packs([])
    return Wish(packs, choose_rules(packs, []), MappingProxyType({}), 3, walk=False, chosen=False)


@pytest.fixture
def judged(wish: Wish) -> Judged:
    """One verdict of each kind on the first rules, the rest passes; what is given takes the place of it."""

    def make(wish: Wish = wish, findings: tuple[Finding, ...] | None = None, **survey: Any) -> Judgement:
        found = _one_of_each(wish) if findings is None else findings
        facts: Mapping[str, Any] = {
            "identity": section_of(1, {"hostname": HOSTILE}, {}),
            "os": section_of(1, {"pretty_name": HOSTILE}, {}),
            "sudo": Unavailable("no permission", f"/etc/sudoers: {HOSTILE}"),
        }
        probes = (ProbeStatus("sudo", 0.1, HOSTILE), ProbeStatus("os", 0.01, None))
        return Judgement(wish, {**facts, **survey}, probes, found, host_score(found), NOW)

    return make


def _one_of_each(wish: Wish) -> tuple[Finding, ...]:
    verdicts: list[dict[str, Any]] = [
        {"verdict": "fail", "evidence": ROWS, "objects": (NamedObject(key=HOSTILE),), "valid_until": NOW},
        {"verdict": "unknown", "reason": "no permission", "evidence": ROWS[1:2]},
        {"verdict": "unknown", "reason": "error"},
        {"verdict": "unknown", "reason": "not probed"},
        {"verdict": "not_applicable", "reason": HOSTILE},
    ]
    verdicts += [{"verdict": "pass"}] * (len(wish.rules) - len(verdicts))
    return tuple(
        Finding(rule=rule.id, severity=rule.severity, **verdict)
        for rule, verdict in zip(wish.rules, verdicts, strict=True)
    )
