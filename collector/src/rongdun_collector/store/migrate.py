"""Bring a database to the schema of this version, or say why that cannot be."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from rongdun_collector.errors import CollectorError
from rongdun_collector.store.store import Store

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(store: Store) -> tuple[str | None, str]:
    """Take all steps that are missing, in one transaction; the revision before and after."""
    with store.write() as connection:
        before = current_revision(connection)
        _refuse_newer(before)
        command.upgrade(_config(connection), "head")
    return before, newest_revision()


def require_current(store: Store) -> None:
    """CollectorError unless the database has the schema of this version."""
    with store.read() as connection:
        found = current_revision(connection)
    _refuse_newer(found)
    if found != newest_revision():
        raise CollectorError("database", "its schema is older than this version", "run: rongdun-collector migrate")


def current_revision(connection: Connection) -> str | None:
    """The step that the database is at; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The last step of this version."""
    head = _scripts().get_current_head()
    if head is None:
        raise AssertionError("the package has no migrations")
    return head


def _refuse_newer(revision: str | None) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise CollectorError(
            "database",
            f"its schema ({revision}) is of a newer version",
            "install that version; a schema never goes back",
        )


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_SCRIPTS))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
