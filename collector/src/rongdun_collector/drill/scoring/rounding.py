"""Amounts become whole once, on the magnitude, keeping the sign: a deduction is rounded as a gain is."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil, floor
from types import MappingProxyType

from rongdun_collector.drill.scoring.scheme import Rounding

ROUNDINGS: Mapping[Rounding, Callable[[Fraction], int]] = MappingProxyType(
    {
        "ceil": ceil,
        "floor": floor,
        "half_up": lambda magnitude: floor(magnitude + Fraction(1, 2)),
        "half_even": round,
    }
)


def rounded(amount: Fraction, rounding: Rounding) -> int:
    """The whole number that stands for an amount."""
    magnitude = ROUNDINGS[rounding](abs(amount))
    return -magnitude if amount < 0 else magnitude
