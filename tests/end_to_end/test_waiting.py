"""A cycle that waited for a host under pressure: the collector is told for how long, and so is whoever looks there."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from rongdun_agent.state import State
from tests.agent.supervised import Supervised, wait_until
from tests.end_to_end.collector_process import BIN, CollectorProcess
from tests.lab.ports import free_port


@pytest.fixture
def collector(sqlite_url: str, tmp_path: Path) -> Iterator[CollectorProcess]:
    """Yield a collector by its command line."""
    place = ("--data", str(tmp_path / "collector"), "--database", sqlite_url)
    process = CollectorProcess(place, free_port(), tmp_path / "collector.log")
    process.command("migrate")
    process.start()
    process.wait()
    yield process
    process.stop()


def test_the_collector_is_told_for_how_long_a_cycle_waited(collector: CollectorProcess, tmp_path: Path) -> None:
    state = State(tmp_path / "agent")
    token = collector.command("token", "create", "--url", collector.url).strip().split()[-1]
    enrol = [BIN / "rongdun-agent", "enroll", token, "--state", state.folder]
    subprocess.run(enrol, check=True, capture_output=True, timeout=60)
    state.save_pressure(60, 10, 60, 3)
    pressure = tmp_path / "pressure"
    pressure.mkdir()
    (pressure / "memory").write_text("some avg10=42.00 avg60=0.00 avg300=0.00 total=1\n")
    worker = f"exec {BIN}/rongdun-agent run --once --state {state.folder}"
    service = Supervised(state.folder, worker, constants=["LOOK_AGAIN_S=0.5"], pressure=pressure)
    try:
        wait_until(lambda: bool(state.last_cycle()), "a cycle that was delivered", within_s=90)
    finally:
        service.stop()
    credential, report = state.credential(), state.last_cycle()
    assert credential is not None
    assert 3 <= report["waited_s"] < 10
    with urllib.request.urlopen(f"{collector.url}/v1/hosts/{credential.host}", timeout=10) as answer:
        assert json.load(answer)["health"]["waited_s"] == report["waited_s"]
    status = [BIN / "rongdun-agent", "status", "--state", state.folder]
    said = subprocess.run(status, check=True, capture_output=True, text=True, timeout=60).stdout
    assert f"after waiting {report['waited_s']:.0f} s for less pressure" in said
