"""The supervisor holds next to nothing, starts one worker after another, and takes it along when it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import rongdun_agent

SUPERVISOR = Path(rongdun_agent.__file__).with_name("supervisor.py")


def start(state: Path, *worker: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-I", "-S", SUPERVISOR, state, *worker])


def wait_for(path: Path, text: str, within_s: float = 20) -> None:
    end = time.monotonic() + within_s
    while not path.exists() or text not in path.read_text():
        assert time.monotonic() < end, path.read_text() if path.exists() else f"no {path}"
        time.sleep(0.05)


def test_it_ends_between_cycles_when_told_to(tmp_path: Path) -> None:
    process = start(tmp_path, "/bin/sh", "-c", f"echo cycle >> {tmp_path}/log")
    try:
        wait_for(tmp_path / "log", "cycle")
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
    assert (tmp_path / "log").read_text() == "cycle\n", "the interval is minutes, not a loop"


def test_it_takes_a_running_worker_along(tmp_path: Path) -> None:
    """A worker that outlived its service would hold the lock against the next one."""
    process = start(
        tmp_path,
        "/bin/sh",
        "-c",
        f"trap 'echo ended >> {tmp_path}/log; exit' TERM; echo on >> {tmp_path}/log; sleep 30 & wait",
    )
    try:
        wait_for(tmp_path / "log", "on")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
    assert (tmp_path / "log").read_text() == "on\nended\n"


def test_it_imports_nothing_of_ours_and_little_else(tmp_path: Path) -> None:
    """What is resident on every government host is weighed in megabytes."""
    said = tmp_path / "imports"
    with said.open("w") as out:
        command = [sys.executable, "-I", "-S", "-X", "importtime", SUPERVISOR, tmp_path, "/bin/sh", "-c", "echo on >&2"]
        process = subprocess.Popen(command, stderr=out)
    try:
        wait_for(said, "on\n")
    finally:
        process.kill()
        process.wait(10)
    imported = {line.rpartition("|")[2].strip() for line in said.read_text().splitlines() if "|" in line}
    assert "_signal" in imported
    assert not {"os", "signal", "json", "ssl", "socket", "subprocess", "re", "rongdun_agent"} & imported
