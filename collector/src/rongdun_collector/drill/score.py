"""The points of a drill as it stands: its records, handed to the scheme that it was opened with."""

from collections.abc import Iterator
from fractions import Fraction

from rongdun_collector.drill.records import DrillView, Missed, SignalObject
from rongdun_collector.drill.scoring import AutoScore, Scheme, Signal, auto_points

_MICROSECONDS = 1_000_000
"""In a second: what moments are kept in, so that spans between them are exact in these."""


def score_view(view: DrillView, scheme: Scheme) -> AutoScore:
    """The automatic points of the drill's units, those to whom nothing happened included; a unit taken out has none."""
    out = excluded_units(view)
    alarms = {unit: count for unit, count in view.false_positives.items() if unit not in out}
    return auto_points(scheme, _signals(view), alarms, units=view.drill.units, frozen_at=view.drill.frozen_at)


def excluded_units(view: DrillView) -> dict[str, str]:
    """The units that do not take part as a whole, with the reasons."""
    return {one.unit: one.reason for one in view.exclusions if one.host is None}


def _signals(view: DrillView) -> Iterator[Signal]:
    yield from map(_seen, view.objects)
    yield from map(_missed, view.missed)


def _seen(one: SignalObject) -> Signal:
    return Signal(
        unit=one.unit,
        host=one.host,
        signal=one.signal,
        severity=one.severity,
        key=one.key,
        detect_s=_exact(one.detect_s),
        dispose_s=_exact(one.dispose_s),
        not_counted_s=_exact(one.not_counted_s) or 0,
        false_positive=one.false_positive,
        excluded=one.excluded,
        id=one.id,
    )


def _missed(one: Missed) -> Signal:
    return Signal(
        unit=one.unit,
        host=one.host,
        signal=one.signal,
        severity=one.severity,
        key=one.key,
        missed=True,
        id=one.stimulus,
    )


def _exact(seconds: float | None) -> Fraction | None:
    return None if seconds is None else Fraction(round(seconds * _MICROSECONDS), _MICROSECONDS)
