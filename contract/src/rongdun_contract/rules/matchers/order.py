"""At least, at most, between."""

from typing import Any

from rongdun_contract.rules.matchers.matcher import Complaint, Matcher, Test, decided, quoted, refuse_value
from rongdun_contract.rules.types import FactType, Kind

_NUMBERS: frozenset[Kind] = frozenset({"integer", "number"})


def _at_least(bound: float) -> Test:
    return lambda value, _now: decided(value >= bound)


def _at_most(bound: float) -> Test:
    return lambda value, _now: decided(value <= bound)


def _between(bounds: list[float]) -> Test:
    low, high = bounds
    return lambda value, _now: decided(low <= value <= high)


def _refuse_bounds(bounds: Any, fact: FactType) -> Complaint | None:  # noqa: ANN401 - whatever the author wrote
    if not isinstance(bounds, list) or len(bounds) != 2:  # noqa: PLR2004 - low and high
        return Complaint(f"{quoted(bounds)} is no pair of bounds", "write [low, high]")
    complaint = refuse_value(bounds[0], fact) or refuse_value(bounds[1], fact)
    if complaint is None and bounds[0] > bounds[1]:
        return Complaint(f"{bounds[0]} is above {bounds[1]}", f"write [{bounds[1]}, {bounds[0]}]")
    return complaint


AT_LEAST = Matcher(
    takes="number",
    meaning="that much or more",
    on=_NUMBERS,
    refuse=refuse_value,
    build=_at_least,
    render=lambda bound: f">= {quoted(bound)}",
    parameters=frozenset({"integer", "number"}),
)
AT_MOST = Matcher(
    takes="number",
    meaning="that much or less",
    on=_NUMBERS,
    refuse=refuse_value,
    build=_at_most,
    render=lambda bound: f"<= {quoted(bound)}",
    parameters=frozenset({"integer", "number"}),
)
BETWEEN = Matcher(
    takes="`[low, high]`",
    meaning="within the two, both included",
    on=_NUMBERS,
    refuse=_refuse_bounds,
    build=_between,
    render=lambda bounds: f"{quoted(bounds[0])} .. {quoted(bounds[1])}",
)
