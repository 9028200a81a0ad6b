"""Automatic points: the worked example to the digit, what is not scored, and that every step is said."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from rongdun_collector.drill.scoring import PointLine, Scheme, Signal, auto_points, parse_scheme
from rongdun_collector.drill.scoring.trace import (
    Base,
    Clock,
    FalseAlarms,
    Frozen,
    Missed,
    NotCounted,
    NotScored,
    Rounded,
    plain,
)
from tests.collector.drill.scoring.test_scheme_files import GOOD

KEY = Signal("E", "h7", "ssh.authorized_key", "high", "root:SHA256:x", detect_s=22, dispose_s=540)
SHELL = Signal("E", "h8", "web.shell", "critical", "/var/www/x.php", detect_s=310, dispose_s=2000)
MODULE = Signal("E", None, "kernel.module", "critical", "rootkit", missed=True)


def one(scheme: Scheme, signal: Signal) -> PointLine:
    (line,) = auto_points(scheme, [signal], {}).lines
    return line


def test_the_worked_example_holds_to_the_digit(scheme: Scheme) -> None:
    score = auto_points(scheme, [KEY, SHELL, MODULE], {"E": 3})
    assert {line.of and line.of.signal: line.points for line in score.lines} == {
        "ssh.authorized_key": 50,
        "web.shell": 44,
        "kernel.module": -20,
        None: -10,
    }
    assert score.units == {"E": 64}


def test_the_trace_has_every_figure(scheme: Scheme) -> None:
    """An auditor with the sheet in hand must be able to follow each step by pencil."""
    assert one(scheme, SHELL).trace == (
        Base("critical", Fraction(100)),
        Clock("detect", "ack", Fraction(310), 900, Fraction(1, 2), Fraction(2, 5), Fraction(20)),
        Clock("dispose", "gone", Fraction(2000), 3600, Fraction(2, 5), Fraction(3, 5), Fraction(24)),
        Rounded(Fraction(44), "ceil", 44),
    )
    assert one(scheme, MODULE).trace == (Missed(Fraction(-20)), Rounded(Fraction(-20), "ceil", -20))
    alarms = auto_points(scheme, [], {"E": 3}).lines[0]
    assert alarms.trace[0] == FalseAlarms(3, 2, Fraction(-10), Fraction(-10))


@pytest.mark.parametrize(
    ("seconds", "points"),
    [
        pytest.param(60, 100, id="at the first limit"),
        pytest.param(Fraction(601, 10), 92, id="a tenth of a second beyond"),
        pytest.param(300, 92, id="at the second"),
        pytest.param(3600, 68, id="at the last"),
        pytest.param(3601, 60, id="too late"),
        pytest.param(0, 100, id="at once"),
    ],
)
def test_a_limit_is_inclusive(scheme: Scheme, seconds: Fraction | int, points: int) -> None:
    assert one(scheme, Signal("E", "h", "s", "critical", "k", detect_s=seconds, dispose_s=1)).points == points


@pytest.mark.parametrize(
    ("detect", "dispose", "points"),
    [
        pytest.param(22, None, 20, id="never gone"),
        pytest.param(None, 540, 30, id="gone before anybody took it"),
        pytest.param(None, None, 0, id="neither"),
    ],
)
def test_a_clock_that_never_stopped_earns_nothing(
    scheme: Scheme, detect: int | None, dispose: int | None, points: int
) -> None:
    assert one(scheme, Signal("E", "h", "s", "high", "k", detect_s=detect, dispose_s=dispose)).points == points


def test_never_is_not_late() -> None:
    """The last word of a table is for those who came after all limits, not for those who never came."""
    scheme = parse_scheme(GOOD.encode())
    late = one(scheme, Signal("E", "h", "s", "critical", "k", detect_s=9999, dispose_s=9999))
    assert (late.points, late.trace[2].limit_s) == (6, None)
    assert one(scheme, Signal("E", "h", "s", "critical", "k")).points == 0


@pytest.mark.parametrize(
    ("rounding", "gain", "loss"),
    [
        pytest.param("ceil", 13, -13, id="away from zero"),
        pytest.param("floor", 12, -12, id="towards zero"),
        pytest.param("half_up", 13, -13, id="half away from zero"),
        pytest.param("half_even", 12, -12, id="half to even"),
    ],
)
def test_rounding_is_on_the_magnitude_and_keeps_the_sign(rounding: str, gain: int, loss: int) -> None:
    text = GOOD.replace("ceil", rounding).replace("missed: -20", 'missed: "-12.5"')
    scheme = parse_scheme(text.encode())
    assert one(scheme, Signal("E", "h", "s", "high", "k", detect_s=0, dispose_s=0)).points == gain
    assert one(scheme, Signal("E", None, "s", "high", "k", missed=True)).points == loss


def test_rounding_is_once_for_each_signal_not_for_each_part(scheme: Scheme) -> None:
    """20 x 0.4 x 0.2 + 20 x 0.6 x 0.1 = 1.6 + 1.2: two roundings would make 4 of it."""
    assert one(scheme, Signal("E", "h", "s", "medium", "k", detect_s=3600, dispose_s=14400)).points == 3


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"excluded": "机房断电"}, NotScored("excluded", "机房断电"), id="taken out"),
        pytest.param({"excluded": "x", "missed": True}, NotScored("excluded", "x"), id="a miss on a host taken out"),
        pytest.param({"false_positive": True}, NotScored("false_positive", ""), id="marked as false"),
        pytest.param({"severity": "low"}, NotScored("no_value", "low"), id="of a severity without a value"),
    ],
)
def test_what_is_not_scored_says_why(scheme: Scheme, changes: dict[str, object], why: NotScored) -> None:
    values = {"unit": "E", "host": "h", "signal": "s", "severity": "high", "key": "k", "detect_s": 1, "dispose_s": 1}
    line = one(scheme, Signal(**{**values, **changes}))
    assert (line.points, line.trace) == (0, (why,))


def test_time_that_was_not_counted_is_said(scheme: Scheme) -> None:
    line = one(scheme, Signal("E", "h", "s", "high", "k", detect_s=30, dispose_s=60, not_counted_s=90))
    assert line.trace[1] == NotCounted(Fraction(90))


def test_a_frozen_drill_says_since_when_on_every_line(scheme: Scheme) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    score = auto_points(scheme, [KEY, MODULE], {"E": 9}, frozen_at=at)
    assert {line.trace[0] for line in score.lines} == {Frozen(at)}
    assert score.units == auto_points(scheme, [KEY, MODULE], {"E": 9}).units


def test_false_alarms_within_the_allowance_cost_nothing_and_are_told(scheme: Scheme) -> None:
    score = auto_points(scheme, [], {"E": 2, "F": 0, "G": 5}, units=["F", "Z"])
    assert score.units == {"E": 0, "F": 0, "G": -30, "Z": 0}
    assert [line.unit for line in score.lines] == ["E", "G"]


def test_a_step_travels_as_json_without_losing_a_digit(scheme: Scheme) -> None:
    base, detect, dispose, rounded = map(plain, one(scheme, SHELL).trace)
    assert base == {"kind": "base", "severity": "critical", "points": "100"}
    clock = {"kind": "clock", "part": "detect", "ended_by": "ack", "seconds": "310", "limit_s": 900}
    assert detect == {**clock, "factor": "0.5", "share": "0.4", "amount": "20"}
    clock = {"kind": "clock", "part": "dispose", "ended_by": "gone", "seconds": "2000", "limit_s": 3600}
    assert dispose == {**clock, "factor": "0.4", "share": "0.6", "amount": "24"}
    assert rounded == {"kind": "rounded", "exact": "44", "rounding": "ceil", "points": 44}
