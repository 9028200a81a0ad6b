"""What a drill costs a server that has work to do: the watcher's share of a core and its memory while nothing moves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bench import shipped
from tests.bench.watching import WATCHED_S, Watching, watching
from tests.packages.built import Package

pytestmark = pytest.mark.bench

SECTIONS = ("accounts", "modules", "schedules", "services", "sockets", "sudo", "watched_files")
"""What the signals of the host pack read."""
PERIOD_S = 5.0
MOST_SHARE, MOST_KIB = 0.02, 45 * 1024


@pytest.fixture(scope="module", params=shipped.kinds())
def measured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Watching:
    """Measure once for wheels on the Python of the tests, once for the package that was built; print it."""
    if os.geteuid() != 0:
        pytest.fail("without root a watcher reads little and costs little: run make bench as root", pytrace=False)
    base: Path = tmp_path_factory.mktemp("watching")
    package: Package | None = request.param
    program, interpreter = shipped.put(package, base / "shipped")
    found = watching(program, interpreter, base, SECTIONS, PERIOD_S)
    report(found, package.file.name if package is not None else "wheels")
    return found


def report(found: Watching, what_of: str) -> None:
    print(f"\n\nwatcher ({what_of}), {WATCHED_S} s on a quiet host, a check-in every {PERIOD_S:g} s")
    print(f"{', '.join(found.sections)} in {found.directories} directories")
    print(f"{found.beats} check-ins, {found.readings} readings; {100 * found.share:.2f} % of a core (bar 2 %)")
    for name, memory in (("largest", found.memory), ("usual", found.usual)):
        print(f"{name}: RSS {memory.rss / 1024:.1f} MiB, PSS {memory.pss / 1024:.1f} MiB (bar 45 MiB of RSS)")


def test_the_watcher_really_watched(measured: Watching) -> None:
    """A process that does nothing is cheap."""
    assert measured.beats >= WATCHED_S / PERIOD_S / 3
    assert measured.readings > measured.beats
    assert measured.directories > 20


def test_its_share_of_a_core(measured: Watching) -> None:
    assert measured.share <= MOST_SHARE


def test_its_memory(measured: Watching) -> None:
    assert measured.memory.rss <= MOST_KIB
