"""No noisy place takes more processor time than its share, and none is made to wait while there is some saved."""

from __future__ import annotations

import pytest

from rongdun_agent.watch.pace import Pace
from rongdun_agent.watch.section import SETTLE_S, Watched
from rongdun_contract.documents import Unavailable


def watched(now: float = 0.0) -> Watched:
    each = Watched("accounts", Pace(0.002, now), 0.001)
    each.has_read(Unavailable("error"), 0.0, now)
    return each


def test_in_the_long_run_the_share_is_kept() -> None:
    pace, now, spent = Pace(0.01, 0.0), 0.0, 0.0
    while now < 10_000:
        now = max(now + 0.2, pace.ready_at())
        pace.spend(0.05, now)
        spent += 0.05
    assert spent == pytest.approx(0.01 * now, rel=0.05)


def test_after_quiet_many_readings_may_follow_each_other() -> None:
    pace = Pace(0.002, 0.0)
    for _ in range(20):
        assert pace.ready_at() <= 1000
        pace.spend(0.05, 1000)


def test_a_change_waits_for_what_belongs_to_it_and_not_for_the_period() -> None:
    each = watched()
    each.move(5.0, "/etc/passwd")
    each.move(5.1, "/etc/shadow")
    assert each.due_at(period_s=60) == pytest.approx(5.0 + SETTLE_S), "a stream of changes does not put it off"
    assert each.why == "/etc/passwd"


def test_a_place_that_is_never_quiet_is_read_at_its_share() -> None:
    each, now, readings = watched(), 0.0, 0
    while now < 3600:
        each.move(now, "/tmp/x")
        now = each.due_at(period_s=10)
        each.has_read(Unavailable("error"), 0.05, now)
        readings += 1
    assert readings * 0.05 / 3600 < 0.004


def test_without_a_change_it_is_read_anyway_the_rarer_the_dearer() -> None:
    each = watched()
    each.has_read(Unavailable("error"), 0.001, 0.0)
    assert each.due_at(period_s=5) == 5
    dear = watched()
    dear.has_read(Unavailable("error"), 0.1, 0.0)
    assert dear.due_at(period_s=5) == pytest.approx(100)


def test_a_section_that_nothing_tells_of_is_read_more_often_than_the_period() -> None:
    each = watched()
    each.untold = "fs.inotify.max_user_watches is used up"
    assert each.due_at(period_s=60) == 2
