"""An organisation's overlay on the collector: it judges the fleet, says so, and its waivers end by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from rongdun_collector.assessment.ruleset import load_ruleset
from rongdun_collector.errors import CollectorError
from tests.collector.agents import Agent, enrol, section
from tests.collector.conftest import RULES, make_token
from tests.collector.serving import START, Collector

EXPIRY = START + timedelta(days=30)
OVERLAY = """\
id: city
title: {zh: 本市, en: City}
rules:
  forwarding-off:
    wanted:
      value: "1"
"""
WAIVER = f"""\
      waiver: {{reason: it routes for the branch, approver: 王工, expiry: "{EXPIRY.isoformat()}"}}
"""


def overlay(folder: Path, text: str) -> Path:
    path = folder / "city.yaml"
    path.write_text(text, "utf-8")
    return path


def forwarding(collector: Collector, host: str) -> dict[str, object]:
    found = collector.get(f"/v1/hosts/{host}/findings")["findings"]
    [finding] = [one for one in found if one["rule"] == "forwarding-off"]
    return dict(finding)


@pytest.fixture
def waived(serve: Callable[..., Collector], tmp_path: Path) -> tuple[Collector, Agent]:
    place = overlay(tmp_path, OVERLAY + WAIVER)
    rules = load_ruleset([RULES / "pack"], RULES / "framework.yaml", place)
    collector = serve(ruleset=rules)
    agent = enrol(collector.client, make_token(collector), hostname="router", machine_id="a" * 32)
    agent.report({"sysctl": section({"parameters": {"net.ipv4.ip_forward": {"running": "1"}}})}, START)
    return collector, agent


def test_a_waived_value_counts_and_the_finding_says_whose_it_is(waived: tuple[Collector, Agent]) -> None:
    collector, agent = waived
    assert collector.judged(agent.host)["counts"]["pass"] == 1
    finding = forwarding(collector, agent.host)
    assert finding["verdict"] == "pass"
    row = finding["evidence"][-1]  # type: ignore[index]  # a list
    assert (row["what"], row["found"]) == ("forwarding-off.wanted", "1")
    assert "approved by 王工: it routes for the branch" in row["wanted"]
    assert row["source"].endswith("city.yaml:5")


def test_a_waiver_that_expires_changes_the_result_without_anybody(waived: tuple[Collector, Agent]) -> None:
    """Nobody restarts a collector on the day that a waiver ends."""
    collector, agent = waived
    assert collector.judged(agent.host)["counts"]["fail"] == 0
    collector.clock.forward(days=31)
    collector.settled(lambda: collector.judged(agent.host)["counts"]["fail"] == 1)
    finding = forwarding(collector, agent.host)
    assert finding["evidence"][-1]["wanted"].endswith("it routes for the branch, expired")  # type: ignore[index]  # a list


def test_what_only_a_waiver_allows_is_refused_without_one(tmp_path: Path) -> None:
    with pytest.raises(CollectorError, match=r"city.yaml:5: .* is not allowed by itself.*add waiver"):
        load_ruleset([RULES / "pack"], RULES / "framework.yaml", overlay(tmp_path, OVERLAY))


def test_another_overlay_is_another_ruleset(tmp_path: Path) -> None:
    """Its digest is what tells every collector of the fleet to judge again."""
    plain = load_ruleset([RULES / "pack"], RULES / "framework.yaml")
    laid = load_ruleset([RULES / "pack"], RULES / "framework.yaml", overlay(tmp_path, OVERLAY + WAIVER))
    longer = (OVERLAY + WAIVER).replace(EXPIRY.isoformat(), "2099-01-01")
    later = load_ruleset([RULES / "pack"], RULES / "framework.yaml", overlay(tmp_path, longer))
    assert len({plain.digest, laid.digest, later.digest}) == 3
