"""When people last came in, and how often they failed (volatile)."""

from rongdun_contract.facts.model import Count, FactModel, Maybe


class Login(FactModel):
    """One account's last login; time in RFC 3339, UTC."""

    account: str
    last_at: Maybe[str | None] = None
    """Absent: the records that are there know of none. Unknown where the host keeps no such records."""
    last_from: str | None = None
    """Where it came from, as recorded: a host name, an address, or absent for a local terminal."""
    source: str | None = None
    """The record that says so: `lastlog`, `lastlog2`, `wtmp`, or `wtmpdb`."""
    idle_since: Maybe[str | None] = None
    """The last login or the last change of the password, whichever is later: nobody used the account since.

    Absent for root, for accounts by which nobody can come in, and where neither is on record.
    """
    failures: Maybe[Count | None] = None
    """Failed logins in btmp as it stands, which log rotation empties; absent where there is no btmp."""


class Logins(FactModel):
    """From lastlog(8), wtmp and btmp (utmp(5)); Debian 13 and newer keep lastlog2 and no wtmp."""

    accounts: Maybe[tuple[Login, ...]] = ()
