"""How a look at the wire changes what is known of it; pure, so that the history gives the same again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

WirePresence = Literal["present", "gone", "unknown"]
"""`gone`: silent for longer than the discovery service waits; `unknown`: nobody listens there now."""


class Spot(NamedTuple):
    """A link address on a segment; the segment is named by an interface of the host that watches it."""

    interface: str
    mac: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is known of a spot: its presence is so since `since`; it was there last at `present_at` (None: never)."""

    first_at: datetime
    presence: WirePresence
    since: datetime
    present_at: datetime | None


def fold(known: Mapping[Spot, Sighting], facts: Mapping[str, Any] | None, at: datetime) -> dict[Spot, Sighting]:
    """What is known after a `devices` section that holds from `at` on; None: the section cannot be had.

    A device that the section does not have any more is gone, unless its segment is not watched any more.
    """
    seen = {} if facts is None else _seen(facts)
    watched = set() if facts is None else set(_watched(facts))
    after = {}
    for spot in known.keys() | seen.keys():
        presence = seen.get(spot) or ("gone" if spot.interface in watched else "unknown")
        after[spot] = _moved(known.get(spot), presence, at)
    return after


def _moved(before: Sighting | None, presence: WirePresence, at: datetime) -> Sighting:
    if before is None:
        return Sighting(at, presence, at, at if presence == "present" else None)
    if before.presence == presence:
        return before
    # What was there until now was there last when it was lost.
    present_at = at if "present" in (presence, before.presence) else before.present_at
    return replace(before, presence=presence, since=at, present_at=present_at)


def _seen(facts: Mapping[str, Any]) -> dict[Spot, WirePresence]:
    return {Spot(device["interface"], device["mac"]): _presence(device) for device in facts.get("devices", ())}


def _presence(device: Mapping[str, Any]) -> WirePresence:
    present = device.get("present")
    if isinstance(present, bool):
        return "present" if present else "gone"
    return "unknown"


def _watched(facts: Mapping[str, Any]) -> Iterable[str]:
    if facts.get("listener") != "running":
        return
    # A segment with more devices than are kept may have lost some that are still there.
    for segment in facts.get("segments", ()):
        if segment.get("listening") and not segment.get("full"):
            yield segment["interface"]
