"""Metrics: a fixed number of series per host, stale data that goes stale, and nothing that Prometheus would mind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rongdun_collector.metrics import SOURCES
from rongdun_collector.metrics.reference import reference
from rongdun_collector.store import hosts, register
from rongdun_collector.store.register import System, Unit
from tests.collector.agents import Agent, enrol
from tests.collector.conftest import make_token
from tests.collector.serving import START, Collector
from tests.collector.test_judging import survey
from tests.lab.prometheus import Prometheus, promtool

PAGE = Path(__file__).parents[2] / "docs/reference/metrics.md"
PER_HOST = sum(metric.per_host for metrics in SOURCES.values() for metric in metrics)
STALE = sum(metric.stale for metrics in SOURCES.values() for metric in metrics)


def samples(collector: Collector) -> list[tuple[str, dict[str, str], float]]:
    answer = collector.client.get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return [(one.name, dict(one.labels), one.value) for family in families for one in family.samples]


def value(collector: Collector, metric: str, /, **labels: str) -> float | None:
    found = [seen for one, had, seen in samples(collector) if one == metric and labels.items() <= had.items()]
    assert len(found) <= 1, found
    return found[0] if found else None


@pytest.fixture
def busy(collector: Collector) -> Agent:
    """An agent of a unit and a system that fails a rule."""
    with collector.services.store.write() as connection:
        register.put_units(connection, [Unit("gaj", "市公安局")])
        register.put_systems(connection, [System("xl", "雪亮工程", "gaj", 3)])
    agent = enrol(collector.client, make_token(collector, unit="gaj", system="xl"), hostname='cam"1\\')
    agent.report(survey("yes"), START)
    collector.judged(agent.host)
    return agent


def test_a_host_has_as_many_series_as_the_contract_says(
    collector: Collector, new_agent: Callable[..., Agent], busy: Agent
) -> None:
    """A million hosts times one forgotten label is what breaks a Prometheus."""
    quiet = new_agent(hostname="quiet")
    quiet.report(survey("no"), START)
    collector.judged(quiet.host)
    per_host = Counter(labels["host"] for _, labels, _ in samples(collector) if "host" in labels)
    assert per_host == {busy.host: PER_HOST, quiet.host: PER_HOST}
    assert PER_HOST == 13


def test_more_hosts_make_no_more_series_elsewhere(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    def others() -> int:
        return sum("host" not in labels for _, labels, _ in samples(collector))

    first = new_agent(hostname="web-0")
    first.report(survey("no"), START)
    collector.judged(first.host)
    before = others()
    for number in range(1, 6):
        agent = new_agent(hostname=f"web-{number}")
        agent.report(survey("no"), START)
        collector.judged(agent.host)
    assert others() == before


def test_what_was_true_of_a_silent_host_is_not_told_as_the_present(collector: Collector, busy: Agent) -> None:
    assert value(collector, "rongdun_host_score_ratio", host=busy.host) == pytest.approx(0.4)
    assert value(collector, "rongdun_findings", unit="gaj", severity="high", verdict="fail") == 1
    collector.clock.forward(hours=2, minutes=1)
    own = [name for name, labels, _ in samples(collector) if labels.get("host") == busy.host]
    assert len(own) == STALE
    assert "rongdun_host_score_ratio" not in own
    assert value(collector, "rongdun_host_last_checkin_timestamp_seconds", host=busy.host) == START.timestamp()
    assert value(collector, "rongdun_findings", unit="gaj", severity="high", verdict="fail") is None
    assert value(collector, "rongdun_hosts", unit="gaj", presence="silent") == 1


def test_a_retired_host_has_no_series(collector: Collector, busy: Agent) -> None:
    with collector.services.store.write() as connection:
        hosts.retire(connection, busy.host, START)
    assert [name for name, labels, _ in samples(collector) if labels.get("host") == busy.host] == []


def test_figures_are_those_of_the_fleet(collector: Collector, busy: Agent) -> None:
    assert value(collector, "rongdun_host_info", host=busy.host, hostname='cam"1\\', unit="gaj", system="xl") == 1
    assert value(collector, "rongdun_host_findings_failed", host=busy.host, severity="high") == 1
    assert value(collector, "rongdun_host_findings_failed", host=busy.host, severity="low") == 0
    assert value(collector, "rongdun_host_confidence_ratio", host=busy.host) == pytest.approx(0.5)
    assert value(collector, "rongdun_unit_score_ratio", unit="gaj") == pytest.approx(0.4)
    assert value(collector, "rongdun_unit_info", unit="gaj", name="市公安局") == 1
    assert value(collector, "rongdun_clause_hosts", clause="8.1 a", level="3", result="不符合") == 1
    assert value(collector, "rongdun_rule_failing_hosts", rule="root-login-off") == 1
    assert value(collector, "rongdun_rule_failing_hosts", rule="forwarding-off") == 0
    assert value(collector, "rongdun_collector_checkins_total", outcome="acknowledged") == 1
    assert value(collector, "rongdun_collector_received_documents_total") == 5


def test_own_counters_carry_their_instance(collector: Collector, busy: Agent) -> None:
    assert busy.host
    own = [(name, labels) for name, labels, _ in samples(collector) if name.startswith("rongdun_collector_")]
    assert own
    assert all(re.fullmatch(r".+:\d+", labels["instance"]) for _, labels in own)


def test_promtool_has_nothing_to_say(collector: Collector, busy: Agent) -> None:
    assert busy.host
    text = collector.client.get("/metrics").text
    said = promtool("check", "metrics", stdin=text)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")


def test_a_real_prometheus_scrapes_it(collector: Collector, busy: Agent, prometheus: Callable[..., Prometheus]) -> None:
    server = prometheus([collector.url.removeprefix("http://")])
    query = f'rongdun_host_score_ratio{{host="{busy.host}"}} * on (host) group_left (hostname) rongdun_host_info'
    [found] = server.wait_for(query)
    assert found["metric"]["hostname"] == 'cam"1\\'
    assert float(found["value"][1]) == pytest.approx(0.4)


def test_every_metric_is_documented() -> None:
    """Make it again: python -m rongdun_collector.metrics.reference docs/reference/metrics.md."""
    assert PAGE.read_text(encoding="utf-8") == reference()
