"""`make demo`, as a newcomer runs it: it shows this host, says what is in its way, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.ports import free_port

HOUSE = Path(__file__).parents[2]
SERVING = "Ctrl-C stops it"
START_TIMEOUT_S = 240

pytestmark = [pytest.mark.slow]


def make_demo(folder: Path, port: int, *more: str) -> list[str]:
    return ["make", "-C", str(HOUSE), "demo", f"PORT={port}", f"FOLDER={folder}", *more]


def environment() -> dict[str, str]:
    """Return the environment without what an outer make left in it."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}


def run_once(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    argv = make_demo(folder, port, "ONCE=1")
    return subprocess.run(argv, env=environment(), capture_output=True, text=True, timeout=START_TIMEOUT_S, check=False)


@contextmanager
def demo(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Start the demo in a process group of its own, as a terminal does, and yield when it serves."""
    said = folder.with_suffix(".output")
    with said.open("w") as output:
        argv = make_demo(folder, port)
        process = subprocess.Popen(
            argv, env=environment(), stdout=output, stderr=output, text=True, start_new_session=True
        )
    try:
        end = time.monotonic() + START_TIMEOUT_S
        while SERVING not in said.read_text():
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < end, said.read_text()
            time.sleep(0.1)
        yield process, said
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def mentions(text: str) -> list[str]:
    """Return the command lines of running processes that name something."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended while we looked
            continue
        if text in command:
            found.append(command)
    return found


def test_it_ends_well_twice_in_a_row(tmp_path: Path) -> None:
    """The second run finds a host that is enrolled and a database that is there."""
    folder, port = tmp_path / "kept", free_port()
    for _ in range(2):
        done = run_once(folder, port)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"http://127.0.0.1:{port}/metrics" in done.stdout
        assert "Traceback" not in done.stdout + done.stderr
    assert mentions(str(folder)) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "killed politely"])
def test_it_serves_until_it_is_stopped_and_leaves_nothing(tmp_path: Path, how: signal.Signals) -> None:
    """A demo that keeps a port or a process is remembered for that."""
    folder, port = tmp_path / "kept", free_port()
    with demo(folder, port) as (process, said):
        for page in ("/", "/metrics", "/docs"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=10) as answer:
                assert answer.status == 200
        os.killpg(process.pid, how)
        process.wait(30)
    assert "Traceback" not in said.read_text()
    assert mentions(str(folder)) == []
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_a_taken_port_is_named_with_its_remedy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_once(tmp_path / "kept", port)
    assert done.returncode != 0
    assert f"port {port}" in done.stderr
    assert "PORT=" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
