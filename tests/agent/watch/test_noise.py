"""A server that is busy, or somebody who makes noise on purpose, neither hides a change nor costs the server a core."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.agent.watch.conftest import World
from tests.agent.watch.test_signals import BUTTER, privileged, users

NOISY_S = 12.0
MOST_SHARE = 0.06
"""Of one core while the noise lasts, what was saved up before included."""


def files_in_tmp(world: World, number: int) -> None:
    """What compilers and uploads do: thousands of files a second that nobody cares for."""
    path = world.root / f"tmp/noise{number % 50}"
    path.write_text("x")
    path.unlink()


def some_files_in_tmp(world: World, number: int) -> None:
    """So few that the directory is not left alone for it."""
    files_in_tmp(world, number)
    time.sleep(0.03)


def lines_in_passwd_directory(world: World, number: int) -> None:
    """Files beside the ones that matter."""
    (world.root / f"etc/noise{number % 50}").write_text("x")


def a_crontab_that_is_touched(world: World, number: int) -> None:
    """A file that matters, touched without rest and never changed."""
    os.utime(world.root / "etc/crontab", (number, number))
    time.sleep(0.002)


@contextmanager
def noise(world: World, make: Callable[[World, int], None]) -> Iterator[None]:
    """As fast as one thread can."""
    end = threading.Event()

    def run() -> None:
        number = 0
        while not end.is_set():
            make(world, number)
            number += 1
            if number % 20 == 0:
                time.sleep(0.005)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("make", [files_in_tmp, lines_in_passwd_directory, a_crontab_that_is_touched])
def test_noise_costs_little_and_hides_nothing(drilled: World, make: Callable[[World, int], None]) -> None:
    pid = drilled.processes[-1].pid
    with noise(drilled, make):
        before, began = cpu_s(pid), time.monotonic()
        time.sleep(NOISY_S)
        share = (cpu_s(pid) - before) / (time.monotonic() - began)
        drilled.append("/etc/passwd", BUTTER)
        took = drilled.told("accounts", lambda facts: "butter" in users(facts), 30)
        drilled.put("/usr/local/bin/sh", "x", 0o4755)
        found = drilled.told("watched_files", lambda facts: "/usr/local/bin/sh" in privileged(facts), 30)
    print(f"{make.__name__}: {100 * share:.1f} % of a core, told after {took:.1f} s and {found:.1f} s")
    assert share < MOST_SHARE
    assert max(took, found) < 10


def test_what_waits_in_the_queue_is_looked_at_before_it_is_said_that_nothing_moved(world: World) -> None:
    """While noise is looked at once a second only, a check-in must not confirm what has changed since."""
    world.order(period_s=1.3)  # out of step with the looks
    world.cycle()
    world.watch()
    changed = {}
    with noise(world, some_files_in_tmp):
        for number in range(4):
            time.sleep(4.5)  # so long until nothing but noise makes it look once a second
            world.append("/etc/passwd", f"user{number}:x:{2000 + number}:2000::/:/bin/sh\n")
            changed[f"user{number}"] = datetime.now(UTC)
        world.told("accounts", lambda facts: "user3" in users(facts), 30)
    for heard in world.collector.heard:
        there, at = users(world.collector.facts(heard, "accounts")), heard.check_in.taken_at
        missed = {
            name: (at - then).total_seconds() for name, then in changed.items() if then < at and name not in there
        }
        assert not missed, f"the state of {at} is without {missed}"
