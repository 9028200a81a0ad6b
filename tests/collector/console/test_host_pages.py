"""A host's pages: findings with evidence, facts with sources, history, identity, and all of it as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from rongdun_contract.documents import Unavailable
from tests.collector.agents import Agent, section
from tests.collector.console.conftest import HOSTILE, Fleet, survey
from tests.collector.console.html_page import read_page
from tests.collector.serving import START


def test_a_finding_says_what_was_found_where_and_what_it_overrode(fleet: Fleet) -> None:
    """Whoever has to mend it needs the file and the line, not a red lamp."""
    page = read_page(fleet.collector.client, f"/hosts/{fleet.spoilt.host}")
    assert "/etc/ssh/sshd_config.d/9.conf:1" in page.text
    assert "覆盖了 /etc/ssh/sshd_config:3" in page.text
    assert "root-login-off" in page.ids
    assert "Debian 12" in page.text
    assert "7.1 a" in page.text


def test_verdicts_and_severities_can_be_chosen(fleet: Fleet) -> None:
    client, address = fleet.collector.client, f"/hosts/{fleet.spoilt.host}"
    assert {"root-login-off", "forwarding-off"} & set(read_page(client, address).ids) == {"root-login-off"}
    both = read_page(client, f"{address}?verdict=fail&verdict=pass&group=severity")
    assert {"root-login-off", "forwarding-off"} <= set(both.ids)
    assert "root-login-off" not in read_page(client, f"{address}?severity=low").ids
    nonsense = read_page(client, f"{address}?verdict=maybe&severity=dreadful&group=colour")
    assert "root-login-off" in nonsense.ids


def test_unknowns_say_why(fleet: Fleet) -> None:
    """What could not be told is listed with its reason; it must never look like a pass."""
    fleet.collector.clock.forward(seconds=1)
    fleet.good.report(survey(sshd=Unavailable("no permission")), fleet.collector.clock())
    page = read_page(fleet.collector.client, f"/hosts/{fleet.good.host}")
    assert "未知的原因： " in page.text
    assert "权限不足 1" in page.text


def test_an_earlier_moment_shows_what_was_true_then(fleet: Fleet) -> None:
    client, address = fleet.collector.client, f"/hosts/{fleet.spoilt.host}"
    then = read_page(client, f"{address}?as_of=2026-03-01T20:00")
    assert "root-login-off" not in then.ids
    assert "正在查看该主机在 2026-03-01 20:00:00" in then.text
    assert any("facts?as_of=2026-03-01T12%3A00%3A00%2B00%3A00" in link for link in then.links)
    exact = (START + timedelta(hours=25)).isoformat().replace("+", "%2B")
    assert "root-login-off" in read_page(client, f"{address}?as_of={exact}").ids
    before = read_page(client, f"{address}?as_of=2025-01-01T00:00&verdict=unknown&verdict=fail")
    assert "root-login-off" in before.ids


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        pytest.param("yesterday", 422, id="no moment"),
        pytest.param("0001-01-01T00:00", 422, id="before the calendar has time zones"),
        pytest.param("2999-01-01T00:00", 200, id="still to come means now"),
    ],
)
def test_a_moment_that_cannot_be_meant_is_said(fleet: Fleet, as_of: str, status: int) -> None:
    page = read_page(fleet.collector.client, f"/hosts/{fleet.good.host}?as_of={as_of}", status)
    assert ("无法理解的请求" in page.text) == (status == 422)


def test_facts_are_shown_with_where_they_came_from(fleet: Fleet) -> None:
    client, address = fleet.collector.client, f"/hosts/{fleet.spoilt.host}/facts"
    assert f"{address}/sshd" in read_page(client, address).links
    page = read_page(client, f"{address}/sshd")
    assert "contexts[0].permit_root_login yes /etc/ssh/sshd_config.d/9.conf:1" in page.text
    assert "1 项事实" in read_page(client, f"{address}/sshd?q=PERMIT").text
    assert "没有匹配的事实" in read_page(client, f"{address}/sshd?q=nothing").text
    assert "contexts[0].permit_root_login no" in read_page(client, f"{address}/sshd?as_of=2026-03-01T20:00").text
    read_page(client, f"{address}/no-such-section", 404)


def test_history_says_what_changed_in_facts_and_in_results(fleet: Fleet) -> None:
    page = read_page(fleet.collector.client, f"/hosts/{fleet.spoilt.host}/history")
    assert "sshd 事实有变化 1 处 contexts[name=base].permit_root_login no yes" in page.text
    assert "得分 100.0 → " in page.text
    assert "得分变化" in page.text
    assert "首次评估： 100.0" in page.text


def test_a_section_that_can_be_read_no_more_is_an_event(fleet: Fleet) -> None:
    clock = fleet.collector.clock
    clock.forward(seconds=5)
    fleet.good.report(survey(sshd=Unavailable("no permission")), clock())
    clock.forward(seconds=5)
    without = {name: part for name, part in survey().items() if name != "sshd"}
    fleet.good.report(without, clock())
    text = read_page(fleet.collector.client, f"/hosts/{fleet.good.host}/history").text
    assert "sshd 无法读取：权限不足" in text
    assert "sshd 不再上报" in text


def test_identity_and_the_agents_health_are_explained(fleet: Fleet, new_machine: Callable[..., Agent]) -> None:
    twin = new_machine(hostname="web-1", machine_id="a" * 32)
    twin.report(survey(), fleet.collector.clock())
    page = read_page(fleet.collector.client, f"/hosts/{fleet.good.host}/agent")
    assert "machine-id 相同，而对方仍在上报" in page.text
    assert "machine_id " + "a" * 32 in page.text
    assert "身份冲突" in read_page(fleet.collector.client, "/").text
    agent = read_page(fleet.collector.client, f"/hosts/{fleet.spoilt.host}/agent").text
    assert "mounts 9500.0 ms 出错 TookTooLong: /srv" in agent
    assert "因主机压力推迟 131 s" in agent
    assert "因主机压力推迟 0 s" in page.text
    assert "之前合并了 4 个状态" in agent


def test_hostile_facts_stay_text(fleet: Fleet) -> None:
    """Names of files and accounts are chosen by whoever broke in; they must not run in the officer's browser."""
    evil = {"installed": True, "contexts": [{"name": HOSTILE, "permit_root_login": HOSTILE}]}
    fleet.collector.clock.forward(seconds=1)
    fleet.good.report(survey(sshd=section(evil, HOSTILE)), fleet.collector.clock())
    for page in ("", "/facts", "/facts/sshd", "/history", "/agent"):
        found = read_page(fleet.collector.client, f"/hosts/{fleet.good.host}{page}")
        assert "<script>alert" not in found.source
    assert HOSTILE in read_page(fleet.collector.client, f"/hosts/{fleet.good.host}").text


@pytest.mark.parametrize("page", ["", "/facts", "/facts/sshd", "/history", "/agent"])
def test_a_host_that_is_not_there_is_not_found(fleet: Fleet, page: str) -> None:
    assert "没有找到" in read_page(fleet.collector.client, f"/hosts/nobody{page}", 404).text


def test_a_host_that_never_reported_has_pages_too(fleet: Fleet, new_machine: Callable[..., Agent]) -> None:
    quiet = new_machine(hostname="quiet-1", machine_id="e" * 32)
    for page in ("", "/facts", "/history", "/agent"):
        read_page(fleet.collector.client, f"/hosts/{quiet.host}{page}")
    assert "尚未上报任何事实" in read_page(fleet.collector.client, f"/hosts/{quiet.host}").text
