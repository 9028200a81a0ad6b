"""From looks to episodes: when each object was there. Folding look by look, or all at once, comes to the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

NAMELESS = "host"
"""The key of what a signal finds on a host where its rule names no elements."""


class Named(NamedTuple):
    """An object on a host: the signal that names it, and its key."""

    signal: str
    key: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a signal said in one look: the keys it named, and why it could not tell of others (`unknown`), or of any.

    `cut_short`: there were more keys than are listed, so that one that is missing here may be there all the same.
    """

    keys: frozenset[str] = frozenset()
    unknown: str | None = None
    cut_short: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A moment at which a host was looked at, and what each signal said then; `taken_at` is the agent's clock."""

    at: datetime
    taken_at: datetime
    told: Mapping[str, Told]


@dataclass(frozen=True, slots=True)
class Episode:
    """An object from its first look to its last; `missing_at` and `gone_at` are the first and second look without."""

    named: Named
    appeared_at: datetime
    seen_at: datetime
    missing_at: datetime | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Blindness:
    """A time in which a signal could not be told; `until` None: it still cannot.

    `key`: it named other objects meanwhile, and could not tell about this one.
    """

    signal: str
    since: datetime
    reason: str
    until: datetime | None = None
    key: str | None = None


Untold = tuple[str, str | None]
"""What could not be told: a signal, or one of its objects by its key."""


class Folded(NamedTuple):
    """Everything that is not over yet, and what ended meanwhile."""

    there: Mapping[Named, Episode]
    blind: Mapping[Untold, Blindness]
    ended: tuple[Episode, ...] = ()
    cleared: tuple[Blindness, ...] = ()


def fold(before: Folded, looks: Iterable[Look]) -> Folded:
    """What is so after some more looks, which come in order of time."""
    there, blind = dict(before.there), dict(before.blind)
    ended, cleared = list(before.ended), list(before.cleared)
    for look in looks:
        for signal, told in look.told.items():
            _appear(there, signal, told, look)
            cleared += _doubt(blind, _untold(there, signal, told), signal, told, look.at)
            if told.unknown is None and not told.cut_short:
                ended += _go(there, signal, told, look.at)
    return Folded(there, blind, tuple(ended), tuple(cleared))


def _untold(there: Mapping[Named, Episode], signal: str, told: Told) -> frozenset[Untold]:
    """What a look could not tell: all of the signal, or of its objects those that it does not name."""
    if told.unknown is None:
        return frozenset()
    if not told.keys:
        return frozenset({(signal, None)})
    return frozenset(named for named in there if named.signal == signal and named.key not in told.keys)


def _doubt(
    blind: dict[Untold, Blindness], untold: frozenset[Untold], signal: str, told: Told, at: datetime
) -> list[Blindness]:
    """Note what cannot be told from now on; what is over of that."""
    over = [place for place in blind if place[0] == signal and place not in untold and (signal, None) not in untold]
    cleared = [replace(blind.pop(place), until=at) for place in over]
    for _, key in sorted(untold, key=str):
        blind.setdefault((signal, key), Blindness(signal, at, told.unknown or "undecided", key=key))
    return cleared


def _appear(there: dict[Named, Episode], signal: str, told: Told, look: Look) -> None:
    for key in told.keys:
        named = Named(signal, key)
        found = there.get(named)
        there[named] = Episode(named, look.at, look.taken_at) if found is None else replace(found, missing_at=None)


def _go(there: dict[Named, Episode], signal: str, told: Told, at: datetime) -> list[Episode]:
    ended = []
    for named in [named for named in there if named.signal == signal and named.key not in told.keys]:
        if there[named].missing_at is None:
            there[named] = replace(there[named], missing_at=at)
        else:
            ended.append(replace(there.pop(named), gone_at=at))
    return ended
