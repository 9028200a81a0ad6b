"""The database as one value: `read` and `write` give a connection inside a transaction."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Literal

from sqlalchemy import Connection, Engine, RootTransaction, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from rongdun_collector.errors import CollectorError

Dialect = Literal["sqlite", "postgresql"]
BUSY_TIMEOUT_S = 30
CONNECT_TIMEOUT_S = 10
_WRITES = "rongdun_writes"


class Store:
    """One SQLite file or one PostgreSQL database.

    On SQLite writers of this process queue at a lock instead of polling the file's; other processes wait for the file.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect: Dialect = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        self._turn = threading.Lock() if self.dialect == "sqlite" else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the database; nothing that is done in it stays."""
        with self.engine.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(  # noqa: PLW2901 - the same connection, told how to begin
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, durable when the block is left without an exception."""
        with self._turn, self.engine.connect() as connection, _begun(connection):
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def is_away(error: BaseException) -> bool:
    """Whether an error means that the database does not answer now (down, full, locked), not a mistake of ours."""
    if not isinstance(error, OperationalError):
        return False
    # SQLite calls a statement that it does not understand operational too, by this code.
    return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


def _begun(connection: Connection) -> RootTransaction:
    return connection.execution_options(**{_WRITES: True}).begin()


def open_store(url: str | URL) -> Store:
    """Open `sqlite:///PATH` or `postgresql://...`; nothing is created or migrated here."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return Store(_sqlite(address))
    return Store(
        create_engine(
            address,
            pool_size=10,
            max_overflow=20,
            pool_pre_ping=True,
            pool_timeout=BUSY_TIMEOUT_S,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
        )
    )


def _address(url: str | URL) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise CollectorError(
            "database", "not an address", "use sqlite:///PATH or postgresql://USER@HOST/NAME"
        ) from error
    if address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:"):
        return address.set(drivername="sqlite+pysqlite")
    if address.get_backend_name() == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    raise CollectorError(
        "database", f"{address.drivername} with this path cannot be used", "use an SQLite file or PostgreSQL"
    )


def _sqlite(address: URL) -> Engine:
    engine = create_engine(
        address,
        pool_size=10,
        max_overflow=20,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False, "isolation_level": None},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Durable and readable while written: an acknowledged check-in survives kill -9 and power loss."""
    cursor = connection.cursor()
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that becomes a writer half-way fails at once instead of waiting; so writers say it first.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
