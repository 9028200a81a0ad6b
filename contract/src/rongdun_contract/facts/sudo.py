"""Who may become whom: sudoers(5) with its includes resolved."""

from rongdun_contract.facts.model import FactModel, Maybe


class Grant(FactModel):
    """One user specification for one command, aliases expanded; `who` as written (`%wheel`, `alice`, `#1000`)."""

    who: str
    except_who: tuple[str, ...] = ()
    """Those whom a later `!name` of the same list takes out again."""
    hosts: tuple[str, ...] = ()
    run_as_users: tuple[str, ...] = ()
    run_as_groups: tuple[str, ...] = ()
    command: str
    """The path with its arguments, `ALL`, `list`, or `sudoedit PATH`; a leading `!` forbids."""
    password_required: bool = True
    writable_by_others: Maybe[bool | None] = None
    """Someone besides root can change the program (or swap it in its directory); absent where there is none."""


class Sudo(FactModel):
    """Global Defaults (those bound to users, hosts or commands are in `scoped_defaults`) and grants."""

    installed: bool = False
    version: str | None = None
    valid: Maybe[bool] = True
    """False when the file has a syntax error, at which sudo refuses to work or skips the line."""
    defaults: Maybe[dict[str, str]] = {}
    """Options that are set: flags as `on` or `off`, values without quotes, lists joined by spaces.

    What sudo was compiled with is not in here: an option that no Defaults line sets is absent.
    """
    timestamp_timeout_s: Maybe[int | None] = None
    """How long sudo remembers a password; 0 asks each time, -1 never again; absent: as compiled (5 to 15 minutes)."""
    scoped_defaults: Maybe[tuple[str, ...]] = ()
    grants: Maybe[tuple[Grant, ...]] = ()
    files: Maybe[tuple[str, ...]] = ()
