"""What a metric is: its name, what it says, its labels, and how its values are read from a snapshot."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from rongdun_collector.metrics.snapshot import Snapshot

Values = Iterable[tuple[tuple[str, ...], float]]


@dataclass(frozen=True, slots=True)
class Metric:
    """A family of series.

    `per_host` says how many of them each reporting host has, `stale` how many of those stay when it falls silent;
    `per_drill` and `per_drill_unit` say how many a drill has at most, and each of its units.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    values: Callable[[Snapshot], Values]
    kind: Literal["gauge", "counter"] = "gauge"
    per_host: int = 0
    stale: int = 0
    per_drill: int = 0
    per_drill_unit: int = 0
