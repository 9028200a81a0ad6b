"""Documents by digest: stored once for all hosts, verbatim, compressed."""

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, text

from rongdun_collector.store.tables.columns import to_microseconds
from rongdun_collector.store.tables.drills import DRILL_HOSTS, DRILL_JOURNAL
from rongdun_collector.store.tables.facts import DOCUMENTS, MANIFESTS, SECTION_INTERVALS
from rongdun_collector.store.tables.hosts import HOST_STATES
from rongdun_contract.documents import Manifest, canonical_json

KEEP_UNUSED = timedelta(days=1)
"""A document that no state refers to is a delivery under way, or one that was given up."""

_PORTION = 500
_STORE_DOCUMENT = text(
    "INSERT INTO documents (digest, data, size_bytes, stored_at) VALUES (:digest, :data, :size, :at) "
    "ON CONFLICT (digest) DO NOTHING"
)
_STORE_MANIFEST = text(
    "INSERT INTO manifests (root, data, stored_at) VALUES (:root, :data, :at) ON CONFLICT (root) DO NOTHING"
)


def packed(documents: Mapping[str, bytes], now: datetime) -> list[dict[str, Any]]:
    """Documents under their digests (which the caller has verified) as rows; made before others wait for the writer."""
    return [
        {
            "digest": bytes.fromhex(digest),
            "data": zlib.compress(data),
            "size": len(data),
            "at": to_microseconds(now),
        }
        for digest, data in sorted(documents.items())
    ]


def store_documents(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep packed documents; those that are there stay as they are."""
    if rows:
        connection.execute(_STORE_DOCUMENT, rows)


def missing_documents(connection: Connection, digests: Collection[str]) -> tuple[str, ...]:
    """Those of the digests that are not stored; the others cannot be swept until the transaction ends."""
    wanted = sorted(set(digests))
    there: set[str] = set()
    for portion in _portions(wanted):
        found = select(DOCUMENTS.c.digest).where(DOCUMENTS.c.digest.in_(portion)).with_for_update(key_share=True)
        there.update(connection.scalars(found))
    return tuple(digest for digest in wanted if digest not in there)


def load_documents(connection: Connection, digests: Collection[str]) -> dict[str, bytes]:
    """The bytes as they were sent, by digest; digests that are not stored are left out."""
    documents: dict[str, bytes] = {}
    for portion in _portions(sorted(set(digests))):
        rows = connection.execute(select(DOCUMENTS.c.digest, DOCUMENTS.c.data).where(DOCUMENTS.c.digest.in_(portion)))
        documents.update((row.digest, zlib.decompress(row.data)) for row in rows)
    return documents


def store_manifest(connection: Connection, root: str, manifest: Manifest, now: datetime) -> None:
    """Keep a manifest, so that a host that returns to this state needs to send its root only."""
    row = {"root": bytes.fromhex(root), "data": zlib.compress(canonical_json(manifest)), "at": to_microseconds(now)}
    connection.execute(_STORE_MANIFEST, row)


def load_manifest(connection: Connection, root: str) -> bytes | None:
    """The canonical bytes of a manifest, or None."""
    data = connection.scalar(select(MANIFESTS.c.data).where(MANIFESTS.c.root == root))
    return None if data is None else zlib.decompress(data)


def sweep(connection: Connection, now: datetime) -> int:
    """Delete documents that nothing refers to, and manifests that no host is at, both once they are a day old.

    Manifests of drills stay: what was found in a drill can be found again from them and the history.
    """
    old = now - KEEP_UNUSED
    used = select(SECTION_INTERVALS.c.host).where(
        (SECTION_INTERVALS.c.facts == DOCUMENTS.c.digest) | (SECTION_INTERVALS.c.sources == DOCUMENTS.c.digest)
    )
    gone = connection.execute(delete(DOCUMENTS).where(DOCUMENTS.c.stored_at < old, ~used.exists()))
    current = select(HOST_STATES.c.host).where(HOST_STATES.c.root == MANIFESTS.c.root)
    pinned = select(DRILL_HOSTS.c.host).where(DRILL_HOSTS.c.reference == MANIFESTS.c.root)
    looked_at = select(DRILL_JOURNAL.c.host).where(DRILL_JOURNAL.c.root == MANIFESTS.c.root)
    unused = [~query.exists() for query in (current, pinned, looked_at)]
    connection.execute(delete(MANIFESTS).where(MANIFESTS.c.stored_at < old, *unused))
    return gone.rowcount


def totals(connection: Connection) -> tuple[int, int]:
    """How many documents there are, and their bytes uncompressed."""
    row = connection.execute(select(func.count(), func.coalesce(func.sum(DOCUMENTS.c.size_bytes), 0))).one()
    return int(row[0]), int(row[1])


def _portions(values: list[str]) -> Iterable[list[str]]:
    return (values[at : at + _PORTION] for at in range(0, len(values), _PORTION))
