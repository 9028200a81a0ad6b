"""A drill is read once for all who look at it at the same time, and never shown as it is not."""

from __future__ import annotations

from collections.abc import Callable

from rongdun_collector.drill.scored import ScoredDrill
from tests.collector.drill.test_flow import objects
from tests.collector.drill.watching import Watcher, accounts
from tests.collector.serving import Collector


def read(collector: Collector, drill: str) -> ScoredDrill:
    services = collector.services
    with services.store.read() as connection:
        found = services.scored.read(connection, drill, collector.clock())
    assert found is not None
    return found


def test_a_drill_is_read_again_when_anything_happened_in_it(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    objects(drilled, drill)
    first = read(drilled, drill)
    assert read(drilled, drill) is first
    clock.forward(seconds=0.5)
    host.see(accounts("toor"))
    [found] = objects(drilled, drill)
    seen = read(drilled, drill)
    assert [one.key for one in seen.view.objects] == ["toor"]
    drilled.client.post(f"/v1/drills/{drill}/objects/{found['id']}/acknowledge")
    taken = read(drilled, drill)
    assert taken.view.objects[0].acknowledged_by == "loopback"
    assert read(drilled, drill) is taken
    clock.forward(seconds=1)
    assert read(drilled, drill).view.as_of == clock()


def test_a_drill_that_stands_still_is_seldom_read(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    """For a day after its end each scrape asks for it; acts still count, and names of hosts may change."""
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("toor"))
    objects(drilled, drill)
    going_on = read(drilled, drill)
    drilled.client.post(f"/v1/drills/{drill}/close", json={})
    ended = read(drilled, drill)
    assert ended.view.drill.closed_at == clock() != going_on.view.drill.closed_at
    clock.forward(seconds=1)
    ended = read(drilled, drill)
    clock.forward(seconds=59)
    assert read(drilled, drill) is ended
    drilled.client.post(f"/v1/drills/{drill}/false-positives", json={"unit": "u1", "reason": "查无此事"})
    assert read(drilled, drill).view.false_positives == {"u1": 1}
    clock.forward(seconds=60)
    assert read(drilled, drill) is not ended
