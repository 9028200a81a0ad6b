"""A real systemd as PID 1: a root booted in a container of its own in half a second, and gone after the test."""

from __future__ import annotations

import os
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.missing import need_program, need_root
from tests.lab.roots import Root

SCRIPTS = Path(__file__).parent / "nspawn"


@dataclass(frozen=True)
class Booted:
    """A running container; `root` is its file system as it sees it, its /proc and /run included."""

    name: str
    run_directory: Path
    root: Path

    def run(self, *argv: str, timeout_s: float = 30) -> subprocess.CompletedProcess[str]:
        """Run a program as root in all its namespaces, in no unit."""
        return _script("exec.sh", self.run_directory, self.name, *argv, timeout_s=timeout_s)

    def write(self, path: str, content: str) -> None:
        """Put a file into the running system."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)


@contextmanager
def booted(root: Root, *, network: str = "none", limits: bool = False) -> Iterator[Booted]:
    """Boot a root, which stays as it is: all is written to an overlay in memory; with `limits` those of units bite."""
    need_root("a container is booted")
    need_program("systemd-nspawn", "systemd-container")
    need_program("bc", "bc")
    name = f"rongdun-{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory(prefix="rongdun-nspawn-") as place:
        run_directory = Path(place)
        try:
            up = _script(
                "up.sh", run_directory, str(root.path), name, timeout_s=60, NET=network, LIMITS="1" if limits else ""
            )
            assert up.returncode == 0, up.stderr
            yield Booted(name, run_directory, Path("/proc", up.stdout.split()[1], "root"))
        finally:
            _script("down.sh", run_directory, name, timeout_s=60)


def _script(
    name: str, run_directory: Path, *argv: str, timeout_s: float, **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(SCRIPTS / name), *argv],
        capture_output=True,
        encoding="utf-8",
        errors="backslashreplace",
        timeout=timeout_s,
        env={"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LAB_RUN": str(run_directory), **env},
        check=False,
    )
