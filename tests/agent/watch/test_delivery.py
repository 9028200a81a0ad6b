"""A collector that is away, slow or unwilling keeps nobody from watching; states wait, in order, with their times."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from rongdun_agent.commands import status
from rongdun_agent.spool import Spool
from rongdun_agent.survey import survey
from rongdun_agent.watch.drill import Now, load_drill, save_drill
from rongdun_contract.documents import digest
from tests.agent.watch.conftest import World
from tests.agent.watch.test_signals import BUTTER, jobs, users


def job(world: World, name: str) -> None:
    world.put(f"/etc/cron.d/{name}", "* * * * * root /tmp/x\n")


def recorded(world: World) -> int:
    """The number of the newest state."""
    spool = Spool(world.state.spool_path)
    try:
        return int(spool._db.execute("SELECT max(sequence) FROM entry").fetchone()[0])
    finally:
        spool.close()


def test_states_wait_with_their_own_times_while_the_collector_hangs(drilled: World) -> None:
    """The worst case: it takes the request and never answers."""
    drilled.collector.hold.clear()
    stamps = []
    for name in ("a", "b", "c"):
        before = recorded(drilled)
        stamps.append(datetime.now(UTC))
        job(drilled, name)
        drilled.collector.wait(lambda _, before=before: recorded(drilled) > before)
        time.sleep(0.3)
    drilled.collector.hold.set()
    drilled.told("schedules", lambda facts: "/etc/cron.d/c" in jobs(facts))
    history = [(heard, jobs(drilled.collector.facts(heard, "schedules"))) for heard in drilled.collector.heard]
    for name, stamp in zip(("a", "b", "c"), stamps, strict=True):
        first = next(heard for heard, found in history if f"/etc/cron.d/{name}" in found)
        assert abs((first.check_in.taken_at - stamp).total_seconds()) < 2
    times = [heard.check_in.taken_at for heard in drilled.collector.heard]
    assert times == sorted(times)


@pytest.mark.parametrize("status_code", [401, 429, 500, 503, 0], ids=["401", "429", "500", "503", "hangs up"])
def test_after_a_refusal_everything_arrives(drilled: World, status_code: int) -> None:
    drilled.collector.refuse = status_code
    drilled.append("/etc/passwd", BUTTER)
    drilled.collector.wait(lambda _: drilled.state.watch_report().get("problem") or "")
    assert drilled.processes[-1].poll() is None
    drilled.collector.refuse = None
    drilled.told("accounts", lambda facts: "butter" in users(facts), timeout_s=30)


def test_used_numbers_are_counted_anew(drilled: World) -> None:
    """409: another copy of this agent has used the sequence."""
    epoch = drilled.collector.heard[-1].check_in.epoch
    drilled.collector.refuse = 409
    time.sleep(2)
    drilled.collector.refuse = None
    drilled.append("/etc/passwd", BUTTER)
    drilled.told("accounts", lambda facts: "butter" in users(facts), timeout_s=30)
    assert drilled.collector.heard[-1].check_in.epoch != epoch


def test_a_cycle_beside_a_watcher_leaves_the_watched_to_it(drilled: World) -> None:
    """Its survey may be older than what the watcher told since: nothing of it may overwrite that."""
    job(drilled, "x")
    drilled.told("schedules", lambda facts: "/etc/cron.d/x" in jobs(facts))
    told = drilled.collector.heard[-1].manifest["schedules"]
    drilled.put("/etc/sysctl.d/50.conf", "kernel.sysrq = 1\n")
    report = drilled.cycle()
    assert report.problem is None
    assert report.delivered == 0, "the watcher alone delivers"
    drilled.collector.wait(
        lambda collector: "at_boot" in json.dumps(collector.newest("sysctl")["parameters"].get("kernel.sysrq", {}))
    )
    assert drilled.collector.heard[-1].manifest["schedules"] == told
    times = [heard.check_in.taken_at for heard in drilled.collector.heard]
    assert times == sorted(times)


def test_sections_that_are_watched_since_a_cycle_began_are_left_to_the_watcher(
    drilled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order names more of them while the cycle reads: what it has read by then is older than what was told."""
    drill = load_drill(drilled.state)
    assert drill is not None

    def reads(*given: Any, **named: Any) -> Any:
        found = survey(*given, **named)
        drilled.put("/etc/sysctl.d/50.conf", "kernel.sysrq = 1\n")
        save_drill(drilled.state, replace(drill, sections=(*drill.sections, "sysctl")), Now.read())
        return found

    monkeypatch.setattr("rongdun_agent.cycle.survey", reads)
    drilled.put("/etc/sysctl.d/40.conf", "kernel.sysrq = 0\n")
    drilled.put("/etc/fstab", "none /tmp tmpfs defaults 0 0\n")
    drilled.cycle()
    drilled.collector.wait(lambda collector: "tmpfs" in json.dumps(collector.newest("mounts")))
    assert "at_boot" not in json.dumps(drilled.collector.newest("sysctl")["parameters"].get("kernel.sysrq", {}))


