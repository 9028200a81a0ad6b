"""The score of a host over time as the points of a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rongdun_collector.store.results import ResultAt

WIDTH, HEIGHT = 720.0, 96.0


@dataclass(frozen=True, slots=True)
class Chart:
    """A line of steps: SVG path, and where it begins and ends in time."""

    path: str
    begins: datetime
    ends: datetime
    width: float = WIDTH
    height: float = HEIGHT


def score_chart(outcomes: Sequence[ResultAt], now: datetime) -> Chart | None:
    """The line through the results, which come latest first; None where there is no more than one score."""
    scored = [one for one in reversed(outcomes) if one.score is not None]
    if len(scored) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    begins = scored[0].valid_from
    whole = max((now - begins).total_seconds(), 1.0)
    steps = [
        f"{WIDTH * (at - begins).total_seconds() / whole:.1f} {HEIGHT * (1 - (one.score or 0) / 100):.1f}"
        for one in scored
        for at in (one.valid_from, one.valid_to or now)
    ]
    return Chart(f"M{'L'.join(steps)}", begins, now)
