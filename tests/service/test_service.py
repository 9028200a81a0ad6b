"""The units in a systemd that really booted: how they start, live, are limited, and end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from tests.lab.installed import SITE, UNITS
from tests.service import workers
from tests.service.server import AGENT, COLLECTOR, DISCOVERY, STATE, URL, Server, wait_for

pytestmark = [pytest.mark.root, pytest.mark.systemd, pytest.mark.slow]

HIGHEST_EXPOSURE = 2.5
MEMORY_MAX_BYTES = 384 << 20
TASKS_MAX = 32
CPU_QUOTA = 0.5
NEIGHBOUR = "02:00:5e:00:53:09"
CAPABILITIES = {AGENT: {2, 12, 19, 30}, COLLECTOR: set()}
"""DAC_READ_SEARCH, NET_ADMIN, SYS_PTRACE and AUDIT_CONTROL of linux/capability.h."""

SUPERVISOR = f"{SITE}/rongdun_agent/supervisor.py"
SHORT_WATCHDOG = "[Service]\nWatchdogSec=3\n"
OTHER_WORKER = """[Service]
ExecStart=
ExecStart=/opt/rongdun/bin/python3 -I -S {supervisor} {state} /usr/bin/python3 /run/worker.py {state}/said
"""
ANNOUNCEMENT = """
import socket, sys
mac = bytes.fromhex(sys.argv[1].replace(":", ""))
address = socket.inet_aton("192.0.2.9")
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
    wire.bind(("wire1", 0))
    arp = bytes.fromhex("0001080006040001") + mac + address + bytes(6) + address
    wire.send(b"\\xff" * 6 + mac + b"\\x08\\x06" + arp)
"""


@pytest.fixture
def agent(server: Server) -> Iterator[Server]:
    """Yield the server with its agent as it is shipped, and leave it so."""
    server.set_up(AGENT, "")
    yield server
    server.set_up(AGENT, "")


@pytest.fixture
def collector(server: Server) -> Iterator[Server]:
    """Yield the server with its collector as it is shipped, and leave it so."""
    server.set_up(COLLECTOR, "")
    yield server
    server.set_up(COLLECTOR, "")


def work_with(server: Server, worker: str) -> int:
    """Let the supervisor start another worker, within the limits that the unit is shipped with; return its process."""
    server.machine.write("/run/worker.py", worker)
    server.must("rm", "-f", f"{STATE}/said")
    server.set_up(AGENT, OTHER_WORKER.format(supervisor=SUPERVISOR, state=STATE))
    return server.main_pid(AGENT)


def said_by_worker(server: Server) -> float | None:
    path = server.machine.root / STATE.lstrip("/") / "said"
    text = path.read_text() if path.exists() else ""
    return float(text) if text else None


def capabilities(server: Server, unit: str) -> set[int]:
    """Return what a unit's main process has, could get, and may pass on: all the same; it is not root."""
    status = server.must("cat", f"/proc/{server.main_pid(unit)}/status")
    assert "Uid:\t0" not in status
    [mask] = {int(line.split()[1], 16) for line in status.splitlines() if line.startswith("Cap")}
    return {number for number in range(64) if mask >> number & 1}


def processes(server: Server, user: str) -> list[str]:
    return server.machine.run("ps", "-o", "pid=", "-u", user).stdout.split()


def test_each_unit_is_little_exposed(server: Server) -> None:
    """By systemd's own judgement of the units as it loaded them."""
    server.must("systemctl", "enable", AGENT, COLLECTOR, DISCOVERY)  # it speaks of what is loaded
    said = json.loads(server.must("systemd-analyze", "security", "--no-pager", "--json=short"))
    found = {row["unit"]: float(row["exposure"]) for row in said if row["unit"] in {AGENT, COLLECTOR, DISCOVERY}}
    assert set(found) == {AGENT, COLLECTOR, DISCOVERY}
    assert {unit: score for unit, score in found.items() if score > HIGHEST_EXPOSURE} == {}


@pytest.mark.parametrize("unit", [AGENT, COLLECTOR])
def test_it_has_the_capabilities_that_are_named_and_no_others(server: Server, unit: str) -> None:
    assert capabilities(server, unit) == CAPABILITIES[unit]


def test_the_collector_is_active_only_when_it_answers(collector: Server) -> None:
    collector.must("systemctl", "stop", COLLECTOR)
    collector.must("systemctl", "start", "--no-block", COLLECTOR)
    seen = []
    while (state := collector.show(COLLECTOR, "ActiveState")) != "active":
        seen.append(state)
        assert len(seen) < 2000
    assert "activating" in seen
    ask = f"import urllib.request; urllib.request.urlopen('{URL}/healthz', timeout=1)"
    collector.must("/usr/bin/python3", "-c", ask)
    assert collector.show(COLLECTOR, "StatusText") == f"Serves on {URL}"


def test_the_agent_says_what_it_does(agent: Server) -> None:
    assert agent.show(AGENT, "ActiveState") == "active"
    assert agent.show(AGENT, "StatusText")


def test_before_enrolment_the_agent_waits_without_failing(agent: Server) -> None:
    """A package may enable the unit before anybody has a token."""
    agent.must("systemctl", "stop", AGENT)
    agent.must("mv", f"{STATE}/credential.json", "/run/credential.json")
    agent.must("systemctl", "start", AGENT)
    assert agent.show(AGENT, "ActiveState") == "inactive"
    assert agent.show(AGENT, "ConditionResult") == "no"
    agent.must("mv", "/run/credential.json", f"{STATE}/credential.json")


