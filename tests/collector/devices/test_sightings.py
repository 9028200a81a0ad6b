"""How looks at the wire add up: presence, its moments, what is not watched any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rongdun_collector.devices.sightings import Sighting, Spot, fold

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
MAC = "52:54:00:00:00:01"
SPOT = Spot("eth0", MAC)


def at(minutes: int) -> datetime:
    """Return a moment after the first."""
    return T0 + timedelta(minutes=minutes)


def look(present: bool | dict[str, str] | None, *, listening: bool = True, full: bool = False) -> dict[str, Any]:
    """Return a section with one segment; None: the device is not in it."""
    devices = [] if present is None else [{"interface": "eth0", "mac": MAC, "present": present}]
    segment = {"interface": "eth0", "listening": listening, "full": full}
    return {"listener": "running", "segments": [segment], "devices": devices}


def folded(*looks: tuple[dict[str, Any] | None, int]) -> Sighting:
    known: dict[Spot, Sighting] = {}
    for facts, minutes in looks:
        known = fold(known, facts, at(minutes))
    return known[SPOT]


def test_a_device_that_goes_was_there_until_it_was_lost() -> None:
    assert folded((look(True), 0)) == Sighting(at(0), "present", at(0), at(0))
    assert folded((look(True), 0), (look(True), 5), (look(False), 9)) == Sighting(at(0), "gone", at(9), at(9))
    assert folded((look(True), 0), (look(False), 9), (look(False), 20)).present_at == at(9)


def test_a_device_that_comes_back_keeps_when_it_was_first_seen() -> None:
    assert folded((look(True), 0), (look(False), 9), (look(True), 30)) == Sighting(at(0), "present", at(30), at(30))


def test_a_device_that_is_forgotten_by_the_listener_is_gone_where_somebody_listens() -> None:
    assert folded((look(True), 0), (look(None), 9)).presence == "gone"
    assert folded((look(True), 0), (look(None, listening=False), 9)).presence == "unknown"
    assert folded((look(True), 0), (look(None, full=True), 9)).presence == "unknown"
    assert folded((look(True), 0), (look(None) | {"segments": []}, 9)).presence == "unknown"
    assert folded((look(True), 0), (look(None) | {"listener": "silent"}, 9)).presence == "unknown"


def test_what_cannot_be_told_is_neither_there_nor_gone() -> None:
    assert folded((look(True), 0), (None, 4)) == Sighting(at(0), "unknown", at(4), at(4))
    assert folded((look({"unknown": "undecided"}), 0)) == Sighting(at(0), "unknown", at(0), None)
    assert folded((look(False), 0), (None, 4), (look(False), 8)).present_at is None


@given(st.lists(st.sampled_from([look(True), look(False), look(None), look(None, listening=False), None]), min_size=1))
def test_moments_keep_their_order_and_a_repeated_look_changes_nothing(looks: list[dict[str, Any] | None]) -> None:
    known: dict[Spot, Sighting] = {}
    for minutes, facts in enumerate(looks):
        known = fold(known, facts, at(minutes))
        assert fold(known, facts, at(minutes + 1)) == known
        for one in known.values():
            assert one.first_at <= one.since <= at(minutes)
            assert one.present_at is None or one.first_at <= one.present_at <= at(minutes)
            assert (one.presence == "present") <= (one.present_at is not None)
