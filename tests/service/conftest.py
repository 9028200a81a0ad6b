"""A server with much on it, on which the agent and its collector run as services of a systemd that really booted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import roots
from tests.lab.booted import booted
from tests.lab.installed import build_wheels, fitting_suite, install
from tests.lab.roots import Root
from tests.service.rich import PACKAGES, enrich
from tests.service.server import Server


@pytest.fixture(scope="session")
def server_root() -> Iterator[Root]:
    """Yield a root with the wheels of this checkout and their units on it; not to be written to."""
    base = Path(tempfile.mkdtemp(prefix="rongdun-server-"))
    root = roots.unpack(fitting_suite(), PACKAGES, base / "root")
    install(root, build_wheels(base / "wheels"))
    enrich(root)
    yield root
    roots.remove(base)


@pytest.fixture(scope="module")
def server(server_root: Root) -> Iterator[Server]:
    """Yield the booted server, its agent enrolled at the collector beside it; limits of units bite."""
    with booted(server_root, limits=True) as machine:
        found = Server(machine)
        found.begin()
        yield found
