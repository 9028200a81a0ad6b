"""Volatile sections are sent when they changed: one that was not sent yet is not forgotten for another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rongdun_agent.spool import Spool
from rongdun_agent.state import Credential, State
from rongdun_agent.watch.courier import Courier
from rongdun_contract.wire import Health, Missing, Volatile
from tests.agent.watch.standing_in import Collector, collecting


def health(_: Spool) -> Health:
    return Health(agent="1")


def volatile(*names: str) -> Volatile:
    return Volatile(
        schema_number=1,
        taken_at=datetime.now(UTC),
        sections={name: Missing(unavailable="no permission") for name in names},
    )


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


def test_what_changed_while_the_collector_was_away_arrives_together(tmp_path: Path, collector: Collector) -> None:
    state = State(tmp_path)
    state.save_credential(Credential(collector.url, "h1", "h1.secret"))
    collector.refuse = 503
    courier = Courier(state, 2**20, health)
    courier.go(volatile("processes"))
    collector.wait(lambda _: any(done.problem for done in courier.returns()))
    courier.go(volatile("logins"))
    collector.refuse = None
    found = collector.wait(lambda collector: collector.volatile)
    assert set(found[-1].sections) == {"processes", "logins"}
