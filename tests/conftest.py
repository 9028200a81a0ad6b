"""Fixtures that more than one room uses: databases, Prometheus, Debian roots. What is missing skips with its reason."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.lab import roots
from tests.lab.postgres import Cluster, postgres_programs
from tests.lab.prometheus import Prometheus


@pytest.fixture(scope="session")
def debian_root() -> Iterator[Callable[..., roots.Root]]:
    """Yield `debian_root("bookworm", "openssh-server")`: a root shared by all who ask alike, not to be written to.

    With `python=False` it has none, as many servers do.
    """
    base = Path(tempfile.mkdtemp(prefix="rongdun-roots-"))

    @cache
    def get(suite: roots.Suite, *packages: str, python: bool = True) -> roots.Root:
        place = base / "-".join((suite, *packages, *(() if python else ("without-python",))))
        return roots.unpack(suite, packages, place, python=python)

    yield get
    roots.remove(base)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """Yield a PostgreSQL server that is this worker's own; tests take a fresh database of it by `postgres_url`."""
    programs = postgres_programs()
    base = Path(tempfile.mkdtemp(prefix="rongdun-pg-"))
    base.chmod(0o711)  # root hands the server to an account that must be able to pass through
    with Cluster(programs, base / "primary") as cluster:
        yield cluster
    roots.remove(base)


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """Yield the address of an empty PostgreSQL database, dropped after the test."""
    with postgres_cluster.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the address of an SQLite database file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'rongdun.sqlite'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the address of an empty database; a test that asks for it runs once on each engine."""
    address: str = request.getfixturevalue(f"{request.param}_url")
    return address


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[Callable[..., Prometheus]]:
    """Yield `prometheus(["127.0.0.1:9100"], rules)`, which starts a server that is stopped after the test."""
    started: list[Prometheus] = []

    def start(targets: list[str], rules: Path | None = None, **options: str) -> Prometheus:
        server = Prometheus.start(tmp_path / f"prometheus-{len(started)}", targets, rules, **options)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()
