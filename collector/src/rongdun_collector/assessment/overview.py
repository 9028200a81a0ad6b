"""The fleet at a moment, as the console, the API and the metrics show it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from rongdun_collector.assessment.fleet import verdict_changes
from rongdun_collector.assessment.result_set import ResultSet, unpack
from rongdun_collector.store import fleet
from rongdun_collector.store.fleet import Change, Group

KEPT_SETS = 20_000
"""Each is a few kilobytes: rows of verdicts are shared by all sets that have them."""


@dataclass(frozen=True, slots=True)
class HostChange:
    """How a host's result changed: rules that fail now and did not, rules that failed and do not any more."""

    host: str
    hostname: str
    unit: str | None
    changed_at: datetime
    score_before: float | None
    score: float | None
    worse: tuple[str, ...]
    better: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from what it was at a moment."""

    since: datetime
    results: tuple[HostChange, ...]
    enrolled: tuple[tuple[str, str, datetime], ...]
    silent: tuple[tuple[str, str, datetime], ...]


class Overview:
    """Reads the fleet; result sets never change, so those that were read are kept. Any thread may use it."""

    def __init__(self) -> None:
        self._kept: dict[str, ResultSet] = {}
        self._shared: dict[Any, Any] = {}

    def groups(self, connection: Connection, heard_since: datetime) -> tuple[list[Group], dict[str, ResultSet]]:
        """The reporting hosts counted by what they share, and the result sets that they have."""
        found = fleet.groups(connection, heard_since)
        return found, self.sets(connection, {group.result_set for group in found})

    def sets(self, connection: Connection, digests: Collection[str]) -> dict[str, ResultSet]:
        """Result sets by digest."""
        kept = self._kept
        found = {digest: kept[digest] for digest in digests if digest in kept}
        stored = fleet.result_sets(connection, [digest for digest in digests if digest not in found])
        shared = self._shared
        found |= {digest: unpack(data, shared) for digest, data in stored.items()}
        if len(kept) >= KEPT_SETS:
            self._kept, self._shared = found, {}
        elif stored:  # a new dictionary instead of a changed one: other threads may be reading the old one
            self._kept = {**kept, **found}
        return found

    def changes(self, connection: Connection, since: datetime, now: datetime, silent_after: timedelta) -> Changes:
        """What changed between the two moments."""
        found = fleet.changes(connection, since)
        sets = self.sets(connection, {one for change in found for one in (change.before, change.after) if one})
        return Changes(
            since,
            tuple(_change(change, sets) for change in found),
            tuple(fleet.enrolled_since(connection, since)),
            tuple(fleet.fell_silent(connection, since, now, silent_after)),
        )


def _change(change: Change, sets: Mapping[str, ResultSet]) -> HostChange:
    before, after = sets.get(change.before or ""), sets.get(change.after or "")
    worse, better = verdict_changes(before, after)
    return HostChange(
        host=change.host,
        hostname=change.hostname,
        unit=change.unit,
        changed_at=change.changed_at,
        score_before=before.score if before else None,
        score=after.score if after else None,
        worse=worse,
        better=better,
    )
