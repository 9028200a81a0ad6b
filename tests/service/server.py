"""The booted server as tests ask it: systemd about its units, the collector about what the agent sent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.lab.booted import Booted

AGENT, COLLECTOR, DISCOVERY = "rongdun-agent.service", "rongdun-collector.service", "rongdun-discovery.service"
BY_ROOT = "facts-by-root.service"
STATE = "/var/lib/rongdun"
URL = "http://127.0.0.1:8600"
FETCH = "/usr/local/lib/fetch_facts.py"
_IN_MEMORY = (
    ("install", "-m", "4755", "-o", "li", "/dev/null", "/tmp/left"),
    ("mkdir", "-p", "/mnt/scratch"),
    ("mount", "-t", "tmpfs", "-o", "nosuid,nodev,noexec", "scratch", "/mnt/scratch"),
    ("nft", "add rule inet filter input udp dport 514 accept"),
)

T = TypeVar("T")


def wait_for(what: Callable[[], T | None], within_s: float = 60) -> T:
    """Ask until there is an answer."""
    end = time.monotonic() + within_s
    while (found := what()) is None:
        assert time.monotonic() < end, f"waited {within_s} s in vain"
        time.sleep(0.1)
    return found


@dataclass(frozen=True)
class Server:
    """A machine with the three units on it."""

    machine: Booted

    def must(self, *argv: str, timeout_s: float = 60) -> str:
        """Run a program as root that has to succeed and return what it prints."""
        done = self.machine.run(*argv, timeout_s=timeout_s)
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
        return done.stdout

    def show(self, unit: str, name: str) -> str:
        """Return a property of a unit."""
        return self.must("systemctl", "show", "--property", name, "--value", unit).strip()

    def main_pid(self, unit: str) -> int:
        """Return the process that the unit is; 0 when it does not run."""
        return int(self.show(unit, "MainPID"))

    def begin(self) -> None:
        """Start the collector, enrol as root, start the agent, and wait for its first report.

        What lies in memory alone comes first: files in the real /tmp, a mount, a rule beside those of the boot.
        """
        for argv in _IN_MEMORY:
            self.must(*argv)
        self.must("systemctl", "start", COLLECTOR)
        as_collector = ("runuser", "-u", "rongdun-collector", "--", "rongdun-collector")
        made = self.must(*as_collector, "token", "create", "--url", URL, "--data", "/var/lib/rongdun-collector")
        self.must("rongdun-agent", "enroll", made.split()[-1])
        self.must("systemctl", "start", AGENT)
        wait_for(self.last_cycle)

    def last_cycle(self) -> dict[str, Any] | None:
        """Return the report of the agent's last cycle."""
        path = self.machine.root / STATE.lstrip("/") / "cycle.json"
        return json.loads(path.read_text()) if path.exists() else None

    def cycle(self) -> dict[str, Any]:
        """Let the service do a cycle of its own now, walk and volatile sections included; return its report."""
        before = self.last_cycle()
        self.must("systemctl", "stop", AGENT)
        for name in ("cycle.json", "walk.json"):
            (self.machine.root / STATE.lstrip("/") / name).unlink(missing_ok=True)
        self.must("systemctl", "start", AGENT)
        report = wait_for(self.last_cycle)
        assert report["problem"] is None, report
        assert report != before
        return report

    def sent_facts(self) -> dict[str, dict[str, Any]]:
        """Return what the collector has of the host: what the service itself read and sent."""
        return json.loads(self.must("/opt/rongdun/bin/python3", FETCH, URL))

    def root_facts(self) -> dict[str, dict[str, Any]]:
        """Return what root reads in the same machine: in a unit too, but one that takes nothing away."""
        in_a_unit = ("systemd-run", "--quiet", "--wait", "--pipe", "--collect", f"--unit={BY_ROOT}")
        return json.loads(self.must(*in_a_unit, "rongdun-agent", "facts", "--walk", timeout_s=120))

    def set_up(self, unit: str, drop_in: str) -> None:
        """Put lines beside a unit's own, or with no lines take them away, and restart it."""
        folder = f"/run/systemd/system/{unit}.d"
        if drop_in:
            self.machine.write(f"{folder}/test.conf", drop_in)
        else:
            self.must("rm", "-rf", folder)
        self.must("systemctl", "daemon-reload")
        self.must("systemctl", "reset-failed", unit)
        self.must("systemctl", "restart", unit)
