"""A drill from its opening to its end, over real check-ins on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rongdun_collector.store.drill_episodes import due_hosts
from rongdun_contract.documents import Unavailable
from tests.collector.drill.conftest import moment, new_watcher, opened
from tests.collector.drill.watching import Watcher, accounts, listening, part
from tests.collector.serving import START, Collector


def objects(collector: Collector, drill: str) -> list[dict[str, Any]]:
    """Return the objects once everything that was received is evaluated."""
    settle(collector)
    return list(collector.get(f"/v1/drills/{drill}/objects")["objects"])


def settle(collector: Collector) -> None:
    """Wait until nothing that was received waits for its evaluation."""

    def done() -> bool:
        with collector.services.store.read() as connection:
            return not due_hosts(connection, 1)

    collector.settled(done)


def seconds(at: str) -> float:
    return (moment(at) - START).total_seconds()


def test_hosts_of_the_units_are_told_and_others_are_not(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    mine, other = watcher("u1"), watcher("u2")
    assert mine.see().drill is None
    drill = open_drill(period_s=7)
    answer = mine.look_again(drilled.clock.forward(seconds=5))
    assert answer.drill is not None
    assert answer.drill.model_dump() == {
        "id": drill,
        "until": START + timedelta(hours=8),
        "sections": ("accounts", "sockets", "sysctl"),
        "period_s": 7,
    }
    assert other.see().drill is None


def test_every_answer_carries_the_order(open_drill: Callable[..., str], watcher: Callable[..., Watcher]) -> None:
    """The first answer without one ends the watching: an answer that only asks for documents must not."""
    host = watcher()
    open_drill()
    host.agent.sequence = 1
    message = host.agent.message(host.survey, START)
    asked = host.agent.ask(message)
    assert asked.need == "manifest"
    assert asked.drill is not None


def test_an_object_is_detected_acknowledged_and_disposed(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("toor"), at=clock() - timedelta(seconds=1))
    [found] = objects(drilled, drill)
    assert (found["signal"], found["key"], found["severity"]) == ("new-uid-zero", "toor", "critical")
    assert (seconds(found["detected_at"]), seconds(found["seen_at"])) == (5, 4)
    assert (found["host"], found["unit"], found["detect_s"], found["disposed_at"]) == (host.host, "u1", None, None)
    clock.forward(seconds=20)
    host.look_again()
    taken = drilled.client.post(f"/v1/drills/{drill}/objects/{found['id']}/acknowledge")
    assert taken.status_code == 200, taken.text
    clock.forward(seconds=10)
    host.see()
    [found] = objects(drilled, drill)
    assert (found["detect_s"], found["acknowledged_by"], found["disposed_at"]) == (20, "loopback", None)
    clock.forward(seconds=5)
    host.look_again()
    [found] = objects(drilled, drill)
    assert (seconds(found["disposed_at"]), found["dispose_s"], found["not_counted_s"]) == (35, 30, 0)


def test_a_check_in_that_is_sent_again_is_no_second_look(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    """Its answer was lost: nobody has looked at the host since."""
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    for change in (accounts("toor"), {}):
        clock.forward(seconds=5)
        host.see(change)
    clock.forward(seconds=5)
    host.send_again()
    [found] = objects(drilled, drill)
    assert found["disposed_at"] is None
    host.look_again()
    [found] = objects(drilled, drill)
    assert seconds(found["disposed_at"]) == 10


@pytest.mark.parametrize(
    ("minutes", "reopened"),
    [pytest.param(30, [1], id="half an hour"), pytest.param(31, [0, 0], id="longer")],
)
def test_what_comes_back_within_half_an_hour_is_the_same(
    drilled: Collector,
    open_drill: Callable[..., str],
    watcher: Callable[..., Watcher],
    minutes: int,
    reopened: list[int],
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill(period_s=300)
    host.begin()
    for change in (listening(4444), {}):
        clock.forward(seconds=5)
        host.see(change)
    gone = clock()
    while clock() < gone + timedelta(minutes=minutes) - timedelta(minutes=5):
        clock.forward(minutes=5)
        host.look_again()
    clock.at = gone + timedelta(minutes=minutes)
    host.see(listening(4444))
    found = objects(drilled, drill)
    assert [one["reopened"] for one in found] == reopened
    assert found[-1]["disposed_at"] is None
    assert found[0]["not_counted_s"] == 0


def test_what_cannot_be_told_is_neither_there_nor_gone(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("toor"))
    clock.forward(seconds=10)
    host.see({"accounts": Unavailable("no permission")})
    clock.forward(seconds=20)
    host.look_again()
    [found] = objects(drilled, drill)
    assert found["disposed_at"] is None
    assert drilled.get(f"/v1/drills/{drill}")["hosts"][0]["blind"] == ["new-uid-zero"]
    clock.forward(seconds=10)
    host.see()
    clock.forward(seconds=5)
    host.look_again()
    [found] = objects(drilled, drill)
    assert (seconds(found["disposed_at"]), found["dispose_s"], found["not_counted_s"]) == (45, 10, 30)


def test_time_without_check_ins_is_not_counted(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("toor"))
    clock.forward(seconds=25)
    host.look_again()
    clock.forward(seconds=600)
    [found] = objects(drilled, drill)
    assert found["not_counted_s"] == 600
    [seen] = drilled.get(f"/v1/drills/{drill}")["hosts"]
    assert (seen["watching"], seen["lag_s"]) == (False, 600)
    host.see()
    clock.forward(seconds=5)
    host.look_again()
    [found] = objects(drilled, drill)
    assert (found["dispose_s"], found["not_counted_s"]) == (25, 600)


def test_a_signal_that_names_no_elements_is_about_the_host(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see({"sysctl": part("sysctl", {"parameters": {"net.ipv4.ip_forward": {"running": "1"}}})})
    [found] = objects(drilled, drill)
    assert (found["signal"], found["key"]) == ("forwarding-as-it-was", "host")


def test_the_first_reference_counts_and_another_is_shown(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    """Whoever got in before could else make his own state the one that all is compared with."""
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    first = host.reference
    clock.forward(seconds=5)
    host.see(accounts("toor"))
    host.reference = str(host.last["root"])
    clock.forward(seconds=5)
    host.look_again()
    [seen] = drilled.get(f"/v1/drills/{drill}")["hosts"]
    assert seen["reference"] == first
    [again] = seen["repinned"]
    assert again["reference"] == host.reference
    assert "same life" in again["why"]
    assert len(objects(drilled, drill)) == 1


def test_a_drill_that_ends_ends_the_orders(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    assert drilled.client.post(f"/v1/drills/{drill}/close", json={}).json()["state"] == "ended"
    assert host.look_again(clock.forward(seconds=5)).drill is None
    clock.forward(seconds=5)
    host.reference = None
    host.see(accounts("toor"))
    assert objects(drilled, drill) == []
    assert drilled.client.post(f"/v1/drills/{drill}/close", json={}).status_code == 422


def test_orders_stop_at_the_moment_named(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    host = watcher()
    open_drill(until=(START + timedelta(minutes=1)).isoformat())
    assert host.see().drill is not None
    drilled.clock.forward(minutes=1)
    assert host.look_again().drill is None


def test_excluded_hosts_are_not_told_and_do_not_count(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("toor"))
    place = {"host": host.host, "reason": "维护中"}
    said = drilled.client.post(f"/v1/drills/{drill}/exclusions", json=place)
    assert said.status_code == 201, said.text
    [found] = objects(drilled, drill)
    assert found["excluded"] == "维护中"
    clock.forward(seconds=5)
    assert host.look_again().drill is None
    assert drilled.client.post(f"/v1/drills/{drill}/inclusions", json=place).status_code == 201
    clock.forward(seconds=5)
    assert host.look_again().drill is not None
    [found] = objects(drilled, drill)
    assert found["excluded"] is None


def test_a_frozen_drill_is_shown_as_it_stood(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("toor"))
    [before] = objects(drilled, drill)
    clock.forward(seconds=5)
    host.see()
    clock.forward(seconds=2)
    assert drilled.client.post(f"/v1/drills/{drill}/freeze", json={"reason": "封榜"}).status_code == 200
    for change in ({}, listening(4444)):
        clock.forward(seconds=5)
        host.see(change)
        host.look_again(clock.forward(seconds=1))
    drilled.client.post(f"/v1/drills/{drill}/objects/{before['id']}/acknowledge")
    assert objects(drilled, drill) == [before]
    assert drilled.client.post(f"/v1/drills/{drill}/unfreeze", json={}).status_code == 422
    assert drilled.client.post(f"/v1/drills/{drill}/unfreeze", json={"reason": "揭榜"}).status_code == 200
    after = objects(drilled, drill)
    assert [one["key"] for one in after] == ["toor", "tcp 4444"]
    assert after[0]["disposed_at"] is not None
    assert after[0]["acknowledged_at"] is not None


def test_a_unit_has_one_open_drill(drilled: Collector, open_drill: Callable[..., str]) -> None:
    first = open_drill()
    until = (START + timedelta(hours=1)).isoformat()
    body = {"name": "另一场", "units": ["u2", "甲局"], "until": until, "scheme": "first-drill"}
    refused = drilled.client.post("/v1/drills", json=body)
    assert refused.status_code == 422
    assert first in refused.json()["detail"]
    drilled.client.post(f"/v1/drills/{first}/close", json={})
    assert drilled.client.post("/v1/drills", json=body).status_code == 201


def test_a_stimulus_that_nothing_is_found_for_is_missed(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill(period_s=300)
    host.begin()
    for key in ("toor", "ghost"):
        said = {"signal": "new-uid-zero", "key": key, "t0": clock().isoformat(), "host": host.host}
        answer = drilled.client.post(f"/v1/drills/{drill}/stimuli", json=said)
        assert answer.status_code == 201, answer.text
    clock.forward(seconds=3)
    host.see(accounts("toor"))
    [found] = objects(drilled, drill)
    assert (found["t0_from"], seconds(found["t0"]), found["stimulus"]) == ("stimulus", 0, "2")
    states = [one["state"] for one in drilled.get(f"/v1/drills/{drill}/stimuli")["stimuli"]]
    assert states == ["matched", "waiting"]
    for _ in range(12):
        clock.forward(minutes=5)
        host.look_again()
    states = [one["state"] for one in drilled.get(f"/v1/drills/{drill}/stimuli")["stimuli"]]
    assert states == ["matched", "missed"]
    assert drilled.get(f"/v1/drills/{drill}")["missed"] == 1
    withdrawn = drilled.client.post(f"/v1/drills/{drill}/stimuli/3/withdraw", json={"reason": "未注入"})
    assert withdrawn.status_code == 200, withdrawn.text
    assert drilled.get(f"/v1/drills/{drill}")["missed"] == 0


def test_false_positives_are_counted_by_unit_and_may_be_taken_back(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("toor"))
    [found] = objects(drilled, drill)
    where = f"/v1/drills/{drill}/objects/{found['id']}/false-positive"
    mark = drilled.client.post(where, json={"reason": "计划内变更"}).json()
    assert drilled.client.post(where, json={"reason": "计划内变更"}).status_code == 422
    drilled.client.post(f"/v1/drills/{drill}/false-positives", json={"unit": "u1", "reason": "查无此事"})
    assert drilled.get(f"/v1/drills/{drill}/false-positives")["counted"] == {"u1": 2}
    assert objects(drilled, drill)[0]["false_positive"] is True
    back = drilled.client.post(f"/v1/drills/{drill}/false-positives/{mark['number']}/withdraw", json={"reason": "误标"})
    assert back.status_code == 200, back.text
    assert drilled.get(f"/v1/drills/{drill}/false-positives")["counted"] == {"u1": 1}
    assert objects(drilled, drill)[0]["false_positive"] is False


def test_who_did_what_is_kept_whatever_was_taken_back(drilled: Collector, open_drill: Callable[..., str]) -> None:
    drill = open_drill()
    drilled.clock.forward(seconds=1)
    drilled.client.post(f"/v1/drills/{drill}/exclusions", json={"unit": "甲局", "reason": "一"})
    drilled.client.post(f"/v1/drills/{drill}/inclusions", json={"unit": "u1", "reason": "二"})
    acts = drilled.get(f"/v1/drills/{drill}/acts")["acts"]
    assert [(one["number"], one["act"], one["by"], one["reason"]) for one in acts] == [
        (1, "opened", "loopback", None),
        (2, "excluded", "loopback", "一"),
        (3, "included", "loopback", "二"),
    ]
    changes = drilled.get(f"/v1/drills/{drill}/changes", since=START.isoformat())["changes"]
    assert [one["act"]["number"] for one in changes] == [2, 3]


def test_a_second_collector_tells_and_evaluates_the_same(
    serve: Callable[..., Collector], drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill()
    other = serve(drill_packs=drilled.services.settings.drill_packs)
    host.begin()
    host.agent.client = other.client
    clock.forward(seconds=5)
    assert host.see(accounts("toor")).drill is not None
    settle(drilled)
    assert objects(drilled, drill) == objects(other, drill) != []
    elsewhere = opened(other, units=["u2"])
    there = new_watcher(drilled, "u2")
    drilled.settled(lambda: (there.see().drill or host.order) != host.order)
    assert there.order is not None
    assert there.order.id == elsewhere


def test_what_a_collector_left_undone_the_next_one_does(
    serve: Callable[..., Collector],
    drilled: Collector,
    open_drill: Callable[..., str],
    watcher: Callable[..., Watcher],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    settle(drilled)
    monkeypatch.setattr(drilled.services.drills.evaluation, "due", lambda _after=None: [])
    for change in (accounts("toor"), {}):
        clock.forward(seconds=5)
        host.see(change)
    clock.forward(seconds=5)
    host.look_again()
    assert drilled.get(f"/v1/drills/{drill}/objects")["objects"] == []
    [found] = objects(serve(), drill)
    assert (seconds(found["detected_at"]), found["dispose_s"]) == (5, 5)


def test_names_that_no_database_takes_are_written_in_another_way(
    drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    """Whoever breaks into a host chooses what his things are called; he must not blind the collector with it."""
    clock, host, drill = drilled.clock, watcher(), open_drill()
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("a\x00b", "x" * 9000))
    short, long = sorted((one["key"] for one in objects(drilled, drill)), key=len)
    assert short == "a\\x00b"
    assert len(long) == 2000


def test_a_host_that_cannot_be_evaluated_does_not_hold_up_the_others(
    drilled: Collector,
    open_drill: Callable[..., str],
    watcher: Callable[..., Watcher],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, drill = drilled.clock, open_drill()
    hosts = sorted((watcher() for _ in range(2)), key=lambda one: one.host)
    evaluation = drilled.services.drills.evaluation
    evaluate = evaluation.evaluate

    def breaking(due: Any) -> int:
        if due.host == hosts[0].host:
            raise ZeroDivisionError
        return evaluate(due)

    monkeypatch.setattr(evaluation, "evaluate", breaking)
    for host in hosts:
        host.begin()
        clock.forward(seconds=5)
        host.see(accounts("toor"))
    drilled.settled(lambda: len(drilled.get(f"/v1/drills/{drill}/objects")["objects"]) == 1)
    drilled.settled(lambda: drilled.services.drills.counts.failures > 0)
    assert "following drills failed" in caplog.text
    monkeypatch.setattr(evaluation, "evaluate", evaluate)
    assert {one["host"] for one in objects(drilled, drill)} == {host.host for host in hosts}
