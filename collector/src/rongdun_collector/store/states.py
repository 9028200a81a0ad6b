"""The history of a host's facts: an interval per section, opened and closed by the states that the agent reports."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from rongdun_collector.store.tables.facts import SECTION_INTERVALS
from rongdun_contract.documents import Manifest

_C = SECTION_INTERVALS.c
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SectionAt:
    """Which documents a section was, or why there was none, and since when."""

    schema_number: int | None
    facts: str | None
    sources: str | None
    unavailable: str | None
    valid_from: datetime
    valid_to: datetime | None = None


def record_state(connection: Connection, host: str, manifest: Manifest, at: datetime, sequence: int) -> datetime:
    """Open and close intervals so that the host is at this manifest from `at` on; the moment that was written.

    States come in order, and a clock that was set back must not reorder them: the moment is after the last change of
    every section, those included that come back after they were gone.
    """
    current = sections_at(connection, host, None)
    gone = _last_end(connection, host, manifest.keys() - current.keys())
    moment = max([at, *gone, *(part.valid_from + _INSTANT for part in current.values())])
    changed = {name for name in current.keys() | manifest.keys() if not _same(current.get(name), manifest.get(name))}
    closing = [name for name in changed if name in current]
    if closing:
        ended = _C.host == host, _C.section.in_(closing), _C.valid_to.is_(None)
        connection.execute(update(SECTION_INTERVALS).where(*ended).values(valid_to=moment))
    opening = [_row(host, name, manifest[name], moment, sequence) for name in sorted(changed) if name in manifest]
    if opening:
        connection.execute(insert(SECTION_INTERVALS), opening)
    return moment


def sections_at(connection: Connection, host: str, as_of: datetime | None) -> dict[str, SectionAt]:
    """The sections that a host had at a moment (None: has now), by name."""
    rows = connection.execute(select(SECTION_INTERVALS).where(_C.host == host, _valid(as_of)))
    return {row.section: _section(row) for row in rows}


def current_sections(connection: Connection, hosts: list[str]) -> dict[str, dict[str, SectionAt]]:
    """The sections that each of these hosts has now."""
    found: dict[str, dict[str, SectionAt]] = {host: {} for host in hosts}
    for row in connection.execute(select(SECTION_INTERVALS).where(_C.host.in_(hosts), _C.valid_to.is_(None))):
        found[row.host][row.section] = _section(row)
    return found


def section_history(connection: Connection, host: str, section: str | None, limit: int) -> list[tuple[str, SectionAt]]:
    """The latest intervals of a host's sections (or of one), newest first."""
    wanted = [_C.host == host] if section is None else [_C.host == host, _C.section == section]
    query = select(SECTION_INTERVALS).where(*wanted).order_by(_C.valid_from.desc(), _C.section).limit(limit)
    return [(row.section, _section(row)) for row in connection.execute(query)]


def _valid(as_of: datetime | None) -> Any:  # noqa: ANN401 - a clause of a query
    if as_of is None:
        return _C.valid_to.is_(None)
    return and_(_C.valid_from <= as_of, or_(_C.valid_to.is_(None), _C.valid_to > as_of))


def _last_end(connection: Connection, host: str, sections: Collection[str]) -> list[datetime]:
    """When the last of these sections ended that the host had and has no more; nothing where it had none of them."""
    if not sections:
        return []
    ended = connection.scalar(select(func.max(_C.valid_to)).where(_C.host == host, _C.section.in_(sections)))
    return [] if ended is None else [ended]


def _same(current: SectionAt | None, entry: Mapping[str, Any] | None) -> bool:
    if current is None or entry is None:
        return False
    return (current.schema_number, current.facts, current.sources, current.unavailable) == (
        entry.get("schema"),
        entry.get("facts"),
        entry.get("sources"),
        entry.get("unavailable"),
    )


def _row(host: str, section: str, entry: Mapping[str, Any], at: datetime, sequence: int) -> dict[str, Any]:
    return {
        "host": host,
        "section": section,
        "valid_from": at,
        "schema_number": entry.get("schema"),
        "facts": entry.get("facts"),
        "sources": entry.get("sources"),
        "unavailable": entry.get("unavailable"),
        "sequence": sequence,
    }


def _section(row: Any) -> SectionAt:  # noqa: ANN401 - rows are typed by their columns only
    return SectionAt(row.schema_number, row.facts, row.sources, row.unavailable, row.valid_from, row.valid_to)
