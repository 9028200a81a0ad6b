"""Fixtures of the drill's tests: a pack of three signals, a running collector with two units, hosts that watch."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rongdun_collector.store.register import Unit, put_units
from tests.collector.agents import enrol
from tests.collector.conftest import make_token
from tests.collector.drill.watching import Watcher
from tests.collector.serving import Collector

PACK = Path(__file__).parent / "pack"
UNITS = [Unit("u1", "甲局"), Unit("u2", "乙局")]


@pytest.fixture
def drilled(serve: Callable[..., Collector]) -> Collector:
    """Return a running collector that has the pack and two units, once on each engine."""
    return with_units(serve(drill_packs=(PACK,)))


def with_units(collector: Collector) -> Collector:
    """Put two units into the collector's register, and let it evaluate as soon as it can."""
    with collector.services.store.write() as connection:
        put_units(connection, UNITS)
    return collector


@pytest.fixture
def open_drill(drilled: Collector) -> Callable[..., str]:
    """Return `open_drill(units=..., until=...)`, which opens one over u1 for eight hours; its id."""
    return lambda **asked: opened(drilled, **asked)


def opened(collector: Collector, **asked: Any) -> str:
    """Open a drill by the API; its id."""
    until = (collector.clock() + timedelta(hours=8)).isoformat()
    body = {"name": "演练", "units": ["u1"], "until": until, "scheme": "first-drill"} | asked
    answer = collector.client.post("/v1/drills", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture
def watcher(drilled: Collector) -> Callable[..., Watcher]:
    """Return `watcher(unit="u1")`, which enrols a host of that unit; it watches once it is told to."""
    return lambda unit="u1", **claims: new_watcher(drilled, unit, **claims)


def new_watcher(collector: Collector, unit: str, **claims: Any) -> Watcher:
    """Enrol a host of a unit."""
    token = make_token(collector, unit=unit)
    said = {"hostname": f"h-{secrets.token_hex(3)}", "machine_id": secrets.token_hex(16)} | claims
    agent = enrol(collector.client, token, **said)
    collector.services.drills.orders._loaded = collector.services.drills.orders._loaded._replace(revision=-1)
    collector.services.drills.orders.refresh(collector.clock())
    return Watcher(agent, collector.clock)


def moment(text: str) -> datetime:
    """Return a moment of an answer."""
    return datetime.fromisoformat(text)
