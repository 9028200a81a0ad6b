"""A small server as a tree of files, a collector that stands in, and the watcher between them as a real process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.config import load_config
from rongdun_agent.cycle import Report, run_cycle, utc_now
from rongdun_agent.host import Host
from rongdun_agent.state import Credential, State
from rongdun_contract.wire import DrillOrder
from tests.agent.watch.standing_in import Collector, collecting

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJXqKPrJDbnYmQ9zM0Ncp9gHcmVdJUMn1nSPSCKQdGY0"
SECTIONS = ("accounts", "schedules", "services", "sudo", "watched_files")
SERVER = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n",
    "/etc/shadow": "root:*:19000:0:99999:7:::\nann:*:19000:0:99999:7:::\n",
    "/etc/group": "root:x:0:\nann:x:1000:\n",
    "/etc/crontab": "17 * * * * root run-parts /etc/cron.hourly\n",
    "/etc/cron.d/clean": "7 1 * * * root /usr/bin/clean\n",
    "/etc/sudoers": "root ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
    "/usr/bin/sudo": "",
    "/usr/sbin/cron": "",
    "/etc/systemd/system/web.service": "[Service]\nExecStart=/usr/bin/web\n",
    "/etc/ld.so.conf": "",
}
FOLDERS = ("root", "home/ann", "tmp", "usr/local/bin", "var/spool/cron", "etc/sudoers.d", "etc/profile.d")


@dataclass
class World:
    """The server, its agent's state, and the collector that it reports to."""

    root: Path
    state: State
    collector: Collector
    config: Path
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    log: Path = Path()

    def order(self, name: str = "spring", *, seconds: float = 3600, period_s: float = 1, **more: Any) -> DrillOrder:
        """The collector orders a drill from now on."""
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        self.collector.order = DrillOrder(
            id=name, until=until, period_s=period_s, sections=more.get("sections", SECTIONS)
        )
        return self.collector.order

    def cycle(self) -> Report:
        """One cycle of the agent."""
        return run_cycle(Host(self.root), self.state, load_config(self.config), utc_now())

    def watch(self) -> subprocess.Popen[str]:
        """A watcher, as a process that has begun when this returns."""
        heard = len(self.collector.heard)
        command = [sys.executable, "-m", "tests.agent.watch.on_tree", self.root, self.state.folder, self.config]
        with self.log.open("a") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, text=True)
        self.processes.append(process)
        if self.collector.refuse is None and self.collector.hold.is_set():
            self.collector.wait(lambda collector: len(collector.heard) > heard or process.poll() is not None)
        return process

    def put(self, path: str, text: str, mode: int | None = None) -> None:
        """Write a file in place, with the directories above it."""
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("w") as file:
            file.write(text)
        if mode is not None:
            place.chmod(mode)

    def replace(self, path: str, text: str) -> None:
        """Write beside the file and rename, as vipw(8) and package managers do."""
        self.put(path + ".edit", text)
        (self.root / (path + ".edit").lstrip("/")).rename(self.root / path.lstrip("/"))

    def append(self, path: str, text: str) -> None:
        """Write at the end of a file that is there."""
        with (self.root / path.lstrip("/")).open("a") as file:
            file.write(text)

    def told(self, section: str, condition: Callable[[dict[str, Any]], Any], timeout_s: float = 15) -> float:
        """Wait until the collector's newest state of a section is so; for how long that took."""
        began = time.monotonic()
        self.collector.wait(lambda collector: condition(collector.newest(section)), timeout_s)
        return time.monotonic() - began

    def said(self) -> str:
        """What the watchers wrote to their journal."""
        return self.log.read_text()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A server whose agent has enrolled; nothing is ordered yet."""
    root = tmp_path / "server"
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True)
    state = State(tmp_path / "state")
    config = tmp_path / "agent.toml"
    config.write_text("[drill]\nperiod_min_s = 1\n")
    with collecting() as collector:
        state.save_credential(Credential(collector.url, "h1", "h1.secret"))
        world = World(root, state, collector, config, log=tmp_path / "watch.log")
        world.log.touch()
        for path, text in SERVER.items():
            world.put(path, text, 0o755 if "/bin/" in path else None)
        state.save_cycle({"walked_at": utc_now().isoformat()})
        try:
            yield world
        finally:
            for process in world.processes:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
                process.wait()
        print(world.said())


@pytest.fixture
def drilled(world: World) -> World:
    """The same with a drill under way and a watcher that has looked at everything."""
    world.order()
    world.cycle()
    world.watch()
    return world


def drill_on_disk(state: State) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((state.folder / "drill.json").read_text())
    return found
