"""What holds for every scheme and every drill."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongdun_collector.drill.scoring import AutoScore, Scheme, Signal, auto_points
from rongdun_collector.drill.scoring.exact import decimal_text
from rongdun_collector.drill.scoring.rounding import rounded
from rongdun_collector.drill.scoring.scheme import AutoSignals, FalsePositives, Rounding, Split, StepTable

often = settings(deadline=None, max_examples=150)
ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)
SEVERITIES = ("critical", "high", "medium", "low")
factors = st.decimals(0, 2, places=2).map(str)
seconds = st.none() | st.integers(0, 20_000) | st.fractions(0, 20_000, max_denominator=1000)


@st.composite
def tables(draw: st.DrawFn) -> StepTable:
    limits = sorted(draw(st.sets(st.integers(0, 10_000), min_size=1, max_size=6)))
    falling = sorted((draw(factors) for _ in range(len(limits) + 1)), key=Fraction, reverse=True)
    pairs = [(f"{limit}s", factor) for limit, factor in zip(limits, falling, strict=False)]
    return StepTable.model_validate({"kind": "step", "table": pairs, "else": falling[-1]})


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    detect = Fraction(draw(st.integers(0, 100)), 100)
    auto = AutoSignals(
        points=draw(st.dictionaries(st.sampled_from(SEVERITIES), st.integers(0, 500), min_size=1)),
        split=Split(detect=decimal_text(detect), dispose=decimal_text(1 - detect)),
        detect=draw(tables()),
        dispose=draw(tables()),
        missed=-draw(st.integers(0, 500)),
        false_positive=FalsePositives(each=-draw(st.integers(0, 50)), allowance=draw(st.integers(0, 5))),
        detect_from=draw(st.sampled_from(["ack", "receive"])),
    )
    return Scheme("s", 1, None, draw(st.sampled_from(ROUNDINGS)), auto, "0" * 64)


signals = st.builds(
    Signal,
    unit=st.sampled_from("ABC"),
    host=st.none() | st.sampled_from(["h1", "h2"]),
    signal=st.sampled_from(["s", "t"]),
    severity=st.sampled_from(SEVERITIES),
    key=st.sampled_from(["k", "l", "m"]),
    detect_s=seconds,
    dispose_s=seconds,
    not_counted_s=st.integers(0, 100),
    missed=st.booleans(),
    false_positive=st.booleans(),
    excluded=st.none() | st.just("switched off"),
)
drills = st.lists(signals, max_size=12)
alarms = st.dictionaries(st.sampled_from("ABC"), st.integers(0, 9))


@often
@given(schemes(), drills, alarms, st.randoms(use_true_random=False))
def test_the_order_of_signals_changes_nothing(
    scheme: Scheme, drill: list[Signal], false: dict[str, int], luck: Any
) -> None:
    shuffled = list(drill)
    luck.shuffle(shuffled)
    assert auto_points(scheme, shuffled, false) == auto_points(scheme, drill, false)


@often
@given(schemes(), drills, alarms)
def test_a_unit_has_the_sum_of_its_lines_in_whole_exact_numbers(
    scheme: Scheme, drill: list[Signal], false: dict[str, int]
) -> None:
    score = auto_points(scheme, drill, false)
    for unit, points in score.units.items():
        assert points == sum(line.points for line in score.lines if line.unit == unit)
    assert not list(floats_in(score))


@often
@given(schemes(), drills, alarms)
def test_what_is_excluded_counts_as_if_it_were_not_there(
    scheme: Scheme, drill: list[Signal], false: dict[str, int]
) -> None:
    kept = [signal for signal in drill if signal.excluded is None]
    units = {signal.unit for signal in drill}
    assert auto_points(scheme, drill, false).units == auto_points(scheme, kept, false, units=units).units
    taken_out = [line for line in auto_points(scheme, drill, false).lines if line.of and line.of.excluded]
    assert len(taken_out) == len(drill) - len(kept)
    assert all(line.points == 0 for line in taken_out)


@often
@given(schemes(), signals, st.sampled_from(["detect_s", "dispose_s"]), st.integers(0, 20_000))
def test_later_never_earns_more_and_never_is_latest(scheme: Scheme, signal: Signal, clock: str, later: int) -> None:
    def earned(took: Fraction | int | None) -> int:
        (line,) = auto_points(scheme, [dataclasses.replace(signal, **{clock: took})], {}).lines
        return line.points

    took = getattr(signal, clock)
    if took is not None:
        assert earned(took) >= earned(took + later)
    assert earned(took) >= earned(None)


@often
@given(schemes(), signals, alarms)
def test_no_other_unit_notices(scheme: Scheme, signal: Signal, false: dict[str, int]) -> None:
    before, after = auto_points(scheme, [], false, units="ABC"), auto_points(scheme, [signal], false, units="ABC")
    assert {unit for unit in "ABC" if before.units[unit] != after.units[unit]} <= {signal.unit}


@often
@given(st.fractions(max_denominator=10_000), st.sampled_from(ROUNDINGS))
def test_rounding_is_symmetric_and_within_one(amount: Fraction, rounding: Rounding) -> None:
    assert rounded(-amount, rounding) == -rounded(amount, rounding)
    assert abs(rounded(amount, rounding) - amount) < 1


@often
@given(st.fractions())
def test_decimal_text_is_exact(number: Fraction) -> None:
    assert Fraction(decimal_text(number)) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        pytest.param(Fraction(44), "44", id="whole"),
        pytest.param(Fraction(-5, 4), "-1.25", id="negative"),
        pytest.param(Fraction(1, 1000), "0.001", id="small"),
        pytest.param(Fraction(100), "100", id="zeros stay"),
        pytest.param(Fraction(1, 3), "1/3", id="no decimal"),
    ],
)
def test_decimal_text_is_the_shortest(number: Fraction, text: str) -> None:
    assert decimal_text(number) == text


def floats_in(value: object) -> Any:
    if isinstance(value, float):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from floats_in(getattr(value, field.name))
    elif isinstance(value, dict | tuple):
        for part in [*value.values()] if isinstance(value, dict) else value:
            yield from floats_in(part)


def test_floats_would_be_found() -> None:
    """The search must be able to find one."""
    assert list(floats_in(AutoScore({"A": 1.5}, ()))) == [1.5]
