"""The database: one schema on both engines, migrated in whole steps or not at all."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from rongdun_collector.config import Settings
from rongdun_collector.errors import CollectorError
from rongdun_collector.store.migrate import current_revision, migrate, newest_revision, require_current
from rongdun_collector.store.store import Store, open_store
from rongdun_collector.store.tables import METADATA
from rongdun_collector.store.tables.columns import from_microseconds, to_microseconds
from rongdun_collector.store.tables.register import SYSTEMS, UNITS


def test_the_migrations_lead_to_the_schema_that_the_code_uses(store: Store) -> None:
    """A table changed in the code and forgotten in the migrations works in tests of new databases only."""
    with store.write() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    store = open_store(database_url)
    assert migrate(store) == (None, newest_revision())
    assert migrate(store) == (newest_revision(), newest_revision())
    require_current(store)
    store.close()


def test_a_migration_that_fails_leaves_nothing(database_url: str) -> None:
    """Killed or failed half-way, the next attempt finds what it found before."""
    store = open_store(database_url)
    with store.write() as connection:
        connection.execute(text("CREATE TABLE hosts (id TEXT)"))
    with pytest.raises(Exception, match="hosts"):
        migrate(store)
    with store.write() as connection:
        assert current_revision(connection) is None
        connection.execute(text("DROP TABLE hosts"))
    migrate(store)
    require_current(store)
    store.close()


def test_a_database_of_the_future_is_refused(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (migrate, require_current):
        with pytest.raises(CollectorError, match="newer version"):
            attempt(store)


def test_an_old_database_asks_to_be_migrated(database_url: str) -> None:
    store = open_store(database_url)
    with pytest.raises(CollectorError, match="rongdun-collector migrate"):
        require_current(store)
    store.close()


def test_a_write_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(insert(UNITS), [{"id": "a", "name": "甲"}, {"id": "b", "name": "甲"}])
    with store.read() as connection:
        assert connection.execute(select(UNITS)).all() == []


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(UNITS).values(id="a", name="甲"))
    with store.read() as reader:
        assert len(reader.execute(select(UNITS)).all()) == 1
        with store.write() as writer:
            writer.execute(insert(UNITS).values(id="b", name="乙"))
        assert len(reader.execute(select(UNITS)).all()) == 1


def test_writers_take_turns(store: Store) -> None:
    """Read, add one, write: nothing is lost when many threads do it, and nobody fails because another writes."""
    with store.write() as connection:
        connection.execute(insert(UNITS).values(id="n", name="0"))
    failures: list[BaseException] = []

    def add() -> None:
        try:
            for _ in range(10):
                with store.write() as connection:
                    name = connection.scalar(select(UNITS.c.name).where(UNITS.c.id == "n").with_for_update())
                    connection.execute(UNITS.update().values(name=str(int(name or 0) + 1)))
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with store.read() as connection:
        assert connection.scalar(select(UNITS.c.name)) == "80"


def test_an_unknown_unit_is_refused_by_the_database_itself(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(insert(SYSTEMS).values(id="x", name="x", unit="nobody", level=3, critical=False))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 1, 8, 0, 0, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
)
def test_a_moment_survives_to_the_microsecond(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment


def test_a_moment_is_kept_whatever_its_zone() -> None:
    shanghai = datetime(2026, 3, 1, 16, 0, tzinfo=timezone(timedelta(hours=8)))
    assert from_microseconds(to_microseconds(shanghai)) == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def test_sqlite_is_durable(tmp_path: Path) -> None:
    """What a host was told is acknowledged must survive the power cut that follows."""
    store = open_store(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with store.write() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2}
    store.close()


def test_postgresql_is_as_durable_as_its_owner_has_made_it(store: Store) -> None:
    """An acknowledgement means a commit on disk; nothing of ours may trade that for speed."""
    if store.dialect != "postgresql":
        return
    asked = text("SELECT setting, reset_val FROM pg_settings WHERE name = 'synchronous_commit'")
    with store.write() as connection:
        row = connection.execute(asked).one()
        assert row.setting == row.reset_val


@pytest.mark.parametrize("url", ["", "hello", "sqlite://", "sqlite:///:memory:", "mysql://h/x", "postgresql"])
def test_an_address_that_is_none_is_refused_in_words(url: str) -> None:
    with pytest.raises(CollectorError, match=r"database: .*: use "):
        open_store(url)


def test_a_folder_with_strange_characters_is_only_a_folder(tmp_path: Path) -> None:
    odd = tmp_path / "a b%20#?&榕"
    odd.mkdir()
    store = open_store(Settings(data=odd).database_url)
    migrate(store)
    store.close()
    assert sqlite3.connect(odd / "rongdun.sqlite").execute("SELECT count(*) FROM hosts").fetchone() == (0,)
