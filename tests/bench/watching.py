"""A drill's watcher as it stays on a quiet server: a real process that checks in over TLS, looked at from outside."""

from __future__ import annotations

import json
import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from rongdun_agent.state import Credential, State
from rongdun_contract.wire import DrillOrder
from tests.agent.watch.standing_in import Collector, collecting
from tests.bench.costs import as_on_a_host
from tests.bench.processes import Memory, memory
from tests.lab.namespaces import network_namespace

SETTLED_S, WATCHED_S = 10, 60
SAMPLE_S = 0.5


class Watching(NamedTuple):
    """`memory` is the largest of all samples, `usual` the one in the middle; seconds of processor time."""

    memory: Memory
    usual: Memory
    share: float
    beats: int
    readings: int
    sections: tuple[str, ...]
    directories: int


def watching(
    program: Path, interpreter: tuple[str, ...], base: Path, sections: tuple[str, ...], period_s: float
) -> Watching:
    """Have a drill ordered, let the watcher settle, and look at it for a minute in which nothing happens.

    In a network namespace of its own: here others open and close sockets all the time.
    """
    certificate = _certificate(base)
    base.joinpath("agent.toml").write_text("[drill]\nperiod_min_s = 1\n")
    state = State(base / "state")
    state.save_cycle({"walked_at": datetime.now(UTC).isoformat()})
    with network_namespace(), collecting(certificate=certificate) as collector:
        state.save_credential(Credential(collector.url, "h", "h.secret", certificate.read_text()))
        until = datetime.now(UTC) + timedelta(hours=1)
        collector.order = DrillOrder(id="bench", until=until, period_s=period_s, sections=sections)
        told = ["--state", str(state.folder), "--config", str(base / "agent.toml")]
        environment = as_on_a_host()
        subprocess.run([program, "run", "--once", *told], check=True, capture_output=True, env=environment, timeout=120)
        with (base / "watch.log").open("w") as log:
            process = subprocess.Popen([program, "watch", *told], stdout=log, stderr=log, env=environment)
        try:
            return _watched(process.pid, interpreter, collector, state)
        finally:
            process.kill()
            process.wait()
            print((base / "watch.log").read_text())


def _watched(pid: int, interpreter: tuple[str, ...], collector: Collector, state: State) -> Watching:
    collector.wait(lambda collector: len(collector.heard) > 2 and state.watch_report(), 60)
    time.sleep(SETTLED_S)
    before, beats, readings = _cpu_s(pid), len(collector.heard), state.watch_report()["readings"]
    began = time.monotonic()
    samples = []
    while time.monotonic() < began + WATCHED_S:
        samples.append(memory(pid, interpreter))
        time.sleep(SAMPLE_S)
    share = (_cpu_s(pid) - before) / (time.monotonic() - began)
    report: dict[str, Any] = state.watch_report()
    drill: dict[str, Any] = json.loads((state.folder / "drill.json").read_text())
    return Watching(
        memory=Memory(max(each.rss for each in samples), max(each.pss for each in samples)),
        usual=sorted(samples)[len(samples) // 2],
        share=share,
        beats=len(collector.heard) - beats,
        readings=report["readings"] - readings,
        sections=tuple(drill["sections"]),
        directories=report["directories"],
    )


def _cpu_s(pid: int) -> float:
    """Of all threads of a process, and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def _certificate(base: Path) -> Path:
    """A certificate for loopback that is its own authority, and its key, in one file."""
    key, made = base / "key.pem", base / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(made)),
        ],
        check=True,
        capture_output=True,
    )
    both = base / "both.pem"
    both.write_text(made.read_text() + key.read_text())
    return both
