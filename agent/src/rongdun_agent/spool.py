"""What waits on disk for the collector: every change of the host's facts, in order, within a bound.

One SQLite file, written with full synchronisation: what `record` returned from survives kill -9 and power loss. An
entry is one state of the host; its documents are shared by digest. The last acknowledged state stays, so that an
unchanged host writes next to nothing. At the bound the oldest intermediate states are merged into their successor,
which then says how many were lost (`gap`); the state that a drill compares with is kept.
"""

import json
import os
import secrets
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rongdun_agent.state import open_for_owner
from rongdun_contract.documents import Manifest, Section, Survey, canonical_json, manifest, root_digest

BOUND_BYTES = 64 * 2**20
"""Default limit for pending manifests and documents together, compressed."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS epoch (id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entry (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    taken_at TEXT NOT NULL, confirmed_until TEXT NOT NULL, root TEXT NOT NULL, manifest BLOB NOT NULL,
    read_at TEXT NOT NULL,
    gap_from INTEGER, gap_to INTEGER, merged INTEGER NOT NULL DEFAULT 0, acknowledged INTEGER NOT NULL DEFAULT 0,
    drill TEXT, reference TEXT);
CREATE TABLE IF NOT EXISTS document (digest TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS part (
    sequence INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (sequence, digest)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS part_digest ON part (digest);
"""
_LATER_COLUMNS = ("drill", "reference")
"""Of `entry`; a spool that an older agent made gets them."""


@dataclass(frozen=True, slots=True)
class Gap:
    """States `first` to `last` were merged away because the spool was full: `merged` of them."""

    first: int
    last: int
    merged: int


