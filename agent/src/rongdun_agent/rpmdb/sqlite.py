"""rpm's SQLite database (rpmdb.sqlite), read without leaving a trace beside it."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

from rongdun_agent.rpmdb.header import MalformedDatabase

_SIZES = ((16, 2), (24, 4), (28, 4), (92, 4))
"""Where a database's header has its page size, change counter, number of pages, and the counter they are valid for."""
_ALL = "SELECT blob FROM Packages ORDER BY hnum"
_WITH_FILE = "SELECT blob FROM Packages WHERE hnum IN (SELECT hnum FROM Basenames WHERE key = ?) ORDER BY hnum"


def read_sqlite(path: Path, base_names: Collection[str] | None = None) -> Iterator[bytes]:
    """Each header's bytes, in the order of installation; `path` is the file on disk, beside it SQLite's own files.

    With `base_names` only packages that brought a file of such a name: rpm keeps an index of them.

    Where a write-ahead log holds rows, SQLite must merge it (`mode=ro`). Where it holds none, the database file alone
    is complete, and `immutable` reads it as it lies: `mode=ro` would have to create files beside it, which it cannot
    on a read-only mount and which we never do.
    """
    pending = _pending(path)
    before = path.stat()
    mode = "mode=ro" if pending else "immutable=1"
    queries = [(_ALL, ())] if base_names is None else [(_WITH_FILE, (name,)) for name in sorted(base_names)]
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=2)) as connection:
            for query in queries:
                for (blob,) in connection.execute(*query):
                    if not isinstance(blob, bytes):
                        raise MalformedDatabase("a row without a header")
                    yield blob
    except sqlite3.Error as error:
        raise MalformedDatabase(f"SQLite says: {error}") from error
    after = path.stat()
    if not pending and after.st_size < _promised_size(path):
        raise MalformedDatabase("ends before its last page")
    if not pending and (_pending(path) or (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size)):
        raise MalformedDatabase("changed while it was read")


def _promised_size(path: Path) -> int:
    """What the file's header says that it holds, where it says so; SQLite itself notices only a page that it needs."""
    with path.open("rb") as file:
        header = file.read(100)
    page_size, changes, pages, pages_valid_for = (int.from_bytes(header[at : at + width]) for at, width in _SIZES)
    return (65536 if page_size == 1 else page_size) * pages if changes == pages_valid_for else 0


def _pending(path: Path) -> bool:
    """Whether SQLite's files beside the database hold anything of it: a write-ahead log, or a journal to roll back."""
    return any(_size(path.with_name(path.name + suffix)) for suffix in ("-wal", "-journal"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