def test_an_unchanged_cycle_beside_a_watcher_claims_nothing(drilled: World) -> None:
    """A check-in says that the watched sections were looked at, which a cycle did not."""
    drilled.cycle()
    time.sleep(1.2)
    newest = recorded(drilled)
    drilled.processes[-1].kill()
    drilled.processes[-1].wait()
    with drilled.state.delivering() as ours:  # somebody watches
        assert ours
        drilled.cycle()
    assert recorded(drilled) - newest <= 1, "only a beat of the watcher may have come between"


def test_a_cycle_takes_over_when_the_watcher_is_dead(drilled: World) -> None:
    drilled.processes[-1].kill()
    drilled.processes[-1].wait()
    drilled.append("/etc/passwd", BUTTER)
    report = drilled.cycle()
    assert report.problem is None
    assert report.delivered >= 1
    assert "butter" in users(drilled.collector.newest("accounts"))


def test_volatile_sections_are_sent_when_they_changed(world: World) -> None:
    for number in (1, 2):
        world.put(f"/proc/{number}/stat", f"{number} (init) S 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 {number}\n")
        world.put(f"/proc/{number}/status", "Uid:\t0\t0\t0\t0\n")
        world.put(f"/proc/{number}/cgroup", "0::/\n")
    world.order(sections=("accounts", "processes"))
    world.cycle()
    world.watch()
    before = world.collector.wait(lambda collector: [v for v in collector.volatile if set(v.sections) == {"processes"}])
    world.put("/proc/3/stat", "3 (evil) S 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 9\n")
    world.put("/proc/3/status", "Uid:\t0\t0\t0\t0\n")
    world.collector.wait(
        lambda collector: len(collector.volatile) > len(before) and "evil" in collector.volatile[-1].model_dump_json()
    )


def test_status_tells_of_the_drill(drilled: World, capsys: pytest.CaptureFixture[str]) -> None:
    drilled.collector.wait(lambda _: drilled.state.watch_report())
    status.run(argparse.Namespace(state=drilled.state.folder, format="text"), sys.stdout)
    text = capsys.readouterr().out
    assert "Drill       spring" in text
    assert drilled.collector.heard[-1].check_in.drill.reference[:16] in text
    assert str(drilled.processes[-1].pid) in text
    status.run(argparse.Namespace(state=drilled.state.folder, format="json"), sys.stdout)
    found = json.loads(capsys.readouterr().out)
    assert found["drill"]["id"] == "spring"
    assert found["watcher"]["pid"] == drilled.processes[-1].pid


def test_documents_are_what_their_names_say(drilled: World) -> None:
    """The stand-in asks for what it lacks as the real one does; nothing arrives under another name."""
    assert all(digest(data) == name for name, data in drilled.collector.documents.items())
