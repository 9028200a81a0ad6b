"""The supervisor holds next to nothing, starts one worker after another, and takes it along when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.agent.supervised import SUPERVISOR, Supervised, lines, wait_until

Start = Callable[..., Supervised]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start supervisors over `tmp_path`; none outlives the test."""
    started: list[Supervised] = []

    def begin(worker: str, watcher: str = "exit 0", **options) -> Supervised:
        started.append(Supervised(tmp_path, worker, watcher, **options))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.wait(10)


def test_it_ends_between_cycles_when_told_to(start: Start, tmp_path: Path) -> None:
    supervised = start(f"echo cycle >> {tmp_path}/log")
    wait_until(lambda: lines(tmp_path / "log") == ["cycle"], "a first cycle")
    time.sleep(0.3)
    assert supervised.stop() == 0
    assert lines(tmp_path / "log") == ["cycle"], "the interval is minutes, not a loop"


def test_the_next_cycle_comes_after_the_interval_that_the_worker_left(start: Start, tmp_path: Path) -> None:
    start(f"printf 10 > {tmp_path}/interval; date +%s%N >> {tmp_path}/log")
    wait_until(lambda: len(lines(tmp_path / "log")) == 2, "a second cycle")
    first, second = (int(line) / 1e9 for line in lines(tmp_path / "log"))
    assert 8.9 < second - first < 12, "ten seconds, give or take a tenth, and what starting costs"


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda sent: sent.name)
def test_it_takes_running_children_along(start: Start, tmp_path: Path, sent: signal.Signals) -> None:
    """A worker that outlived its service would hold the lock against the next one."""
    (tmp_path / "drill").write_text(str(int(time.time()) + 3600))
    (tmp_path / "interval").write_text("10")
    script = "trap 'echo ended $0 >> {log}; exit' TERM; echo on $0 >> {log}; sleep 30 & wait"
    log = tmp_path / "log"
    worker = f"[ -e {tmp_path}/second ] || {{ touch {tmp_path}/second; exit; }}; " + script.format(log=log)
    supervised = start(worker.replace("$0", "worker"), script.format(log=log).replace("$0", "watcher"))
    wait_until(lambda: set(lines(log)) == {"on worker", "on watcher"}, "both run")
    supervised.process.send_signal(sent)
    assert supervised.process.wait(10) == 0
    assert set(lines(log)) == {"on worker", "on watcher", "ended worker", "ended watcher"}


@pytest.mark.parametrize("ignored", [signal.SIGHUP, signal.SIGCHLD], ids=lambda ignored: ignored.name)
def test_it_runs_with_what_its_starter_ignored(tmp_path: Path, ignored: signal.Signals) -> None:
    """nohup(1) ignores SIGHUP for us; a starter that ignores SIGCHLD would leave us no children to wait for."""
    worker = ["/bin/sh", "-c", f"echo cycle >> {tmp_path}/log; exit 3"]
    program = [sys.executable, "-I", "-S", SUPERVISOR, tmp_path, *worker]
    ignore = (
        "import os, signal, sys; signal.signal(int(sys.argv[1]), signal.SIG_IGN); os.execv(sys.argv[2], sys.argv[2:])"
    )
    with subprocess.Popen([sys.executable, "-c", ignore, str(int(ignored)), *program]) as process:
        try:
            wait_until(lambda: lines(tmp_path / "log") == ["cycle"], "a cycle")
            process.send_signal(ignored)
            time.sleep(0.5)
            assert process.poll() is None
        finally:
            process.terminate()
    assert process.returncode == 0


def test_a_worker_that_will_not_end_is_killed(start: Start, tmp_path: Path) -> None:
    supervised = start(f"trap '' TERM; echo $$ > {tmp_path}/pid; while :; do sleep 1; done", constants=["GRACE_S=0.5"])
    wait_until(lambda: bool(lines(tmp_path / "pid")), "the worker runs")
    assert supervised.stop(5) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(lines(tmp_path / "pid")[0]), 0)


def test_a_worker_that_hangs_is_ended_and_the_next_one_comes(start: Start, tmp_path: Path) -> None:
    """One stuck read, say of a network file system, must not be the last that is heard of a host."""
    (tmp_path / "interval").write_text("10")
    start(f"echo $$ >> {tmp_path}/log; exec sleep 60", constants=["LONGEST_CYCLE_S=1"])
    wait_until(lambda: len(lines(tmp_path / "log")) == 2, "a second worker")
    with pytest.raises(ProcessLookupError):
        os.kill(int(lines(tmp_path / "log")[0]), 0)


def test_a_worker_that_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    """While a package is being upgraded its interpreter is away for a moment."""
    program = tmp_path / "program"
    (tmp_path / "interval").write_text("10")
    command = [sys.executable, "-I", "-S", SUPERVISOR, tmp_path, program]
    with subprocess.Popen(command) as process:
        try:
            time.sleep(0.5)
            program.write_text(f"#!/bin/sh\necho cycle >> {tmp_path}/log\n")
            program.chmod(0o755)
            wait_until(lambda: lines(tmp_path / "log") == ["cycle"], "a cycle at last")
        finally:
            process.terminate()
    assert process.returncode == 0


@pytest.mark.parametrize("damage", ["", "soon", "-5", "9" * 300, "\xff"], ids=["empty", "a word", "past", "huge", "Ω"])
def test_files_that_are_damaged_do_not_end_it(start: Start, tmp_path: Path, damage: str) -> None:
    for name in ("interval", "pressure", "drill"):
        (tmp_path / name).write_bytes(damage.encode("latin-1"))
    supervised = start(f"echo cycle >> {tmp_path}/log", constants=["GRACE_S=1"])
    wait_until(lambda: bool(lines(tmp_path / "log")), "a cycle")
    time.sleep(0.5)
    assert supervised.process.poll() is None
    assert supervised.stop() == 0


def test_it_imports_nothing_of_ours_and_little_else(tmp_path: Path) -> None:
    """What is resident on every government host is weighed in megabytes."""
    said = tmp_path / "imports"
    with said.open("w") as out:
        command = [sys.executable, "-I", "-S", "-X", "importtime", SUPERVISOR, tmp_path, "/bin/sh", "-c", "echo on >&2"]
        process = subprocess.Popen(command, stderr=out, env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "nobody")})
    try:
        wait_until(lambda: "on" in lines(said), "a cycle")
    finally:
        process.kill()
        process.wait(10)
    imported = {line.rpartition("|")[2].strip() for line in lines(said) if "|" in line}
    assert "_signal" in imported
    assert not {"os", "signal", "json", "ssl", "socket", "subprocess", "re", "rongdun_agent"} & imported
