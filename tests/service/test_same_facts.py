"""What the service tells of a host is what root would tell: nothing is the unit's own view, nothing is left out."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from rongdun_contract.facts import SECTIONS
from tests.service.comparing_facts import MANUAL, differences, is_excepted
from tests.service.rich import SETTINGS
from tests.service.server import AGENT, COLLECTOR, Server, wait_for

pytestmark = [pytest.mark.root, pytest.mark.systemd, pytest.mark.slow]

ATTEMPTS = 3
"""Timers of the machine run meanwhile; but they do not change the same fact each time."""


class Told(NamedTuple):
    """The same host told twice."""

    by_root: dict[str, Any]
    by_service: dict[str, Any]


@pytest.fixture(scope="module")
def told(server: Server) -> Told:
    """Return what a cycle of the service sent, and what root reads right after."""
    server.cycle()
    return Told(server.root_facts(), server.sent_facts())


def of_service(told: Told, section: str) -> Any:
    return told.by_service[section]["facts"]


def test_every_section_arrives(told: Told) -> None:
    assert set(told.by_service) == set(told.by_root)
    assert set(told.by_service) <= set(SECTIONS)


def test_section_by_section_the_service_tells_what_root_tells(server: Server, told: Told) -> None:
    found = set()
    for attempt in range(ATTEMPTS):
        apart = {one.fact: one for one in differences(*told) if not is_excepted(one.fact)}
        found = set(apart) if attempt == 0 else found & set(apart)
        if not found:
            return
        server.cycle()
        told = Told(server.root_facts(), server.sent_facts())
    pytest.fail("\n".join(str(apart[fact]) for fact in sorted(found)), pytrace=False)


def test_the_host_is_rich_enough_for_that_to_mean_something(told: Told) -> None:
    """Each of these is closed to an ordinary user, or hidden by what the unit is shown of the machine."""
    accounts, walk, sockets = (of_service(told, name) for name in ("accounts", "walk", "sockets"))
    li = next(user for user in accounts["users"] if user["name"] == "li")
    assert li["password"]["algorithm"] == "sha512"
    assert len(li["authorized_keys"]) == 1
    privileged = {file["path"] for file in walk["privileged"]}
    assert {"/tmp/left", "/var/tmp/left", "/home/li/bin/tool"} <= privileged
    assert "/home/li/.rhosts" in walk["trust_files"]
    listener = next(one for one in sockets["listening"] if one["port"] == 7777)
    assert (listener["user"], listener["service_unit"]) == ("wang", "listener.service")
    assert of_service(told, "firewall")["ipv4"]["open_ports"] == ["tcp/22", "tcp/7777", "udp/514"]
    assert "/mnt/scratch" in str(of_service(told, "mounts"))
    assert "nightly" in str(of_service(told, "schedules"))


def test_a_service_that_runs_tells_the_hosts_present_name(server: Server) -> None:
    """In a name space of its own it would go on telling the name at its start."""
    server.machine.write("/etc/rongdun/collector.env", "RONGDUN_INTERVAL_S=10\n")
    server.machine.write("/etc/rongdun/agent.toml", f"{SETTINGS}interval_min_s = 10\n")
    server.must("systemctl", "restart", COLLECTOR)
    before = server.cycle()
    running = server.main_pid(AGENT)
    server.must("hostname", "renamed")
    wait_for(lambda: server.last_cycle() != before or None)
    assert server.sent_facts()["identity"]["facts"]["hostname"] == "renamed"
    assert server.main_pid(AGENT) == running


def test_rules_of_the_older_filter_take_one_more_right(server: Server) -> None:
    """Without it they are unknown, and never told as none; the manual's own drop-in lends it."""
    server.must("iptables-legacy", "-A", "INPUT", "-p", "tcp", "--dport", "2222", "-j", "REJECT")
    server.cycle()
    assert server.sent_facts()["firewall"]["facts"]["ipv4"] == {"unknown": "no permission"}
    [drop_in] = re.findall(r"```ini\n(\[Service\]\nAmbientCapabilities=CAP_NET_RAW\n[^`]*)```", MANUAL.read_text())
    server.set_up(AGENT, drop_in)
    server.cycle()
    told = server.sent_facts()["firewall"]["facts"]
    assert told["ipv4"] == server.root_facts()["firewall"]["facts"]["ipv4"]
    assert told["ipv4"]["default"] == "drop"
