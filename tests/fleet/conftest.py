"""A segment with a collector and with servers on it, each in a network namespace of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fleet.collector import SecureCollector
from tests.lab.missing import need_root
from tests.lab.roots import Root, Suite
from tests.lab.segment import Segment, segment

COLLECTOR = "10.77.0.1"
SUITES: tuple[Suite, ...] = ("bullseye", "trixie")


@pytest.fixture(scope="module")
def bare(debian_root: Callable[..., Root]) -> dict[Suite, Root]:
    """Return servers without a Python but with SSH; they are unpacked while there is a way to an archive."""
    need_root("a segment of network namespaces is made and systems are booted on it")
    return {suite: debian_root(suite, "openssh-server", "sudo", python=False) for suite in SUITES}


@pytest.fixture(scope="module")
def wire(bare: dict[Suite, Root]) -> Iterator[Segment]:
    """Yield the segment; the test itself is on it too, as whoever administers the servers."""
    assert bare
    with segment("10.77.0.250/24") as found:
        yield found


@pytest.fixture(scope="module")
def both(wire: Segment, tmp_path_factory: pytest.TempPathFactory) -> tuple[SecureCollector, SecureCollector]:
    """Return the collector and one that somebody else set up, for the same address; neither runs yet."""
    host, folder = wire.join(f"{COLLECTOR}/24"), tmp_path_factory.mktemp("collectors")
    found = SecureCollector(host, COLLECTOR, folder / "ours"), SecureCollector(host, COLLECTOR, folder / "theirs")
    for one in found:
        one.prepare()
    return found


@contextmanager
def serving(collector: SecureCollector) -> Iterator[SecureCollector]:
    """Let it serve for a while."""
    try:
        collector.start()
        yield collector
    finally:
        collector.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that the tests of a module share."""
    return tmp_path_factory.mktemp("fleet")
