"""What drills cost whoever checks in: nothing where there is none, else a few statements for a whole batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event, select

from rongdun_collector.ingest.record import Reported, record
from rongdun_collector.secret import secret_digest
from rongdun_collector.store import documents
from rongdun_collector.store.drill_episodes import forget
from rongdun_collector.store.tables.drills import DRILL_JOURNAL
from rongdun_contract.wire import CheckIn
from tests.collector.drill.test_flow import objects, settle
from tests.collector.drill.watching import Watcher, accounts, listening
from tests.collector.serving import Collector


@contextmanager
def counted(connection: Connection) -> Iterator[list[str]]:
    """Yield the statements that are executed meanwhile."""
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield said
    event.remove(connection, "before_cursor_execute", note)


def reported(host: Watcher, at: Any) -> Reported:
    said = CheckIn(**host.last | {"confirmed_until": at})
    return Reported(host.host, secret_digest(host.agent.credential.partition(".")[2]), said)


def test_without_a_drill_a_batch_takes_no_statement_more(
    drilled: Collector, watcher: Callable[..., Watcher], open_drill: Callable[..., str]
) -> None:
    hosts = [watcher() for _ in range(3)]
    for host in hosts:
        host.see()
    open_drill(units=["u2"])
    at = drilled.clock.forward(seconds=5)
    batch = [reported(host, at) for host in hosts]
    found = []
    for part_of in ((), (drilled.services.drills.orders.part,)):
        with drilled.services.store.write() as connection, counted(connection) as said:
            record(connection, batch, at, 300, *part_of)
        found.append(said)
    assert found[0] == found[1]


def test_heartbeats_of_many_hosts_take_as_many_statements_as_one(
    drilled: Collector, watcher: Callable[..., Watcher], open_drill: Callable[..., str]
) -> None:
    open_drill()
    hosts = [watcher() for _ in range(6)]
    for host in hosts:
        host.begin()
        host.look_again(drilled.clock.forward(seconds=1))
    taken = []
    for count in (1, 6):
        at = drilled.clock.forward(seconds=5)
        with drilled.services.store.write() as connection, counted(connection) as said:
            record(
                connection, [reported(host, at) for host in hosts[:count]], at, 300, drilled.services.drills.orders.part
            )
        taken.append(len(said))
    assert taken[0] == taken[1] <= 5


def test_a_host_twice_in_a_batch_is_written_down_in_order(
    drilled: Collector, watcher: Callable[..., Watcher], open_drill: Callable[..., str]
) -> None:
    open_drill()
    host = watcher()
    host.begin()
    batch = []
    for seconds in (5, 10):
        host.last |= {"confirmed_until": drilled.clock() + timedelta(seconds=seconds)}
        batch.append(reported(host, host.last["confirmed_until"]))
    at = drilled.clock.forward(seconds=11)
    with drilled.services.store.write() as connection:
        record(connection, batch, at, 300, drilled.services.drills.orders.part)
        [row] = connection.execute(select(DRILL_JOURNAL)).all()
    assert row.second_at == at
    assert row.confirmed_at == at + timedelta(microseconds=1)


def test_states_of_a_drill_are_not_swept(
    drilled: Collector, watcher: Callable[..., Watcher], open_drill: Callable[..., str]
) -> None:
    """A week later everything can be found again from the journal."""
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    for change in (accounts("toor"), listening(4444), {}, listening(1)):
        clock.forward(seconds=5)
        host.see(change)
        host.look_again(clock.forward(seconds=5))
    before = objects(drilled, drill)
    assert len(before) == 3
    drilled.client.post(f"/v1/drills/{drill}/close", json={})
    clock.forward(days=7)
    host.order = host.reference = None
    host.see({"accounts": accounts("someone")["accounts"]})
    with drilled.services.store.write() as connection:
        documents.sweep(connection, clock())
        forget(connection, drill)
    settle(drilled)
    assert objects(drilled, drill) == before
