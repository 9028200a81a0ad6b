"""What most commands begin with: where the database is, that its schema is ours, and which packs are let in."""

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from rongdun_collector.config import Settings, read_settings
from rongdun_collector.errors import CollectorError
from rongdun_collector.signed_packs import Trust
from rongdun_collector.store.migrate import migrate, require_current
from rongdun_collector.store.store import Store, open_store


def add_database_arguments(parser: argparse.ArgumentParser) -> None:
    """--data and --database."""
    parser.add_argument("--data", type=Path, help="folder of the SQLite database and of tls/ (default rongdun-data)")
    parser.add_argument("--database", help="sqlite:///PATH or postgresql://USER@HOST/NAME instead")


def add_trust_arguments(parser: argparse.ArgumentParser) -> None:
    """--pack-keys and --require-signed-packs."""
    parser.add_argument("--pack-keys", type=Path, help="folder of public keys, *.pub (default /etc/rongdun/keys.d)")
    parser.add_argument(
        "--require-signed-packs", action="store_true", default=None, help="refuse --packs that are not signed"
    )


def trust_of(settings: Settings) -> Trust:
    """Which packs may be used, now."""
    return Trust(settings.pack_keys, settings.data, settings.require_signed_packs, utc_now())


def settings_of(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """Settings from the command line and the environment."""
    return read_settings(vars(options), environment)


@contextmanager
def opened(settings: Settings, *, migrating: bool = False) -> Iterator[Store]:
    """The database; CollectorError where it cannot be used.

    Its schema is brought up to date where it is SQLite, else only when `migrating`: who runs PostgreSQL decides when.
    """
    if settings.database is None:
        _make_folder(settings.data)
    store = open_store(settings.database_url)
    try:
        with _readable_errors():
            if migrating or store.dialect == "sqlite":
                migrate(store)
            else:
                require_current(store)
        yield store
    finally:
        store.close()


@contextmanager
def _readable_errors() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        what = f"cannot be used: {str(error.orig).strip().splitlines()[0]}"
        raise CollectorError("database", what, "check --database, --data, and who may write there") from error


def utc_now() -> datetime:
    """The clock of the commands."""
    return datetime.now(UTC)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CollectorError(
            str(path), f"cannot be made: {error.strerror}", "name another folder with --data"
        ) from error
