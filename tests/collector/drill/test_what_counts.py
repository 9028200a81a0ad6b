"""What is held for and against a unit where clocks, hosts and people do not behave as one hopes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from rongdun_collector.store.drill_episodes import Due
from rongdun_collector.store.tables.hosts import HOSTS
from tests.collector.drill.conftest import new_watcher, opened
from tests.collector.drill.test_flow import objects, seconds
from tests.collector.drill.watching import Watcher, accounts
from tests.collector.serving import Collector


def register(collector: Collector, drill: str, **said: Any) -> None:
    """Register a stimulus of the account toor."""
    body = {"signal": "new-uid-zero", "key": "toor", "t0": collector.clock().isoformat()} | said
    answer = collector.client.post(f"/v1/drills/{drill}/stimuli", json=body)
    assert answer.status_code == 201, answer.text


def test_an_object_began_with_its_first_stimulus_whichever_was_registered_first(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    """Else a unit would be paid for a detection that took no time at all."""
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    for change in (accounts("toor"), {}, {}, accounts("toor")):
        clock.forward(seconds=10)
        host.see(change)
    start = clock() - timedelta(seconds=40)
    register(drilled, drill, host=host.host, t0=(start + timedelta(seconds=35)).isoformat())
    register(drilled, drill, host=host.host, t0=(start + timedelta(seconds=4)).isoformat())
    [found] = objects(drilled, drill)
    assert (found["reopened"], seconds(found["t0"]), found["stimulus"]) == (1, 4, "3")


def test_what_is_said_after_a_freeze_is_not_shown_however_slow_a_clock_is(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    """People act through several collectors; one whose clock is behind must not write into the frozen time."""
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("toor"))
    [before] = objects(drilled, drill)
    clock.forward(seconds=5)
    assert drilled.client.post(f"/v1/drills/{drill}/freeze", json={}).status_code == 200
    clock.forward(seconds=-3)
    taken = drilled.client.post(f"/v1/drills/{drill}/objects/{before['id']}/acknowledge")
    assert taken.status_code == 200, taken.text
    clock.forward(seconds=10)
    assert objects(drilled, drill) == [before]
    changes = drilled.get(f"/v1/drills/{drill}/changes")["changes"]
    assert [one["act"]["act"] for one in changes if one["act"]] == ["frozen", "opened"]


def outcome(collector: Collector, drill: str) -> list[str]:
    return [one["state"] for one in collector.get(f"/v1/drills/{drill}/stimuli")["stimuli"]]


def test_a_unit_misses_nothing_while_none_of_its_hosts_can_be_asked(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    """The injector's host is not named, but whichever it was: it was cut off."""
    clock, drill = drilled.clock, open_drill()
    hosts = watcher(), watcher()
    for host in hosts:
        host.begin()
    clock.forward(seconds=5)
    register(drilled, drill, unit="u1")
    clock.forward(hours=2)
    assert outcome(drilled, drill) == ["waiting"]
    for _ in range(122):
        hosts[0].look_again(clock.forward(seconds=30))
    assert outcome(drilled, drill) == ["missed"]


