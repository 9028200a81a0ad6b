"""A booted Debian without a Python, and the ways in which a package comes to it, is upgraded and goes."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.booted import Booted, booted
from tests.lab.roots import Root
from tests.packages.built import Package

SERVICE = "rongdun-agent.service"
RECORDS = (
    "proc",
    "sys",
    "dev",
    "run",
    "tmp",
    "root",
    "var/log",
    "var/cache",
    "var/tmp",
    "var/lib/apt",
    "var/lib/systemd",
)
"""Where a running system, its package manager or the test writes by itself."""
ACCOUNTS = ("passwd", "group", "shadow", "gshadow")


@dataclass(frozen=True)
class Server:
    """The running system; commands are run as root, in a shell, as an operator types them."""

    machine: Booted

    def sh(self, line: str, *, timeout_s: float = 240) -> str:
        """Run a line that must succeed and return what it prints."""
        done = self.machine.run("sh", "-c", line, timeout_s=timeout_s)
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def bring(self, package: Package) -> str:
        """Put a package's file into the system and return its path there."""
        folder = self.machine.root / "srv"
        folder.mkdir(exist_ok=True)
        shutil.copyfile(package.file, folder / package.file.name)
        return f"/srv/{package.file.name}"

    def installing(self, package: Package) -> str:
        """Return the line that installs or upgrades."""
        file = self.bring(package)
        if package.kind == "deb":
            return f"DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends {file}"
        folder = f"/srv/{package.file.name.removesuffix('.tar.gz')}"
        return f"tar -C /srv -xzf {file} && {folder}/install.sh"

    def with_token(self, package: Package, token: str) -> str:
        """Return the one line that installs and enrols."""
        line = self.installing(package)
        return f"{line} && rongdun-agent enroll {token}" if package.kind == "deb" else f"{line} {token}"

    def never_wait(self) -> None:
        """Let cycles run at once, however busy the machine under this laboratory is."""
        self.machine.write("/etc/rongdun/agent.toml", "pressure_wait_s = 0\n")

    def remove(self, package: Package) -> None:
        """Remove the program, keep state and settings."""
        self.sh("apt-get remove -qq -y rongdun-agent" if package.kind == "deb" else "/opt/rongdun/uninstall.sh")

    def purge(self, package: Package) -> None:
        """Remove everything."""
        self.sh("apt-get purge -qq -y rongdun-agent" if package.kind == "deb" else "/opt/rongdun/uninstall.sh --purge")

    def status(self) -> dict[str, Any]:
        """Return what the agent says of itself."""
        said = self.machine.run("rongdun-agent", "status", "--format", "json").stdout
        return dict(json.loads(said))

    def after_cycle(self, since: str | None, within_s: float = 60) -> dict[str, Any]:
        """Wait for the end of a cycle other than the one that began at `since`, and return the status."""
        end = time.monotonic() + within_s
        while True:
            found = self.status()
            if found["cycle"] and found["cycle"]["at"] != since:
                return found
            assert time.monotonic() < end, self.machine.run("journalctl", "-u", SERVICE, "--no-pager").stdout[-3000:]
            time.sleep(0.3)

    def show(self, setting: str) -> str:
        """Return one property of the service."""
        return self.machine.run("systemctl", "show", "-p", setting, SERVICE).stdout.strip().partition("=")[2]

    def files(self) -> set[str]:
        """List what lies on its disk, but for what a system writes by itself."""
        skipped = " -o ".join(f"-path /{name}" for name in RECORDS)
        return set(self.sh(f"find / -xdev \\( {skipped} \\) -prune -o -print").splitlines())

    def accounts(self) -> dict[str, str]:
        """Return the databases of users and groups."""
        return {name: (self.machine.root / "etc" / name).read_text() for name in ACCOUNTS}


@contextmanager
def running(root: Root, **options: Any) -> Iterator[Server]:
    """Boot a root in which no Python is."""
    assert not list(Path(root.path, "usr/bin").glob("python*")), "this root was to have no Python"
    with booted(root, **options) as machine:
        yield Server(machine)
