"""While a drill lasts there is one watcher, whatever happens to it; when it ends there is none."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.agent.supervised import Supervised, lines, wait_until

WATCHER = "echo $$ >> {folder}/watchers; exec sleep 60"

Start = Callable[..., Supervised]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a supervisor over `tmp_path/state`."""
    started: list[Supervised] = []

    def begin(worker: str, watcher: str = WATCHER, **options) -> Supervised:
        worker, watcher = worker.format(folder=tmp_path), watcher.format(folder=tmp_path)
        started.append(Supervised(tmp_path / "state", worker, watcher, **options))
        return started[-1]

    yield begin
    for one in started:
        one.stop()


def watchers(folder: Path) -> list[int]:
    return [int(line) for line in lines(folder / "watchers")]


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def order(seconds: float) -> str:
    """What a worker does that was told of a drill."""
    return f"printf {int(time.time() + seconds)} > {{folder}}/state/drill"


def test_the_watcher_starts_right_after_the_cycle_that_brought_the_drill(start: Start, tmp_path: Path) -> None:
    start(order(3600) + "; date +%s%N > {folder}/ordered", "date +%s%N > {folder}/watches; exec sleep 60")
    wait_until(lambda: bool(lines(tmp_path / "watches")), "a watcher", within_s=5)
    ordered, watches = (int((tmp_path / name).read_text()) for name in ("ordered", "watches"))
    assert 0 < watches - ordered < 1e9


def test_the_first_watcher_waits_for_the_cycle_to_end(start: Start, tmp_path: Path) -> None:
    """The cycle that brought the drill pins the reference, and it has the lock."""
    start(order(3600) + "; while [ ! -e {folder}/go ]; do sleep 0.1; done")
    time.sleep(1)
    assert watchers(tmp_path) == []
    (tmp_path / "go").touch()
    wait_until(lambda: len(watchers(tmp_path)) == 1, "a watcher")


def test_no_drill_is_no_watcher(start: Start, tmp_path: Path) -> None:
    start("touch {folder}/cycled")
    wait_until((tmp_path / "cycled").exists, "a cycle")
    time.sleep(0.5)
    assert watchers(tmp_path) == []


def test_a_drill_of_the_past_is_none(start: Start, tmp_path: Path) -> None:
    start(order(-5) + "; touch {folder}/cycled")
    wait_until((tmp_path / "cycled").exists, "a cycle")
    time.sleep(0.5)
    assert watchers(tmp_path) == []


def test_a_watcher_that_dies_is_started_again_each_time_later(start: Start, tmp_path: Path) -> None:
    start(order(3600), "date +%s%N >> {folder}/starts; exit 3")
    wait_until(lambda: len(lines(tmp_path / "starts")) == 3, "three starts")
    first, second, third = (int(line) / 1e9 for line in lines(tmp_path / "starts"))
    assert 0.9 < second - first < 2
    assert 1.9 < third - second < 3


def test_a_watcher_that_is_killed_has_a_successor_soon(start: Start, tmp_path: Path) -> None:
    start(order(3600))
    wait_until(lambda: len(watchers(tmp_path)) == 1, "a watcher")
    os.kill(watchers(tmp_path)[0], signal.SIGKILL)
    wait_until(lambda: len(watchers(tmp_path)) == 2, "another watcher", within_s=5)
    time.sleep(1)
    assert len(watchers(tmp_path)) == 2, "one at a time"


def test_the_watcher_is_asked_to_end_when_the_time_is_over(start: Start, tmp_path: Path) -> None:
    start(order(6), "trap 'echo asked > {folder}/asked; exit' TERM; echo on > {folder}/on; sleep 60 & wait")
    wait_until((tmp_path / "on").exists, "a watcher", within_s=5)
    wait_until((tmp_path / "asked").exists, "its end", within_s=8)


def test_a_watcher_that_will_not_end_is_killed(start: Start, tmp_path: Path) -> None:
    stubborn = "trap '' TERM; echo $$ >> {folder}/watchers; while :; do sleep 0.5; done"
    start(order(5), stubborn, constants=["GRACE_S=1"])
    wait_until(lambda: len(watchers(tmp_path)) == 1, "a watcher", within_s=5)
    wait_until(lambda: not lives(watchers(tmp_path)[0]), "its end", within_s=10)


def test_a_watcher_that_ended_its_drill_stays_ended(start: Start, tmp_path: Path) -> None:
    start(order(3600), "echo $$ >> {folder}/watchers; rm {folder}/state/drill")
    wait_until(lambda: len(watchers(tmp_path)) == 1, "a watcher")
    time.sleep(1.5)
    assert len(watchers(tmp_path)) == 1


def test_a_drill_may_be_made_longer(start: Start, tmp_path: Path) -> None:
    start(order(5))
    wait_until(lambda: len(watchers(tmp_path)) == 1, "a watcher")
    (tmp_path / "state/drill").write_text(str(int(time.time()) + 3600))
    time.sleep(5.5)
    assert lives(watchers(tmp_path)[0])


def test_cycles_go_on_while_a_drill_lasts(start: Start, tmp_path: Path) -> None:
    start("printf 10 > {folder}/state/interval; echo on >> {folder}/cycles; " + order(3600))
    wait_until(lambda: len(lines(tmp_path / "cycles")) == 2, "a second cycle")
    assert len(watchers(tmp_path)) == 1
    assert lives(watchers(tmp_path)[0])