@dataclass(frozen=True, slots=True)
class Watch:
    """A state was recorded while the host watched for this drill, compared with the state of root `reference`."""

    drill: str
    reference: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One state of the host: first seen at `taken_at`, still so at `confirmed_until` (UTC).

    `read_at` names the sections that were read at another time (the walk).
    """

    sequence: int
    taken_at: datetime
    confirmed_until: datetime
    root: str
    manifest: Manifest
    read_at: Mapping[str, datetime]
    gap: Gap | None = None
    watch: Watch | None = None


class Spool:
    """The pending entries of one agent; one process writes at a time, SQLite's lock sees to it."""

    def __init__(self, path: Path, bound_bytes: int = BOUND_BYTES) -> None:
        self._bound = bound_bytes
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (
            path.is_symlink() or not path.exists()
        ):  # closing a file drops every lock that this process has on it: never one that is in use
            os.close(open_for_owner(path, os.O_RDWR))  # SQLite gives the files beside it to whom this one belongs to
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        with self._transaction():
            self._add_later_columns()
            if self._db.execute("SELECT id FROM epoch").fetchone() is None:
                self._db.execute("INSERT INTO epoch VALUES (?)", (secrets.token_hex(8),))

    @property
    def epoch(self) -> str:
        """The random name of this count of sequence numbers; made with the file, so a lost file is a new count."""
        return str(self._db.execute("SELECT id FROM epoch").fetchone()[0])

    def renew_epoch(self) -> None:
        """Begin a new count: somebody else, or a later life of this host, has used the old one."""
        with self._transaction():
            self._db.execute("UPDATE epoch SET id = ?", (secrets.token_hex(8),))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def record(self, survey: Survey, at: datetime, watch: Watch | None = None) -> Entry:
        """Keep a state: a pending entry of the same root is confirmed until `at`, any other root is a new entry."""
        of = manifest(survey)
        with self._transaction():
            sequence = self._keep(of, survey, _read_at(survey, of), at, watch)
        return next(self._entries("WHERE sequence = ?", (sequence,)))

    def amend(
        self, parts: Survey, at: datetime, watch: Watch | None = None, *, if_changed: bool = False
    ) -> Entry | None:
        """Keep the newest state with some sections replaced, as `record` does; None where there is no state yet.

        What others recorded meanwhile stays: newest state and replacement are one transaction. With `if_changed` an
        unchanged host makes no entry, and None is returned as well.
        """
        of = manifest(parts)
        with self._transaction():
            row = self._db.execute(
                "SELECT root, manifest, read_at FROM entry ORDER BY sequence DESC LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            whole = json.loads(zlib.decompress(row[1])) | of
            if if_changed and root_digest(whole) == row[0]:
                return None
            before = {name: then for name, then in json.loads(row[2]).items() if name not in of}
            sequence = self._keep(whole, parts, before | _read_at(parts, of), at, watch)
        return next(self._entries("WHERE sequence = ?", (sequence,)))

    def reference_of(self, drill: str) -> str | None:
        """What a state here was compared with when it was recorded for a drill; None where no such state is left."""
        row = self._db.execute("SELECT reference FROM entry WHERE drill = ? LIMIT 1", (drill,)).fetchone()
        return None if row is None else str(row[0])

    def pending(self) -> tuple[Entry, ...]:
        """All entries that the collector has not acknowledged, oldest first."""
        return tuple(self._entries("WHERE NOT acknowledged ORDER BY sequence", ()))

    def oldest(self) -> Entry | None:
        """The pending entry that is due next, or None when the collector has everything."""
        return next(self._entries("WHERE NOT acknowledged ORDER BY sequence LIMIT 1", ()), None)

    def count(self) -> int:
        """How many entries are pending."""
        return int(self._db.execute("SELECT count(*) FROM entry WHERE NOT acknowledged").fetchone()[0])

    def document(self, digest: str) -> bytes | None:
        """The canonical bytes of a document, or None if no entry here has it."""
        row = self._db.execute("SELECT data FROM document WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else zlib.decompress(row[0])

    def acknowledge(self, sequence: int) -> None:
        """Forget all entries before `sequence` and the documents that only they had; that one itself stays, done."""
        with self._transaction():
            self._drop("sequence < ?", (sequence,))
            self._db.execute("UPDATE entry SET acknowledged = 1 WHERE sequence = ?", (sequence,))

    def size_bytes(self) -> int:
        """What manifests and documents occupy, compressed."""
        documents = self._db.execute("SELECT coalesce(sum(length(data)), 0) FROM document").fetchone()[0]
        return int(documents + self._db.execute("SELECT coalesce(sum(length(manifest)), 0) FROM entry").fetchone()[0])

    def _keep(self, of: Manifest, parts: Survey, read_at: dict[str, str], at: datetime, watch: Watch | None) -> int:
        """Confirm the newest entry or add one: the state of a manifest, of which `parts` are not yet stored."""
        root = root_digest(of)
        newest = self._db.execute(
            "SELECT sequence, root, acknowledged, drill, reference FROM entry ORDER BY sequence DESC LIMIT 1"
        ).fetchone()
        mark = (watch.drill, watch.reference) if watch else (None, None)
        if newest is not None and newest[1:] == (root, 0, *mark):
            self._db.execute("UPDATE entry SET confirmed_until = ? WHERE sequence = ?", (_text(at), newest[0]))
            return int(newest[0])
        row = (_text(at), _text(at), root, zlib.compress(canonical_json(of)), json.dumps(read_at), *mark)
        added = self._db.execute(
            "INSERT INTO entry (taken_at, confirmed_until, root, manifest, read_at, drill, reference) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        sequence = int(added.lastrowid or 0)
        self._store(sequence, of, parts)
        self._merge_to_bound(sequence)
        return sequence

    def _store(self, sequence: int, of: Manifest, parts: Survey) -> None:
        """Keep the documents that are new, and note all that the entry needs."""
        for digest, data in _documents(parts, of):
            if self._db.execute("SELECT 1 FROM document WHERE digest = ?", (digest,)).fetchone() is None:
                self._db.execute("INSERT INTO document VALUES (?, ?)", (digest, zlib.compress(canonical_json(data))))
        needed = {entry[kind] for entry in of.values() for kind in ("facts", "sources") if kind in entry}
        self._db.executemany("INSERT INTO part VALUES (?, ?)", ((sequence, digest) for digest in needed))

    def _merge_to_bound(self, newest: int) -> None:
        """Merge oldest intermediate states away; the oldest pending one, the newest and drills' references stay."""
        if self.size_bytes() > self._bound:
            self._drop("acknowledged AND sequence < ?", (newest,))
        while self.size_bytes() > self._bound:
            row = self._db.execute(
                "SELECT sequence, gap_from, merged FROM entry WHERE sequence < ? "
                "AND sequence > (SELECT min(sequence) FROM entry) AND sequence NOT IN "
                "(SELECT min(sequence) FROM entry WHERE root = reference GROUP BY drill) ORDER BY sequence LIMIT 1",
                (newest,),
            ).fetchone()
            if row is None:
                return
            lost, gap_from, merged = row
            self._db.execute(
                "UPDATE entry SET gap_from = ?, gap_to = coalesce(gap_to, ?), merged = merged + ? "
                "WHERE sequence = (SELECT min(sequence) FROM entry WHERE sequence > ?)",
                (gap_from if gap_from is not None else lost, lost, merged + 1, lost),
            )
            self._drop("sequence = ?", (lost,))

    def _drop(self, where: str, values: tuple[int, ...]) -> None:
        """Remove entries, and the documents that no other entry has; cheap however many others there are."""
        found = self._db.execute(f"SELECT sequence FROM entry WHERE {where}", values).fetchall()  # noqa: S608 - our own three constant clauses
        for gone in found:
            digests = self._db.execute("SELECT digest FROM part WHERE sequence = ?", gone).fetchall()
            self._db.execute("DELETE FROM part WHERE sequence = ?", gone)
            self._db.execute("DELETE FROM entry WHERE sequence = ?", gone)
            self._db.executemany(
                "DELETE FROM document WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM part WHERE digest = ?1)", digests
            )

    def _entries(self, tail: str, values: tuple[int, ...]) -> Iterator[Entry]:
        columns = (
            "sequence, taken_at, confirmed_until, root, manifest, read_at, gap_from, gap_to, merged, drill, reference"
        )
        for row in self._db.execute(f"SELECT {columns} FROM entry {tail}", values):  # noqa: S608 - constant tails
            gap = None if row[6] is None else Gap(row[6], row[7], row[8])
            read_at = {name: _time(text) for name, text in json.loads(row[5]).items()}
            of = json.loads(zlib.decompress(row[4]))
            watch = None if row[9] is None else Watch(row[9], row[10])
            yield Entry(row[0], _time(row[1]), _time(row[2]), row[3], of, read_at, gap, watch)

    def _add_later_columns(self) -> None:
        there = {row[1] for row in self._db.execute("PRAGMA table_info(entry)")}
        for name in _LATER_COLUMNS:
            if name not in there:
                self._db.execute(f"ALTER TABLE entry ADD COLUMN {name} TEXT")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _documents(parts: Survey, of: Manifest) -> Iterable[tuple[str, Any]]:
    """Digest and data of both documents of every section that is here and in the manifest."""
    for name, section in parts.items():
        if name in of and isinstance(section, Section):
            yield section.facts_digest, section.facts
            yield section.sources_digest, section.sources


def _read_at(survey: Survey, of: Manifest) -> dict[str, str]:
    parts = ((name, survey[name]) for name in of)
    return {n: _text(s.taken_at) for n, s in parts if isinstance(s, Section) and s.taken_at is not None}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
