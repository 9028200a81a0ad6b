"""What happened in a drill, one thing after the other."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from rongdun_collector.drill.records import Act, DrillView, SignalObject


class Change(NamedTuple):
    """Something that was found or is gone (`object`), or that somebody did (`act`)."""

    at: datetime
    what: Literal["detected", "disposed", "acted"]
    object: SignalObject | None = None
    act: Act | None = None


def changes_of(view: DrillView, acts: Iterable[Act], since: datetime | None) -> list[Change]:
    """All changes after a moment (None: all), the latest first."""
    found = [change for change in _all(view, acts) if since is None or change.at > since]
    return sorted(found, key=lambda change: change.at, reverse=True)


def _all(view: DrillView, acts: Iterable[Act]) -> Iterator[Change]:
    for one in view.objects:
        yield Change(one.detected_at, "detected", object=one)
        if one.disposed_at is not None:
            yield Change(one.disposed_at, "disposed", object=one)
    for act in acts:
        yield Change(act.at, "acted", act=act)
