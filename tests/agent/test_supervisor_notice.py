"""What systemd hears of the service: ready, alive while the loop goes round and not otherwise, and a line to read."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rongdun_agent.state import Credential, State
from tests.agent.supervised import Manager, Supervised, lines, wait_until

WATCHED = {"WATCHDOG_USEC": "400000"}
PERIOD_S = 0.2

Start = Callable[..., Supervised]


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    """Yield a service manager, once at a path and once in the abstract namespace."""
    listening = Manager(f"@rongdun-test-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify"))
    yield listening
    listening.close()


@pytest.fixture
def start(tmp_path: Path, manager: Manager) -> Iterator[Start]:
    """Start supervisors that know the manager; none outlives the test."""
    started: list[Supervised] = []

    def begin(worker: str, watcher: str = "exit 0", environment: dict[str, str] | None = None) -> Supervised:
        told = {"NOTIFY_SOCKET": manager.address, **(environment or {})}
        started.append(Supervised(tmp_path / "state", worker, watcher, environment=told))
        return started[-1]

    yield begin
    for one in started:
        one.process.send_signal(signal.SIGCONT)
        one.process.kill()
        one.process.wait(10)


def test_it_is_ready_at_once_and_says_what_it_does(start: Start, manager: Manager, tmp_path: Path) -> None:
    supervised = start(f"while [ ! -e {tmp_path}/go ]; do sleep 0.1; done; exit 7")
    first = manager.wait_for("READY=1")
    assert "STATUS=A cycle runs since " in first
    assert "WATCHDOG=1" not in first, "nobody asked for it"
    (tmp_path / "go").touch()
    said = manager.wait_for("STATUS=Next cycle at ")
    assert "the last one ended with 7" in said
    assert supervised.stop() == 0
    assert manager.wait_for("STOPPING=1")


def test_the_watchdog_hears_of_it_while_a_cycle_runs_and_while_it_sleeps(
    start: Start, manager: Manager, tmp_path: Path
) -> None:
    start(f"while [ ! -e {tmp_path}/go ]; do sleep 0.1; done", environment=WATCHED)
    assert "WATCHDOG=1" in manager.wait_for("READY=1")
    assert 4 <= manager.count("WATCHDOG=1", 2) <= 11
    (tmp_path / "go").touch()
    manager.wait_for("STATUS=Next cycle at ")
    assert 4 <= manager.count("WATCHDOG=1", 2) <= 11


def test_the_watchdog_hears_nothing_of_one_that_hangs(start: Start, manager: Manager) -> None:
    """Signs of life from anything but the loop itself would keep a dead service running for ever."""
    supervised = start("exit 0", environment=WATCHED)
    manager.wait_for("STATUS=Next cycle at ")
    supervised.process.send_signal(signal.SIGSTOP)
    time.sleep(PERIOD_S)
    manager.forget()
    assert manager.count("", 1.5) == 0
    supervised.process.send_signal(signal.SIGCONT)
    manager.wait_for("WATCHDOG=1", within_s=5)


def test_the_watchdog_of_another_process_is_not_ours(start: Start, manager: Manager) -> None:
    start("exit 0", environment=WATCHED | {"WATCHDOG_PID": "1"})
    manager.wait_for("READY=1")
    assert manager.count("WATCHDOG=1", 1) == 0


def test_children_cannot_speak_for_the_service(start: Start, manager: Manager, tmp_path: Path) -> None:
    """A worker that inherited them could answer for a supervisor that hangs."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state/drill").write_text(str(int(time.time()) + 3600))
    start(
        f"env > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/worker",
        f"env > {tmp_path}/fresh; mv {tmp_path}/fresh {tmp_path}/watcher; sleep 30",
        environment=WATCHED | {"KEPT": "yes"},
    )
    manager.wait_for("READY=1")
    for name in ("worker", "watcher"):
        wait_until((tmp_path / name).exists, f"the {name}'s environment")
        found = dict(line.partition("=")[::2] for line in lines(tmp_path / name))
        assert found["KEPT"] == "yes"
        assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} & set(found)


def test_a_manager_that_went_away_is_no_reason_to_end(start: Start, manager: Manager, tmp_path: Path) -> None:
    manager.close()
    supervised = start(f"echo cycle > {tmp_path}/log", environment=WATCHED)
    wait_until((tmp_path / "log").exists, "a cycle")
    time.sleep(3 * PERIOD_S)
    assert supervised.stop() == 0


def test_the_service_is_its_own_main_process(manager: Manager, tmp_path: Path) -> None:
    """`rongdun-agent run` becomes the supervisor: systemd listens to the process that it started, and no other."""
    State(tmp_path / "state").save_credential(Credential("http://127.0.0.1:9", "h", "h.secret"))
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "rongdun_agent.cli", "run", "--state", str(tmp_path / "state")],
        {**os.environ, "NOTIFY_SOCKET": manager.address},
    )
    try:
        manager.wait_for("READY=1")
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        assert Path(os.fsdecode(command[3])).name.partition(".")[0] == "supervisor"
        watcher = command[command.index(b"--") + 1 :]
        assert watcher[watcher.index(b"-m") :][1:3] == [b"rongdun_agent.cli", b"watch"]
    finally:
        os.kill(pid, signal.SIGTERM)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