@pytest.mark.parametrize("unit", [AGENT, COLLECTOR])
def test_what_no_longer_beats_is_restarted(server: Server, unit: str) -> None:
    server.set_up(unit, SHORT_WATCHDOG)
    first = server.main_pid(unit)
    time.sleep(7)
    assert server.main_pid(unit) == first, "it beats for longer than the period"
    server.must("kill", "-STOP", str(first))
    wait_for(lambda: server.main_pid(unit) not in {0, first} or None, within_s=60)
    wait_for(lambda: server.show(unit, "ActiveState") == "active" or None)
    assert int(server.show(unit, "NRestarts")) >= 1
    assert "Watchdog timeout" in server.must("journalctl", "--no-pager", "-b", "-u", unit)
    server.set_up(unit, "")


@pytest.mark.parametrize("unit", [AGENT, COLLECTOR])
def test_what_is_killed_comes_back(server: Server, unit: str) -> None:
    server.set_up(unit, "")
    first = server.main_pid(unit)
    server.must("kill", "-KILL", str(first))
    wait_for(lambda: server.main_pid(unit) not in {0, first} or None)
    wait_for(lambda: server.show(unit, "ActiveState") == "active" or None)
    assert server.show(unit, "NRestarts") == "1"


def test_a_stop_in_the_middle_of_a_cycle_leaves_nobody(agent: Server) -> None:
    agent.must("systemctl", "restart", AGENT)
    wait_for(lambda: len(processes(agent, "rongdun")) > 1 or None)
    began = time.monotonic()
    agent.must("systemctl", "stop", AGENT)
    assert time.monotonic() - began < 15
    assert processes(agent, "rongdun") == []
    assert (agent.show(AGENT, "ActiveState"), agent.show(AGENT, "Result")) == ("inactive", "success")


def test_the_collector_stops_clean(collector: Server) -> None:
    collector.must("systemctl", "stop", COLLECTOR)
    assert processes(collector, "rongdun-collector") == []
    assert (collector.show(COLLECTOR, "ActiveState"), collector.show(COLLECTOR, "Result")) == ("inactive", "success")


def test_a_worker_that_eats_memory_is_ended_and_the_supervisor_stays(agent: Server) -> None:
    supervisor = work_with(agent, workers.EATER)
    wait_for(lambda: said_by_worker(agent))
    wait_for(lambda: len(processes(agent, "rongdun")) == 1 or None)
    eaten = said_by_worker(agent)
    assert eaten is not None
    assert MEMORY_MAX_BYTES / 2 < eaten < MEMORY_MAX_BYTES
    assert agent.show(AGENT, "ActiveState") == "active"
    assert agent.main_pid(AGENT) == supervisor


def test_no_more_processes_than_allowed(agent: Server) -> None:
    work_with(agent, workers.FORKER)
    forked = wait_for(lambda: said_by_worker(agent))
    assert 0 < forked < TASKS_MAX


def test_no_more_of_the_processor_than_allowed(agent: Server) -> None:
    work_with(agent, workers.SPINNER)
    assert wait_for(lambda: said_by_worker(agent)) < CPU_QUOTA + 0.1


def test_discovery_hears_a_neighbour_and_the_agent_tells_of_it(agent: Server) -> None:
    """Two services of two users, each with its own rights; the file between them is all that they share."""
    assert agent.show(DISCOVERY, "LoadState") == "loaded"
    agent.must("ip", "link", "add", "wire0", "type", "veth", "peer", "name", "wire1")
    for link in ("wire0", "wire1"):
        agent.must("ip", "link", "set", link, "up")
    agent.must("ip", "address", "add", "192.0.2.1/24", "dev", "wire0")
    agent.machine.write("/etc/rongdun/discovery.toml", '[[segment]]\ninterface = "wire0"\n')
    agent.must("systemctl", "start", DISCOVERY)
    assert agent.show(DISCOVERY, "ActiveState") == "active"
    assert capabilities(agent, DISCOVERY) == {13}
    agent.machine.write("/run/announce.py", ANNOUNCEMENT)
    found = agent.machine.root / "var/lib/rongdun-discovery/devices.json"

    def heard() -> bool | None:
        agent.must("/usr/bin/python3", "/run/announce.py", NEIGHBOUR)
        return (found.exists() and NEIGHBOUR in found.read_text()) or None

    wait_for(heard)
    agent.cycle()
    devices = agent.sent_facts()["devices"]["facts"]["devices"]
    assert [device["ipv4"] for device in devices if device["mac"] == NEIGHBOUR] == [["192.0.2.9"]]
    agent.must("systemctl", "stop", DISCOVERY)
    assert processes(agent, "rongdun-discovery") == []
    assert agent.show(DISCOVERY, "Result") == "success"


def test_what_is_for_older_systemd_serves_as_well(agent: Server) -> None:
    """Root held to the four capabilities; that the older release takes the files is not to be had here."""
    for name, place in (("agent", f"/run/systemd/system/{AGENT}.d/219"), ("tmpfiles", "/etc/tmpfiles.d/rongdun-agent")):
        agent.machine.write(f"{place}.conf", (UNITS / "systemd-219" / f"{name}.conf").read_text())
    agent.must("systemctl", "stop", AGENT)
    agent.must("systemd-tmpfiles", "--create", "rongdun-agent.conf")
    agent.must("systemctl", "daemon-reload")
    report = agent.cycle()
    assert report["probe_errors"] == {}
    status = agent.must("cat", f"/proc/{agent.main_pid(AGENT)}/status")
    assert "Uid:\t0" in status
    assert f"CapEff:\t{sum(1 << number for number in CAPABILITIES[AGENT]):016x}" in status
    agent.must("rm", "-rf", "/etc/tmpfiles.d/rongdun-agent.conf")
    agent.must("systemd-tmpfiles", "--create", "rongdun-agent.conf")
    agent.must("chown", "-R", "rongdun:rongdun", STATE)
