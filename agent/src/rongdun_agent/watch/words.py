"""A drill and its watcher in words, for `rongdun-agent status`."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

_SILENT = timedelta(minutes=3)


def drill_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What is watched, since when compared with what, and how the watcher fares."""
    drill, watcher = found["drill"], found["watcher"]
    if found["drill_refused"]:
        yield f"No drill    {found['drill_refused']}"
    if drill is None:
        return
    yield f"Drill       {drill['id']} until {drill['until']}, a check-in every {drill['period_s']:g} s"
    yield f"Watched     {', '.join(drill['sections'])}"
    yield from (f"Unwatched   {name}: {why}" for name, why in sorted(drill["problems"].items()))
    yield f"Reference   {drill['reference'] or 'not recorded yet'}"
    if watcher is None:
        yield "Watcher     none yet"
        return
    yield (
        f"Watcher     process {watcher['pid']} since {watcher['since']}, last look {watcher['at']}, "
        f"{watcher['directories']} directories, {watcher['cpu_s']:g} s of processor time"
    )
    yield f"Delivered   {watcher['delivered']} states, the last at {watcher['last_delivery'] or 'no time yet'}"
    yield f"Problem     {watcher['problem'] or 'none'}"
    yield from (f"Untold      {name}: {why}" for name, why in sorted(watcher["untold"].items()))
    yield from (f"Not read    {name}: {error}" for name, error in sorted(watcher["errors"].items()))


def watches_well(found: Mapping[str, Any], now: datetime) -> bool:
    """Whether a watcher lives, and what it tells arrives."""
    watcher = found["watcher"]
    if watcher is None or watcher["problem"]:
        return False
    return now - datetime.fromisoformat(watcher["at"]) < _SILENT + timedelta(seconds=found["drill"]["period_s"])
