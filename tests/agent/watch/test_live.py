"""The command itself on this machine, in a network namespace of its own: listeners, and one drill after another."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from rongdun_agent.state import Credential, State
from rongdun_contract.wire import DrillOrder
from tests.agent.watch.conftest import drill_on_disk
from tests.agent.watch.standing_in import Collector, collecting
from tests.lab.namespaces import network_namespace

SOON_S = 5.0
AGENT = [sys.executable, "-I", "-m", "rongdun_agent.cli"]


class Agent:
    """An enrolled agent on this machine, by its commands."""

    def __init__(self, base: Path, collector: Collector) -> None:
        self.state, self.log, self.collector = State(base / "state"), base / "log", collector
        (base / "agent.toml").write_text('interval_min_s = 10\n[drill]\nperiod_min_s = 1\nsections = ["sockets"]\n')
        self.told = ["--state", str(self.state.folder), "--config", str(base / "agent.toml")]
        self.state.save_credential(Credential(collector.url, "h", "h.secret"))
        self.state.save_cycle({"walked_at": datetime.now(UTC).isoformat()})

    def order(self, name: str) -> None:
        """The collector orders a drill from now on."""
        until = datetime.now(UTC) + timedelta(hours=1)
        self.collector.order = DrillOrder(id=name, until=until, period_s=1, sections=("sockets",))

    def cycle(self) -> None:
        """One cycle, as the supervisor starts it."""
        subprocess.run([*AGENT, "run", "--once", *self.told], check=True, capture_output=True, timeout=120)

    @contextmanager
    def watching(self) -> Iterator[subprocess.Popen[bytes]]:
        """A watcher that has checked in."""
        heard = len(self.collector.heard)
        with self.log.open("a") as log:
            process = subprocess.Popen([*AGENT, "watch", *self.told], stdout=log, stderr=log)
        try:
            self.collector.wait(lambda collector: len(collector.heard) > heard, 60)
            yield process
        finally:
            process.kill()
            process.wait()
            print(self.log.read_text())


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    with network_namespace(), collecting() as collector:
        agent = Agent(tmp_path, collector)
        agent.order("spring")
        agent.cycle()
        yield agent


def ports(facts: dict[str, Any]) -> set[int]:
    return {each["port"] for each in facts["listening"]}


def told(agent: Agent, port: int, *, there: bool = True) -> float:
    began = time.monotonic()
    agent.collector.wait(lambda collector: (port in ports(collector.newest("sockets"))) is there)
    return time.monotonic() - began


def test_listeners_come_and_go_within_seconds(agent: Agent) -> None:
    """Also those that begin while others are being told, and of the other protocol."""
    took = []
    with agent.watching():
        for port in range(4500, 4505):
            with socket.create_server(("127.0.0.1", port)):
                took.append(told(agent, port))
            took.append(told(agent, port, there=False))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", 69))
            took.append(told(agent, 69))
    print(f"median {median(took):.2f} s, largest {max(took):.2f} s")
    assert max(took) < SOON_S


def test_another_order_replaces_the_watcher_in_its_own_process(agent: Agent) -> None:
    """The supervisor sees one process; in between a cycle of its own pins the new reference."""
    before = drill_on_disk(agent.state)["reference"]
    with agent.watching() as process, socket.create_server(("127.0.0.1", 4600)):
        told(agent, 4600)
        agent.order("autumn")
        agent.collector.wait(
            lambda collector: (said := collector.heard[-1].check_in.drill) is not None and said.id == "autumn", 60
        )
        assert drill_on_disk(agent.state)["id"] == "autumn"
        assert drill_on_disk(agent.state)["reference"] != before
        count = len(agent.collector.heard)
        agent.collector.wait(lambda collector: len(collector.heard) > count + 3, 60)
        assert process.poll() is None
        agent.collector.order = None
        assert process.wait(20) == 0


def test_told_to_end_it_ends_at_once_and_the_drill_stays(agent: Agent) -> None:
    with agent.watching() as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) != 0
    assert (agent.state.folder / "drill").exists()
    with agent.watching():
        assert agent.collector.heard[-1].check_in.drill is not None


def test_two_watchers_do_not_watch_at_once(agent: Agent) -> None:
    with agent.watching():
        second = subprocess.Popen([*AGENT, "watch", *agent.told], stdout=subprocess.PIPE, text=True)
        try:
            assert second.stdout is not None
            assert "waits" in second.stdout.readline()
            assert second.poll() is None
        finally:
            second.kill()
            second.communicate()


def test_without_a_drill_there_is_nothing_to_watch(agent: Agent) -> None:
    agent.collector.order = None
    agent.cycle()
    done = subprocess.run([*AGENT, "watch", *agent.told], check=False, capture_output=True, timeout=60)
    assert done.returncode == 0
    assert done.stdout == b""
