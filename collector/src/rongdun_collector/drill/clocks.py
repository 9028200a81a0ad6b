"""The clocks of a drill, as functions of what was seen and done: no clock of their own, no store."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from rongdun_collector.drill.folding import Episode, Named
from rongdun_collector.drill.records import DetectFrom

REOPEN_WITHIN = timedelta(minutes=30)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Span(NamedTuple):
    """From a moment until before another."""

    since: datetime
    until: datetime


class Occurrence(NamedTuple):
    """An object as it is scored: its episodes, none of which began more than half an hour after the one before went."""

    host: str
    named: Named
    episodes: tuple[Episode, ...]

    @property
    def detected_at(self) -> datetime:
        """When the collector first received it."""
        return self.episodes[0].appeared_at

    @property
    def disposed_at(self) -> datetime | None:
        """The first of two looks in a row without it, and it did not come back since; None: it is there."""
        last = self.episodes[-1]
        return last.missing_at if last.gone_at is not None else None


class Clocked(NamedTuple):
    """What the clocks of an object show, in seconds; `not_counted_s` is what was taken off, or would be so far."""

    detect_s: float | None
    dispose_s: float | None
    not_counted_s: float


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as spans that do not touch, in order."""
    found: list[Span] = []
    for span in sorted(span for span in spans if span.until > span.since):
        if found and span.since <= found[-1].until:
            found[-1] = Span(found[-1].since, max(found[-1].until, span.until))
        else:
            found.append(span)
    return tuple(found)


def shared(of_each: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
    """The time that lies in the spans of every one (of each its own, which do not touch); nothing where there is none.

    What some host did is known to nobody while none of them can be asked.
    """
    if not of_each:
        return ()
    found = tuple(of_each[0])
    for spans in of_each[1:]:
        both = (Span(max(one.since, other.since), min(one.until, other.until)) for one in found for other in spans)
        found = merged(both)
    return found


def overlap(spans: Iterable[Span], since: datetime, until: datetime) -> timedelta:
    """How much of the time between two moments lies in these spans, which do not touch each other."""
    return sum((max(min(span.until, until) - max(span.since, since), timedelta()) for span in spans), timedelta())


def counted_s(since: datetime, until: datetime, blind: Sequence[Span]) -> float:
    """Seconds from one moment to another, without the time that does not count; 0 where the second is the earlier."""
    return max(until - since - overlap(blind, since, until), timedelta()).total_seconds()


def silences(
    gaps: Iterable[Span], first: datetime | None, last: datetime | None, silence: timedelta, as_of: datetime
) -> tuple[Span, ...]:
    """When a host was cut off: before it was first heard of, in its gaps, and since it fell silent."""
    if first is None or last is None:
        return (Span(BEGINNING, as_of),)
    trailing = [Span(last, as_of)] if as_of - last > silence else []
    return merged([Span(BEGINNING, first), *gaps, *trailing])


def stood(episode: Episode, as_of: datetime) -> Episode | None:
    """The episode as it was known at a moment; None where it had not begun."""
    if episode.appeared_at > as_of:
        return None
    missing_at, gone_at = (
        at if at is not None and at <= as_of else None for at in (episode.missing_at, episode.gone_at)
    )
    return replace(episode, missing_at=missing_at, gone_at=gone_at)


def occurrences(host: str, episodes: Iterable[Episode]) -> list[Occurrence]:
    """The objects of a host: what comes back within half an hour is the same, later it is another."""
    found: list[Occurrence] = []
    ordered = sorted(episodes, key=lambda episode: (episode.named, episode.appeared_at))
    for named, same in groupby(ordered, key=lambda episode: episode.named):
        together: list[Episode] = []
        for episode in same:
            if together and not _continues(together[-1], episode):
                found.append(Occurrence(host, named, tuple(together)))
                together = []
            together.append(episode)
        found.append(Occurrence(host, named, tuple(together)))
    return found


def clocked(  # noqa: PLR0913 - all that a clock depends on, by name
    occurrence: Occurrence,
    *,
    t0: datetime,
    acknowledged_at: datetime | None,
    detect_from: DetectFrom,
    blind: Sequence[Span],
    as_of: datetime,
) -> Clocked:
    """The clocks of an object at a moment."""
    detected = occurrence.detected_at if detect_from == "receive" else acknowledged_at
    disposed = occurrence.disposed_at
    return Clocked(
        detect_s=None if detected is None else counted_s(t0, detected, blind),
        dispose_s=None if disposed is None else counted_s(occurrence.detected_at, disposed, blind),
        not_counted_s=overlap(blind, t0, disposed or as_of).total_seconds(),
    )


def _continues(before: Episode, episode: Episode) -> bool:
    return before.missing_at is None or episode.appeared_at - before.missing_at <= REOPEN_WITHIN
