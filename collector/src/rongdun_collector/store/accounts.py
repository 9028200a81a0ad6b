"""Administrators, their sessions, and keys for programs that read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from rongdun_collector.secret import new_secret, secret_digest
from rongdun_collector.store.tables.access import ADMINISTRATORS, READ_KEYS, SESSIONS

TRUSTED_FAILURES = 5
LOCKS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15))
"""After five wrong passwords in a row an account is locked, for longer each time; the right one at last clears it."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """An account; `password` is argon2's own text."""

    name: str
    password: str
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in; `form_token` must come back with every form."""

    administrator: str
    form_token: str
    seen_at: datetime


def any_administrator(connection: Connection) -> bool:
    """Whether somebody could sign in at all."""
    return connection.scalar(select(ADMINISTRATORS.c.name).limit(1)) is not None


def put_administrator(connection: Connection, name: str, password: str, now: datetime) -> bool:
    """Make an account, or give one a new password (which ends its sessions); whether it is new."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.administrator == name))
    values = {"password": password, "failures": 0, "locked_until": None}
    changed = connection.execute(update(ADMINISTRATORS).where(ADMINISTRATORS.c.name == name).values(**values))
    if changed.rowcount:
        return False
    connection.execute(insert(ADMINISTRATORS).values(name=name, created_at=now, **values))
    return True


def remove_administrator(connection: Connection, name: str) -> bool:
    """End an account and its sessions; whether there was one."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.administrator == name))
    return connection.execute(delete(ADMINISTRATORS).where(ADMINISTRATORS.c.name == name)).rowcount == 1


def list_administrators(connection: Connection) -> list[str]:
    """Their names."""
    return list(connection.scalars(select(ADMINISTRATORS.c.name).order_by(ADMINISTRATORS.c.name)))


def find_administrator(connection: Connection, name: str) -> Administrator | None:
    """The account of this name."""
    row = connection.execute(select(ADMINISTRATORS).where(ADMINISTRATORS.c.name == name)).first()
    return None if row is None else Administrator(row.name, row.password, row.locked_until)


def note_failure(connection: Connection, name: str, now: datetime) -> None:
    """One wrong password more."""
    here, failures = ADMINISTRATORS.c.name == name, ADMINISTRATORS.c.failures
    connection.execute(update(ADMINISTRATORS).where(here).values(failures=failures + 1))
    beyond = (connection.scalar(select(failures).where(here)) or 0) - TRUSTED_FAILURES
    if beyond >= 0:
        locked_until = now + LOCKS[min(beyond, len(LOCKS) - 1)]
        connection.execute(update(ADMINISTRATORS).where(here).values(locked_until=locked_until))


def open_session(connection: Connection, name: str, now: datetime) -> str:
    """A new session's secret; past failures are forgotten."""
    here = update(ADMINISTRATORS).where(ADMINISTRATORS.c.name == name)
    connection.execute(here.values(failures=0, locked_until=None))
    secret = new_secret()
    values = {"secret": secret_digest(secret), "administrator": name, "form_token": new_secret()}
    connection.execute(insert(SESSIONS).values(created_at=now, seen_at=now, **values))
    return secret


def find_session(connection: Connection, secret: str, used_since: datetime) -> Session | None:
    """The session with this secret, unless it has been idle since before that moment."""
    columns = SESSIONS.c
    row = connection.execute(
        select(SESSIONS).where(columns.secret == secret_digest(secret), columns.seen_at >= used_since)
    ).first()
    return None if row is None else Session(row.administrator, row.form_token, row.seen_at)


def touch_session(connection: Connection, secret: str, now: datetime) -> None:
    """The session was used."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.secret == secret_digest(secret)).values(seen_at=now))


def close_session(connection: Connection, secret: str) -> None:
    """Sign out."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.secret == secret_digest(secret)))


def sweep_sessions(connection: Connection, idle_since: datetime) -> None:
    """Forget sessions that have ended by themselves."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.seen_at < idle_since))


def put_read_key(connection: Connection, name: str, now: datetime) -> str:
    """A new key of this name; an older one of the same name is worth nothing from now on."""
    connection.execute(delete(READ_KEYS).where(READ_KEYS.c.name == name))
    secret = new_secret()
    connection.execute(insert(READ_KEYS).values(name=name, secret=secret_digest(secret), created_at=now))
    return secret


def revoke_read_key(connection: Connection, name: str, now: datetime) -> bool:
    """The key is worth nothing from now on; whether there was one."""
    living = READ_KEYS.c.name == name, READ_KEYS.c.revoked_at.is_(None)
    return connection.execute(update(READ_KEYS).where(*living).values(revoked_at=now)).rowcount == 1


def list_read_keys(connection: Connection) -> list[tuple[str, datetime, datetime | None]]:
    """Name, when it was made, when it was revoked."""
    columns = READ_KEYS.c
    query = select(columns.name, columns.created_at, columns.revoked_at).order_by(func.lower(columns.name))
    return [(row.name, row.created_at, row.revoked_at) for row in connection.execute(query)]


def read_key_name(connection: Connection, secret: str) -> str | None:
    """Whose key this is, if it is one that still counts."""
    columns = READ_KEYS.c
    wanted = columns.secret == secret_digest(secret), columns.revoked_at.is_(None)
    return connection.scalar(select(columns.name).where(*wanted))
