"""Fixtures of the collector's tests: a small ruleset, a clock, a running collector on each engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rongdun_collector.assessment.ruleset import Ruleset
from rongdun_collector.store import tokens
from rongdun_collector.store.migrate import migrate
from rongdun_collector.store.store import Store, open_store
from rongdun_contract.controls import load_controls
from rongdun_contract.enrolment_token import decode_token
from rongdun_contract.rules.pack import load_pack
from tests.collector.agents import Agent, enrol
from tests.collector.serving import Clock, Collector, serving

RULES = Path(__file__).parent / "rules"


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    """Return a few rules of our own, so that the product's rules may change without these tests."""
    pack = load_pack(RULES / "pack")
    return Ruleset((pack,), load_controls(RULES / "framework.yaml", [pack]))


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Yield a migrated database, once on each engine."""
    opened = open_store(database_url)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def serve(database_url: str, ruleset: Ruleset, clock: Clock, tmp_path: Path) -> Iterator[Callable[..., Collector]]:
    """Yield `serve(**settings)`, which starts a collector over the test's database; rules may be given as `ruleset`."""
    with ExitStack() as running:

        def start(ruleset: Ruleset = ruleset, **settings: Any) -> Collector:
            return running.enter_context(serving(database_url, ruleset, clock, tmp_path, **settings))

        yield start


@pytest.fixture
def collector(serve: Callable[..., Collector]) -> Collector:
    """Return a running collector, once on each engine."""
    return serve()


@pytest.fixture
def new_agent(collector: Collector) -> Callable[..., Agent]:
    """Return `new_agent(hostname=..., machine_id=...)`, which enrols a host of no unit."""
    secret = make_token(collector, uses_allowed=1000)
    return lambda **claims: enrol(collector.client, secret, **claims)


@pytest.fixture
def agent(new_agent: Callable[..., Agent]) -> Agent:
    """Return an enrolled agent."""
    return new_agent(hostname="web-1", machine_id="a" * 32)


def make_token(collector: Collector, **terms: Any) -> str:
    """Make an enrolment token good for a day; its secret."""
    now = collector.clock()
    asked = tokens.TokenTerms(**({"url": collector.url, "expires_at": now + timedelta(days=1)} | terms))
    with collector.services.store.write() as connection:
        _, word = tokens.create_token(connection, asked, None, now)
    return decode_token(word).secret