def test_a_host_whose_reference_has_not_arrived_can_tell_nothing(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    """Nothing is found on it because nothing can be compared: that is not the unit's fault."""
    clock, host, drill = drilled.clock, watcher(), open_drill(period_s=300)
    host.see()
    host.reference = "0" * 64
    host.look_again(clock.forward(seconds=5))
    register(drilled, drill, host=host.host)
    for _ in range(14):
        host.look_again(clock.forward(minutes=5))
    assert outcome(drilled, drill) == ["waiting"]
    [seen] = drilled.get(f"/v1/drills/{drill}")["hosts"]
    assert (seen["reference_known"], seen["watching"]) == (False, False)


def test_a_host_that_is_moved_goes_on_with_the_unit_that_it_began_with(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    """Its objects are those of that unit: to stop looking would leave them there for ever."""
    clock, host, drill = drilled.clock, watcher("u1"), open_drill(units=["u1", "u2"])
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("toor"))
    for unit in ("u2", None):
        with drilled.services.store.write() as connection:
            connection.execute(update(HOSTS).where(HOSTS.c.id == host.host).values(unit=unit))
        clock.forward(seconds=16)
        drilled.services.drills.orders.refresh(clock())
        assert host.look_again().drill is not None
        assert [one["unit"] for one in objects(drilled, drill)] == ["u1"]
    said = {"host": host.host, "reason": "维护中"}
    assert drilled.client.post(f"/v1/drills/{drill}/exclusions", json=said).status_code == 201
    clock.forward(seconds=5)
    assert host.look_again().drill is None


def test_a_collector_that_has_not_heard_of_a_drill_does_not_end_it(
    serve: Callable[..., Collector],
    drilled: Collector,
    watcher: Callable[..., Watcher],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A host is told by one collector and checks in with another, which is busy, and whose clock is behind."""
    host, other = watcher(), serve(drill_packs=drilled.services.settings.drill_packs)
    monkeypatch.setattr(drilled.services.drills, "_refresh", lambda: True)
    opened(other)
    mine, host.agent.client = host.agent.client, other.client
    host.begin()
    host.agent.client = mine
    drilled.clock.forward(seconds=-2)
    assert host.look_again().drill is not None


def busy(due: Due) -> int:
    """Evaluate for ever: a look, and what is due stays due."""
    time.sleep(0.05)
    return len([due])


def test_what_is_due_does_not_keep_orders_waiting(
    serve: Callable[..., Collector],
    drilled: Collector,
    open_drill: Callable[..., str],
    watcher: Callable[..., Watcher],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After an outage there is much to evaluate; a drill that is opened meanwhile begins all the same."""
    host, other = watcher("u1"), serve(drill_packs=drilled.services.settings.drill_packs)
    late = new_watcher(drilled, "u2")
    open_drill()
    monkeypatch.setattr(drilled.services.drills.evaluation, "evaluate", busy)
    host.begin()
    opened(other, units=["u2"])
    drilled.settled(lambda: late.see().drill is not None)


@pytest.mark.parametrize("key", ["a b ", "甲\u3000乙", "a\x1b[2Jb", "a\nb", "a\x00b", "x" * 9000])
def test_a_stimulus_is_found_whatever_its_object_is_called(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher], key: str
) -> None:
    """A key that could be found and not registered would be a miss that cannot be avoided."""
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts(key))
    [found] = objects(drilled, drill)
    register(drilled, drill, host=host.host, key=key if len(key) < 2000 else found["key"])
    assert objects(drilled, drill)[0]["stimulus"] == "2"


def test_a_stimulus_is_registered_once(drilled: Collector, open_drill: Callable[..., str]) -> None:
    """A form that was sent twice must not cost a unit a miss."""
    drill = open_drill()
    said = {"signal": "new-uid-zero", "key": "toor", "t0": drilled.clock().isoformat(), "unit": "u1"}
    assert [drilled.client.post(f"/v1/drills/{drill}/stimuli", json=said).status_code for _ in "ab"] == [201, 422]
    drilled.client.post(f"/v1/drills/{drill}/stimuli/2/withdraw", json={"reason": "未注入"})
    assert drilled.client.post(f"/v1/drills/{drill}/stimuli", json=said).status_code == 201
    assert drilled.client.post(f"/v1/drills/{drill}/stimuli", json=said | {"key": " \t"}).status_code == 422


def test_a_reason_may_be_written_with_wide_spaces(drilled: Collector, open_drill: Callable[..., str]) -> None:
    drill = open_drill()
    for reason, status in (("计划内\u3000变更", 201), ("一\n二", 422), ("一\u202e二", 422)):
        said = {"unit": "u1", "reason": reason}
        assert drilled.client.post(f"/v1/drills/{drill}/false-positives", json=said).status_code == status


def test_a_host_that_is_taken_out_asks_again_soon(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    """Else it would look again only an interval after it was let in again, a quarter of an hour of the drill."""
    clock, host, drill = drilled.clock, watcher(), open_drill()
    usual = host.see().interval_s
    assert usual == drilled.services.settings.interval_s > 60
    place = {"host": host.host, "reason": "维护中"}
    drilled.client.post(f"/v1/drills/{drill}/exclusions", json=place)
    assert host.look_again(clock.forward(seconds=5)).interval_s == 60
    drilled.client.post(f"/v1/drills/{drill}/close", json={})
    assert host.look_again(clock.forward(seconds=5)).interval_s == usual


def test_a_drill_after_another_begins_anew(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    """What was found in the first and is still there is the second one's reference; the first does not change."""
    clock, host, first = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("toor"))
    before = objects(drilled, first)
    assert drilled.client.post(f"/v1/drills/{first}/close", json={}).status_code == 200
    second = open_drill()
    answer = host.look_again(clock.forward(seconds=5))
    assert answer.drill is not None
    assert answer.drill.id == second
    host.reference = str(host.last["root"])
    host.look_again(clock.forward(seconds=5))
    clock.forward(seconds=5)
    host.see(accounts("toor", "evil"))
    assert [one["key"] for one in objects(drilled, second)] == ["evil"]
    assert objects(drilled, first) == before
    assert drilled.get(f"/v1/drills/{second}")["hosts"][0]["repinned"] == []
