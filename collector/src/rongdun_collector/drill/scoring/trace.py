"""The steps from what happened to points: what people are shown, what auditors recompute."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from fractions import Fraction
from typing import Literal

from rongdun_collector.drill.scoring.exact import decimal_text
from rongdun_collector.drill.scoring.scheme import DetectFrom, Rounding

Part = Literal["detect", "dispose"]
EndedBy = DetectFrom | Literal["gone"]


@dataclass(frozen=True, slots=True)
class Base:
    """What a signal of this severity is worth."""

    severity: str
    points: Fraction
    kind: Literal["base"] = "base"


@dataclass(frozen=True, slots=True)
class NotCounted:
    """So long the host was cut off or its agent blind; the clocks below are without it."""

    seconds: Fraction
    kind: Literal["not_counted"] = "not_counted"


@dataclass(frozen=True, slots=True)
class Clock:
    """One part: `seconds` None when it never came; `limit_s` None when it came after the last limit."""

    part: Part
    ended_by: EndedBy
    seconds: Fraction | None
    limit_s: int | None
    factor: Fraction
    share: Fraction
    amount: Fraction
    kind: Literal["clock"] = "clock"


@dataclass(frozen=True, slots=True)
class Missed:
    """A registered stimulus that nobody saw."""

    points: Fraction
    kind: Literal["missed"] = "missed"


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """How many things of a unit were called what they are not, and what those beyond the allowance cost."""

    count: int
    allowance: int
    each: Fraction
    amount: Fraction
    kind: Literal["false_alarms"] = "false_alarms"


@dataclass(frozen=True, slots=True)
class NotScored:
    """Why there are no points: taken out, marked as false, or of a severity that the scheme does not name."""

    why: Literal["excluded", "false_positive", "no_value"]
    reason: str
    kind: Literal["not_scored"] = "not_scored"


@dataclass(frozen=True, slots=True)
class Frozen:
    """The drill stands still: what came after this moment is not in here."""

    at: datetime
    kind: Literal["frozen"] = "frozen"


@dataclass(frozen=True, slots=True)
class Rounded:
    """The parts added up, and made whole."""

    exact: Fraction
    rounding: Rounding
    points: int
    kind: Literal["rounded"] = "rounded"


Step = Base | NotCounted | Clock | Missed | FalseAlarms | NotScored | Frozen | Rounded


def plain(step: Step) -> Mapping[str, str | int | None]:
    """A step as JSON: exact numbers are decimal text, moments ISO 8601."""
    return {"kind": step.kind} | {
        field.name: _plain(getattr(step, field.name)) for field in fields(step) if field.name != "kind"
    }


def _plain(value: Fraction | datetime | str | int | None) -> str | int | None:
    if isinstance(value, Fraction):
        return decimal_text(value)
    return value.isoformat() if isinstance(value, datetime) else value
