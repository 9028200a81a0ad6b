"""The hosts' credentials: one living one per host, the older ones revoked."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from rongdun_collector.secret import new_secret, secret_digest
from rongdun_collector.store.tables.hosts import CREDENTIALS


def issue(connection: Connection, host: str, now: datetime) -> str:
    """Revoke what the host had and return its new credential, `HOST.SECRET`."""
    revoke(connection, host, now)
    secret = new_secret()
    connection.execute(insert(CREDENTIALS).values(secret=secret_digest(secret), host=host, created_at=now))
    return f"{host}.{secret}"


def revoke(connection: Connection, host: str, now: datetime) -> None:
    """The host's credential is worth nothing from now on."""
    living = CREDENTIALS.c.host == host, CREDENTIALS.c.revoked_at.is_(None)
    connection.execute(update(CREDENTIALS).where(*living).values(revoked_at=now))


def host_of(connection: Connection, credential: str) -> str | None:
    """The host that a living credential belongs to, or None."""
    host, dot, secret = credential.partition(".")
    if not dot:
        return None
    columns = CREDENTIALS.c
    found = connection.scalar(
        select(columns.host).where(columns.secret == secret_digest(secret), columns.revoked_at.is_(None))
    )
    return found if found == host else None
