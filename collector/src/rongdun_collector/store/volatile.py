"""What changes by itself: the latest of each volatile section of a host, and when it was so."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text, update

from rongdun_collector.store.tables.columns import to_microseconds
from rongdun_collector.store.tables.facts import VOLATILE_SECTIONS
from rongdun_collector.store.tables.hosts import HOST_STATES
from rongdun_contract.documents import canonical_json, digest
from rongdun_contract.wire import Missing, Volatile, VolatileSection

_C = VOLATILE_SECTIONS.c
_STORE = text(
    "INSERT INTO volatile_sections "
    "(host, section, taken_at, schema_number, facts, facts_data, sources_data, unavailable) "
    "VALUES (:host, :section, :taken_at, :schema_number, :facts, :facts_data, :sources_data, :unavailable) "
    "ON CONFLICT (host, section) DO UPDATE SET taken_at = excluded.taken_at, schema_number = excluded.schema_number, "
    "facts = excluded.facts, facts_data = excluded.facts_data, sources_data = excluded.sources_data, "
    "unavailable = excluded.unavailable WHERE volatile_sections.taken_at < excluded.taken_at"
)


@dataclass(frozen=True, slots=True)
class VolatileAt:
    """A volatile section as it was at `taken_at`: its documents' bytes, or why there is none."""

    taken_at: datetime
    schema_number: int | None
    facts_digest: str | None
    facts: bytes | None
    sources: bytes | None
    unavailable: str | None


def packed(host: str, sent: Volatile, now: datetime) -> list[dict[str, Any]]:
    """The sections as rows, made before others wait for the writer; ValueError for a number that JSON does not have."""
    return [_row(host, name, part, sent.taken_at, now) for name, part in sorted(sent.sections.items())]


def store_volatile(connection: Connection, host: str, rows: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Keep packed sections unless younger ones are there already."""
    if rows:
        connection.execute(_STORE, rows)
        connection.execute(update(HOST_STATES).where(HOST_STATES.c.host == host).values(volatile_at=at))


def volatile_sections(
    connection: Connection, hosts: Collection[str], sections: Collection[str] | None = None
) -> dict[str, dict[str, VolatileAt]]:
    """The latest volatile sections of these hosts, by host and name."""
    wanted = [_C.host.in_(hosts)] if sections is None else [_C.host.in_(hosts), _C.section.in_(sections)]
    found: dict[str, dict[str, VolatileAt]] = {host: {} for host in hosts}
    for row in connection.execute(select(VOLATILE_SECTIONS).where(*wanted)):
        found[row.host][row.section] = VolatileAt(
            row.taken_at,
            row.schema_number,
            row.facts,
            None if row.facts_data is None else zlib.decompress(row.facts_data),
            None if row.sources_data is None else zlib.decompress(row.sources_data),
            row.unavailable,
        )
    return found


def _row(host: str, name: str, part: VolatileSection | Missing, taken_at: datetime, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "host": host,
        "section": name,
        "taken_at": to_microseconds(min(taken_at, now)),
        "schema_number": None,
        "facts": None,
        "facts_data": None,
        "sources_data": None,
        "unavailable": None,
    }
    if isinstance(part, Missing):
        return row | {"unavailable": part.unavailable}
    facts = canonical_json(part.facts)
    return row | {
        "taken_at": to_microseconds(min(part.taken_at, now)),
        "schema_number": part.schema_number,
        "facts": bytes.fromhex(digest(facts)),
        "facts_data": zlib.compress(facts),
        "sources_data": zlib.compress(canonical_json(part.sources)),
    }
