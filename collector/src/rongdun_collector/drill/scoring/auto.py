"""Automatic points: signals with their clocks in, whole points for units out, each with its steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from rongdun_collector.drill.scoring.rounding import rounded
from rongdun_collector.drill.scoring.scheme import AutoSignals, Scheme, StepTable
from rongdun_collector.drill.scoring.trace import (
    Base,
    Clock,
    EndedBy,
    FalseAlarms,
    Frozen,
    Missed,
    NotCounted,
    NotScored,
    Part,
    Rounded,
    Step,
)
from rongdun_contract.rules.rule import Severity


@dataclass(frozen=True, slots=True)
class Signal:
    """An object that a signal named on a host, or (`missed`) a registered stimulus that none did.

    `id` is whatever names it outside. `detect_s` and `dispose_s` are None while it is not detected or not gone, and
    `not_counted_s` is off them already.
    """

    unit: str
    host: str | None
    signal: str
    severity: Severity
    key: str
    detect_s: Fraction | int | None = None
    dispose_s: Fraction | int | None = None
    not_counted_s: Fraction | int = 0
    missed: bool = False
    false_positive: bool = False
    excluded: str | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class PointLine:
    """Points of a unit and the steps to them; `of` is None for what the unit as a whole loses by false alarms."""

    unit: str
    of: Signal | None
    points: int
    trace: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class AutoScore:
    """Points by unit, each the sum of its lines; lines are in an order of their own, whatever order signals came in."""

    units: Mapping[str, int]
    lines: tuple[PointLine, ...]


def auto_points(
    scheme: Scheme,
    signals: Iterable[Signal],
    false_positives: Mapping[str, int],
    *,
    units: Iterable[str] = (),
    frozen_at: datetime | None = None,
) -> AutoScore:
    """The automatic points of all units; those of `units` stand there even when nothing happened to them."""
    first = () if frozen_at is None else (Frozen(frozen_at),)
    lines = [_line(scheme, signal, first) for signal in sorted(signals, key=_order)]
    lines += [_false_alarms(scheme, unit, count, first) for unit, count in sorted(false_positives.items()) if count > 0]
    totals = dict.fromkeys(sorted({*units, *(line.unit for line in lines)}), 0)
    for line in lines:
        totals[line.unit] += line.points
    return AutoScore(totals, tuple(lines))


def _order(signal: Signal) -> tuple[object, ...]:
    """Total: two signals that are equal by it are equal."""
    place = signal.unit, signal.host or "", signal.host is None, signal.signal, signal.key, signal.severity, signal.id
    clocks = _known(signal.detect_s), _known(signal.dispose_s), signal.not_counted_s
    return *place, *clocks, signal.missed, signal.false_positive, signal.excluded is None, signal.excluded or ""


def _known(seconds: Fraction | int | None) -> tuple[bool, Fraction | int]:
    return seconds is not None, 0 if seconds is None else seconds


def _line(scheme: Scheme, signal: Signal, first: tuple[Step, ...]) -> PointLine:
    why = _not_scored(scheme.auto, signal)
    if why is not None:
        return PointLine(signal.unit, signal, 0, (*first, why))
    steps = (Missed(scheme.auto.missed),) if signal.missed else _earned(scheme.auto, signal)
    return _finished(scheme, PointLine(signal.unit, signal, 0, (*first, *steps)), sum(map(_amount, steps), Fraction()))


def _not_scored(auto: AutoSignals, signal: Signal) -> NotScored | None:
    if signal.excluded is not None:
        return NotScored("excluded", signal.excluded)
    if signal.false_positive:
        return NotScored("false_positive", "")
    if not signal.missed and signal.severity not in auto.points:
        return NotScored("no_value", signal.severity)
    return None


def _earned(auto: AutoSignals, signal: Signal) -> tuple[Step, ...]:
    base = auto.points[signal.severity]
    lost = (NotCounted(Fraction(signal.not_counted_s)),) if signal.not_counted_s else ()
    detect = _clock(base, "detect", auto.detect_from, auto.detect, auto.split.detect, signal.detect_s)
    dispose = _clock(base, "dispose", "gone", auto.dispose, auto.split.dispose, signal.dispose_s)
    return (Base(signal.severity, base), *lost, detect, dispose)


def _clock(  # noqa: PLR0913, PLR0917 - a row of the trace has as many columns
    base: Fraction,
    part: Part,
    ended_by: EndedBy,
    table: StepTable,
    share: Fraction,
    took: Fraction | int | None,
) -> Clock:
    if took is None:
        return Clock(part, ended_by, None, None, Fraction(), share, Fraction())
    seconds = Fraction(took)
    limit, factor = table.step(seconds)
    return Clock(part, ended_by, seconds, limit, factor, share, base * share * factor)


def _amount(step: Step) -> Fraction:
    if isinstance(step, Clock | FalseAlarms):
        return step.amount
    return step.points if isinstance(step, Missed) else Fraction()


def _false_alarms(scheme: Scheme, unit: str, count: int, first: tuple[Step, ...]) -> PointLine:
    terms = scheme.auto.false_positive
    amount = terms.each * max(0, count - terms.allowance)
    steps = (*first, FalseAlarms(count, terms.allowance, terms.each, amount))
    return _finished(scheme, PointLine(unit, None, 0, steps), amount)


def _finished(scheme: Scheme, line: PointLine, exact: Fraction) -> PointLine:
    points = rounded(exact, scheme.rounding)
    return PointLine(line.unit, line.of, points, (*line.trace, Rounded(exact, scheme.rounding, points)))
