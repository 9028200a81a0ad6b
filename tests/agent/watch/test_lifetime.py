"""From the order to the end: the reference is pinned once, the watcher may die, the drill ends when it is to end."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from rongdun_agent.watch.drill import Now, load_drill
from tests.agent.watch.conftest import World, drill_on_disk
from tests.agent.watch.test_signals import BUTTER, jobs, users


def supervised(world: World) -> str | None:
    """What the supervisor sees."""
    path = world.state.folder / "drill"
    return path.read_text() if path.exists() else None


def begun(world: World) -> World:
    """A drill is under way, and a watcher has looked at everything."""
    world.order()
    world.cycle()
    world.watch()
    return world


def test_an_order_pins_a_state_that_was_read_after_it(world: World) -> None:
    """A reference from before the order would hold what somebody did in between against the attackers."""
    order = world.order()
    report = world.cycle()
    first, second = world.collector.heard
    assert first.check_in.drill is None
    assert second.check_in.drill is not None
    assert second.check_in.drill.reference == second.check_in.root == drill_on_disk(world.state)["reference"]
    assert second.check_in.taken_at >= first.check_in.taken_at
    assert report.delivered == 2
    assert report.problem is None
    assert int(supervised(world) or 0) == int(order.until.timestamp())


def test_an_order_of_a_later_cycle_keeps_the_reference(world: World) -> None:
    """The collector repeats its order in every answer."""
    world.order()
    world.cycle()
    reference = drill_on_disk(world.state)["reference"]
    world.append("/etc/passwd", BUTTER)
    world.cycle()
    assert drill_on_disk(world.state)["reference"] == reference
    assert world.collector.heard[-1].check_in.drill.reference == reference
    assert world.collector.heard[-1].check_in.root != reference


def test_without_an_order_there_is_no_drill(world: World) -> None:
    world.order()
    world.cycle()
    world.collector.order = None
    world.cycle()
    assert load_drill(world.state) is None
    assert supervised(world) is None
    world.cycle()
    assert world.collector.heard[-1].check_in.drill is None


def test_a_killed_cycle_pins_no_second_reference(world: World) -> None:
    """Killed after the state was recorded and before the drill was noted: the collector may have the first one."""
    world.order()
    world.cycle()
    pinned = drill_on_disk(world.state)["reference"]
    world.state.save_drill({**drill_on_disk(world.state), "reference": None}, time.time() + 3600)
    world.append("/etc/passwd", BUTTER)
    world.cycle()
    assert drill_on_disk(world.state)["reference"] == pinned


def test_an_unchanged_host_says_so_every_period(drilled: World) -> None:
    """Two such check-ins without an object are its disposal, so each has to be true."""
    count = len(drilled.collector.heard)
    drilled.collector.wait(lambda collector: len(collector.heard) >= count + 4)
    beats = drilled.collector.heard[-3:]
    assert len({beat.check_in.root for beat in beats}) == 1
    gaps = [(b.at - a.at).total_seconds() for a, b in pairwise(beats)]
    assert all(0.7 < gap < 2.5 for gap in gaps), gaps
    assert [b.check_in.sequence for b in beats] == sorted({b.check_in.sequence for b in beats})


def test_the_reference_outlives_the_watcher(drilled: World) -> None:
    """Killed, and something happens before the next one begins."""
    reference = drill_on_disk(drilled.state)["reference"]
    drilled.processes[-1].kill()
    drilled.processes[-1].wait()
    drilled.append("/etc/passwd", BUTTER)
    drilled.watch()
    drilled.told("accounts", lambda facts: "butter" in users(facts))
    said = drilled.collector.heard[-1].check_in
    assert said.drill is not None
    assert said.drill.reference == reference


def test_the_first_answer_without_an_order_ends_it(drilled: World) -> None:
    drilled.collector.order = None
    assert drilled.processes[-1].wait(10) == 0
    assert "outcome: ended" in drilled.said()
    assert supervised(drilled) is None
    assert load_drill(drilled.state) is None


def test_it_ends_at_its_time_without_the_collector(world: World) -> None:
    world.order(seconds=5)
    world.cycle()
    process = world.watch()
    world.collector.refuse = 503
    assert process.wait(15) == 0
    assert "its time is over" in world.said()
    assert supervised(world) is None


def test_another_order_is_another_drill(world: World) -> None:
    """Its reference is pinned by a cycle, which needs the watcher out of the way."""
    world.config.write_text("interval_min_s = 10\n[drill]\nperiod_min_s = 1\n")
    drilled = begun(world)
    reference = drill_on_disk(drilled.state)["reference"]
    drilled.put("/etc/cron.d/x", "* * * * * root /tmp/x\n")
    drilled.told("schedules", lambda facts: "/etc/cron.d/x" in jobs(facts))
    drilled.order("autumn")
    drilled.processes[-1].wait(20)
    assert "outcome: renewed" in drilled.said()
    assert drill_on_disk(drilled.state)["reference"] is None
    assert supervised(drilled) is not None
    drilled.cycle()
    drilled.watch()
    said = drilled.collector.heard[-1].check_in
    assert said.drill is not None
    assert said.drill.id == "autumn"
    assert said.drill.reference == drill_on_disk(drilled.state)["reference"] != reference


@pytest.mark.parametrize("name", ["autumn", "spring"], ids=["another drill", "other sections of the same"])
def test_a_collector_that_changes_its_mind_in_each_answer_is_obeyed_now_and_then(world: World, name: str) -> None:
    """Each time costs a reading of everything, perhaps a reference: no more often than the host lets it ask."""
    world.config.write_text("interval_min_s = 10\n[drill]\nperiod_min_s = 1\n")
    drilled, began = begun(world), time.monotonic()
    reference = drill_on_disk(world.state)["reference"]
    heard = len(world.collector.heard)
    drilled.order(name, sections=("accounts",))
    world.collector.wait(lambda collector: len(collector.heard) >= heard + 3)
    said = world.collector.heard[-1].check_in.drill
    assert (said.id, said.reference) == ("spring", reference), "until then the old one goes on"
    drilled.processes[-1].wait(20)
    assert time.monotonic() - began > 8
    assert "outcome: renewed" in drilled.said()


def test_an_order_of_ten_thousand_sections_keeps_no_check_in_from_being_sent(world: World) -> None:
    """A check-in has room for so many probes only."""
    world.order(sections=("accounts", *(f"tea_leaves_{number}" for number in range(10_000))))
    world.cycle()
    world.watch()
    world.append("/etc/passwd", BUTTER)
    world.told("accounts", lambda facts: "butter" in users(facts))
    assert (world.state.folder / "drill.json").stat().st_size < 50_000


def test_a_clock_that_was_set_while_nobody_watched_ends_no_drill(world: World) -> None:
    """The supervisor reads the wall clock; what it reads has to be said anew, though the order is the same."""
    order = world.order()
    world.cycle()
    (world.state.folder / "drill").write_text(str(int(time.time()) - 60))
    world.cycle()
    assert abs(int(supervised(world) or 0) - int(order.until.timestamp())) <= 1


def test_a_longer_order_of_the_same_drill_is_taken_up_at_once(drilled: World) -> None:
    until = datetime.now(UTC) + timedelta(hours=9)
    assert drilled.collector.order is not None
    drilled.collector.order = drilled.collector.order.model_copy(update={"until": until})
    drilled.collector.wait(lambda _: int(supervised(drilled) or 0) == int(until.timestamp()))
    assert drilled.processes[-1].poll() is None


def test_the_host_bounds_what_is_ordered(world: World) -> None:
    world.config.write_text('[drill]\nlongest_s = 60\nperiod_min_s = 20\nsections = ["accounts"]\n')
    world.order(seconds=9999, period_s=1, sections=("accounts", "sudo", "walk", "tea_leaves"))
    world.cycle()
    drill = load_drill(world.state)
    assert drill is not None
    assert (drill.sections, drill.period_s) == (("accounts",), 20)
    assert 55 < drill.left_s(Now.read()) <= 60
    assert set(drill.problems) == {"sudo", "walk", "tea_leaves"}


def test_what_the_agent_does_not_know_is_said_to_the_collector(world: World) -> None:
    world.order(sections=("accounts", "tea_leaves"))
    world.cycle()
    world.watch()
    world.append("/etc/passwd", BUTTER)
    world.told("accounts", lambda facts: "butter" in users(facts))
    assert "does not know" in (world.collector.probes["tea_leaves"] or "")
    assert world.collector.probes["accounts"] is None


def test_a_host_that_takes_part_in_no_drill_says_so_to_its_operator(world: World) -> None:
    world.config.write_text("[drill]\nenabled = false\n")
    world.order()
    world.cycle()
    assert load_drill(world.state) is None
    assert supervised(world) is None
    assert "drill.enabled" in (world.state.drill_refusal() or "")
    world.collector.order = None
    world.cycle()
    assert world.state.drill_refusal() is None


def test_a_damaged_drill_file_is_ordered_again(world: World) -> None:
    """Nobody has to come and remove it."""
    world.order()
    world.cycle()
    (world.state.folder / "drill.json").write_text('{"id": "spr')
    report = world.cycle()
    assert report.problem is None
    assert drill_on_disk(world.state)["id"] == "spring"


def test_killed_again_and_again_it_loses_no_change_and_tells_none_twice(world: World) -> None:
    """Whatever instruction it dies at: the collector sees a growing set of jobs, and in the end all of them."""
    world.order()
    world.cycle()
    for number in range(12):
        process = world.watch()
        for part in range(2):
            world.put(f"/etc/cron.d/n{number:02d}{part}", "* * * * * root /tmp/x\n")
            time.sleep(0.13 * (1 + number % 4))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    world.watch()
    world.told("schedules", lambda facts: len([path for path in jobs(facts) if "/n" in path]) == 24)
    seen = [jobs(world.collector.facts(heard, "schedules")) for heard in world.collector.heard]
    assert all(before <= after for before, after in pairwise(seen)), "a state went back"
    sequences = [heard.check_in.sequence for heard in world.collector.heard]
    assert sequences == sorted(sequences)
    assert len({heard.check_in.epoch for heard in world.collector.heard}) == 1
