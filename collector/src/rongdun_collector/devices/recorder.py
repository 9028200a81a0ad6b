"""Counts the looks of discovery services in, as they come; several collectors may do so over one database."""

import json
from collections.abc import Collection

from rongdun_collector.devices.sightings import fold
from rongdun_collector.store import devices, documents
from rongdun_collector.store.store import Store


def record_looks(store: Store, hosts: Collection[str] | None = None) -> int:
    """Count in what these hosts (None: all) have seen since last time; how many hosts had something."""
    with store.read() as connection:
        due = devices.due_observers(connection, hosts)
    for host in due:
        _record(store, host)
    return len(due)


def _record(store: Store, host: str) -> None:
    with store.write() as connection:
        looks = devices.looks_to_fold(connection, host)
        if not looks:
            return
        stored = documents.load_documents(connection, {look.facts for look in looks if look.facts is not None})
        before = after = devices.sightings_of(connection, host)
        for look in looks:
            data = None if look.facts is None else stored.get(look.facts)
            after = fold(after, None if data is None else json.loads(data), look.at)
        changed = {spot: one for spot, one in after.items() if before.get(spot) != one}
        devices.store_fold(connection, host, changed, looks[-1].at)
