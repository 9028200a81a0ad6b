"""Drills as records, made by hand: what a view may hold, without a database behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rongdun_collector.drill.records import Drill, DrillHost, DrillView, Exclusion, Missed, SignalObject

OPENED = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def a_drill(**changes: Any) -> Drill:
    """Return a drill of three units that lasts two days."""
    values: dict[str, Any] = {
        "id": "d1",
        "name": "湛盾演练",
        "opened_at": OPENED,
        "until": OPENED + timedelta(days=2),
        "closed_at": None,
        "frozen_at": None,
        "pack_id": "drill-host",
        "pack_version": "0.1.0",
        "pack_digest": "a" * 64,
        "scheme_id": "first-drill",
        "scheme_sha256": "b" * 64,
        "units": ("u1", "u2", "u3"),
    }
    return Drill(**values | changes)


def an_object(**changes: Any) -> SignalObject:
    """Return an object of u1 that was found, taken and got rid of in time; `detect_s` 22, `dispose_s` 540."""
    detected = OPENED + timedelta(hours=1)
    values: dict[str, Any] = {
        "id": "o1",
        "drill": "d1",
        "host": "h1",
        "unit": "u1",
        "system": None,
        "signal": "new-authorized-key",
        "severity": "high",
        "key": "root:SHA256:x",
        "t0": detected - timedelta(seconds=2),
        "t0_from": "first seen",
        "seen_at": detected - timedelta(seconds=1),
        "detected_at": detected,
        "acknowledged_at": detected + timedelta(seconds=20),
        "acknowledged_by": "lin",
        "disposed_at": detected + timedelta(seconds=540),
        "reopened": 0,
        "detect_s": 22.0,
        "dispose_s": 540.0,
        "not_counted_s": 0.0,
        "false_positive": False,
        "excluded": None,
        "stimulus": None,
    }
    return SignalObject(**values | changes)


def a_miss(**changes: Any) -> Missed:
    """Return a stimulus on a host of u2 that nothing was found for."""
    values: dict[str, Any] = {
        "drill": "d1",
        "unit": "u2",
        "host": None,
        "signal": "new-kernel-module",
        "severity": "critical",
        "key": "rootkit",
        "t0": OPENED + timedelta(hours=1),
        "stimulus": "7",
    }
    return Missed(**values | changes)


def a_host(**changes: Any) -> DrillHost:
    """Return a host of u1 that is watching."""
    heard = OPENED + timedelta(hours=2)
    values: dict[str, Any] = {
        "host": "h1",
        "unit": "u1",
        "watching": True,
        "reference": "c" * 64,
        "last_heard": heard,
        "lag_s": 3.0,
        "excluded": None,
        "hostname": "web-1",
        "reference_known": True,
    }
    return DrillHost(**values | changes)


def a_view(**changes: Any) -> DrillView:
    """Return a drill two hours after it was opened, in which nothing happened yet."""
    values: dict[str, Any] = {
        "drill": a_drill(),
        "as_of": OPENED + timedelta(hours=2),
        "objects": (),
        "missed": (),
        "hosts": (),
        "false_positives": {},
        "exclusions": (),
    }
    return DrillView(**values | changes)


def an_exclusion(**changes: Any) -> Exclusion:
    """Return the exclusion of u3 as a whole."""
    values: dict[str, Any] = {"unit": "u3", "host": None, "reason": "停电检修", "by": "lin", "at": OPENED}
    return Exclusion(**values | changes)
