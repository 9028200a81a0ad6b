"""The collector under a service manager: ready when it serves, alive only while it works; all of it real."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from rongdun_collector.cli.notify import ServiceManager
from rongdun_contract.enrolment_token import decode_token
from tests.collector.agents import enrol, section
from tests.collector.serving import Clock
from tests.lab.ports import free_port

PROGRAM = Path(sys.executable).parent / "rongdun-collector"
RULES = Path(__file__).parent / "rules"
PERIOD_S = 1.5


@dataclass
class Managed:
    """A collector and what it tells its manager."""

    process: subprocess.Popen[bytes]
    told: socket.socket
    port: int
    data: Path

    def lines(self, within_s: float) -> set[str]:
        """Return all lines of the messages that come within a time."""
        found: set[str] = set()
        end = time.monotonic() + within_s
        while (left := end - time.monotonic()) > 0:
            self.told.settimeout(left)
            try:
                found.update(self.told.recv(4096).decode().splitlines())
            except TimeoutError:
                break
        return found

    def until(self, wanted: str, within_s: float = 60) -> set[str]:
        """Return the lines of the first message that says what is wanted."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            self.told.settimeout(within_s)
            lines = set(self.told.recv(4096).decode().splitlines())
            if wanted in lines:
                return lines
        raise AssertionError(wanted)

    def silent(self, seconds: float) -> bool:
        """Say whether no sign of life comes, those that are on the way already left out."""
        self.lines(PERIOD_S / 3)
        return "WATCHDOG=1" not in self.lines(seconds)


@pytest.fixture
def managed(tmp_path: Path) -> Iterator[Managed]:
    """Yield a collector that was started as systemd starts a service with `Type=notify` and `WatchdogSec=`."""
    address, port, data = tmp_path / "notify", free_port(), tmp_path / "data"
    rules = {"RONGDUN_PACKS": str(RULES / "pack"), "RONGDUN_CONTROLS": str(RULES / "framework.yaml")}
    manager = {"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": str(int(PERIOD_S * 1e6))}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(address))
        argv = [PROGRAM, "serve", "--port", str(port), "--data", str(data)]
        process = subprocess.Popen(argv, env={**os.environ, **rules, **manager}, stderr=subprocess.DEVNULL)
        yield Managed(process, told, port, data)
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait(20)


def test_ready_is_said_when_it_answers_and_stopping_before_it_ends(managed: Managed) -> None:
    lines = managed.until("READY=1")
    assert f"STATUS=Serves on http://127.0.0.1:{managed.port}" in lines
    urllib.request.urlopen(f"http://127.0.0.1:{managed.port}/healthz", timeout=1).close()
    managed.process.terminate()
    managed.until("STOPPING=1")
    assert managed.process.wait(20) == 0


def test_it_beats_well_within_the_period(managed: Managed) -> None:
    managed.until("READY=1")
    for _ in range(4):
        before = time.monotonic()
        managed.until("WATCHDOG=1", PERIOD_S)
        assert time.monotonic() - before < PERIOD_S / 2


def test_a_loop_that_does_not_turn_is_silent(managed: Managed) -> None:
    managed.until("WATCHDOG=1")
    managed.process.send_signal(signal.SIGSTOP)
    assert managed.silent(2 * PERIOD_S)


def test_a_writer_that_hangs_is_silent_though_pages_are_served(managed: Managed) -> None:
    """Hosts would wait for ever while /healthz answers: only a restart helps, and only silence brings one."""
    managed.until("READY=1")
    url = f"http://127.0.0.1:{managed.port}"
    argv = [PROGRAM, "token", "create", "--url", url, "--data", str(managed.data)]
    word = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()[-1]
    with httpx.Client(base_url=url, timeout=60) as client:
        agent = enrol(client, decode_token(word).secret)
        managed.until("WATCHDOG=1")
        with closing(sqlite3.connect(managed.data / "rongdun.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            report = threading.Thread(target=agent.report, args=({"sshd": section({"installed": True})}, Clock()()))
            report.start()
            assert managed.silent(2 * PERIOD_S)
            assert client.get("/healthz").status_code == 200
            other.execute("ROLLBACK")
            managed.until("WATCHDOG=1")
            report.join(20)
            assert not report.is_alive()


def test_without_a_manager_nothing_is_needed(tmp_path: Path) -> None:
    """An address where nobody listens, as in a container that inherited one."""
    port = free_port()
    argv = [PROGRAM, "serve", "--port", str(port), "--data", str(tmp_path / "data")]
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "nobody"), "WATCHDOG_USEC": "300000"}
    process = subprocess.Popen(argv, env=environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail("it does not serve")
    finally:
        process.terminate()
        assert process.wait(20) == 0


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"WATCHDOG_PID": "1"}, id="meant for another process"),
        pytest.param({"WATCHDOG_USEC": "soon"}, id="no number"),
        pytest.param({"WATCHDOG_USEC": "0"}, id="no time"),
    ],
)
def test_a_watchdog_that_is_not_ours_is_left_alone(environment: dict[str, str], tmp_path: Path) -> None:
    async def never() -> bool:
        raise AssertionError("asked")

    manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "x"), "WATCHDOG_USEC": "1000", **environment}, 4242)
    asyncio.run(manager.beat(never))
