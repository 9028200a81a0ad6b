"""lastlog2(8) and wtmpdb(8): SQLite databases in place of lastlog and wtmp, safe beyond 2038."""

from rongdun_agent.host import Host
from rongdun_agent.login_records.visit import Visit

LASTLOG2 = ("/var/lib/lastlog/lastlog2.db", "SELECT Name, Time, RemoteHost FROM Lastlog2", 1, "lastlog2")
WTMPDB = (
    "/var/lib/wtmpdb/wtmp.db",
    "SELECT User, MAX(Login), RemoteHost FROM wtmp WHERE Type = 3 GROUP BY User",
    1_000_000,
    "wtmpdb",
)
Database = tuple[str, str, int, str]
"""Its file, the question, how many of its units make a second, and the name of the record."""


def last_visits(host: Host, database: Database) -> dict[str, Visit] | None:
    """The last login by account name; none when there is no database. Raises `Refused`; `ValueError` when broken."""
    path, question, unit, source = database
    if not host.is_file(path):
        return None
    host.read_range(path, 0, 1)  # a refusal is told as such, which SQLite does not
    found: dict[str, Visit] = {}
    for name, moment, origin in _rows(host.on_disk(path).absolute().as_uri(), question):
        if isinstance(name, str) and isinstance(moment, int) and moment > 0:
            found[name] = Visit(moment // unit, origin if isinstance(origin, str) else "", source)
    return found


def _rows(address: str, question: str) -> list[tuple[object, ...]]:
    """The answer; where SQLite could not create its lock files beside the database, the file alone is read."""
    import sqlite3  # noqa: PLC0415 - loaded on the few systems that have such a database
    from contextlib import closing  # noqa: PLC0415 - only hosts with such a database pay for it

    for mode in ("mode=ro", "mode=ro&immutable=1"):
        try:
            with closing(sqlite3.connect(f"{address}?{mode}", uri=True, timeout=2)) as connection:
                return list(connection.execute(question))
        except sqlite3.OperationalError as error:
            if "unable to open" not in str(error) and "readonly" not in str(error):
                raise ValueError(str(error)) from error
        except sqlite3.Error as error:
            raise ValueError(str(error)) from error
    raise ValueError(address)
