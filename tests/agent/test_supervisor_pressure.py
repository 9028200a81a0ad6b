"""A host under pressure is left alone for a while: a cycle waits, not for ever, and says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rongdun_agent.state import Credential, State
from tests.agent.supervised import Manager, Supervised, lines, wait_until

QUICK = ["LOOK_AGAIN_S=0.3"]
CYCLE = "echo $RONGDUN_WAITED_S >> {folder}/cycles"
BOUNDS = "60 10 60 300"

Start = Callable[..., Supervised]


class Host:
    """A folder that stands for /proc/pressure, and the service over `state`."""

    def __init__(self, folder: Path, manager: Manager) -> None:
        """Nothing is under pressure."""
        self.folder, self.state, self.manager = folder, folder / "state", manager
        self.pressure = folder / "pressure"
        self.pressure.mkdir()
        self.state.mkdir()
        self.press(cpu=0, memory=0, io=0)

    def press(self, **shares: float) -> None:
        """Let the kernel say so much of `some avg10`, and something else everywhere else."""
        for name, share in shares.items():
            others = "avg60=99.00 avg300=99.00 total=9999999"
            fresh = self.folder / "fresh"
            fresh.write_text(f"some avg10={share:.2f} {others}\nfull avg10=99.00 {others}\n")
            fresh.replace(self.pressure / name)

    @contextmanager
    def service(self, bounds: str = BOUNDS) -> Iterator[Supervised]:
        """Run it; the last cycle left these bounds."""
        (self.state / "pressure").write_text(bounds)
        told = {"NOTIFY_SOCKET": self.manager.address}
        running = Supervised(
            self.state,
            CYCLE.format(folder=self.folder),
            environment=told,
            constants=QUICK,
            pressure=self.pressure,
        )
        try:
            yield running
        finally:
            running.stop()

    def waited(self) -> list[float]:
        """What each cycle was told of its wait."""
        return [float(line) for line in lines(self.folder / "cycles")]

    def is_held(self) -> bool:
        """Whether a cycle waits."""
        return (self.state / "waiting").exists()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    manager = Manager(str(tmp_path / "notify"))
    yield Host(tmp_path, manager)
    manager.close()


def test_a_quiet_host_is_not_waited_for(host: Host) -> None:
    host.press(cpu=60, memory=10, io=60)  # at the bound is not beyond it
    with host.service():
        wait_until(lambda: host.waited() == [0.0], "a cycle that did not wait", within_s=5)
    assert not host.is_held()


@pytest.mark.parametrize(("name", "share"), [("cpu", 60.01), ("memory", 10.5), ("io", 100)])
def test_a_cycle_waits_until_the_pressure_is_gone(host: Host, name: str, share: float) -> None:
    host.press(**{name: share})
    with host.service():
        said = host.manager.wait_for("STATUS=A cycle waits until ")
        assert f"{name} pressure is {share:g} %, more than " in said
        time.sleep(1)
        assert host.waited() == []
        assert host.is_held()
        host.press(**{name: 0})
        wait_until(lambda: len(host.waited()) == 1, "the cycle", within_s=5)
        assert 0.9 < host.waited()[0] < 5
        assert not host.is_held()


def test_no_wait_is_longer_than_the_host_allows(host: Host) -> None:
    """A host that is always busy must still be heard of."""
    host.press(cpu=99)
    with host.service("60 10 60 2"):
        wait_until(lambda: len(host.waited()) == 1, "the cycle", within_s=10)
    assert 2 <= host.waited()[0] < 3


@pytest.mark.parametrize("bounds", ["100 100 100 300", "60 10 60 0"], ids=["no bound", "no time"])
def test_a_host_may_say_that_nothing_waits(host: Host, bounds: str) -> None:
    host.press(cpu=100, memory=100, io=100)
    with host.service(bounds):
        wait_until(lambda: host.waited() == [0.0], "the cycle", within_s=5)


@pytest.mark.parametrize("said", [None, "", "some\n", "some avg10=\n", "some avg10=much avg60=0.00\n", "\0\xff"])
def test_a_kernel_that_says_nothing_readable_is_not_waited_for(host: Host, said: str | None) -> None:
    """Before Linux 4.20, and with `psi=0`, there is no such file or none that can be read."""
    for name in ("cpu", "memory", "io"):
        (host.pressure / name).unlink()
        if said is not None:
            (host.pressure / name).write_bytes(said.encode("latin-1"))
    with host.service():
        wait_until(lambda: host.waited() == [0.0], "the cycle", within_s=5)


def test_the_very_first_cycle_of_a_host_does_not_wait(host: Host) -> None:
    """Who has just enrolled a host looks for it in the collector."""
    host.press(cpu=100)
    with host.service(bounds=""):
        wait_until(lambda: host.waited() == [0.0], "the cycle", within_s=5)


def test_it_ends_while_it_waits_and_leaves_nothing(host: Host) -> None:
    host.press(memory=50)
    with host.service() as running:
        wait_until(host.is_held, "a wait")
        assert running.stop() == 0
    assert not host.is_held()
    assert host.waited() == []


def test_a_drill_is_watched_while_a_cycle_waits(host: Host) -> None:
    """Seconds count in a drill, and the watcher is light."""
    host.press(cpu=100)
    (host.state / "drill").write_text(str(int(time.time()) + 3600))
    with host.service():
        host.manager.wait_for("; watches for a drill until ")
        assert host.waited() == []


def test_status_tells_of_a_wait_and_of_one_that_is_over(host: Host) -> None:
    State(host.state).save_credential(Credential("http://127.0.0.1:9", "h", "h.secret"))
    host.press(io=75)
    with host.service():
        wait_until(host.is_held, "a wait")
        assert "Waits       since 20" in status(host)
        assert "at most: io pressure is 75 %, more than 60 %\n" in status(host)
        waiting = json.loads(status(host, "--format", "json"))["waiting"]
        assert waiting["why"] == "io pressure is 75 %, more than 60 %"
        assert waiting["since"] < waiting["until"]
        host.press(io=0)
        wait_until(lambda: len(host.waited()) == 1, "the cycle")
    assert "Waits" not in status(host)
    assert json.loads(status(host, "--format", "json"))["waiting"] is None


def test_status_is_not_told_of_a_wait_by_one_that_was_killed_long_ago(host: Host) -> None:
    State(host.state).save_credential(Credential("http://127.0.0.1:9", "h", "h.secret"))
    (host.state / "waiting").write_text("1700000000 1700000300 cpu pressure is 75 %, more than 60 %")
    assert "Waits" not in status(host)
    (host.state / "waiting").write_text("170000")
    assert "Waits" not in status(host)


def status(host: Host, *options: str) -> str:
    command = [sys.executable, "-m", "rongdun_agent.cli", "status", "--state", str(host.state), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout


def test_real_pressure_of_processors_is_waited_for(host: Host) -> None:
    """Against the kernel's own figures: more busy processes than processors, for a few seconds."""
    if not Path("/proc/pressure/cpu").exists():
        pytest.skip("this kernel measures no pressure")
    host.pressure = Path("/proc/pressure")
    busy = "import time; end = time.monotonic() + 40\nwhile time.monotonic() < end: pass"
    cores = sorted(os.sched_getaffinity(0))
    crowd = [subprocess.Popen([sys.executable, "-I", "-S", "-c", busy]) for _ in range(len(cores) + 1)]
    try:
        wait_until(lambda: share_now() > 10, "the kernel's notice", within_s=30)
        with host.service("5 100 100 60"):
            host.manager.wait_for("cpu pressure is ")
            assert host.waited() == []
    finally:
        for one in crowd:
            one.kill()
            one.wait(10)


def share_now() -> float:
    return float(Path("/proc/pressure/cpu").read_text().split("avg10=")[1].split()[0])
