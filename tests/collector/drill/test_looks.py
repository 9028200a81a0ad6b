"""What a check-in adds to the journal: a look, a second look, a gap, or nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rongdun_collector.drill.looks import Stretch, longest_silence, look
from rongdun_contract.wire import CheckIn, Health
from tests.collector.serving import START

A, B = "a" * 64, "b" * 64
SILENCE = timedelta(seconds=30)


def after(s: float) -> object:
    return START + timedelta(seconds=s)


def checkin(root: str = A, taken: float = 0, until: float | None = None, sequence: int = 1) -> CheckIn:
    return CheckIn(
        schema_number=1,
        epoch="e" * 16,
        sequence=sequence,
        taken_at=after(taken),
        confirmed_until=None if until is None else after(until),
        root=root,
        health=Health(agent="1"),
    )


def heard(*said: tuple[CheckIn, float, bool]) -> list[Stretch]:
    """Return the journal after check-ins, each with when it was received and whether it repeats the one before."""
    rows: list[Stretch] = []
    for one, at, repeated in said:
        found = look(rows[-1] if rows else None, one, after(at), repeated=repeated, silence=SILENCE)
        if rows and rows[-1].received_at == found.received_at:
            rows[-1] = found
        else:
            rows.append(found)
    return rows


def test_a_heartbeat_is_the_second_look() -> None:
    [row] = heard((checkin(), 1, False), (checkin(until=5), 6, True), (checkin(until=10), 11, True))
    assert (row.received_at, row.second_at, row.confirmed_at) == (after(1), after(6), after(11))
    assert (row.taken_at, row.agent_at) == (after(0), after(10))


def test_the_same_check_in_again_is_none() -> None:
    [row] = heard((checkin(), 1, False), (checkin(), 6, True))
    assert (row.second_at, row.confirmed_at) == (None, after(1))


def test_a_clock_that_was_set_back_stops_no_heartbeat() -> None:
    [row] = heard(
        (checkin(taken=100), 1, False),
        (checkin(taken=100, until=300), 6, True),
        (checkin(taken=100, until=200), 11, True),
    )
    assert row.confirmed_at == after(11)


def test_a_later_sequence_with_the_same_facts_is_a_look() -> None:
    [row] = heard((checkin(), 1, False), (checkin(taken=5, sequence=2), 6, False))
    assert (row.second_at, row.sequence) == (after(6), 1)


def test_an_agent_that_looked_twice_before_it_could_send_has_looked_twice() -> None:
    [row] = heard((checkin(until=9), 10, False))
    assert row.second_at == after(10) + timedelta(microseconds=1)


def test_other_facts_begin_another_row() -> None:
    rows = heard(
        (checkin(), 1, False), (checkin(B, taken=5, sequence=2), 6, False), (checkin(A, 9, sequence=3), 10, False)
    )
    assert [row.root for row in rows] == [A, B, A]
    assert [row.gap_from for row in rows] == [None, None, None]


@pytest.mark.parametrize(
    ("at", "gap"),
    [pytest.param(31, False, id="as long as it may be silent"), pytest.param(31.1, True, id="longer")],
)
def test_silence_is_a_gap_and_what_follows_a_first_look(at: float, gap: bool) -> None:
    rows = heard((checkin(), 1, False), (checkin(until=30), at, True))
    assert [row.gap_from for row in rows] == ([None, after(1)] if gap else [None])
    assert (rows[-1].second_at is None) is False or rows[-1].agent_at == after(30)


def test_what_is_received_at_the_same_moment_keeps_its_order() -> None:
    """A batch has one receive time; the journal needs to know what came first."""
    rows = heard((checkin(A), 1, False), (checkin(B, sequence=2), 1, False), (checkin(A, sequence=3), 1, False))
    assert sorted(row.received_at for row in rows) == [row.received_at for row in rows]
    assert len({row.received_at for row in rows}) == 3


def test_a_collector_whose_clock_is_behind_reorders_nothing() -> None:
    rows = heard((checkin(A), 10, False), (checkin(B, sequence=2), 5, False))
    assert rows[1].received_at > rows[0].confirmed_at


@pytest.mark.parametrize(("period", "silence"), [(1, 90), (5, 90), (30, 90), (31, 93), (60, 180)])
def test_how_long_a_host_may_be_silent(period: float, silence: float) -> None:
    assert longest_silence(period) == timedelta(seconds=silence)
