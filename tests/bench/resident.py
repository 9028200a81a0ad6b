"""The agent as a service beside Debian's node_exporter: both run for real, and are looked at from outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.agent.supervised import Manager, wait_until
from tests.bench.costs import as_on_a_host
from tests.bench.processes import Memory, children_cpu_s, has_children, memory, own_cpu_s
from tests.end_to_end.collector_process import CollectorProcess
from tests.lab.missing import need_program
from tests.lab.ports import free_port

HOUSE = Path(__file__).parent.parent.parent
UNIT = HOUSE / "deploy/systemd/rongdun-agent.service"
DAY_S = 86_400
CYCLES = 12
SCRAPES = 200
WATCHED_S = 6
SETTINGS = "interval_min_s = 10\nvolatile_every_s = 60\npressure_wait_s = 0\n"
"""Volatile sections go with every sixth cycle here: twice as often as on a host that asks for it every five minutes."""


class Service(NamedTuple):
    """What the service costs; seconds of processor time."""

    memory: Memory
    first_cycle_s: float
    cycle_s: float
    beat_s: float
    beats_per_day: float

    def day_s(self, interval_s: float) -> float:
        """A day: one cycle like the first, with everything new and the walk; a beat for each sign of life."""
        return self.first_cycle_s + (DAY_S / interval_s - 1) * self.cycle_s + self.beats_per_day * self.beat_s


class Exporter(NamedTuple):
    """What node_exporter costs after its scrapes."""

    memory: Memory
    scrape_s: float


def service(program: Path, interpreter: tuple[str, ...], base: Path) -> Service:
    """Enrol at a collector on loopback and run as systemd would, through a first cycle and twelve that find no news.

    `interpreter` are the places of the Python that it runs on.
    """
    place = ("--data", str(base / "collector"))
    collector = CollectorProcess((*place, "--interval-s", "10"), free_port(), base / "collector.log")
    CollectorProcess(place, collector.port, collector.log).command("migrate")
    collector.start()
    try:
        collector.wait()
        token = CollectorProcess(place, collector.port, collector.log).command(
            "token", "create", "--url", collector.url
        )
        (base / "agent.toml").write_text(SETTINGS)
        state = ("--state", str(base / "state"))
        enrol = [program, "enroll", token.strip().split()[-1], *state]
        subprocess.run(enrol, check=True, capture_output=True, env=as_on_a_host(), timeout=60)
        return _run([str(program), "run", *state, "--config", str(base / "agent.toml")], interpreter, base)
    finally:
        collector.stop()


def _run(command: list[str], interpreter: tuple[str, ...], base: Path) -> Service:
    manager = Manager(str(base / "notify"))
    environment = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "1000000"}
    process = subprocess.Popen(command, env={**as_on_a_host(), **environment})
    pid = process.pid
    try:
        manager.wait_for("STATUS=Next cycle at ", within_s=120)
        first, own = children_cpu_s(pid), own_cpu_s(pid)
        samples, beats, asleep = [], 0, 0.0
        for _ in range(CYCLES):
            manager.wait_for("STATUS=A cycle runs since ", within_s=30)
            said = manager.wait_for("STATUS=Next cycle at ", within_s=60)
            assert "the last one ended with" not in said, said
            began = own_cpu_s(pid)
            beats += manager.count("WATCHDOG=1", WATCHED_S)
            asleep += own_cpu_s(pid) - began
            assert not has_children(pid)
            samples.append(memory(pid, interpreter))
        workers, own = children_cpu_s(pid) - first, own_cpu_s(pid) - own
        _all_was_delivered(base / "state/cycle.json")
    finally:
        process.terminate()
        process.wait(30)
        manager.close()
    assert beats > CYCLES * WATCHED_S
    held = Memory(round(median(one.rss for one in samples)), round(median(one.pss for one in samples)))
    # what the supervisor did for a cycle itself is everything but its beats while it was watched asleep
    return Service(held, first, (workers + own - asleep) / CYCLES, asleep / beats, DAY_S / _beat_period_s())


def _all_was_delivered(report: Path) -> None:
    """A cycle that failed early would cost little."""
    said = json.loads(report.read_text())
    assert (said["problem"], said["pending"], said["delivered"]) == (None, 0, 1), said
    assert said["walked_at"], said


def _beat_period_s() -> float:
    """How often the unit wants a sign of life, halved as sd_watchdog_enabled(3) advises."""
    found = re.search(r"^WatchdogSec=(\d+)$", UNIT.read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 2


def node_exporter() -> Exporter:
    """Start Debian's with its default collectors, scrape it, and look."""
    with _exporter() as (pid, program, url):
        for _ in range(2):
            _scrape(url)  # what is done once is not counted per scrape
        began = _all_threads_s(pid)
        for _ in range(SCRAPES - 2):
            _scrape(url)
        return Exporter(memory(pid, (program,)), (_all_threads_s(pid) - began) / (SCRAPES - 2))


@contextmanager
def _exporter() -> Iterator[tuple[int, str, str]]:
    program = str(need_program("prometheus-node-exporter", "prometheus-node-exporter"))
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen([program, f"--web.listen-address={address}"], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _answers(f"http://{address}/metrics"), "node_exporter answers")
        yield process.pid, program, f"http://{address}/metrics"
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        _scrape(url)
    except OSError:
        time.sleep(0.1)
        return False
    return True


def _scrape(url: str) -> None:
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert b"node_cpu_seconds_total" in answer.read()


def _all_threads_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
