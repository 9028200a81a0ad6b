"""A server in a drill: booted, its agent a service, its collector outside; what is done to it and what is found."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from tests.end_to_end.collector_process import CollectorProcess
from tests.lab.booted import Booted

AGENT = "rongdun-agent.service"
STATE = "var/lib/rongdun"
PERIOD_S = 5
_TICKS = os.sysconf("SC_CLK_TCK")

T = TypeVar("T")


def wait_for(what: Callable[[], T | None], within_s: float = 60, every_s: float = 0.1) -> T:
    """Ask until there is an answer."""
    end = time.monotonic() + within_s
    while (found := what()) is None:
        assert time.monotonic() < end, f"waited {within_s} s in vain"
        time.sleep(every_s)
    return found


def moment(text: str) -> datetime:
    """A time that the API wrote."""
    return datetime.fromisoformat(text)


@dataclass
class DrillHost:
    """The machine and the collector; `drill` is the id of the open one."""

    machine: Booted
    collector: CollectorProcess
    drill: str = ""
    noted: dict[str, str] = field(default_factory=dict)

    def must(self, *argv: str, timeout_s: float = 120) -> str:
        """Run a program as root that has to succeed and return what it prints."""
        done = self.machine.run(*argv, timeout_s=timeout_s)
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
        return done.stdout

    def sh(self, script: str, timeout_s: float = 120) -> str:
        """Run a line of shell as root that has to succeed."""
        return self.must("env", "HOME=/root", "sh", "-ec", script, timeout_s=timeout_s)

    def get(self, path: str) -> Any:
        """Ask the collector's API."""
        try:
            with urllib.request.urlopen(f"{self.collector.url}{path}", timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error}\n{self.collector.log.read_text()[-4000:]}") from error

    def objects(self) -> list[dict[str, Any]]:
        """Everything that was found so far."""
        return list(self.get(f"/v1/drills/{self.drill}/objects")["objects"])

    def found(self, signal: str, key: Callable[[str], bool]) -> dict[str, Any] | None:
        """Return the object that a signal named, or nothing."""
        return next((one for one in self.objects() if one["signal"] == signal and key(one["key"])), None)

    def begin(self, folder: Path) -> None:
        """Enrol the host in a unit and start its agent; its first report has arrived when this returns."""
        register = folder / "units.csv"
        register.write_text("id,name,contact\nu1,测试单位,\n", encoding="utf-8")
        self.collector.command("register", "import", str(register))
        token = self.collector.command("token", "create", "--url", self.collector.url, "--unit", "u1").split()[-1]
        self.must("rongdun-agent", "enroll", token)
        self.must("systemctl", "start", AGENT)
        wait_for(self._has_reported)

    def _has_reported(self) -> bool | None:
        """Whether a cycle ended well: its check-in was answered before there was any drill."""
        path = self.machine.root / STATE / "cycle.json"
        return (path.exists() and json.loads(path.read_text())["problem"] is None) or None

    def open_drill(self) -> float:
        """Open a drill for the unit; seconds until the host watches with a reference that the collector knows."""
        began = time.monotonic()
        said = self.collector.command(
            "drill", "open", "trial", "--unit", "u1", "--for", "2h", "--pack", "drill-host", "--period-s", str(PERIOD_S)
        )
        self.drill = said.split()[1]
        try:
            wait_for(lambda: next((h for h in self._hosts() if h["watching"] and h["reference_known"]), None), 150)
        except AssertionError as error:
            raise AssertionError(self.must("journalctl", "-u", AGENT, "-n", "30", "--no-pager")) from error
        return time.monotonic() - began

    def blind(self) -> list[str]:
        """Signals that the host cannot tell now."""
        return sorted({signal for host in self._hosts() for signal in host["blind"]})

    def watcher_pid(self) -> int:
        """The process of the watcher, as the machine numbers it."""
        path = self.machine.root / STATE / "watch.json"
        try:
            wait_for(lambda: path.exists() or None)
        except AssertionError as error:
            raise AssertionError(self.must("journalctl", "-u", AGENT, "-n", "60", "--no-pager")) from error
        return int(json.loads(path.read_text())["pid"])

    def cpu_s(self, pid: int) -> float:
        """Processor seconds of a process and of those that it started and that ended."""
        stat = (self.machine.root / f"proc/{pid}/stat").read_text()
        return sum(map(int, stat[stat.rindex(")") + 2 :].split()[11:15])) / _TICKS

    def resident_bytes(self, pid: int) -> int:
        """What a process keeps in memory, pages that it shares included."""
        status = (self.machine.root / f"proc/{pid}/status").read_text()
        return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmRSS:"))

    def _hosts(self) -> list[dict[str, Any]]:
        return list(self.get(f"/v1/drills/{self.drill}")["hosts"])


def now() -> datetime:
    """The clock of whoever acts; machine and collector have the same."""
    return datetime.now(UTC)
